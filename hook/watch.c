// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threat model
 *
 * Whoever starts a container waits for this program's exit status, and it must be right
 * whatever a tenant put into an image: not 0 where a policy is required and missing,
 * 0 in time in any other case. What is the tenant's here is the container's root, its
 * annotations and its processes.
 *
 * - Bytes of the tenant's files are read in a process apart (reader.h), and nothing but
 *   numbers that were checked comes back. So the memory here is our own.
 * - A file system of the tenant's may never answer. To open a file of the root waits for
 *   it then in a way that only the end of the process ends: no signal does, so no timer in
 *   the thread that waits is enough. Another thread waits for the deadline, tells the
 *   failure and ends the process. It costs a fraction of a child that does the
 *   work, whose memory would be copied page by page.
 * - What crashes all the same, libbpf for one, must not decide: an engine takes a death by
 *   a signal for a refusal. The signal is handed to the thread that waits.
 * - Where memory is short, the OOM killer takes the reader first. So it does the process
 *   that loads the policy (worker.h), which needs much more than all the rest; that happens
 *   once per boot, and only where nobody has loaded it before. What is left here is some
 *   MB at most, whatever is in the image.
 *
 * Not kept from: a SIGKILL, and a device that makes the kernel wait where not even the end
 * of a process ends it. The engine has a time limit of its own then.
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

/* For a line of the log, with what syslog(3) needs. */
#define STACK_SIZE (PTHREAD_STACK_MIN + (128U << 10))

/**
 * struct watch - the one watch of this process
 * @deadline: when it fails
 * @fail: says so
 * @data: for @fail
 * @crashed: descriptor that gets the number of a signal
 * @ended: whether it is known how the work has ended
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

/* A child that crashes is not the work: it dies of it, as its parent expects. */
static void forget(void)
{
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		signal(crashes[i], SIG_DFL);
}

static void hand_over(int signal)
{
	uint64_t number = signal;

	/* Too late: there is an exit status. */
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
	char why[80] = "timed out";
	uint64_t number;
	int rc;

	(void)unused;
	do {
		rc = poll(&poll_fd, 1, ebpfmm_time_left(watch.deadline));
	} while (rc < 0);
	if (rc && read(watch.crashed, &number, sizeof(number)) == sizeof(number))
		snprintf(why, sizeof(why), "crashed with signal %d (%s)", (int)number,
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
	 * The thread is to take no signal of the work's, and the work, which may hang,
	 * not the one that the thread needs for its line of the log.
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
