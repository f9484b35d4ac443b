// SPDX-License-Identifier: GPL-2.0-only
/*
 * Theory of operation: the OOM killer kills every process that shares the victim's memory,
 * and a crash kills the process in which it happens. So work that may need much memory runs
 * in a child with a copy of the memory. The child requests to be the OOM killer's first
 * choice, the parent to be spared. The result is one structure of fixed size, which is
 * checked.
 *
 * This is no security boundary: the child has all privileges, and must not read a tenant's
 * data. Another child does that (reader.h).
 */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"

/**
 * struct answer - result of the child, in shared memory
 * @rc: return value of its work, valid after it has exited with status 0
 * @err: its error
 *
 * The parent checks everything that the child has stored here.
 */
struct answer {
	int rc;
	struct ebpfmm_error err;
};

void ebpfmm_interrupt_at(int64_t deadline)
{
	/* 0 would disarm the timer. */
	int left = ebpfmm_time_left(deadline) ?: 1;
	struct itimerval timer = {
		.it_interval.tv_sec = 1,
		.it_value = { left / 1000, left % 1000 * 1000 },
	};

	ebpfmm_interrupt_by(SIGALRM, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Best effort: without privilege the score can only be raised, without /proc not even that. */
static void set_oom_score(const char *score)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* If it fails, the engine's score stays. */
	dprintf(fd, "%s", score);
	close(fd);
}

static void run_child(int (*work)(void *data, struct ebpfmm_error *err), void *data,
		      pid_t parent, struct answer *answer)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	set_oom_score("1000");
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	answer->rc = work(data, &answer->err);
	/* Handlers of atexit(3) belong to the parent. */
	_exit(0);
}

/* 0 when the child has exited normally, or -1 with @err set. */
static int wait_end(pid_t pid, int pidfd, int64_t deadline, struct ebpfmm_error *err)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	int rc, status;

	do {
		rc = poll(&poll_fd, 1, ebpfmm_time_left(deadline));
	} while (rc < 0 && ebpfmm_time_left(deadline));
	if (rc <= 0) {
		/* Do not wait for it: it may be in an uninterruptible sleep. */
		kill(pid, SIGKILL);
		return ebpfmm_fail(err, 0, "the process that loads the policy timed out and was killed: run `ebpfmm load`");
	}
	if (waitpid(pid, &status, 0) != pid)
		return ebpfmm_fail(err, errno, "wait for the process that loads the policy");
	if (WIFSIGNALED(status))
		return ebpfmm_fail(err, 0, "the process that loads the policy was killed by signal %d (%s)",
				   WTERMSIG(status), sigdescr_np(WTERMSIG(status)));
	if (WEXITSTATUS(status))
		return ebpfmm_fail(err, 0, "the process that loads the policy exited without a result");
	return 0;
}

static int take_answer(const struct answer *shared, struct ebpfmm_error *err)
{
	struct answer answer = *shared;

	if (!answer.rc)
		return 0;
	answer.err.message[sizeof(answer.err.message) - 1] = '\0';
	return ebpfmm_fail(err, 0, "%s", answer.err.message);
}

static int run(int (*work)(void *data, struct ebpfmm_error *err), void *data,
	       struct answer *answer, int64_t deadline, struct ebpfmm_error *err)
{
	pid_t parent = getpid(), pid;
	int pidfd, rc;

	set_oom_score("-1000");
	pid = fork();
	if (pid < 0)
		return ebpfmm_fail(err, errno, "start the process that loads the policy");
	if (!pid)
		run_child(work, data, parent, answer);
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0) {
		ebpfmm_fail(err, errno, "watch the process that loads the policy");
		kill(pid, SIGKILL);
		return -1;
	}
	rc = wait_end(pid, pidfd, deadline, err);
	close(pidfd);
	return rc ? rc : take_answer(answer, err);
}

int ebpfmm_work(int (*work)(void *data, struct ebpfmm_error *err), void *data,
		int64_t deadline, struct ebpfmm_error *err)
{
	struct answer *answer;
	int rc;

	answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (answer == MAP_FAILED)
		return ebpfmm_fail(err, errno, "map the result of the process that loads the policy");
	/* In case the child exits before it stores a result. */
	answer->rc = ebpfmm_fail(&answer->err, 0, "the process that loads the policy exited without a result");
	rc = run(work, data, answer, deadline, err);
	munmap(answer, sizeof(*answer));
	return rc;
}

int ebpfmm_limit_memory(uint64_t bytes, struct ebpfmm_error *err)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_AS, &limit))
		return ebpfmm_fail(err, errno, "get the limit of memory (RLIMIT_AS)");
	if (limit.rlim_cur <= bytes)
		return 0;
	limit.rlim_cur = bytes;
	if (setrlimit(RLIMIT_AS, &limit))
		return ebpfmm_fail(err, errno, "set the limit of memory (RLIMIT_AS) to %llu bytes",
				   (unsigned long long)bytes);
	return 0;
}
