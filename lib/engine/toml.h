/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading one array of strings from a TOML file. This is enough for the configuration of
 * container engines; it is not a complete TOML parser.
 */
#ifndef EBPFMM_TOML_H
#define EBPFMM_TOML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/**
 * struct ebpfmm_toml_array - an array of strings
 * @found: whether the key exists
 * @strings: the strings, without tables
 * @count: their number
 * @append: value of the attribute `{append = true}` of containers.conf(5): 1, 0 or, if
 *	there is none, -1
 */
struct ebpfmm_toml_array {
	bool found;
	char **strings;
	size_t count;
	int append;
};

/**
 * ebpfmm_toml_strings - find an array of strings
 * @text: the file
 * @table: the table that it is in, such as "crio.runtime"
 * @key: its key
 * @out: to be freed with ebpfmm_toml_free(), also on error
 * @err: names the line that is not TOML, or whose value is not an array of strings
 *
 * Skips the values of other keys, which must be terminated but need not be valid.
 *
 * Return: 0 (also when the key does not exist), or -1 with @err set.
 */
int ebpfmm_toml_strings(const char *text, const char *table, const char *key,
			struct ebpfmm_toml_array *out, struct ebpfmm_error *err);

/**
 * ebpfmm_toml_free - free what an array holds
 * @array: not itself freed
 */
void ebpfmm_toml_free(struct ebpfmm_toml_array *array);

#endif /* EBPFMM_TOML_H */
