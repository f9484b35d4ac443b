// SPDX-License-Identifier: GPL-2.0-only
#include "base/json_read.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* As deep as json-c goes by default; a config.json needs about ten. */
#define MAX_DEPTH 32

static int is_blank(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!memchr(" \t\r\n", text[i], 4))
			return 0;
	return 1;
}

struct json_object *ebpfmm_json_object(const char *text, size_t length,
				       struct ebpfmm_error *err)
{
	struct json_tokener *tokener;
	struct json_object *object;
	enum json_tokener_error rc;
	size_t end;

	if (length > INT_MAX - 1) {
		ebpfmm_fail(err, EFBIG, "JSON");
		return NULL;
	}
	tokener = json_tokener_new_ex(MAX_DEPTH);
	if (!tokener) {
		ebpfmm_fail(err, ENOMEM, "JSON");
		return NULL;
	}
	object = json_tokener_parse_ex(tokener, text, (int)length);
	rc = json_tokener_get_error(tokener);
	end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (rc == json_tokener_continue) {
		ebpfmm_fail(err, 0, "JSON ends too early, at byte %zu", length);
	} else if (rc != json_tokener_success) {
		ebpfmm_fail(err, 0, "JSON is malformed at byte %zu: %s", end,
			    json_tokener_error_desc(rc));
	} else if (!json_object_is_type(object, json_type_object)) {
		ebpfmm_fail(err, 0, "JSON is no object");
	} else if (!is_blank(text + end, length - end)) {
		ebpfmm_fail(err, 0, "something follows the JSON, at byte %zu", end);
	} else {
		return object;
	}
	json_object_put(object);
	return NULL;
}

int ebpfmm_json_string(struct json_object *object, const char *key,
		       const char **out, struct ebpfmm_error *err)
{
	struct json_object *value;
	const char *text;

	*out = NULL;
	if (!object || !json_object_object_get_ex(object, key, &value) || !value)
		return 0;
	if (!json_object_is_type(value, json_type_string))
		return ebpfmm_fail(err, 0, "`%.128s` is no string", key);
	text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return ebpfmm_fail(err, 0, "`%.128s` has a NUL in it", key);
	*out = text;
	return 0;
}
