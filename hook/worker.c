// SPDX-License-Identifier: GPL-2.0-only
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/**
 * struct answer - what comes back through the pipe
 * @rc: what the work returned
 * @err: its error
 */
struct answer {
	int rc;
	struct ebpfmm_error err;
};

/* One write to a pipe is whole for the reader up to this size (pipe(7)). */
_Static_assert(sizeof(struct answer) <= 4096, "an answer is written at once");

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

static void child(int (*work)(void *data, struct ebpfmm_error *err), void *data,
		  pid_t parent, int to_parent)
{
	struct answer answer = {};
	ssize_t written;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	answer.rc = work(data, &answer.err);
	written = write(to_parent, &answer, sizeof(answer));
	_exit(written == sizeof(answer) ? 0 : 1);
}

/* Waits for the answer; 1 when it came, 0 when the child ended or time is up. */
static int wait_answer(int from_child, int64_t deadline, struct answer *answer)
{
	struct pollfd poll_fd = { .fd = from_child, .events = POLLIN };
	int rc;

	do {
		rc = poll(&poll_fd, 1, ebpfmm_time_left(deadline));
	} while (rc < 0 && errno == EINTR);
	if (rc <= 0)
		return 0;
	return read(from_child, answer, sizeof(*answer)) == sizeof(*answer);
}

static int explain_end(pid_t pid, int64_t deadline, struct ebpfmm_error *err)
{
	int status;

	if (!ebpfmm_time_left(deadline)) {
		/* Not waited for: it may hang where no signal reaches it. */
		kill(pid, SIGKILL);
		return ebpfmm_fail(err, 0, "took too long and was ended");
	}
	if (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status))
		return ebpfmm_fail(err, 0, "the worker was ended by signal %d (%s)",
				   WTERMSIG(status), sigdescr_np(WTERMSIG(status)));
	return ebpfmm_fail(err, 0, "the worker ended without an answer");
}

int ebpfmm_work(int (*work)(void *data, struct ebpfmm_error *err), void *data,
		int64_t deadline, struct ebpfmm_error *err)
{
	struct answer answer;
	pid_t pid, parent = getpid();
	int pipes[2], rc;

	if (pipe2(pipes, O_CLOEXEC))
		return ebpfmm_fail(err, errno, "pipe");
	pid = fork();
	if (pid < 0) {
		rc = ebpfmm_fail(err, errno, "fork");
		close(pipes[0]);
		close(pipes[1]);
		return rc;
	}
	if (!pid) {
		close(pipes[0]);
		child(work, data, parent, pipes[1]);
	}
	close(pipes[1]);
	if (wait_answer(pipes[0], deadline, &answer)) {
		waitpid(pid, NULL, 0);
		*err = answer.err;
		rc = answer.rc;
	} else {
		rc = explain_end(pid, deadline, err);
	}
	close(pipes[0]);
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
