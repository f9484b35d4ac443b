// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_read.h"
#include "life/record_private.h"

#define RECORD_VERSION 1

char *ebpfmm_record_to_text(const struct ebpfmm_record *record)
{
	struct json_object *object = json_object_new_object();
	const char *text = NULL;
	char *copy;

	if (!object)
		return NULL;
	/* Paths as they are: what is read back has to be the same. */
	if (!ebpfmm_json_add_number(object, "version", RECORD_VERSION) &&
	    !ebpfmm_json_add_string(object, "id", record->id) &&
	    !ebpfmm_json_add_number(object, "cgroup_id", record->cgroup_id) &&
	    !ebpfmm_json_add(object, "cgroup_path",
			     json_object_new_string(record->cgroup_path ?: "")) &&
	    !ebpfmm_json_add(object, "profile",
			     json_object_new_string(record->profile ?: "")) &&
	    !ebpfmm_json_add_number(object, "digest", record->digest))
		text = json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	copy = text ? strdup(text) : NULL;
	json_object_put(object);
	return copy;
}

/* Copies a string member; returns 0, -EBADMSG if it is missing, or -ENOMEM. */
static int string_member(struct json_object *object, const char *key, char **out)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return -EBADMSG;
	*out = strdup(json_object_get_string(value));
	return *out ? 0 : -ENOMEM;
}

/* What a record has in each version, for ever. */
static int common_members(struct json_object *object, const char *id,
			  struct ebpfmm_record *record)
{
	struct json_object *value;
	int rc;

	if (!json_object_object_get_ex(object, "cgroup_id", &value) ||
	    !json_object_is_type(value, json_type_int))
		return -EBADMSG;
	record->cgroup_id = json_object_get_uint64(value);
	rc = string_member(object, "id", &record->id);
	if (!rc && strcmp(record->id, id))
		rc = -EBADMSG;
	return rc;
}

static int read_members(struct json_object *object, const char *id,
			struct ebpfmm_record *record)
{
	struct json_object *value;
	int64_t version;
	int rc;

	if (!json_object_object_get_ex(object, "version", &value) ||
	    !json_object_is_type(value, json_type_int))
		return -EBADMSG;
	version = json_object_get_int64(value);
	if (version < 1)
		return -EBADMSG;
	rc = common_members(object, id, record);
	if (rc == -EBADMSG && version != RECORD_VERSION)
		rc = -EPROTONOSUPPORT;
	/* What these are in another version is not known. */
	if (rc || version != RECORD_VERSION)
		return rc;
	if (json_object_object_get_ex(object, "digest", &value) &&
	    json_object_is_type(value, json_type_int))
		record->digest = json_object_get_uint64(value);
	return string_member(object, "cgroup_path", &record->cgroup_path) ?:
	       string_member(object, "profile", &record->profile);
}

int ebpfmm_record_from_text(const char *text, const char *id,
			    struct ebpfmm_record *out)
{
	struct ebpfmm_record record = {};
	struct json_object *object;
	struct ebpfmm_error err;
	int rc;

	object = ebpfmm_json_object(text, strlen(text), &err);
	if (object)
		rc = read_members(object, id, &record);
	else
		rc = err.code == ENOMEM ? -ENOMEM : -EBADMSG;
	json_object_put(object);
	if (rc)
		ebpfmm_record_free(&record);
	else
		*out = record;
	return rc;
}

void ebpfmm_record_free(struct ebpfmm_record *record)
{
	free(record->id);
	free(record->cgroup_path);
	free(record->profile);
	*record = (struct ebpfmm_record){};
}
