// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "config/recordings.h"
#include "kernel/cgroup.h"

int ebpfmm_hook_may_record(const struct ebpfmm_job *job, struct ebpfmm_error *err)
{
	struct ebpfmm_recordings_config config;

	if (ebpfmm_recordings_check_name(job->record, err))
		return ebpfmm_prefix(err, "annotation `ebpfmm.record`: ");
	return ebpfmm_recordings_load(&config, err);
}

/* PREFIX/bin/ebpfmm, as this program is PREFIX/libexec/ebpfmm/ebpfmm-oci-hook. */
static int find_command(char *path, size_t size, struct ebpfmm_error *err)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);
	char *slash = NULL;

	if (length < 0)
		return ebpfmm_fail(err, errno, "find the command ebpfmm");
	path[length] = '\0';
	for (int i = 0; i < 3; i++) {
		slash = strrchr(path, '/');
		if (!slash)
			return ebpfmm_fail(err, ENOENT, "find the command ebpfmm");
		*slash = '\0';
	}
	snprintf(slash, size - (slash - path), "/bin/ebpfmm");
	return 0;
}

/* Everything of this process that a child would inherit, but for its standard input. */
static int leave_behind(posix_spawn_file_actions_t *files, posix_spawnattr_t *attributes,
			int input)
{
	sigset_t set;

	sigemptyset(&set);
	if (posix_spawnattr_setsigmask(attributes, &set))
		return -1;
	sigfillset(&set);
	if (posix_spawnattr_setsigdefault(attributes, &set) ||
	    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
				     POSIX_SPAWN_SETSIGDEF))
		return -1;
	/* The engine waits until nobody has its pipes open any more. */
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
		if (posix_spawn_file_actions_addopen(files, fd, "/dev/null", O_RDWR, 0))
			return -1;
	return posix_spawn_file_actions_adddup2(files, input, STDIN_FILENO) ||
	       posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1) ||
	       posix_spawn_file_actions_addchdir_np(files, "/") ? -1 : 0;
}

static int spawn(char *const argv[], struct ebpfmm_error *err)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *const environment[] = { path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int code = ENOMEM, ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return ebpfmm_fail(err, errno, "start %s: pipe", argv[0]);
	if (!posix_spawn_file_actions_init(&files)) {
		if (!posix_spawnattr_init(&attributes)) {
			if (!leave_behind(&files, &attributes, ends[0]))
				code = posix_spawn(&pid, argv[0], &files, &attributes, argv,
						   environment);
			posix_spawnattr_destroy(&attributes);
		}
		posix_spawn_file_actions_destroy(&files);
	}
	/* While it loads; an attribute would have this process wait until an idle one has run. */
	if (!code)
		sched_setscheduler(pid, SCHED_IDLE, &(struct sched_param){});
	/* It waits for the end of its input, and then changes that. */
	close(ends[0]);
	close(ends[1]);
	return code ? ebpfmm_fail(err, code, "start %s", argv[0]) : 0;
}

int ebpfmm_hook_record(const struct ebpfmm_job *job, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = { .fd = -1 };
	char command[PATH_MAX + sizeof("/bin/ebpfmm")];

	if (ebpfmm_cgroup_of_pid(job->pid, job->id, &cgroup, err) ||
	    find_command(command, sizeof(command), err))
		return -1;
	return spawn((char *const[]){
		command, (char *)"record", (char *)"--cgroup", cgroup.path,
		(char *)"--container", (char *)job->id, (char *)"--name", (char *)job->record,
		NULL }, err);
}
