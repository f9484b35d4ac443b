/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON that people write, read strictly: errors say where it is wrong. Places are
 * relative to the object that was given; each caller prefixes its own part.
 */
#ifndef EBPFMM_PROFILE_JSON_H
#define EBPFMM_PROFILE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Sets of JSON types. */
#define PROFILE_INTEGER	(1U << json_type_int)
#define PROFILE_NUMBER	(PROFILE_INTEGER | 1U << json_type_double)
#define PROFILE_STRING	(1U << json_type_string)
#define PROFILE_SIZE	(PROFILE_INTEGER | PROFILE_STRING)
#define PROFILE_ARRAY	(1U << json_type_array)
#define PROFILE_OBJECT	(1U << json_type_object)

/**
 * struct profile_member - a key that an object may have
 * @key: the key
 * @types: set of types that its value may be of
 * @required: whether it must be there
 * @value: gets the value, borrowed, or NULL when it is not there
 */
struct profile_member {
	const char *key;
	unsigned int types;
	bool required;
	struct json_object **value;
};

/**
 * profile_json_parse - parse JSON text more strictly than json-c does
 * @text: the text, need not end in NUL
 * @length: bytes in @text, at most EBPFMM_PROFILE_MAX_BYTES
 * @root: to be freed with json_object_put(); an object
 * @err: with line and column
 *
 * Return: 0, or -1 with @err set.
 */
int profile_json_parse(const char *text, size_t length,
		       struct json_object **root, struct ebpfmm_error *err);

/**
 * profile_json_type - check the type of a value
 * @value: the value
 * @types: set of types that it may be of
 * @err: has no place; begins with "must be"
 *
 * Return: 0, or -1 with @err set.
 */
int profile_json_type(struct json_object *value, unsigned int types,
		      struct ebpfmm_error *err);

/**
 * profile_json_members - take an object apart
 * @object: the object
 * @members: every key it may have
 * @count: entries in @members
 * @err: an unknown or missing key, or a value of the wrong type
 *
 * Return: 0, or -1 with @err set.
 */
int profile_json_members(struct json_object *object,
			 const struct profile_member *members, size_t count,
			 struct ebpfmm_error *err);

#endif /* EBPFMM_PROFILE_JSON_H */
