/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by json_read.c, which calls json-c, and json_strict.c. */
#ifndef EBPFMM_JSON_PRIVATE_H
#define EBPFMM_JSON_PRIVATE_H

#include <stddef.h>

#include "base/error.h"

/* The maximum nesting of texts that people write. Profiles have 7 levels. */
#define JSON_STRICT_DEPTH	16

/**
 * ebpfmm_json_fail_at - record an error with its line and column
 * @err: filled in
 * @text: the text
 * @offset: offset of the offending byte
 * @what: the error
 *
 * Return: -1.
 */
int ebpfmm_json_fail_at(struct ebpfmm_error *err, const char *text, size_t offset,
			const char *what);

/**
 * ebpfmm_json_check_bytes - reject bytes that JSON does not allow
 * @text: any bytes
 * @length: number of bytes
 * @err: with line and column
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_json_check_bytes(const char *text, size_t length, struct ebpfmm_error *err);

/**
 * ebpfmm_json_check_meaning - reject what json-c accepts although it is not valid here
 * @text: a text that json-c accepts in strict mode
 * @length: number of bytes
 * @err: with line and column
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_json_check_meaning(const char *text, size_t length, struct ebpfmm_error *err);

#endif /* EBPFMM_JSON_PRIVATE_H */
