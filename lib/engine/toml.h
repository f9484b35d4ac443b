/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One array of strings from a file in TOML: enough for what container engines are
 * told by their configuration, and not a reader of all of TOML.
 */
#ifndef EBPFMM_TOML_H
#define EBPFMM_TOML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/**
 * struct ebpfmm_toml_array - an array of strings
 * @found: the key is there
 * @strings: the strings; tables among them are left out
 * @count: how many
 * @append: what the attribute `{append = true}` among them says, which is
 *	containers.conf's: 1, 0 or, where there is none, -1
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
 * @err: names the line: it is no TOML, or the value is no array of strings
 *
 * Values of other keys are passed over: they need not be right, but must end.
 *
 * Return: 0, also when there is none, or -1 with @err set.
 */
int ebpfmm_toml_strings(const char *text, const char *table, const char *key,
			struct ebpfmm_toml_array *out, struct ebpfmm_error *err);

/**
 * ebpfmm_toml_free - free what an array holds
 * @array: not itself freed
 */
void ebpfmm_toml_free(struct ebpfmm_toml_array *array);

#endif /* EBPFMM_TOML_H */
