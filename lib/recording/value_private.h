/* SPDX-License-Identifier: GPL-2.0-only */
/* Values in the JSON of recordings, which is hostile. */
#ifndef EBPFMM_VALUE_PRIVATE_H
#define EBPFMM_VALUE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json_read.h"

/**
 * value_number - an integer within a range
 * @value: the JSON integer; NULL leaves @out as it is
 * @key: its name, for messages
 * @min: the smallest one that may be
 * @max: the largest one
 * @out: set to it
 * @err: it is outside
 *
 * Return: 0, or -1 with @err set.
 */
int value_number(struct json_object *value, const char *key, uint64_t min, uint64_t max,
		 uint64_t *out, struct ebpfmm_error *err);

/**
 * value_text - a string that is safe to be shown and not too long
 * @value: the JSON string; NULL leaves @out as it is
 * @key: its name, for messages
 * @out: set to it; lives as long as @value
 * @err: it is empty, too long or has control characters
 *
 * Return: 0, or -1 with @err set.
 */
int value_text(struct json_object *value, const char *key, const char **out,
	       struct ebpfmm_error *err);

/**
 * value_path - a text that is an absolute path
 * @value: the JSON string, or NULL
 * @key: its name, for messages
 * @out: set to it; lives as long as @value
 * @err: it is none
 *
 * Return: 0, or -1 with @err set.
 */
int value_path(struct json_object *value, const char *key, const char **out,
	       struct ebpfmm_error *err);

/**
 * value_build_id - a text of hexadecimal digits in pairs
 * @value: the JSON string, or NULL
 * @key: its name, for messages
 * @out: set to it; lives as long as @value
 * @err: it is none
 *
 * Return: 0, or -1 with @err set.
 */
int value_build_id(struct json_object *value, const char *key, const char **out,
		   struct ebpfmm_error *err);

/**
 * value_members - take an object apart, as ebpfmm_json_members()
 * @object: the object; loses the keys that are not known
 * @newer: whether such keys are allowed
 * @members: every key that is known
 * @count: entries in @members
 * @err: as of ebpfmm_json_members()
 *
 * Return: 0, or -1 with @err set.
 */
int value_members(struct json_object *object, bool newer,
		  const struct ebpfmm_json_member *members, size_t count,
		  struct ebpfmm_error *err);

#endif /* EBPFMM_VALUE_PRIVATE_H */
