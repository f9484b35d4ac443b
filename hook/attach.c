// SPDX-License-Identifier: GPL-2.0-only
#include "attach.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "config/recordings.h"
#include "kernel/cgroup.h"
#include "life/attachment.h"
#include "life/lifecycle.h"
#include "profile/profile.h"
#include "worker.h"

/**
 * struct target - the container on this node
 * @job: its job
 * @pidfd: its first process
 * @root: its root directory
 * @cgroup: its cgroup
 */
struct target {
	const struct ebpfmm_job *job;
	int pidfd;
	int root;
	struct ebpfmm_cgroup cgroup;
};

/* If the process has exited, its pid may be reused, and what was found by it is invalid. */
static int check_alive(const struct target *target, struct ebpfmm_error *err)
{
	struct pollfd poll_fd = { .fd = target->pidfd, .events = POLLIN };

	if (poll(&poll_fd, 1, 0) == 0)
		return 0;
	return ebpfmm_fail(err, ESRCH, "the container's process %d has exited",
			   (int)target->job->pid);
}

/*
 * At createRuntime and prestart, the container's mounts exist in its mount namespace, but
 * its root is not "/" yet.
 */
static int open_root(const struct ebpfmm_job *job, struct ebpfmm_error *err)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	char path[40];
	int outer, fd;

	snprintf(path, sizeof(path), "/proc/%d/root", (int)job->pid);
	outer = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (outer < 0)
		return ebpfmm_fail(err, errno, "%s", path);
	fd = syscall(SYS_openat2, outer, job->root, &how, sizeof(how));
	if (fd < 0)
		ebpfmm_fail(err, errno, "open the container's root `%s`", job->root);
	close(outer);
	return fd;
}

static int find_target(struct target *target, struct ebpfmm_error *err)
{
	const struct ebpfmm_job *job = target->job;

	if (job->pid < 2)
		return ebpfmm_fail(err, 0,
				   "state: `pid` is %d: the engine must call the hook at createRuntime or prestart",
				   (int)job->pid);
	target->pidfd = syscall(SYS_pidfd_open, job->pid, 0);
	if (target->pidfd < 0)
		return ebpfmm_fail(err, errno, "open the container's process %d",
				   (int)job->pid);
	return ebpfmm_cgroup_of_pid(job->pid, job->id, &target->cgroup, err);
}

static void close_target(struct target *target)
{
	closep(&target->pidfd);
	closep(&target->root);
	ebpfmm_cgroup_close(&target->cgroup);
}

/* --- callbacks of ebpfmm_attach_profile() ----------------------------------------- */

static int load_here(void *data, struct ebpfmm_error *err)
{
	(void)data;
	return ebpfmm_life_load(false, err);
}

/* Loading the policy is rarely necessary, but takes far more memory than the rest. */
static int load_apart(void *data, struct ebpfmm_error *err)
{
	const struct target *target = data;

	return ebpfmm_work(load_here, NULL, target->job->deadline, err);
}

static int confirm(void *data, struct ebpfmm_error *err)
{
	return check_alive(data, err);
}

static void end_step(void *data, const char *name)
{
	const struct target *target = data;

	ebpfmm_step(target->job->steps, name);
}

static int attach(struct target *target, const struct ebpfmm_profile *profile,
		  struct ebpfmm_error *err)
{
	const struct ebpfmm_job *job = target->job;
	const struct ebpfmm_attachment attachment = {
		.container = job->id, .cgroup = &target->cgroup, .profile = profile,
		.rootfd = target->root, .load = load_apart, .confirm = confirm,
		.step = end_step, .data = target,
	};
	char time[256];

	if (ebpfmm_attach_profile(&attachment, err))
		return -1;
	ebpfmm_steps_print(job->steps, time, sizeof(time));
	if (target->root < 0)
		ebpfmm_log(LOG_INFO, "container %s: has only 4K pages in %s while it is recorded %s",
			   job->id, target->cgroup.path, time);
	else
		ebpfmm_log(LOG_INFO, "container %s: profile %s is attached to %s %s", job->id,
			   profile->name, target->cgroup.path, time);
	return 0;
}

int ebpfmm_hook_attach(const struct ebpfmm_job *job, struct ebpfmm_error *err)
{
	_cleanup_(close_target) struct target target = {
		.job = job, .pidfd = -1, .root = -1, .cgroup.fd = -1,
	};
	_cleanup_(ebpfmm_profile_freep) struct ebpfmm_profile *profile = NULL;

	if (ebpfmm_profile_find(job->profile, &profile, err))
		return -1;
	ebpfmm_step(job->steps, "profile");
	if (find_target(&target, err))
		return -1;
	target.root = open_root(job, err);
	if (target.root < 0 || check_alive(&target, err))
		return -1;
	ebpfmm_step(job->steps, "container");
	return attach(&target, profile, err);
}

/* It names no program, so there is no root to look into. */
int ebpfmm_hook_attach_small(const struct ebpfmm_job *job, struct ebpfmm_error *err)
{
	char name[] = EBPFMM_RECORDINGS_POLICY;
	struct ebpfmm_profile none = { .name = name, .own_name = name };
	_cleanup_(close_target) struct target target = {
		.job = job, .pidfd = -1, .root = -1, .cgroup.fd = -1,
	};

	/* No byte may be in any larger page, whichever program it is. */
	none.limit[0] = UINT64_MAX;
	if (find_target(&target, err))
		return -1;
	ebpfmm_step(job->steps, "container");
	return attach(&target, &none, err);
}
