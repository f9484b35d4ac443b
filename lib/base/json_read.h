/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON that programs write: a text that is one object, and its members. */
#ifndef EBPFMM_JSON_READ_H
#define EBPFMM_JSON_READ_H

#include <json-c/json.h>
#include <stddef.h>

#include "base/error.h"

/**
 * ebpfmm_json_object - parse a text that must be one JSON object
 * @text: JSON, need not end in NUL
 * @length: bytes in @text
 * @err: where it is wrong
 *
 * Return: to be released with json_object_put(), or NULL with @err set.
 */
struct json_object *ebpfmm_json_object(const char *text, size_t length,
				       struct ebpfmm_error *err);

/**
 * ebpfmm_json_string - a string member
 * @object: JSON object, or NULL
 * @key: name of the member
 * @out: set to the string, which lives as long as @object, or to NULL
 * @err: it is no string, or has a NUL in it
 *
 * Return: 0 (also when it is not there or null), or -1 with @err set.
 */
int ebpfmm_json_string(struct json_object *object, const char *key,
		       const char **out, struct ebpfmm_error *err);

#endif /* EBPFMM_JSON_READ_H */
