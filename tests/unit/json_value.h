/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests read of a JSON object. */
#ifndef EBPFMM_TESTS_JSON_VALUE_H
#define EBPFMM_TESTS_JSON_VALUE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>

/* The value of a key that has to be there. */
static inline struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no \"%s\"", key);
	return value;
}

/* All of it, without blanks. */
static inline const char *plain(struct json_object *object)
{
	return json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
}

#endif /* EBPFMM_TESTS_JSON_VALUE_H */
