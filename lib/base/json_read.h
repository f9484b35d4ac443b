/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading JSON. Texts that people write are read strictly, and errors name the place in
 * the text. Texts that programs write must be one object; unknown members are no error.
 */
#ifndef EBPFMM_JSON_READ_H
#define EBPFMM_JSON_READ_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Sets of JSON types. */
#define EBPFMM_JSON_INTEGER	(1U << json_type_int)
#define EBPFMM_JSON_NUMBER	(EBPFMM_JSON_INTEGER | 1U << json_type_double)
#define EBPFMM_JSON_BOOLEAN	(1U << json_type_boolean)
#define EBPFMM_JSON_STRING	(1U << json_type_string)
#define EBPFMM_JSON_SIZE	(EBPFMM_JSON_INTEGER | EBPFMM_JSON_STRING)
#define EBPFMM_JSON_ARRAY	(1U << json_type_array)
#define EBPFMM_JSON_OBJECT	(1U << json_type_object)

/**
 * struct ebpfmm_json_member - a key that an object may have
 * @key: the key
 * @types: set of types that its value may have
 * @required: whether it must exist
 * @value: set to the value, borrowed, or to NULL if it does not exist
 */
struct ebpfmm_json_member {
	const char *key;
	unsigned int types;
	bool required;
	struct json_object **value;
};

/**
 * ebpfmm_json_strict - parse a text that a person wrote
 * @text: JSON as in RFC 8259, need not end in NUL; duplicate keys and escapes in keys
 *	are errors
 * @length: bytes in @text
 * @root: to be released with json_object_put(); may have any type
 * @err: with line and column
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_json_strict(const char *text, size_t length, struct json_object **root,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_json_object - parse a text that a program wrote, which must be one object
 * @text: JSON, need not end in NUL
 * @length: bytes in @text
 * @err: the place of the error; code is ENOMEM without memory
 *
 * Return: to be released with json_object_put(), or NULL with @err set.
 */
struct json_object *ebpfmm_json_object(const char *text, size_t length,
				       struct ebpfmm_error *err);

/**
 * ebpfmm_json_string - get a string member
 * @object: JSON object, or NULL
 * @key: name of the member
 * @out: set to the string, which lives as long as @object, or to NULL
 * @err: it is not a string, or contains a NUL
 *
 * Return: 0 (also when it does not exist or is null), or -1 with @err set.
 */
int ebpfmm_json_string(struct json_object *object, const char *key,
		       const char **out, struct ebpfmm_error *err);

/**
 * ebpfmm_json_type - check the type of a value
 * @value: the value
 * @types: set of types that it may have
 * @err: names no place; begins with "must be"
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_json_type(struct json_object *value, unsigned int types,
		     struct ebpfmm_error *err);

/**
 * ebpfmm_json_version - check that an object is of version 1
 * @object: the object, with a key "version"
 * @err: there is none, or another one
 *
 * To be called before ebpfmm_json_members(), as another version may have other keys.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_json_version(struct json_object *object, struct ebpfmm_error *err);

/**
 * ebpfmm_json_members - get all members of an object
 * @object: the object
 * @members: every key that it may have
 * @count: entries in @members
 * @err: an unknown or missing key, or a value of the wrong type. The place is relative
 *	to the object: each caller prefixes its own part
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_json_members(struct json_object *object,
			const struct ebpfmm_json_member *members, size_t count,
			struct ebpfmm_error *err);

#endif /* EBPFMM_JSON_READ_H */
