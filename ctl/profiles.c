// SPDX-License-Identifier: GPL-2.0-only
/* check, resolve */
#include "profiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "command.h"
#include "log.h"
#include "output.h"
#include "policy.h"
#include "translate.h"

int ctl_profile(const char *operand, struct ebpfmm_profile **out,
		struct ebpfmm_error *err)
{
	const char *unweighed;
	int rc;

	if (strchr(operand, '/') || !access(operand, F_OK))
		rc = ebpfmm_profile_load(operand, out, err);
	else
		rc = ebpfmm_profile_find(operand, out, err);
	if (rc)
		return -1;
	unweighed = ebpfmm_policy_unweighed(*out);
	if (unweighed)
		ebpfmm_log(LOG_WARNING, "%s: warning: not heeded by this version: %s",
			   operand, unweighed);
	return 0;
}

static size_t count_regions(const struct ebpfmm_profile *profile)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->nprograms; i++)
		count += profile->programs[i].nregions;
	return count;
}

static struct json_object *describe(const char *file,
				    const struct ebpfmm_profile *profile,
				    const struct ebpfmm_error *err)
{
	struct json_object *object = json_object_new_object();
	const char *unweighed;

	ctl_add_string(object, "file", file);
	json_object_object_add(object, "valid", json_object_new_boolean(!!profile));
	if (!profile) {
		ctl_add_string(object, "error", err->message);
		return object;
	}
	ctl_add_string(object, "name", profile->name);
	ctl_add_number(object, "programs", profile->nprograms);
	ctl_add_number(object, "regions", count_regions(profile));
	unweighed = ebpfmm_policy_unweighed(profile);
	if (unweighed)
		ctl_add_string(object, "not_heeded", unweighed);
	return object;
}

int ctl_check(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct json_object *results = json_object_new_array();
	int rc = 0;

	for (int i = 0; i < args->noperands; i++) {
		const char *file = args->operands[i];
		struct ebpfmm_profile *profile = NULL;

		if (ctl_profile(file, &profile, err)) {
			ebpfmm_log(LOG_ERR, "check: %s", err->message);
			rc = 1;
		} else if (!args->json) {
			ctl_print("%s: valid: profile %s, %zu program%s, %zu region%s\n",
				  file, profile->name, profile->nprograms,
				  profile->nprograms == 1 ? "" : "s",
				  count_regions(profile),
				  count_regions(profile) == 1 ? "" : "s");
		}
		json_object_array_add(results, describe(file, profile, err));
		ebpfmm_profile_free(profile);
	}
	if (args->json)
		ctl_print_json(results);
	else
		json_object_put(results);
	return rc;
}

int ctl_resolve(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct ebpfmm_profile *profile = NULL;
	struct ebpfmm_translation how = { .debugfd = -1, .locate = true };
	struct ebpfmm_table *table = NULL;
	int root, rc;

	root = open(args->rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return ebpfmm_fail(err, errno, "%s", args->rootfs);
	how.rootfd = root;
	rc = ctl_profile(args->operands[0], &profile, err);
	if (!rc) {
		rc = ebpfmm_translate(profile, &how, &table, err);
		if (rc)
			ebpfmm_prefix(err, "%s: ", args->operands[0]);
	}
	if (!rc)
		ebpfmm_table_print(table, profile, args->json, stdout);
	free(table);
	ebpfmm_profile_free(profile);
	close(root);
	return rc;
}
