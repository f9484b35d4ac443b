// SPDX-License-Identifier: GPL-2.0-only
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* As large as the main thread's usually is; only what is touched costs memory. */
#define STACK_SIZE ((size_t)8 << 20)

/**
 * struct worker - what the child gets and gives, and its stack
 * @stack: grows down to a guard page
 * @work: what to run
 * @data: for @work
 * @parent: who waits
 * @rc: what @work returned, once the child has ended with status 0
 * @err: its error
 *
 * In a mapping that stays when the child is not waited for.
 */
struct worker {
	char stack[STACK_SIZE] __attribute__((aligned(16)));
	int (*work)(void *data, struct ebpfmm_error *err);
	void *data;
	pid_t parent;
	int rc;
	struct ebpfmm_error err;
};

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t ebpfmm_deadline(int ms)
{
	return now() + ms;
}

int ebpfmm_time_left(int64_t deadline)
{
	int64_t left = deadline - now();

	return left > 0 ? (int)left : 0;
}

static void wake(int signal)
{
	(void)signal;
}

void ebpfmm_interrupt_at(int64_t deadline)
{
	struct sigaction action = { .sa_handler = wake };
	/* Of 0 there would be no timer. */
	int left = ebpfmm_time_left(deadline) ?: 1;
	struct itimerval timer = {
		.it_interval.tv_sec = 1,
		.it_value = { left / 1000, left % 1000 * 1000 },
	};
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGALRM);
	sigaction(SIGALRM, &action, NULL);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static int child(void *data)
{
	struct worker *worker = data;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != worker->parent)
		_exit(1);
	worker->rc = worker->work(worker->data, &worker->err);
	/* What was to run at exit is the parent's. */
	_exit(0);
}

/* The worker's memory; NULL with @err set. */
static struct worker *new_worker(struct ebpfmm_error *err)
{
	struct worker *worker;

	worker = mmap(NULL, sizeof(*worker), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (worker == MAP_FAILED) {
		ebpfmm_fail(err, errno, "map a worker's stack");
		return NULL;
	}
	if (mprotect(worker, sysconf(_SC_PAGESIZE), PROT_NONE)) {
		ebpfmm_fail(err, errno, "guard a worker's stack");
		munmap(worker, sizeof(*worker));
		return NULL;
	}
	return worker;
}

/* 0 when the child has ended as it should, or -1 with @err set. */
static int wait_end(pid_t pid, int pidfd, int64_t deadline, struct ebpfmm_error *err)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	int rc, status;

	do {
		rc = poll(&poll_fd, 1, ebpfmm_time_left(deadline));
	} while (rc < 0 && ebpfmm_time_left(deadline));
	if (rc <= 0) {
		/* Not waited for: it may hang where no signal reaches it. */
		kill(pid, SIGKILL);
		return ebpfmm_fail(err, 0, "took too long and was ended");
	}
	if (waitpid(pid, &status, 0) != pid)
		return ebpfmm_fail(err, errno, "wait for the worker");
	if (WIFSIGNALED(status))
		return ebpfmm_fail(err, 0, "the worker was ended by signal %d (%s)",
				   WTERMSIG(status), sigdescr_np(WTERMSIG(status)));
	if (WEXITSTATUS(status))
		return ebpfmm_fail(err, 0, "the worker ended without an answer");
	return 0;
}

/*
 * To copy this process, page by page as either of the two writes, took longer than
 * the work. So the child shares memory and files, as a thread does, but is a process:
 * it can be killed, and can crash, alone.
 *
 * It shares errno as well. Until it has ended, the parent does nothing else than to
 * wait, and asks for no errno.
 */
int ebpfmm_work(int (*work)(void *data, struct ebpfmm_error *err), void *data,
		int64_t deadline, struct ebpfmm_error *err)
{
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_PIDFD | SIGCHLD;
	struct worker *worker = new_worker(err);
	int pidfd, rc = -1;
	pid_t pid;

	if (!worker)
		return -1;
	worker->work = work;
	worker->data = data;
	worker->parent = getpid();
	pid = clone(child, worker->stack + STACK_SIZE, flags, worker, &pidfd);
	if (pid < 0) {
		ebpfmm_fail(err, errno, "start a worker");
	} else {
		rc = wait_end(pid, pidfd, deadline, err);
		close(pidfd);
		if (rc)
			return EBPFMM_WORK_LOST;
		*err = worker->err;
		rc = worker->rc;
	}
	munmap(worker, sizeof(*worker));
	return rc;
}

int ebpfmm_limit_memory(uint64_t bytes, struct ebpfmm_error *err)
{
	struct rlimit limit = { .rlim_cur = bytes, .rlim_max = bytes };

	if (setrlimit(RLIMIT_AS, &limit))
		return ebpfmm_fail(err, errno, "limit the memory to %llu bytes",
				   (unsigned long long)bytes);
	return 0;
}
