// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threat model
 *
 * The engine waits for this program's exit status before it starts a container. The status
 * must be right whatever the tenant puts into an image: not 0 if a policy is required and
 * missing, and 0 in time in all other cases. The tenant controls the container's root, its
 * annotations and its processes.
 *
 * - A separate process reads the contents of the tenant's files (reader.h), and returns only
 *   numbers, which are checked. So the tenant cannot corrupt the memory of this process.
 * - A file system of the tenant may never answer. Opening a file then blocks until the
 *   process exits: no signal interrupts it, so a timer in the same thread does not help.
 *   Another thread waits for the deadline, reports the failure and exits the process. That
 *   is much cheaper than doing the work in a child, whose memory would be copied page by
 *   page.
 * - A crash, of libbpf for example, must not decide: engines treat death by a signal as a
 *   refusal. The signal is passed to the waiting thread.
 * - If memory is short, the OOM killer chooses the reader first, and likewise the process
 *   that loads the policy (worker.h), which needs much more memory than the rest. That
 *   process runs once per boot, if nothing else has loaded the policy. This process uses
 *   some MB at most, whatever the image contains.
 *
 * There is no protection from SIGKILL, or from a device that blocks the kernel so that even
 * exiting blocks. The engine's own timeout applies then.
 */
#include "watch.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "worker.h"

/* Enough for a line of the log, including syslog(3). */
#define STACK_SIZE (PTHREAD_STACK_MIN + (128U << 10))

/**
 * struct watch - the watchdog of this process
 * @deadline: when the work has failed
 * @fail: reports the failure
 * @data: for @fail
 * @crashed: eventfd to which the number of a signal is written
 * @ended: whether the result of the work is decided
 */
static struct watch {
	int64_t deadline;
	ebpfmm_watch_fn *fail;
	void *data;
	int crashed;
	atomic_bool ended;
} watch;

static const int crashes[] = {
	SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP,
};

static _Noreturn void wait_for_end(void)
{
	for (;;)
		pause();
}

/* A crash of a child is not a crash of the work: the child dies, as its parent expects. */
static void forget(void)
{
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		signal(crashes[i], SIG_DFL);
}

static void hand_over(int signal)
{
	uint64_t number = signal;

	/* Too late: the exit status is decided. */
	if (atomic_load(&watch.ended)) {
		forget();
		return;
	}
	if (write(watch.crashed, &number, sizeof(number)) != sizeof(number))
		_exit(1);
	wait_for_end();
}

static void *wait_for_failure(void *unused)
{
	struct pollfd poll_fd = { .fd = watch.crashed, .events = POLLIN };
	char why[80] = "the hook timed out";
	uint64_t number;
	int rc;

	(void)unused;
	do {
		rc = poll(&poll_fd, 1, ebpfmm_time_left(watch.deadline));
	} while (rc < 0);
	if (rc && read(watch.crashed, &number, sizeof(number)) == sizeof(number))
		snprintf(why, sizeof(why), "the hook crashed with signal %d (%s)", (int)number,
			 sigdescr_np(number));
	if (!atomic_exchange(&watch.ended, true))
		_exit(watch.fail(why, watch.data));
	wait_for_end();
}

static int start_thread(struct ebpfmm_error *err)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int rc;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, &attributes, wait_for_failure, NULL);
	pthread_attr_destroy(&attributes);
	if (rc)
		return ebpfmm_fail(err, rc, "start the watchdog");
	return 0;
}

int ebpfmm_watch_begin(int64_t deadline, ebpfmm_watch_fn *fail, void *data,
		       struct ebpfmm_error *err)
{
	struct sigaction action = { .sa_handler = hand_over };
	sigset_t all, before;
	int rc;

	watch.deadline = deadline;
	watch.fail = fail;
	watch.data = data;
	watch.crashed = eventfd(0, EFD_CLOEXEC);
	if (watch.crashed < 0)
		return ebpfmm_fail(err, errno, "start the watchdog");
	/*
	 * The thread must not get signals of the work. The work, which may hang, must not
	 * get SIGALRM, which the thread needs for its line of the log.
	 */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = start_thread(err);
	sigaddset(&before, SIGALRM);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc) {
		close(watch.crashed);
		return -1;
	}
	pthread_atfork(NULL, NULL, forget);
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		sigaction(crashes[i], &action, NULL);
	return 0;
}

void ebpfmm_watch_end(void)
{
	if (atomic_exchange(&watch.ended, true))
		wait_for_end();
}
