// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_hook.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"

#define HOOK "/ebpfmm-oci-hook"

static const char *string_at(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static struct json_object *object_at(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return json_object_is_type(value, json_type_object) ? value : NULL;
}

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

/**
 * struct list - words that become "a, b and c"
 * @text: the list but for its last word
 * @last: that word, or NULL
 */
struct list {
	char *text;
	char *last;
};

/* Without memory the list gets shorter. */
static void list_add(struct list *list, const char *word)
{
	char *text;

	if (list->last && asprintf(&text, "%s%s%s", list->text ?: "", list->text ? ", " : "",
				   list->last) >= 0) {
		free(list->text);
		list->text = text;
	}
	free(list->last);
	list->last = strdup(word);
}

/* Frees the words. */
static char *list_end(struct list *list)
{
	char *text = NULL;

	if (asprintf(&text, "%s%s%s", list->text ?: "", list->text ? " and " : "",
		     list->last ?: "") < 0)
		text = NULL;
	free(list->text);
	free(list->last);
	return text;
}

/* --- a hook file -------------------------------------------------------------------- */

/* What is wrong with a hook file; NULL for nothing. */
static const char *find_fault(struct json_object *file)
{
	struct json_object *hook, *stages = NULL;
	const char *version, *binary;

	if (!json_object_is_type(file, json_type_object))
		return "not a JSON object: engines fail to start any container";
	version = string_at(file, "version");
	if (!version || strcmp(version, "1.0.0"))
		return "`version` is not 1.0.0";
	if (!object_at(file, "when"))
		return "`when` is missing";
	json_object_object_get_ex(file, "stages", &stages);
	if (!has_string(stages, "createRuntime") && !has_string(stages, "prestart"))
		return "`stages` has no createRuntime";
	if (!has_string(stages, "poststop"))
		return "`stages` has no poststop";
	hook = object_at(file, "hook");
	binary = hook ? string_at(hook, "path") : NULL;
	if (!binary || binary[0] != '/')
		return "`hook.path` is not an absolute path";
	return NULL;
}

static char *say_stages(struct json_object *file)
{
	struct json_object *stages;
	struct list list = {};
	const char *stage;

	json_object_object_get_ex(file, "stages", &stages);
	for (size_t i = 0; i < json_object_array_length(stages); i++) {
		stage = json_object_get_string(json_object_array_get_idx(stages, i));
		list_add(&list, stage ?: "null");
	}
	return list_end(&list);
}

/* The hook file of this project has only patterns of annotations. */
static char *say_when(struct json_object *when)
{
	struct json_object *always = NULL, *annotations = object_at(when, "annotations");
	_cleanup_free_ char *keys = NULL;
	struct list list = {};
	char *text;

	json_object_object_get_ex(when, "always", &always);
	if (json_object_get_boolean(always))
		return strdup("for each container");
	if (!annotations || !json_object_object_length(annotations))
		return strdup("for containers that meet its `when`");
	json_object_object_foreach(annotations, key, unused) {
		(void)unused;
		list_add(&list, key);
	}
	keys = list_end(&list);
	if (asprintf(&text, "for containers with an annotation that matches %s", keys ?: "") < 0)
		return NULL;
	return text;
}

static void check_binary(struct doctor_hook *hook, const char *result)
{
	if (hook->binary && access(hook->binary, X_OK) &&
	    asprintf(&hook->fault, "%s: %s: %s", hook->binary, strerror(errno), result) < 0)
		hook->fault = NULL;
}

void doctor_hook_read(const char *path, struct doctor_hook *out)
{
	_cleanup_(json_object_putp) struct json_object *file = json_object_from_file(path);
	const char *fault = find_fault(file);

	*out = (struct doctor_hook){};
	if (fault) {
		out->fault = strdup(fault);
		return;
	}
	out->binary = strdup(string_at(object_at(file, "hook"), "path"));
	out->stages = say_stages(file);
	out->when = say_when(object_at(file, "when"));
	check_binary(out, "engines silently ignore it");
}

/* --- a runtime specification ---------------------------------------------------------- */

/* The path of this hook among those of one stage; NULL if it is not there. */
static const char *find_hook(struct json_object *hooks)
{
	size_t length = json_object_is_type(hooks, json_type_array) ?
				json_object_array_length(hooks) : 0;
	const char *path, *name;

	for (size_t i = 0; i < length; i++) {
		path = string_at(json_object_array_get_idx(hooks, i), "path");
		name = path ? strrchr(path, '/') : NULL;
		if (name && !strcmp(name, HOOK))
			return path;
	}
	return NULL;
}

void doctor_hook_read_spec(const char *path, struct doctor_hook *out)
{
	_cleanup_(json_object_putp) struct json_object *file = json_object_from_file(path);
	struct json_object *hooks = object_at(file, "hooks");
	struct list list = {};

	*out = (struct doctor_hook){};
	if (hooks) {
		json_object_object_foreach(hooks, stage, entries) {
			const char *binary = find_hook(entries);

			if (!binary)
				continue;
			list_add(&list, stage);
			if (!out->binary)
				out->binary = strdup(binary);
		}
	}
	out->stages = list_end(&list);
	out->when = strdup("for each container of a runtime whose configuration names that file");
	if (!out->binary)
		out->fault = strdup("it has no hook of ebpfmm");
	else
		check_binary(out, "no container with this base spec starts");
}

void doctor_hook_free(struct doctor_hook *hook)
{
	free(hook->fault);
	free(hook->binary);
	free(hook->stages);
	free(hook->when);
	*hook = (struct doctor_hook){};
}
