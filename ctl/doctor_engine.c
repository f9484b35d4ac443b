// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether container engines call the hook; see oci-hooks(5). Engines silently ignore a file
 * whose program is missing, and start no container at all while a file is malformed.
 */
#include "doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "engine/hooks_dirs.h"

#define HOOK_FILE "ebpfmm.json"
#define USR_FILE EBPFMM_HOOKS_DIR_USR "/" HOOK_FILE
#define BASE_SPEC "/etc/containerd/ebpfmm-base-spec.json"
#define CONTAINERD_SETUP "/usr/libexec/ebpfmm/ebpfmm-containerd"

/**
 * struct engine - a container engine that reads hooks
 * @path: path of its program
 * @kind: how it finds hooks
 * @advice: how to make it read other directories; the array of directories follows
 */
struct engine {
	const char *path;
	enum ebpfmm_engine kind;
	const char *advice;
};

static const char podman_advice[] =
	"in [engine] of /etc/containers/containers.conf (--hooks-dir is not enough: "
	"podman drops it when it restarts a container):";
static const char crio_advice[] = "in [crio.runtime] of /etc/crio/crio.conf:";

static const struct engine engines[] = {
	{ "/usr/bin/podman", EBPFMM_ENGINE_PODMAN, podman_advice },
	{ "/usr/bin/crio", EBPFMM_ENGINE_CRIO, crio_advice },
	{ "/usr/local/bin/crio", EBPFMM_ENGINE_CRIO, crio_advice },
	{ "/usr/bin/buildah", EBPFMM_ENGINE_BUILDAH, NULL },
};

/* Directories that a hook may have been installed in without an engine reading them. */
static const char *const elsewhere[] = {
	USR_FILE,
	EBPFMM_HOOKS_DIR_ETC "/" HOOK_FILE,
	"/usr/local/share/containers/oci/hooks.d/" HOOK_FILE,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/**
 * struct outcome - results for all engines
 * @engines: number of engines
 * @checked: hook files that were checked already; at most one for each engine
 */
struct outcome {
	unsigned int engines;
	char *checked[COUNT(engines)];
};

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

/* What is wrong with a hook file; NULL for nothing. */
static const char *fault(struct json_object *file, const char **binary)
{
	struct json_object *hook = NULL, *when = NULL, *stages = NULL;
	const char *version;

	*binary = NULL;
	if (!json_object_is_type(file, json_type_object))
		return "not a JSON object: engines fail to start any container";
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
		return "`hook.path` is not an absolute path";
	return NULL;
}

static void check_file(struct findings *findings, const char *path)
{
	_cleanup_(json_object_putp) struct json_object *file = json_object_from_file(path);
	const char *binary, *wrong = fault(file, &binary);

	if (wrong)
		findings_add(findings, FINDING_PROBLEM, "hook", "install ebpfmm again",
			   "%s: %s", path, wrong);
	else if (access(binary, X_OK))
		findings_add(findings, FINDING_PROBLEM, "hook", "install ebpfmm again",
			   "%s: %s: %s: engines silently ignore it", path, binary,
			   strerror(errno));
	else
		findings_add(findings, FINDING_OK, "hook", NULL, "%s runs %s", path, binary);
}

/* Checks each file once, even if several engines read it. */
static void check_once(struct findings *findings, struct outcome *outcome, const char *path)
{
	for (size_t i = 0; i < COUNT(outcome->checked); i++) {
		if (!outcome->checked[i]) {
			outcome->checked[i] = strdup(path);
			check_file(findings, path);
			return;
		}
		if (!strcmp(outcome->checked[i], path))
			return;
	}
}

/* The file in the last directory that has one, which overrides the others; NULL for none. */
static char *find_file(const struct ebpfmm_hooks_dirs *dirs)
{
	for (size_t i = dirs->count; i > 0; i--) {
		_cleanup_free_ char *path = NULL;

		if (asprintf(&path, "%s/" HOOK_FILE, dirs->dirs[i - 1]) < 0) {
			path = NULL;
			return NULL;
		}
		if (!access(path, F_OK))
			return take_ptr(path);
	}
	return NULL;
}

static const char *find_elsewhere(void)
{
	for (size_t i = 0; i < COUNT(elsewhere); i++)
		if (!access(elsewhere[i], F_OK))
			return elsewhere[i];
	return NULL;
}

/* The directories as a TOML array, or "none"; NULL without memory. */
static char *list_dirs(const struct ebpfmm_hooks_dirs *dirs, const char *more)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < dirs->count; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : "[", dirs->dirs[i]);
	if (more)
		fprintf(out, "%s\"%.*s\"", dirs->count ? ", " : "[",
			(int)(strrchr(more, '/') - more), more);
	fputs(dirs->count || more ? "]" : "none", out);
	fclose(out);
	return text;
}

/* How to make the engine find a hook that is installed elsewhere; NULL without memory. */
static char *advise(const struct engine *engine, const struct ebpfmm_hooks_dirs *dirs,
		    const char *other)
{
	_cleanup_free_ char *list = NULL;
	char *text = NULL;

	if (!other || !engine->advice)
		return strdup("make install PREFIX=/usr");
	list = list_dirs(dirs, other);
	if (asprintf(&text, "%s hooks_dir = %s", engine->advice, list ? list : "") < 0)
		return NULL;
	return text;
}

static void find_blind(struct findings *findings, const struct engine *engine,
			 const struct ebpfmm_hooks_dirs *dirs)
{
	const char *other = find_elsewhere();
	_cleanup_free_ char *list = list_dirs(dirs, NULL);
	_cleanup_free_ char *remedy = advise(engine, dirs, other);

	/* buildah builds images, and its containers rarely ask for a profile. */
	findings_add(findings, engine->kind == EBPFMM_ENGINE_BUILDAH ? FINDING_NOTE :
		   FINDING_PROBLEM, "engine", remedy,
		   "%s does not call the hook: it reads hooks from %s (%s%s)%s%s",
		   engine->path, list ? list : "", dirs->from ? "set in " : "its default",
		   dirs->from ? dirs->from : "",
		   other ? ", but the hook is " : ", where there is no " HOOK_FILE,
		   other ? other : "");
}

static void check_engine(struct findings *findings, struct outcome *outcome,
			 const struct engine *engine)
{
	_cleanup_(ebpfmm_hooks_dirs_free) struct ebpfmm_hooks_dirs dirs = {};
	_cleanup_free_ char *path = NULL;
	struct ebpfmm_error err;

	outcome->engines++;
	if (ebpfmm_hooks_dirs_find(engine->kind, "", &dirs, &err)) {
		findings_add(findings, FINDING_PROBLEM, "engine", NULL,
			   "%s: cannot determine where it reads hooks: %s",
			   engine->path, err.message);
		return;
	}
	path = find_file(&dirs);
	if (!path) {
		find_blind(findings, engine, &dirs);
		return;
	}
	findings_add(findings, FINDING_OK, "engine", NULL, "%s calls the hook through %s",
		   engine->path, path);
	check_once(findings, outcome, path);
}

/* What it is configured to do only containerd itself can say, so a script asks it. */
static void check_containerd(struct findings *findings, struct outcome *outcome)
{
	if (access("/usr/bin/containerd", X_OK) && access("/usr/local/bin/containerd", X_OK))
		return;
	outcome->engines++;
	if (access(BASE_SPEC, F_OK))
		findings_add(findings, FINDING_NOTE, "engine", CONTAINERD_SETUP " install",
			   "containerd does not call the hook: there is no " BASE_SPEC);
	else
		findings_add(findings, FINDING_NOTE, "engine", CONTAINERD_SETUP " check",
			   "containerd calls the hook if its configuration names " BASE_SPEC);
}

/* Without a known engine, check what engines read by default. */
static void check_no_engine(struct findings *findings)
{
	const char *path = find_elsewhere();

	findings_add(findings, FINDING_NOTE, "engine", NULL,
		   "neither podman nor CRI-O is installed; ebpfmm attach works without them");
	if (path)
		check_file(findings, path);
	else
		findings_add(findings, FINDING_PROBLEM, "hook", "make install PREFIX=/usr",
			   USR_FILE " is missing: engines do not call the hook");
}

void doctor_engine(struct findings *findings)
{
	struct outcome outcome = {};

	for (size_t i = 0; i < COUNT(engines); i++)
		if (!access(engines[i].path, X_OK))
			check_engine(findings, &outcome, &engines[i]);
	check_containerd(findings, &outcome);
	if (!outcome.engines)
		check_no_engine(findings);
	for (size_t i = 0; i < COUNT(outcome.checked); i++)
		free(outcome.checked[i]);
}
