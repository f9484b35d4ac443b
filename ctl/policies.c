// SPDX-License-Identifier: GPL-2.0-only
/* load, unload, attach, detach */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/paths.h"
#include "command.h"
#include "image/cache.h"
#include "kernel/cgroup.h"
#include "kernel/policy.h"
#include "kernel/privilege.h"
#include "life/lifecycle.h"
#include "output.h"
#include "profiles.h"
#include "table/translate.h"

static void print_loaded(const struct ctl_args *args, bool loaded)
{
	struct json_object *object;

	if (!args->json)
		return;
	object = json_object_new_object();
	json_object_object_add(object, "loaded", json_object_new_boolean(loaded));
	ctl_print_json(object);
}

int ctl_load(const struct ctl_args *args, struct ebpfmm_error *err)
{
	if (ebpfmm_privileged(err) || ebpfmm_life_load(err))
		return -1;
	print_loaded(args, true);
	return 0;
}

int ctl_unload(const struct ctl_args *args, struct ebpfmm_error *err)
{
	if (ebpfmm_privileged(err) || ebpfmm_life_unload(err))
		return -1;
	print_loaded(args, false);
	return 0;
}

/*
 * The root that a profile is translated against: the one that was named, or
 * that of a process in the cgroup, or our own while there is none.
 */
static int open_root(const struct ctl_args *args, const struct ebpfmm_cgroup *cgroup,
		     char **name, struct ebpfmm_error *err)
{
	pid_t pid = args->rootfs ? 0 : ebpfmm_cgroup_first_pid(cgroup);
	int rc, fd;

	if (args->rootfs)
		rc = asprintf(name, "%s", args->rootfs);
	else if (pid)
		rc = asprintf(name, "/proc/%d/root", (int)pid);
	else
		rc = asprintf(name, "/");
	if (rc < 0) {
		*name = NULL;
		return ebpfmm_fail(err, ENOMEM, "root");
	}
	fd = open(*name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ebpfmm_fail(err, errno, "%s", *name);
	return fd;
}

static void print_attached(const struct ctl_args *args,
			   const struct ebpfmm_cgroup *cgroup, const char *root)
{
	struct json_object *object;

	if (!args->json) {
		ctl_print("%s: profile %s, translated in %s\n", cgroup->path,
			  args->operands[0], root);
		return;
	}
	object = json_object_new_object();
	ctl_add_string(object, "cgroup", cgroup->path);
	ctl_add_number(object, "id", cgroup->id);
	ctl_add_string(object, "profile", args->operands[0]);
	ctl_add_string(object, "root", root);
	ctl_print_json(object);
}

static int attach_to(const struct ctl_args *args, const struct ebpfmm_cgroup *cgroup,
		     const struct ebpfmm_profile *profile, struct ebpfmm_error *err)
{
	struct ebpfmm_root how = { .debugfd = -1, .rootfd = -1,
				   .identify = ebpfmm_policy_identify };
	struct ebpfmm_policy *policy = NULL;
	struct ebpfmm_table *table = NULL;
	const char *slash = strrchr(args->operands[0], '/');
	char *root_name = NULL;
	int rc = -1;

	how.rootfd = open_root(args, cgroup, &root_name, err);
	if (how.rootfd < 0 || ctl_debug_dir(args, &how.debugfd, err) ||
	    ebpfmm_life_open(&policy, err))
		goto out;
	how.data = policy;
	how.cache = ebpfmm_cache_open(EBPFMM_CACHE_DIR, EBPFMM_CACHE_DEVICES);
	rc = ebpfmm_translate(profile, &how, &table, err);
	if (rc)
		ebpfmm_prefix(err, "%s: ", args->operands[0]);
	else
		rc = ebpfmm_life_attach(NULL, cgroup,
					slash ? slash + 1 : args->operands[0], table,
					err);
	if (!rc)
		print_attached(args, cgroup, root_name);
out:
	free(table);
	ebpfmm_cache_close(how.cache);
	ebpfmm_policy_close(policy);
	if (how.debugfd >= 0)
		close(how.debugfd);
	if (how.rootfd >= 0)
		close(how.rootfd);
	free(root_name);
	return rc;
}

int ctl_attach(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct ebpfmm_profile *profile = NULL;
	struct ebpfmm_cgroup cgroup = {};
	int rc;

	if (ebpfmm_privileged(err) || ctl_profile(args->operands[0], &profile, err))
		return -1;
	rc = ebpfmm_cgroup_open(args->cgroup, &cgroup, err);
	if (!rc)
		rc = attach_to(args, &cgroup, profile, err);
	ebpfmm_cgroup_close(&cgroup);
	ebpfmm_profile_free(profile);
	return rc;
}

int ctl_detach(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct ebpfmm_cgroup cgroup = {};
	struct json_object *object;
	int rc;

	if (ebpfmm_privileged(err) || ebpfmm_cgroup_open(args->cgroup, &cgroup, err))
		return -1;
	rc = ebpfmm_life_detach(cgroup.id, err);
	if (rc && err->code == ENOENT)
		ebpfmm_fail(err, 0, "%s: has no policy", args->cgroup);
	if (!rc && args->json) {
		object = json_object_new_object();
		ctl_add_string(object, "cgroup", cgroup.path);
		ctl_add_number(object, "id", cgroup.id);
		ctl_print_json(object);
	}
	ebpfmm_cgroup_close(&cgroup);
	return rc;
}
