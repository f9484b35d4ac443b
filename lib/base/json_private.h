/* SPDX-License-Identifier: GPL-2.0-only */
/* What json_read.c, which has json-c parse, shares with json_strict.c. */
#ifndef EBPFMM_JSON_PRIVATE_H
#define EBPFMM_JSON_PRIVATE_H

#include <stddef.h>

#include "base/error.h"

/* How deep a text may be nested that people write: profiles are 7 levels deep. */
#define JSON_STRICT_DEPTH	16

/**
 * ebpfmm_json_fail_at - say what is wrong in a text, and where
 * @err: gets line and column
 * @text: the text
 * @offset: of the byte that is wrong
 * @what: what is wrong
 *
 * Return: -1.
 */
int ebpfmm_json_fail_at(struct ebpfmm_error *err, const char *text, size_t offset,
			const char *what);

/**
 * ebpfmm_json_check_bytes - look for bytes that have no place in JSON
 * @text: any bytes
 * @length: how many
 * @err: with line and column
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_json_check_bytes(const char *text, size_t length, struct ebpfmm_error *err);

/**
 * ebpfmm_json_check_meaning - look for what json-c takes although it is no JSON
 * @text: what json-c takes, strictly
 * @length: how many bytes
 * @err: with line and column
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_json_check_meaning(const char *text, size_t length, struct ebpfmm_error *err);

#endif /* EBPFMM_JSON_PRIVATE_H */
