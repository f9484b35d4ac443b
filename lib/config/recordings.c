// SPDX-License-Identifier: GPL-2.0-only
#include "config/recordings.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/paths.h"
#include "profile/profile.h"

#define MAX_BYTES	(64U << 10)
#define BOOLEAN		EBPFMM_JSON_BOOLEAN

static int read_size(struct json_object *value, const char *key, uint64_t *size,
		     struct ebpfmm_error *err)
{
	if (json_object_is_type(value, json_type_string)) {
		if (ebpfmm_profile_bytes(json_object_get_string(value), size, err))
			return ebpfmm_prefix(err, "%s: ", key);
	} else {
		*size = json_object_get_int64(value) < 0 ? 0 : json_object_get_uint64(value);
	}
	/* The kernel's offsets are signed. */
	if (!*size || *size > INT64_MAX)
		return ebpfmm_fail(err, 0, "%s: must be a size above 0", key);
	return 0;
}

int ebpfmm_recordings_parse(const char *text, size_t length,
			    struct ebpfmm_recordings_config *out, struct ebpfmm_error *err)
{
	_cleanup_(json_object_putp) struct json_object *root = NULL;
	struct json_object *allowed, *size, *count;
	const struct ebpfmm_json_member members[] = {
		{ "allowed", BOOLEAN, false, &allowed },
		{ "max_size", EBPFMM_JSON_SIZE, false, &size },
		{ "max_count", EBPFMM_JSON_INTEGER, false, &count },
	};

	*out = (struct ebpfmm_recordings_config){
		true, EBPFMM_RECORDINGS_MAX_SIZE, EBPFMM_RECORDINGS_MAX_COUNT };
	if (ebpfmm_json_strict(text, length, &root, err) ||
	    ebpfmm_json_type(root, EBPFMM_JSON_OBJECT, err) ||
	    ebpfmm_json_members(root, members, sizeof(members) / sizeof(members[0]), err) ||
	    (size && read_size(size, "max_size", &out->max_size, err)))
		return -1;
	if (count && json_object_get_int64(count) < 0)
		return ebpfmm_fail(err, 0, "max_count: must not be negative");
	if (count)
		out->max_count = json_object_get_uint64(count);
	if (allowed)
		out->allowed = json_object_get_boolean(allowed);
	return 0;
}

int ebpfmm_recordings_load(struct ebpfmm_recordings_config *out, struct ebpfmm_error *err)
{
	_cleanup_free_ char *text = NULL;
	struct ebpfmm_error cause = {};
	size_t length;

	*out = (struct ebpfmm_recordings_config){
		true, EBPFMM_RECORDINGS_MAX_SIZE, EBPFMM_RECORDINGS_MAX_COUNT };
	text = ebpfmm_file_read(AT_FDCWD, EBPFMM_RECORDINGS_CONFIG, 0, MAX_BYTES, &length,
				&cause);
	if (!text)
		return cause.code == ENOENT ? 0 : ebpfmm_pass(err, &cause);
	if (ebpfmm_recordings_parse(text, length, out, err))
		return ebpfmm_prefix(err, EBPFMM_RECORDINGS_CONFIG ": ");
	if (!out->allowed)
		return ebpfmm_fail(err, EPERM, EBPFMM_RECORDINGS_CONFIG
				   " forbids recordings by annotation");
	return 0;
}

int ebpfmm_recordings_check_name(const char *name, struct ebpfmm_error *err)
{
	return ebpfmm_profile_check_name(name, "recording", err);
}
