// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/cgroup.h"

#define CGROUP	"ebpfmm-recorders"
/* Exists only if systemd manages the node; see sd_booted(3). */
#define SYSTEMD	"/run/systemd/system"
#define NICE	10
/* Percent of a CPU: a tenant can make a recorder work, by starting and ending processes. */
#define QUOTA	"50"
/* A tenth of what others have, so that a container starts as fast beside its recorder. */
#define WEIGHT	"10"
/* Another process that ends may remove the cgroup before this one is in it. */
#define TRIES	100
#define MOST_ARGS 16

bool recorder_is_apart(void)
{
	/* Of systemd.exec(5). The hook has passed on no environment. */
	return access(SYSTEMD, F_OK) || getenv("INVOCATION_ID");
}

static int wait_for(pid_t pid, struct ebpfmm_error *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return ebpfmm_fail(err, errno, "wait for systemd-run");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return ebpfmm_fail(err, 0, "systemd-run failed with status %d",
				   WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return 0;
}

int recorder_start_apart(const char *container, const char *const *args,
			 struct ebpfmm_error *err)
{
	char unit[64], description[192], self[PATH_MAX];
	const char *argv[MOST_ARGS + 14] = {
		"systemd-run", "--quiet", "--collect", "--no-block", unit, description,
		"--property=Nice=10", "--property=OOMScoreAdjust=500",
		"--property=CPUQuota=" QUOTA "%", "--property=CPUWeight=" WEIGHT,
		"--property=Documentation=man:ebpfmm(8)", "--", self,
	};
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t count = 13;
	pid_t pid;
	int code;

	if (length < 0)
		return ebpfmm_fail(err, errno, "find the command ebpfmm");
	self[length] = '\0';
	/* An earlier recording of a container that was restarted may not have ended yet. */
	snprintf(unit, sizeof(unit), "--unit=ebpfmm-record-%.12s-%d", container, (int)getpid());
	snprintf(description, sizeof(description),
		 "--description=Recording of memory accesses of container %.128s", container);
	for (size_t i = 0; i < MOST_ARGS && args[i]; i++)
		argv[count++] = args[i];
	code = posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)argv, environ);
	return code ? ebpfmm_fail(err, code, "run systemd-run") : wait_for(pid, err);
}

static int write_file(int dir, const char *name, const char *text)
{
	_cleanup_close_ int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : 0;
}

static int open_root(struct ebpfmm_error *err)
{
	_cleanup_free_ char *path = ebpfmm_cgroup_path(0, err);
	int root = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (path && root < 0)
		ebpfmm_fail(err, errno, "open %s", path);
	return root;
}

static int enter_cgroup(struct ebpfmm_error *err)
{
	_cleanup_close_ int root = open_root(err);
	int tries = TRIES;

	if (root < 0)
		return -1;
	do {
		if (mkdirat(root, CGROUP, 0755) && errno != EEXIST)
			return ebpfmm_fail(err, errno, "create cgroup " CGROUP);
		if (!write_file(root, CGROUP "/cgroup.procs", "0")) {
			/* Where the controller is on; all recorders share them. */
			write_file(root, CGROUP "/cpu.max", QUOTA "000 100000");
			write_file(root, CGROUP "/cpu.weight", WEIGHT);
			return 0;
		}
	} while ((errno == ENOENT || errno == ENODEV) && --tries);
	return ebpfmm_fail(err, errno, "enter cgroup " CGROUP);
}

int recorder_enter(struct ebpfmm_error *err)
{
	struct rlimit limit;

	/* The hook limits its own memory, and lets the kernel spare it. */
	if (!getrlimit(RLIMIT_AS, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_AS, &limit);
	}
	write_file(AT_FDCWD, "/proc/self/oom_score_adj", "500");
	setpriority(PRIO_PROCESS, 0, NICE);
	return access(SYSTEMD, F_OK) ? enter_cgroup(err) : 0;
}

void recorder_leave(void)
{
	_cleanup_close_ int root = -1;

	if (!access(SYSTEMD, F_OK))
		return;
	root = open_root(NULL);
	if (root < 0)
		return;
	write_file(root, "cgroup.procs", "0");
	unlinkat(root, CGROUP, AT_REMOVEDIR);
}

unsigned int recorder_sweep(bool clear)
{
	_cleanup_close_ int root = open_root(NULL);
	_cleanup_close_ int file = root < 0 ? -1 : openat(root, CGROUP "/cgroup.procs",
							   O_RDONLY | O_CLOEXEC);
	char byte;

	if (file < 0 || read(file, &byte, 1))
		return 0;
	if (clear)
		unlinkat(root, CGROUP, AT_REMOVEDIR);
	return 1;
}
