// SPDX-License-Identifier: GPL-2.0-only
#include "base/json_read.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_private.h"
#include "base/nearest.h"

/* The default nesting limit of json-c; a config.json needs about ten. */
#define MAX_DEPTH	32
/* The maximum number of keys of an object. */
#define MAX_MEMBERS	8

/* --- texts ---------------------------------------------------------------------- */

/**
 * struct parsed - result of json-c
 * @status: success, an error, or that the text is incomplete
 * @root: the tree, to be released in any case
 * @end: where parsing stopped
 */
struct parsed {
	enum json_tokener_error status;
	struct json_object *root;
	size_t end;
};

static struct parsed parse(const char *text, size_t length, int depth, int flags)
{
	struct json_tokener *tokener = json_tokener_new_ex(depth);
	struct parsed parsed = { .status = json_tokener_error_memory };

	if (!tokener)
		return parsed;
	json_tokener_set_flags(tokener, flags);
	parsed.root = json_tokener_parse_ex(tokener, text, (int)length);
	parsed.status = json_tokener_get_error(tokener);
	parsed.end = json_tokener_get_parse_end(tokener);
	if (parsed.status == json_tokener_continue) {
		/* A NUL tells json-c that the text is complete. */
		parsed.root = json_tokener_parse_ex(tokener, "", 1);
		parsed.status = json_tokener_get_error(tokener);
		parsed.end = length;
	}
	json_tokener_free(tokener);
	return parsed;
}

static const char *syntax_error(enum json_tokener_error status)
{
	/* json-c also reports this for a well-formed number. */
	if (status == json_tokener_error_parse_number)
		return "not a JSON number, or one that does not fit in 64 bits";
	return json_tokener_error_desc(status);
}

/*
 * JSON_TOKENER_STRICT of json-c 0.18 takes a byte above 0x7f in a string for a
 * control character, where char is signed. So a copy without such bytes is
 * checked, and the tree is then built from the text itself.
 */
static int check_syntax(const char *text, size_t length, struct ebpfmm_error *err)
{
	char *copy = malloc(length + 1);
	struct parsed parsed;
	size_t i;

	if (!copy)
		return ebpfmm_fail(err, ENOMEM, "JSON");
	for (i = 0; i < length; i++)
		copy[i] = text[i] & 0x80 ? 'x' : text[i];
	parsed = parse(copy, length, JSON_STRICT_DEPTH, JSON_TOKENER_STRICT);
	json_object_put(parsed.root);
	free(copy);
	if (parsed.status != json_tokener_success)
		return ebpfmm_json_fail_at(err, text, parsed.end, syntax_error(parsed.status));
	return 0;
}

int ebpfmm_json_strict(const char *text, size_t length, struct json_object **root,
		       struct ebpfmm_error *err)
{
	struct parsed parsed;

	if (length > INT_MAX - 1)
		return ebpfmm_fail(err, EFBIG, "JSON");
	if (ebpfmm_json_check_bytes(text, length, err) || check_syntax(text, length, err) ||
	    ebpfmm_json_check_meaning(text, length, err))
		return -1;
	parsed = parse(text, length, JSON_STRICT_DEPTH, 0);
	*root = parsed.root;
	if (parsed.status == json_tokener_success)
		return 0;
	json_object_put(parsed.root);
	*root = NULL;
	return ebpfmm_json_fail_at(err, text, parsed.end, json_tokener_error_desc(parsed.status));
}

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
	struct parsed parsed;

	if (length > INT_MAX - 1) {
		ebpfmm_fail(err, EFBIG, "JSON");
		return NULL;
	}
	parsed = parse(text, length, MAX_DEPTH, 0);
	if (parsed.status == json_tokener_error_memory) {
		ebpfmm_fail(err, ENOMEM, "JSON");
	} else if (parsed.status != json_tokener_success && parsed.end == length) {
		ebpfmm_fail(err, 0, "JSON ends unexpectedly at byte %zu", length);
	} else if (parsed.status != json_tokener_success) {
		ebpfmm_fail(err, 0, "JSON is malformed at byte %zu: %s", parsed.end,
			    json_tokener_error_desc(parsed.status));
	} else if (!json_object_is_type(parsed.root, json_type_object)) {
		ebpfmm_fail(err, 0, "JSON is not an object");
	} else if (!is_blank(text + parsed.end, length - parsed.end)) {
		ebpfmm_fail(err, 0, "trailing data after the JSON, at byte %zu", parsed.end);
	} else {
		return parsed.root;
	}
	json_object_put(parsed.root);
	return NULL;
}

/* --- members -------------------------------------------------------------------- */

int ebpfmm_json_string(struct json_object *object, const char *key,
		       const char **out, struct ebpfmm_error *err)
{
	struct json_object *value;
	const char *text;

	*out = NULL;
	if (!object || !json_object_object_get_ex(object, key, &value) || !value)
		return 0;
	if (!json_object_is_type(value, json_type_string))
		return ebpfmm_fail(err, 0, "`%.128s` is not a string", key);
	text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return ebpfmm_fail(err, 0, "`%.128s` contains a NUL", key);
	*out = text;
	return 0;
}

static const char *types_name(unsigned int types)
{
	switch (types) {
	case EBPFMM_JSON_INTEGER:
		return "an integer";
	case EBPFMM_JSON_NUMBER:
		return "a number";
	case EBPFMM_JSON_STRING:
		return "a string";
	case EBPFMM_JSON_SIZE:
		return "an integer or a string";
	case EBPFMM_JSON_ARRAY:
		return "an array";
	case EBPFMM_JSON_OBJECT:
		return "an object";
	case EBPFMM_JSON_BOOLEAN:
		return "a boolean";
	case 1U << json_type_double:
		return "a number with a fraction or an exponent";
	default:
		return "null";
	}
}

int ebpfmm_json_type(struct json_object *value, unsigned int types,
		     struct ebpfmm_error *err)
{
	unsigned int type = 1U << json_object_get_type(value);

	if (type & types)
		return 0;
	return ebpfmm_fail(err, 0, "must be %s, not %s", types_name(types),
			   types_name(type));
}

int ebpfmm_json_version(struct json_object *object, struct ebpfmm_error *err)
{
	struct json_object *version;

	if (!json_object_object_get_ex(object, "version", &version))
		return ebpfmm_fail(err, 0, "version: missing");
	if (ebpfmm_json_type(version, EBPFMM_JSON_INTEGER, err))
		return ebpfmm_prefix(err, "version: ");
	if (json_object_get_int64(version) != 1)
		return ebpfmm_fail(err, 0, "version: %s is not supported, only 1",
				   json_object_get_string(version));
	return 0;
}

static int fail_unknown(const char *key, const struct ebpfmm_json_member *members,
			size_t count, struct ebpfmm_error *err)
{
	const char *keys[MAX_MEMBERS], *nearest;
	size_t i;

	for (i = 0; i < count && i < MAX_MEMBERS; i++)
		keys[i] = members[i].key;
	nearest = ebpfmm_nearest(key, keys, i);
	if (nearest)
		return ebpfmm_fail(err, 0, "%.80s: unknown key, did you mean `%s`?",
				   key, nearest);
	return ebpfmm_fail(err, 0, "%.80s: unknown key", key);
}

int ebpfmm_json_members(struct json_object *object,
			const struct ebpfmm_json_member *members, size_t count,
			struct ebpfmm_error *err)
{
	size_t i;

	for (i = 0; i < count; i++)
		*members[i].value = NULL;

	json_object_object_foreach(object, key, value) {
		for (i = 0; i < count; i++) {
			if (!strcmp(key, members[i].key))
				break;
		}
		if (i == count)
			return fail_unknown(key, members, count, err);
		if (ebpfmm_json_type(value, members[i].types, err))
			return ebpfmm_prefix(err, "%s: ", key);
		*members[i].value = value;
	}

	for (i = 0; i < count; i++) {
		if (members[i].required && !*members[i].value)
			return ebpfmm_fail(err, 0, "%s: missing",
					   members[i].key);
	}
	return 0;
}
