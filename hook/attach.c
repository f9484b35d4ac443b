// SPDX-License-Identifier: GPL-2.0-only
#include "attach.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/paths.h"
#include "image/cache.h"
#include "kernel/cgroup.h"
#include "kernel/policy.h"
#include "life/lifecycle.h"
#include "profile/profile.h"
#include "table/translate.h"
#include "worker.h"

/**
 * struct target - the container as found on this node
 * @pidfd: its first process
 * @root: its root directory
 * @cgroup: its cgroup
 */
struct target {
	int pidfd;
	int root;
	struct ebpfmm_cgroup cgroup;
};

/* A pid says nothing once its process is gone; what was found by it neither. */
static int check_alive(const struct target *target, const struct ebpfmm_job *job,
		       struct ebpfmm_error *err)
{
	struct pollfd poll_fd = { .fd = target->pidfd, .events = POLLIN };

	if (poll(&poll_fd, 1, 0) == 0)
		return 0;
	return ebpfmm_fail(err, ESRCH, "the container's process %d has died",
			   (int)job->pid);
}

/*
 * At createRuntime and prestart the container's mounts are there, in its mount
 * namespace, but its root is not yet "/".
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
		ebpfmm_fail(err, errno, "root `%s` of the container", job->root);
	close(outer);
	return fd;
}

static int find_target(const struct ebpfmm_job *job, struct target *target,
		       struct ebpfmm_error *err)
{
	target->pidfd = syscall(SYS_pidfd_open, job->pid, 0);
	if (target->pidfd < 0)
		return ebpfmm_fail(err, errno, "the container's process %d",
				   (int)job->pid);
	if (ebpfmm_cgroup_of_pid(job->pid, &target->cgroup, err))
		return -1;
	target->root = open_root(job, err);
	if (target->root < 0)
		return -1;
	return check_alive(target, job, err);
}

static void close_target(struct target *target)
{
	closep(&target->pidfd);
	closep(&target->root);
	ebpfmm_cgroup_close(&target->cgroup);
}

static int load(void *data, struct ebpfmm_error *err)
{
	struct ebpfmm_policy *policy;

	(void)data;
	if (ebpfmm_life_open(&policy, err))
		return -1;
	ebpfmm_policy_close(policy);
	return 0;
}

/* To load it, which is seldom needed, takes far more memory than all the rest. */
static int open_policy(const struct ebpfmm_job *job, struct ebpfmm_policy **out,
		       struct ebpfmm_error *err)
{
	if (ebpfmm_policy_peek(out, err))
		return -1;
	if (*out)
		return 0;
	if (ebpfmm_work(load, NULL, job->deadline, err))
		return -1;
	return ebpfmm_life_open(out, err);
}

static int translate_and_attach(const struct ebpfmm_job *job,
				const struct target *target,
				const struct ebpfmm_profile *profile,
				struct ebpfmm_error *err)
{
	struct ebpfmm_root how = { .rootfd = target->root,
				   .identify = ebpfmm_policy_identify };
	struct ebpfmm_table *table = NULL;
	struct ebpfmm_policy *policy;
	char time[256];
	int rc;

	if (open_policy(job, &policy, err))
		return -1;
	ebpfmm_step(job->steps, "policy");
	how.data = policy;
	how.cache = ebpfmm_cache_open(EBPFMM_CACHE_DIR, EBPFMM_CACHE_DEVICES);
	how.debugfd = open(EBPFMM_DEBUG_DIR, O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = ebpfmm_translate(profile, &how, &table, err);
	closep(&how.debugfd);
	ebpfmm_cache_close(how.cache);
	ebpfmm_policy_close(policy);
	if (rc)
		return ebpfmm_prefix(err, "profile `%s`: ", job->profile);
	ebpfmm_step(job->steps, "translation");
	rc = check_alive(target, job, err);
	if (!rc)
		rc = ebpfmm_life_attach(job->id, &target->cgroup, job->profile, table,
					err);
	if (!rc) {
		ebpfmm_step(job->steps, "attaching");
		ebpfmm_steps_print(job->steps, time, sizeof(time));
		ebpfmm_log(LOG_INFO, "container %s: profile %s is attached to %s %s",
			   job->id, job->profile, target->cgroup.path, time);
	}
	free(table);
	return rc;
}

int ebpfmm_hook_attach(const struct ebpfmm_job *job, struct ebpfmm_error *err)
{
	_cleanup_(close_target) struct target target = { .pidfd = -1, .root = -1,
							 .cgroup.fd = -1 };
	_cleanup_(ebpfmm_profile_freep) struct ebpfmm_profile *profile = NULL;

	if (job->pid < 2)
		return ebpfmm_fail(err, 0,
				   "state: `pid` is %d: not called at createRuntime or prestart",
				   (int)job->pid);
	if (ebpfmm_profile_find(job->profile, &profile, err))
		return -1;
	ebpfmm_step(job->steps, "profile");
	if (find_target(job, &target, err))
		return -1;
	ebpfmm_step(job->steps, "container");
	return translate_and_attach(job, &target, profile, err);
}
