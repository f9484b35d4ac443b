// SPDX-License-Identifier: GPL-2.0-only
/* check, resolve */
#include "profiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "command.h"
#include "image/debug_file.h"
#include "kernel/policy.h"
#include "output.h"
#include "show/table_print.h"
#include "table/translate.h"

bool ctl_profile_is_path(const char *operand)
{
	struct stat st;

	/* A directory that happens to have the name of a profile does not hide it. */
	return strchr(operand, '/') || (!stat(operand, &st) && S_ISREG(st.st_mode));
}

int ctl_profile(const char *operand, struct ebpfmm_profile **out,
		struct ebpfmm_error *err)
{
	if (ctl_profile_is_path(operand))
		return ebpfmm_profile_load(operand, out, err);
	return ebpfmm_profile_find(operand, out, err);
}

static size_t count_regions(const struct ebpfmm_profile *profile)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->nprograms; i++)
		count += profile->programs[i].nregions;
	return count;
}

static void close_root(struct ebpfmm_root *how)
{
	closep(&how->debugfd);
	closep(&how->rootfd);
}

/* --- check -------------------------------------------------------------------- */

/**
 * struct check - the result for one file
 * @file: the operand
 * @profile: the profile; NULL if it is not valid
 * @json: the output for --json
 * @warnings: likewise
 */
struct check {
	const char *file;
	struct ebpfmm_profile *profile;
	struct json_object *json;
	struct json_object *warnings;
};

static void add_warning(const char *text, void *data)
{
	/* It may contain the name of a file, which is arbitrary bytes. */
	_cleanup_free_ char *clean = ebpfmm_text(text);
	struct check *check = data;

	ebpfmm_log(LOG_WARNING, "%s: warning: %s", check->file, text);
	if (clean)
		json_object_array_add(check->warnings, json_object_new_string(clean));
}

/* All output uses the name of the file, so warn about another name. */
static void check_name(struct check *check)
{
	const struct ebpfmm_profile *profile = check->profile;
	char *text;

	if (!strcmp(profile->name, profile->own_name) ||
	    asprintf(&text, "name: `%s` is not the name of the file; the profile is called `%s`",
		     profile->own_name, profile->name) < 0)
		return;
	add_warning(text, check);
	free(text);
}

/* Checks a file, also against the root if there is one. */
static int check_file(struct check *check, const struct ebpfmm_root *how,
		      struct ebpfmm_error *err)
{
	_cleanup_free_ struct ebpfmm_table *table = NULL;

	if (ctl_profile(check->file, &check->profile, err))
		return -1;
	check_name(check);
	if (how->rootfd < 0)
		return 0;
	if (ebpfmm_translate(check->profile, how, &table, err))
		return ebpfmm_prefix(err, "%s: ", check->file);
	ebpfmm_table_each_warning(table, check->profile, add_warning, check);
	return 0;
}

static void free_check(struct check *check)
{
	json_object_put(check->json);
	json_object_put(check->warnings);
	ebpfmm_profile_free(check->profile);
}

static void describe(struct check *check, bool valid,
		     const struct ebpfmm_error *err)
{
	const struct ebpfmm_profile *profile = check->profile;

	ebpfmm_json_add_string(check->json, "file", check->file);
	json_object_object_add(check->json, "valid", json_object_new_boolean(valid));
	if (!valid) {
		json_object_object_add(check->json, "error",
				       ctl_error(err->message, ctl_error_code(err)));
		return;
	}
	ebpfmm_json_add_string(check->json, "name", profile->name);
	ebpfmm_json_add_number(check->json, "programs", profile->nprograms);
	ebpfmm_json_add_number(check->json, "regions", count_regions(profile));
	json_object_object_add(check->json, "warnings",
			       json_object_get(check->warnings));
}

static int check_one(const struct ctl_args *args, const char *file,
		     const struct ebpfmm_root *how,
		     struct json_object *results)
{
	_cleanup_(free_check) struct check check = {
		.file = file,
		.json = json_object_new_object(),
		.warnings = json_object_new_array(),
	};
	struct ebpfmm_error err = {};
	int rc = check_file(&check, how, &err);
	size_t count = rc ? 0 : count_regions(check.profile);

	ebpfmm_printable(err.message);
	if (rc)
		fprintf(stderr, "ebpfmm check: %s\n", err.message);
	else if (!args->json)
		ctl_print("%s: valid%s%s: profile %s, %zu program%s, %zu region%s\n",
			  file, args->rootfs ? " in " : "",
			  args->rootfs ? args->rootfs : "", check.profile->name,
			  check.profile->nprograms,
			  check.profile->nprograms == 1 ? "" : "s", count,
			  count == 1 ? "" : "s");
	describe(&check, !rc, &err);
	json_object_array_add(results, take_ptr(check.json));
	return rc ? 1 : 0;
}

/* Opens --rootfs and --debug-dir. */
static int open_places(const struct ctl_args *args,
		       struct ebpfmm_root *how, struct ebpfmm_error *err)
{
	if (!args->rootfs)
		return 0;
	how->rootfd = open(args->rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (how->rootfd < 0)
		return ebpfmm_fail(err, errno, "%s", args->rootfs);
	return ebpfmm_debug_dir_open(args->debug_dir, &how->debugfd, err);
}

int ctl_check(const struct ctl_args *args, struct ebpfmm_error *err)
{
	_cleanup_(json_object_putp) struct json_object *results = json_object_new_array();
	_cleanup_(close_root) struct ebpfmm_root how = { .rootfd = -1, .debugfd = -1 };
	int rc = 0;

	if (open_places(args, &how, err))
		return -1;
	for (int i = 0; i < args->noperands; i++)
		rc |= check_one(args, args->operands[i], &how, results);
	if (args->json)
		ctl_print_json(take_ptr(results));
	return rc;
}

/* --- resolve ------------------------------------------------------------------ */

int ctl_resolve(const struct ctl_args *args, struct ebpfmm_error *err)
{
	_cleanup_(close_root) struct ebpfmm_root how = {
		.rootfd = -1, .debugfd = -1, .locate = true,
	};
	_cleanup_(ebpfmm_profile_freep) struct ebpfmm_profile *profile = NULL;
	_cleanup_free_ struct ebpfmm_table *table = NULL;

	if (open_places(args, &how, err) ||
	    ctl_profile(args->operands[0], &profile, err))
		return -1;
	if (ebpfmm_translate(profile, &how, &table, err))
		return ebpfmm_prefix(err, "%s: ", args->operands[0]);
	ebpfmm_table_print(table, profile, args->json, stdout);
	return 0;
}
