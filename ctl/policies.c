// SPDX-License-Identifier: GPL-2.0-only
/* load, unload, attach, detach */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "command.h"
#include "drop_in.h"
#include "engine/unit.h"
#include "kernel/cgroup.h"
#include "kernel/privilege.h"
#include "life/attachment.h"
#include "life/lifecycle.h"
#include "output.h"
#include "profiles.h"

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
	if (ebpfmm_privileged(err) || ebpfmm_life_load(true, err))
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
 * The root that a profile is translated against: --rootfs, or the root of a process in the
 * cgroup, or this process's own if the cgroup is empty.
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
		return ebpfmm_fail(err, ENOMEM, "get the root of the programs");
	}
	fd = open(*name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ebpfmm_fail(err, errno, "%s", *name);
	return fd;
}

static void print_attached(const struct ctl_args *args,
			   const struct ebpfmm_cgroup *cgroup, const char *profile,
			   const char *root)
{
	struct json_object *object;

	if (!args->json) {
		ctl_print("%s: profile %s, translated against %s\n", cgroup->path, profile,
			  root);
		return;
	}
	object = json_object_new_object();
	ebpfmm_json_add_string(object, "cgroup", cgroup->path);
	ebpfmm_json_add_number(object, "id", cgroup->id);
	ebpfmm_json_add_string(object, "profile", profile);
	ebpfmm_json_add_string(object, "root", root);
	ctl_print_json(object);
}

static int attach_to(const struct ctl_args *args, const struct ebpfmm_cgroup *cgroup,
		     const struct ebpfmm_profile *profile, struct ebpfmm_error *err)
{
	_cleanup_free_ char *root_name = NULL;
	_cleanup_close_ int rootfd = open_root(args, cgroup, &root_name, err);
	const struct ebpfmm_attachment attachment = {
		.cgroup = cgroup, .profile = profile, .debug_dir = args->debug_dir,
		.rootfd = rootfd,
	};

	if (rootfd < 0 || ebpfmm_attach_profile(&attachment, err))
		return -1;
	print_attached(args, cgroup, profile->name, root_name);
	return 0;
}

/* The cgroup of --cgroup or --unit. */
static int open_cgroup(const struct ctl_args *args, struct ebpfmm_cgroup *cgroup,
		       struct ebpfmm_error *err)
{
	_cleanup_free_ char *path = NULL;

	if (args->cgroup)
		return ebpfmm_cgroup_open(args->cgroup, cgroup, err);
	if (ebpfmm_unit_cgroup(args->unit, &path, err))
		return -1;
	return ebpfmm_cgroup_open(path, cgroup, err) ?
	       ebpfmm_prefix(err, "unit `%s`: ", args->unit) : 0;
}

int ctl_attach(const struct ctl_args *args, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_profile_freep) struct ebpfmm_profile *profile = NULL;
	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = {};

	if (!args->drop_in && ebpfmm_privileged(err))
		return -1;
	if (ctl_profile(args->operands[0], &profile, err))
		return -1;
	if (args->drop_in)
		return ctl_print_drop_in(args, err);
	return open_cgroup(args, &cgroup, err) ? -1 : attach_to(args, &cgroup, profile, err);
}

int ctl_detach(const struct ctl_args *args, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = {};
	struct json_object *object;
	int rc;

	if (ebpfmm_privileged(err) || open_cgroup(args, &cgroup, err))
		return -1;
	rc = ebpfmm_life_detach(cgroup.id, err);
	if (rc && err->code == ENOENT)
		ebpfmm_fail(err, 0, "%s: has no policy", args->cgroup ?: args->unit);
	if (!rc && args->json) {
		object = json_object_new_object();
		ebpfmm_json_add_string(object, "cgroup", cgroup.path);
		ebpfmm_json_add_number(object, "id", cgroup.id);
		ctl_print_json(object);
	}
	return rc;
}
