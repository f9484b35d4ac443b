// SPDX-License-Identifier: GPL-2.0-only
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/paths.h"

/* The holder of the lock as "process 12 (name)"; returns 0 if it is not visible. */
static int find_holder(int fd, char *text, size_t size)
{
	unsigned int major, minor;
	unsigned long inode;
	char line[256], path[64], command[32] = "";
	struct stat st;
	int pid, found = 0;
	FILE *file;

	if (fstat(fd, &st))
		return 0;
	file = fopen("/proc/locks", "re");
	if (!file)
		return 0;
	/* Lines of waiting processes have an arrow and do not match. */
	while (!found && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*u: FLOCK %*s %*s %d %x:%x:%lu", &pid, &major,
			   &minor, &inode) == 4 &&
		    inode == st.st_ino && makedev(major, minor) == st.st_dev && pid > 0)
			found = pid;
	fclose(file);
	if (!found)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/comm", found);
	file = fopen(path, "re");
	if (file) {
		if (fgets(command, sizeof(command), file))
			command[strcspn(command, "\n")] = '\0';
		fclose(file);
	}
	snprintf(text, size, "process %d (%s)", found, *command ? command : "ended");
	return found;
}

static void say_held(int fd, const char *name, int ms, int code,
		     struct ebpfmm_error *err)
{
	char holder[128];

	if (!find_holder(fd, holder, sizeof(holder)))
		snprintf(holder, sizeof(holder), "a process that is not visible here");
	if (code == ETIMEDOUT)
		ebpfmm_fail(err, 0, "waited %d s for `%s`, held by %s", ms / 1000, name,
			    holder);
	else
		ebpfmm_fail(err, code, "wait for `%s`, held by %s", name, holder);
	if (err)
		err->code = code;
}

/*
 * As flock(2), with ETIMEDOUT at the deadline. It uses a timer with another signal than
 * SIGALRM, which the caller may use for all of its work. The timer fires repeatedly, in case
 * the first signal arrives just before the call. Polling instead would be unfair to those
 * that wait.
 */
static int wait_for(int fd, int operation, int ms)
{
	const struct itimerspec time = {
		.it_value = { ms / 1000, ms % 1000 * 1000000L + 1 },
		.it_interval.tv_nsec = 100 * 1000000L,
	};
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	int64_t deadline = ebpfmm_deadline(ms);
	struct ebpfmm_interrupt before;
	timer_t timer;
	int rc, code;

	if (timer_create(CLOCK_MONOTONIC, &event, &timer))
		return -1;
	ebpfmm_interrupt_by(SIGRTMIN, &before);
	timer_settime(timer, 0, &time, NULL);
	rc = flock(fd, operation);
	code = errno;
	timer_delete(timer);
	ebpfmm_interrupt_end(&before);
	errno = rc && code == EINTR && !ebpfmm_time_left(deadline) ? ETIMEDOUT : code;
	return rc;
}

int ebpfmm_lock(int fd, int operation, int ms, const char *name,
		struct ebpfmm_error *err)
{
	if (!flock(fd, operation | LOCK_NB))
		return 0;
	if (errno != EWOULDBLOCK)
		return ebpfmm_fail(err, errno, "lock `%s`", name);
	if (isatty(STDERR_FILENO))
		ebpfmm_log(LOG_INFO, "waiting for another process to release `%s`", name);
	if (!wait_for(fd, operation, ms))
		return 0;
	if (errno != ETIMEDOUT && errno != EINTR)
		return ebpfmm_fail(err, errno, "lock `%s`", name);
	say_held(fd, name, ms, errno, err);
	return -1;
}

int ebpfmm_lock_open(int dirfd, const char *path, int operation, int ms,
		     const char *name, struct ebpfmm_error *err)
{
	int fd = openat(dirfd, path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return ebpfmm_fail(err, errno, "open `%s`", name);
	if (ms ? !ebpfmm_lock(fd, operation, ms, name, err) :
		 !flock(fd, operation | LOCK_NB))
		return fd;
	if (!ms)
		ebpfmm_fail(err, errno, "lock `%s`", name);
	close(fd);
	return -1;
}

int ebpfmm_lock_wait(const char *path, int ms, struct ebpfmm_error *err)
{
	if (mkdir(EBPFMM_RUN_DIR, 0700) && errno != EEXIST)
		return ebpfmm_fail(err, errno, "create `" EBPFMM_RUN_DIR "`");
	return ebpfmm_lock_open(AT_FDCWD, path, LOCK_EX, ms, path, err);
}

int ebpfmm_lock_try(const char *path, struct ebpfmm_error *err)
{
	return ebpfmm_lock_wait(path, 0, err);
}
