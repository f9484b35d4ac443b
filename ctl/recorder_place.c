// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/cgroup.h"

#define CGROUP	"ebpfmm-recorders"
#define STARTING CGROUP "-starting"
/* Exists only if systemd manages the node; see sd_booted(3). */
#define SYSTEMD	"/run/systemd/system"
#define NICE	10
/* Percent of a CPU: a tenant can make a recorder work, by starting and ending processes. */
#define QUOTA	"50"
/* A tenth of what others have. */
#define WEIGHT	"10"
/*
 * What a container's start takes. Until then, its recorder gets only what nobody else wants:
 * with a weight alone, it would keep a CPU until the next tick whenever it gets it.
 */
#define START_NS 500000000L
/* lib/base/lock.c uses the one before. */
#define MOVE_SIGNAL (SIGRTMIN + 1)
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

/* The root of cgroups, for a signal handler, which can be told nothing. */
static int root = -1;

/* Settings fail where the controller is off. All recorders share them. */
static int enter(const char *name, const char *share, const char *value)
{
	char path[64];
	int tries = TRIES;

	do {
		if (mkdirat(root, name, 0755) && errno != EEXIST)
			return -1;
		stpcpy(stpcpy(path, name), "/cpu.max");
		write_file(root, path, QUOTA "000 100000");
		stpcpy(stpcpy(path, name), share);
		write_file(root, path, value);
		stpcpy(stpcpy(path, name), "/cgroup.procs");
		if (!write_file(root, path, "0"))
			return 0;
	} while ((errno == ENOENT || errno == ENODEV) && --tries);
	return -1;
}

static void end_start(int signal)
{
	int saved = errno;

	(void)signal;
	enter(CGROUP, "/cpu.weight", WEIGHT);
	unlinkat(root, STARTING, AT_REMOVEDIR);
	errno = saved;
}

/* Without a timer, the recorder goes where it would go later; but not before it is here. */
static int enter_cgroup(struct ebpfmm_error *err)
{
	struct sigaction action = { .sa_handler = end_start, .sa_flags = SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = MOVE_SIGNAL };
	const struct itimerspec time = { .it_value.tv_nsec = START_NS };
	bool timed;
	timer_t timer;

	root = open_root(err);
	if (root < 0)
		return -1;
	timed = !sigaction(MOVE_SIGNAL, &action, NULL) &&
		!timer_create(CLOCK_MONOTONIC, &event, &timer);
	if (timed ? enter(STARTING, "/cpu.idle", "1") : enter(CGROUP, "/cpu.weight", WEIGHT))
		return ebpfmm_fail(err, errno, "enter cgroup %s", timed ? STARTING : CGROUP);
	if (timed && timer_settime(timer, 0, &time, NULL))
		end_start(0);
	return 0;
}

/* The hook holds a pipe open there until it has made this process an idle one. */
static void wait_for_hook(void)
{
	_cleanup_close_ int null = -1;
	struct stat st;
	char byte;

	if (fstat(STDIN_FILENO, &st) || !S_ISFIFO(st.st_mode))
		return;
	while (read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR)
		;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
}

void recorder_begin(void)
{
	wait_for_hook();
	sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){});
	setpriority(PRIO_PROCESS, 0, NICE);
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
	return access(SYSTEMD, F_OK) ? enter_cgroup(err) : 0;
}

void recorder_leave(void)
{
	signal(MOVE_SIGNAL, SIG_IGN);
	if (root < 0)
		return;
	write_file(root, "cgroup.procs", "0");
	unlinkat(root, STARTING, AT_REMOVEDIR);
	unlinkat(root, CGROUP, AT_REMOVEDIR);
	closep(&root);
	root = -1;
}

/* Return: whether there is a cgroup of this name without processes. */
static bool is_left(int top, const char *name, bool clear)
{
	char path[64];
	_cleanup_close_ int file = -1;
	char byte;

	stpcpy(stpcpy(path, name), "/cgroup.procs");
	file = openat(top, path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || read(file, &byte, 1))
		return false;
	if (clear)
		unlinkat(top, name, AT_REMOVEDIR);
	return true;
}

unsigned int recorder_sweep(bool clear)
{
	_cleanup_close_ int top = open_root(NULL);

	return top < 0 ? 0 : is_left(top, STARTING, clear) + is_left(top, CGROUP, clear);
}
