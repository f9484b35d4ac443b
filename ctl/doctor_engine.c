// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether container engines call the hook; see oci-hooks(5). Engines silently ignore a file
 * whose program is missing, and start no container at all while a file is malformed.
 */
#include "doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "doctor_hook.h"
#include "doctor_place.h"
#include "engine/hooks_dirs.h"

#define HOOK_FILE "ebpfmm.json"
#define USR_FILE EBPFMM_HOOKS_DIR_USR "/" HOOK_FILE
#define CRIO_DROPIN "50-ebpfmm.conf"
#define BASE_SPEC "/etc/containerd/ebpfmm-base-spec.json"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/**
 * struct engine - a container engine that reads hooks
 * @name: what it is called
 * @programs: where its program may be
 * @kind: how it finds hooks
 * @table: the table of its configuration that has the list of directories; NULL if it cannot
 *	be configured
 * @file: the file for that list, if none has one
 * @more: what else to know about the list
 */
struct engine {
	const char *name;
	const char *programs[2];
	enum ebpfmm_engine kind;
	const char *table;
	const char *file;
	const char *more;
};

static const struct engine engines[] = {
	{ "podman", { "/usr/bin/podman", "/usr/local/bin/podman" }, EBPFMM_ENGINE_PODMAN,
	  "engine", "/etc/containers/containers.conf",
	  " (--hooks-dir is not enough: podman drops it when it restarts a container)" },
	{ "CRI-O", { "/usr/bin/crio", "/usr/local/bin/crio" }, EBPFMM_ENGINE_CRIO,
	  "crio.runtime", "/etc/crio/crio.conf", " (then restart CRI-O)" },
	{ "buildah", { "/usr/bin/buildah", "/usr/local/bin/buildah" }, EBPFMM_ENGINE_BUILDAH,
	  NULL, NULL, NULL },
};

/* Directories that a hook may have been installed in without an engine reading them. */
static const char *const elsewhere[] = {
	USR_FILE,
	EBPFMM_HOOKS_DIR_ETC "/" HOOK_FILE,
	"/usr/local/share/containers/oci/hooks.d/" HOOK_FILE,
};

/**
 * struct outcome - results for all engines
 * @engines: number of engines
 * @checked: hook files that were reported already
 * @count: number of them
 */
struct outcome {
	unsigned int engines;
	char *checked[COUNT(engines) * COUNT(engines[0].programs)];
	size_t count;
};

static void report_file(struct findings *findings, const char *path,
			const struct doctor_hook *hook)
{
	if (hook->fault)
		findings_add(findings, FINDING_PROBLEM, "hook", doctor_again(), "%s: %s", path,
			     hook->fault);
	else
		findings_add(findings, FINDING_OK, "hook", NULL, "%s runs %s", path,
			     hook->binary);
}

/* Reports each file once, even if several engines read it. */
static void report_once(struct findings *findings, struct outcome *outcome, const char *path,
			const struct doctor_hook *hook)
{
	for (size_t i = 0; i < outcome->count; i++)
		if (outcome->checked[i] && !strcmp(outcome->checked[i], path))
			return;
	outcome->checked[outcome->count++] = strdup(path);
	report_file(findings, path, hook);
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

/* A hook file that no engine need read, to be freed; NULL for none. */
static char *find_elsewhere(void)
{
	_cleanup_free_ char *own = doctor_place("share/containers/oci/hooks.d/" HOOK_FILE);

	if (own && !access(own, F_OK))
		return take_ptr(own);
	for (size_t i = 0; i < COUNT(elsewhere); i++)
		if (!access(elsewhere[i], F_OK))
			return strdup(elsewhere[i]);
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

/* The command that installs the drop-in for CRI-O, if that is enough; NULL otherwise. */
static char *advise_dropin(const struct engine *engine, const struct ebpfmm_hooks_dirs *dirs,
			   const char *other)
{
	_cleanup_free_ char *own = doctor_place("share/containers/oci/hooks.d/" HOOK_FILE);
	_cleanup_free_ char *dropin = doctor_place("share/ebpfmm/crio/" CRIO_DROPIN);
	char *text;

	/* It replaces a list, or comes before the file that has one. */
	if (engine->kind != EBPFMM_ENGINE_CRIO || dirs->from || !own || strcmp(own, other) ||
	    !dropin || access(dropin, F_OK))
		return NULL;
	if (asprintf(&text, "install -D -m 644 %s /etc/crio/crio.conf.d/" CRIO_DROPIN
		     " && systemctl restart crio", dropin) < 0)
		return NULL;
	return text;
}

/* How to make the engine find a hook that is installed elsewhere; NULL without memory. */
static char *advise(const struct engine *engine, const struct ebpfmm_hooks_dirs *dirs,
		    const char *other)
{
	_cleanup_free_ char *list = NULL;
	char *text = NULL;

	if (!other || !engine->table)
		return strdup(doctor_again());
	text = advise_dropin(engine, dirs, other);
	if (text)
		return text;
	list = list_dirs(dirs, other);
	if (asprintf(&text, "in [%s] of %s%s: hooks_dir = %s", engine->table,
		     dirs->from ?: engine->file, engine->more, list ?: "") < 0)
		return NULL;
	return text;
}

/* buildah builds images, and its containers rarely ask for a profile. */
static enum finding severity(const struct engine *engine)
{
	return engine->kind == EBPFMM_ENGINE_BUILDAH ? FINDING_NOTE : FINDING_PROBLEM;
}

static void find_blind(struct findings *findings, const struct engine *engine,
		       const char *program, const struct ebpfmm_hooks_dirs *dirs)
{
	_cleanup_free_ char *other = find_elsewhere();
	_cleanup_free_ char *list = list_dirs(dirs, NULL);
	_cleanup_free_ char *remedy = advise(engine, dirs, other);

	findings_add(findings, severity(engine), "engine", remedy,
		     "%s does not call the hook: it reads hooks from %s (%s%s)%s%s",
		     program, list ?: "", dirs->from ? "set in " : "its default",
		     dirs->from ?: "",
		     other ? ", but the hook is " : ", where there is no " HOOK_FILE,
		     other ?: "");
}

static void check_engine(struct findings *findings, struct outcome *outcome,
			 const struct engine *engine, const char *program)
{
	_cleanup_(ebpfmm_hooks_dirs_free) struct ebpfmm_hooks_dirs dirs = {};
	_cleanup_(doctor_hook_free) struct doctor_hook hook = {};
	_cleanup_free_ char *path = NULL;
	struct ebpfmm_error err;

	if (ebpfmm_hooks_dirs_find(engine->kind, "", &dirs, &err)) {
		findings_add(findings, FINDING_PROBLEM, "engine", NULL,
			     "%s: cannot determine where it reads hooks: %s",
			     program, err.message);
		return;
	}
	path = find_file(&dirs);
	if (!path) {
		find_blind(findings, engine, program, &dirs);
		return;
	}
	doctor_hook_read(path, &hook);
	if (hook.fault)
		findings_add(findings, severity(engine), "engine", NULL,
			     "%s does not call the hook: %s is wrong", program, path);
	else
		findings_add(findings, FINDING_OK, "engine", NULL,
			     "%s calls the hook through %s at %s, %s", program, path,
			     hook.stages ?: "", hook.when ?: "");
	report_once(findings, outcome, path, &hook);
}

static bool is_installed(const char *program)
{
	return !access(program, X_OK);
}

static void report_absent(struct findings *findings, const char *name)
{
	findings_add(findings, FINDING_NOTE, "engine", NULL, "%s is not installed", name);
}

static void check_engines(struct findings *findings, struct outcome *outcome,
			  const struct engine *engine)
{
	unsigned int found = 0;

	for (size_t i = 0; i < COUNT(engine->programs); i++) {
		if (!is_installed(engine->programs[i]))
			continue;
		found++;
		check_engine(findings, outcome, engine, engine->programs[i]);
	}
	outcome->engines += found;
	if (!found)
		report_absent(findings, engine->name);
}

/* Which runtimes name the base spec only containerd itself can say, so a script asks it. */
static void check_containerd(struct findings *findings, struct outcome *outcome)
{
	_cleanup_(doctor_hook_free) struct doctor_hook hook = {};
	_cleanup_free_ char *setup = doctor_place("libexec/ebpfmm/ebpfmm-containerd");
	_cleanup_free_ char *remedy = NULL;
	bool missing = access(BASE_SPEC, F_OK);

	if (!is_installed("/usr/bin/containerd") && !is_installed("/usr/local/bin/containerd")) {
		report_absent(findings, "containerd");
		return;
	}
	outcome->engines++;
	if (asprintf(&remedy, "%s %s", setup ?: "", missing ? "install" : "check") < 0)
		remedy = NULL;
	if (missing) {
		findings_add(findings, FINDING_NOTE, "engine", remedy,
			     "containerd does not call the hook: there is no " BASE_SPEC);
		return;
	}
	doctor_hook_read_spec(BASE_SPEC, &hook);
	if (hook.fault)
		findings_add(findings, hook.binary ? FINDING_PROBLEM : FINDING_NOTE, "engine",
			     hook.binary ? doctor_again() : remedy,
			     "containerd does not call the hook through " BASE_SPEC ": %s",
			     hook.fault);
	else
		findings_add(findings, FINDING_NOTE, "engine", remedy,
			     "containerd calls the hook through " BASE_SPEC " at %s, %s",
			     hook.stages ?: "", hook.when ?: "");
}

/* Without a known engine, check what engines read by default. */
static void check_no_engine(struct findings *findings)
{
	_cleanup_(doctor_hook_free) struct doctor_hook hook = {};
	_cleanup_free_ char *path = find_elsewhere();

	findings_add(findings, FINDING_NOTE, "engine", NULL,
		     "no engine is installed; ebpfmm attach works without them");
	if (!path) {
		findings_add(findings, FINDING_PROBLEM, "hook", doctor_again(),
			     USR_FILE " is missing: engines do not call the hook");
		return;
	}
	doctor_hook_read(path, &hook);
	report_file(findings, path, &hook);
}

void doctor_engine(struct findings *findings)
{
	struct outcome outcome = {};

	for (size_t i = 0; i < COUNT(engines); i++)
		check_engines(findings, &outcome, &engines[i]);
	check_containerd(findings, &outcome);
	if (!outcome.engines)
		check_no_engine(findings);
	for (size_t i = 0; i < outcome.count; i++)
		free(outcome.checked[i]);
}
