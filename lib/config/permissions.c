// SPDX-License-Identifier: GPL-2.0-only
#include "config/permissions.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/paths.h"
#include "profile/profile.h"

#define FILE_NAME	EBPFMM_PERMISSIONS_CONFIG
#define MAX_BYTES	(256U << 10)
#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

#define LIST		EBPFMM_JSON_ARRAY
#define BOOLEAN		EBPFMM_JSON_BOOLEAN

/* systemd has backslashes in names of cgroups. FNM_PATHNAME: "*" stays within a name. */
#define MATCH_NAME	FNM_NOESCAPE
#define MATCH_PATH	(FNM_NOESCAPE | FNM_PATHNAME)
#define MATCH_ABOVE	(MATCH_PATH | FNM_LEADING_DIR)

/* --- reading ------------------------------------------------------------------------- */

static int check_cgroup(const char *pattern, struct ebpfmm_error *err)
{
	size_t length = strlen(pattern);

	if (pattern[0] != '/')
		return ebpfmm_fail(err, 0, "must begin with `/`, the root of cgroup v2");
	if (pattern[length - 1] == '/')
		return ebpfmm_fail(err, 0, "must not end in `/`");
	if (!strncmp(pattern, "/sys/fs/cgroup/", strlen("/sys/fs/cgroup/")))
		return ebpfmm_fail(err, 0,
				   "begins at the root of cgroup v2: leave out `/sys/fs/cgroup`");
	return 0;
}

static int check_profile(const char *pattern, struct ebpfmm_error *err)
{
	const char *end = strrchr(pattern, '.');

	if (strchr(pattern, '/'))
		return ebpfmm_fail(err, 0, "is the name of a profile, not a path");
	if (end && !strcmp(end, ".json"))
		return ebpfmm_fail(err, 0, "leave out `.json`: it is not part of the name");
	return 0;
}

static int check_list(struct json_object *list, const char *key,
		      int (*check)(const char *pattern, struct ebpfmm_error *err),
		      struct ebpfmm_error *err)
{
	size_t count = list ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < count; i++) {
		struct json_object *pattern = json_object_array_get_idx(list, i);

		if (ebpfmm_json_type(pattern, EBPFMM_JSON_STRING, err))
			return ebpfmm_prefix(err, "%s[%zu]: ", key, i);
		if (!json_object_get_string_len(pattern))
			return ebpfmm_fail(err, 0, "%s[%zu]: must not be empty", key, i);
		if (check && check(json_object_get_string(pattern), err))
			return ebpfmm_prefix(err, "%s[%zu]: ", key, i);
	}
	return 0;
}

static int check_condition(struct json_object *list, const char *key,
			   int (*check)(const char *pattern, struct ebpfmm_error *err),
			   struct ebpfmm_error *err)
{
	if (list && !json_object_array_length(list))
		return ebpfmm_fail(err, 0,
				   "%s: must not be empty; leave it out for no condition", key);
	return check_list(list, key, check, err);
}

static int read_rule(struct json_object *object, struct ebpfmm_rule *rule,
		     struct ebpfmm_error *err)
{
	struct json_object *required, *record;
	const struct ebpfmm_json_member members[] = {
		{ "cgroups", LIST, false, &rule->cgroups },
		{ "namespaces", LIST, false, &rule->namespaces },
		{ "images", LIST, false, &rule->images },
		{ "profiles", LIST, true, &rule->profiles },
		{ "required", BOOLEAN, false, &required },
		{ "record", BOOLEAN, false, &record },
	};

	if (ebpfmm_json_members(object, members, COUNT(members), err) ||
	    check_condition(rule->cgroups, "cgroups", check_cgroup, err) ||
	    check_condition(rule->namespaces, "namespaces", NULL, err) ||
	    check_condition(rule->images, "images", NULL, err) ||
	    check_list(rule->profiles, "profiles", check_profile, err))
		return -1;
	rule->required = json_object_get_boolean(required);
	rule->record = json_object_get_boolean(record);
	return 0;
}

static int read_rules(struct json_object *array, struct ebpfmm_permissions *out,
		      struct ebpfmm_error *err)
{
	size_t count = json_object_array_length(array);

	out->rules = calloc(count ?: 1, sizeof(*out->rules));
	if (!out->rules)
		return ebpfmm_fail(err, ENOMEM, "rules");
	for (; out->count < count; out->count++) {
		struct json_object *object = json_object_array_get_idx(array, out->count);

		if (ebpfmm_json_type(object, EBPFMM_JSON_OBJECT, err))
			return ebpfmm_prefix(err, "rules[%zu]: ", out->count);
		if (read_rule(object, &out->rules[out->count], err))
			return ebpfmm_prefix(err, "rules[%zu].", out->count);
		out->by_cgroup = out->by_cgroup || out->rules[out->count].cgroups;
	}
	return 0;
}

int ebpfmm_permissions_parse(const char *text, size_t length,
			     struct ebpfmm_permissions *out, struct ebpfmm_error *err)
{
	struct json_object *version, *rules;
	const struct ebpfmm_json_member members[] = {
		{ "version", EBPFMM_JSON_INTEGER, true, &version },
		{ "rules", EBPFMM_JSON_ARRAY, true, &rules },
	};

	*out = (struct ebpfmm_permissions){};
	if (ebpfmm_json_strict(text, length, &out->root, err) ||
	    ebpfmm_json_type(out->root, EBPFMM_JSON_OBJECT, err) ||
	    ebpfmm_json_version(out->root, err) ||
	    ebpfmm_json_members(out->root, members, COUNT(members), err))
		return -1;
	return read_rules(rules, out, err);
}

int ebpfmm_permissions_load(struct ebpfmm_permissions *out, struct ebpfmm_error *err)
{
	_cleanup_free_ char *text = NULL;
	struct ebpfmm_error cause = {};
	size_t length;

	*out = (struct ebpfmm_permissions){};
	text = ebpfmm_file_read_of_root(FILE_NAME, MAX_BYTES, &length, &cause);
	if (!text)
		return cause.code == ENOENT ? 0 : ebpfmm_pass(err, &cause);
	if (ebpfmm_permissions_parse(text, length, out, err))
		return ebpfmm_prefix(err, FILE_NAME ": ");
	return 0;
}

void ebpfmm_permissions_free(struct ebpfmm_permissions *permissions)
{
	free(permissions->rules);
	json_object_put(permissions->root);
	*permissions = (struct ebpfmm_permissions){};
}

/* --- asking -------------------------------------------------------------------------- */

static bool matches(struct json_object *list, const char *text, int flags)
{
	size_t count = text ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < count; i++)
		if (!fnmatch(json_object_get_string(json_object_array_get_idx(list, i)), text,
			     flags))
			return true;
	return false;
}

static bool holds(const struct ebpfmm_rule *rule, const struct ebpfmm_asker *asker)
{
	return (!rule->cgroups || matches(rule->cgroups, asker->cgroup, MATCH_ABOVE)) &&
	       (!rule->namespaces || matches(rule->namespaces, asker->namespace, MATCH_NAME)) &&
	       (!rule->images || matches(rule->images, asker->image, MATCH_PATH));
}

static const struct ebpfmm_rule *find_rule(const struct ebpfmm_permissions *permissions,
					   const struct ebpfmm_asker *asker)
{
	for (size_t i = 0; i < permissions->count; i++)
		if (holds(&permissions->rules[i], asker))
			return &permissions->rules[i];
	return NULL;
}

/* Appends to @text, which has @size bytes; its end may be missing. */
static void append(char *text, size_t size, const char *key, const char *value, int max)
{
	size_t used = strlen(text);

	if (value)
		snprintf(text + used, size - used, "%s%s %.*s", used ? ", " : " (", key, max,
			 value);
}

static int deny(const struct ebpfmm_permissions *permissions, const struct ebpfmm_rule *rule,
		const struct ebpfmm_asker *asker, const char *what, struct ebpfmm_error *err)
{
	char who[400] = "";

	append(who, sizeof(who), "cgroup", asker->cgroup, 190);
	append(who, sizeof(who), "namespace", asker->namespace, 63);
	append(who, sizeof(who), "image", asker->image, 64);
	if (!rule)
		return ebpfmm_fail(err, 0, "%s is not permitted: no rule of " FILE_NAME
				   " is for this container%s%s", what, who, who[0] ? ")" : "");
	return ebpfmm_fail(err, 0, "%s is not permitted by rules[%zu] of " FILE_NAME "%s%s",
			   what, (size_t)(rule - permissions->rules), who, who[0] ? ")" : "");
}

int ebpfmm_permissions_profile(const struct ebpfmm_permissions *permissions,
			       const struct ebpfmm_asker *asker, const char *profile,
			       struct ebpfmm_error *err)
{
	const struct ebpfmm_rule *rule = find_rule(permissions, asker);
	_cleanup_free_ char *name = NULL;
	char what[80];

	if (!permissions->root)
		return 0;
	name = ebpfmm_profile_name(profile);
	if (!name)
		return ebpfmm_fail(err, ENOMEM, "profile");
	if (rule && matches(rule->profiles, name, MATCH_NAME))
		return 0;
	snprintf(what, sizeof(what), "profile `%.63s`", profile);
	return deny(permissions, rule, asker, what, err);
}

int ebpfmm_permissions_required(const struct ebpfmm_permissions *permissions,
				const struct ebpfmm_asker *asker, struct ebpfmm_error *err)
{
	const struct ebpfmm_rule *rule = find_rule(permissions, asker);

	if (!permissions->root || (rule && rule->required))
		return 0;
	return deny(permissions, rule, asker, "`ebpfmm.required`", err);
}

int ebpfmm_permissions_record(const struct ebpfmm_permissions *permissions,
			      const struct ebpfmm_asker *asker, struct ebpfmm_error *err)
{
	const struct ebpfmm_rule *rule = find_rule(permissions, asker);

	if (!permissions->root || (rule && rule->record))
		return 0;
	return deny(permissions, rule, asker, "`ebpfmm.record`", err);
}
