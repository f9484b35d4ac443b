// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "record_private.h"

#define RECORD_VERSION 1

/* Adds a member, if there was memory for @value. */
static bool add(struct json_object *object, const char *key,
		struct json_object *value)
{
	if (value && !json_object_object_add(object, key, value))
		return true;
	json_object_put(value);
	return false;
}

char *ebpfmm_record_to_text(const struct ebpfmm_record *record)
{
	struct json_object *object = json_object_new_object();
	const char *text = NULL;
	char *copy;

	if (!object)
		return NULL;
	if (add(object, "version", json_object_new_int(RECORD_VERSION)) &&
	    add(object, "id", json_object_new_string(record->id)) &&
	    add(object, "cgroup_id", json_object_new_uint64(record->cgroup_id)) &&
	    add(object, "cgroup_path", json_object_new_string(record->cgroup_path)) &&
	    add(object, "profile", json_object_new_string(record->profile)) &&
	    add(object, "digest", json_object_new_uint64(record->digest)))
		text = json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	copy = text ? strdup(text) : NULL;
	json_object_put(object);
	return copy;
}

/* Copies a string member; 0, -EBADMSG when there is none, or -ENOMEM. */
static int string_member(struct json_object *object, const char *key, char **out)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return -EBADMSG;
	*out = strdup(json_object_get_string(value));
	return *out ? 0 : -ENOMEM;
}

int ebpfmm_record_from_text(const char *text, const char *id,
			    struct ebpfmm_record *out)
{
	struct ebpfmm_record record = {};
	struct json_object *object, *value;
	enum json_tokener_error parsed;
	int rc = -EBADMSG;

	object = json_tokener_parse_verbose(text, &parsed);
	if (parsed == json_tokener_error_memory)
		rc = -ENOMEM;
	if (!json_object_is_type(object, json_type_object))
		goto fail;
	if (!json_object_object_get_ex(object, "version", &value) ||
	    json_object_get_int(value) != RECORD_VERSION)
		goto fail;
	if (!json_object_object_get_ex(object, "cgroup_id", &value) ||
	    !json_object_is_type(value, json_type_int))
		goto fail;
	record.cgroup_id = json_object_get_uint64(value);
	if (json_object_object_get_ex(object, "digest", &value) &&
	    json_object_is_type(value, json_type_int))
		record.digest = json_object_get_uint64(value);
	rc = string_member(object, "id", &record.id) ?:
	     string_member(object, "cgroup_path", &record.cgroup_path) ?:
	     string_member(object, "profile", &record.profile);
	if (!rc && strcmp(record.id, id))
		rc = -EBADMSG;
	if (rc)
		goto fail;
	json_object_put(object);
	*out = record;
	return 0;
fail:
	ebpfmm_record_free(&record);
	json_object_put(object);
	return rc;
}

void ebpfmm_record_free(struct ebpfmm_record *record)
{
	free(record->id);
	free(record->cgroup_path);
	free(record->profile);
	*record = (struct ebpfmm_record){};
}
