// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hook as container engines see it: oci-hooks(5). They pass over a file
 * whose binary is missing, in silence, and start no container at all while one
 * is malformed.
 */
#include "doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const hook_files[] = {
	"/etc/containers/oci/hooks.d/ebpfmm.json",
	"/usr/share/containers/oci/hooks.d/ebpfmm.json",
};

static const char *const engines[] = {
	"/usr/bin/podman",
	"/usr/bin/crio",
	"/usr/local/bin/crio",
	"/usr/bin/buildah",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool has_string(struct json_object *array, const char *text)
{
	size_t length = json_object_is_type(array, json_type_array) ?
				json_object_array_length(array) : 0;
	const char *entry;

	for (size_t i = 0; i < length; i++) {
		entry = json_object_get_string(json_object_array_get_idx(array, i));
		if (entry && !strcmp(entry, text))
			return true;
	}
	return false;
}

static const char *string_at(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

/* What is wrong with a hook file; NULL when nothing is. */
static const char *fault(struct json_object *file, const char **binary)
{
	struct json_object *hook = NULL, *when = NULL, *stages = NULL;
	const char *version;

	*binary = NULL;
	if (!json_object_is_type(file, json_type_object))
		return "it is no JSON object: no container starts on this node";
	version = string_at(file, "version");
	if (!version || strcmp(version, "1.0.0"))
		return "`version` is not 1.0.0";
	json_object_object_get_ex(file, "hook", &hook);
	json_object_object_get_ex(file, "when", &when);
	json_object_object_get_ex(file, "stages", &stages);
	if (!json_object_is_type(when, json_type_object))
		return "`when` is missing";
	if (!has_string(stages, "createRuntime") && !has_string(stages, "prestart"))
		return "`stages` has no createRuntime";
	if (!has_string(stages, "poststop"))
		return "`stages` has no poststop";
	*binary = json_object_is_type(hook, json_type_object) ?
			  string_at(hook, "path") : NULL;
	if (!*binary || (*binary)[0] != '/')
		return "`hook.path` is no absolute path";
	return NULL;
}

static void check_file(struct report *report, const char *path)
{
	struct json_object *file = json_object_from_file(path);
	const char *binary, *wrong = fault(file, &binary);

	if (wrong)
		report_add(report, FINDING_PROBLEM, "hook", "install ebpfmm again",
			   "%s: %s", path, wrong);
	else if (access(binary, X_OK))
		report_add(report, FINDING_PROBLEM, "hook", "install ebpfmm again",
			   "%s: %s: %s: engines pass it over in silence", path, binary,
			   strerror(errno));
	else
		report_add(report, FINDING_OK, "hook", NULL, "%s runs %s", path, binary);
	json_object_put(file);
}

void doctor_engine(struct report *report)
{
	bool engine = false, installed = false;

	/* A file in /etc hides the one of the same name in /usr. */
	for (size_t i = 0; i < COUNT(hook_files) && !installed; i++) {
		installed = !access(hook_files[i], F_OK);
		if (installed)
			check_file(report, hook_files[i]);
	}
	if (!installed)
		report_add(report, FINDING_PROBLEM, "hook", "make install PREFIX=/usr",
			   "%s is missing: engines do not know of it",
			   hook_files[COUNT(hook_files) - 1]);
	for (size_t i = 0; i < COUNT(engines); i++) {
		if (access(engines[i], X_OK))
			continue;
		report_add(report, FINDING_OK, "engine", NULL, "%s", engines[i]);
		engine = true;
	}
	if (!engine)
		report_add(report, FINDING_NOTE, "engine", NULL,
			   "no podman and no CRI-O here; ebpfmm attach works without");
}
