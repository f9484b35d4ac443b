// SPDX-License-Identifier: GPL-2.0-only
#include "recording/value_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "recording/recording.h"

/* Those of the kind of a build id that ebpfmm uses have at most 64 bytes. */
#define MAX_BUILD_ID	128U

int value_number(struct json_object *value, const char *key, uint64_t min, uint64_t max,
		 uint64_t *out, struct ebpfmm_error *err)
{
	uint64_t number;

	if (!value)
		return 0;
	number = json_object_get_uint64(value);
	/* A negative number becomes 0. */
	if (json_object_get_int64(value) < 0 || number < min || number > max)
		return ebpfmm_fail(err, 0, "%s: must be from %" PRIu64 " to %" PRIu64,
				   key, min, max);
	*out = number;
	return 0;
}

/* The text is UTF-8, as it has been parsed strictly. */
static bool has_control_character(const char *text)
{
	size_t length = strlen(text), n;
	uint32_t character;

	for (; length; text += n, length -= n) {
		n = ebpfmm_utf8(text, length, &character);
		if (!n || character < ' ' || (character >= 0x7f && character < 0xa0))
			return true;
	}
	return false;
}

int value_text(struct json_object *value, const char *key, const char **out,
	       struct ebpfmm_error *err)
{
	const char *text;

	if (!value)
		return 0;
	text = json_object_get_string(value);
	if (!*text)
		return ebpfmm_fail(err, 0, "%s: is empty", key);
	if (strlen(text) > EBPFMM_RECORDING_MAX_TEXT)
		return ebpfmm_fail(err, 0, "%s: is longer than %u bytes", key,
				   EBPFMM_RECORDING_MAX_TEXT);
	if (has_control_character(text))
		return ebpfmm_fail(err, 0, "%s: has a control character in it", key);
	*out = text;
	return 0;
}

int value_path(struct json_object *value, const char *key, const char **out,
	       struct ebpfmm_error *err)
{
	if (value_text(value, key, out, err))
		return -1;
	if (value && **out != '/')
		return ebpfmm_fail(err, 0, "%s: is no absolute path", key);
	return 0;
}

int value_build_id(struct json_object *value, const char *key, const char **out,
		   struct ebpfmm_error *err)
{
	size_t length;

	if (value_text(value, key, out, err))
		return -1;
	if (!value)
		return 0;
	length = strlen(*out);
	if (length > MAX_BUILD_ID || length % 2 || strspn(*out, "0123456789abcdef") != length)
		return ebpfmm_fail(err, 0, "%s: must be 2 to %u digits from 0 to f, "
				   "in pairs", key, MAX_BUILD_ID);
	return 0;
}

static bool is_known(const char *key, const struct ebpfmm_json_member *members,
		     size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(key, members[i].key))
			return true;
	return false;
}

int value_members(struct json_object *object, bool newer,
		  const struct ebpfmm_json_member *members, size_t count,
		  struct ebpfmm_error *err)
{
	if (newer) {
		/* json-c lets the member at hand be deleted. */
		json_object_object_foreach(object, key, value) {
			(void)value;
			if (!is_known(key, members, count))
				json_object_object_del(object, key);
		}
	}
	return ebpfmm_json_members(object, members, count, err);
}
