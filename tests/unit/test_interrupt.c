// SPDX-License-Identifier: GPL-2.0-only
/* Signals that interrupt a call that blocks, whatever the process did with them before. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#include <cmocka.h>

#include "base/interrupt.h"

#define LONG_MS 10000

/* Waits for nothing; false if no signal has interrupted that. */
static bool wait_long(void)
{
	const struct itimerval often = { { 0, 10000 }, { 0, 10000 } }, never = {};
	bool interrupted;

	setitimer(ITIMER_REAL, &often, NULL);
	interrupted = poll(NULL, 0, LONG_MS) < 0 && errno == EINTR;
	setitimer(ITIMER_REAL, &never, NULL);
	return interrupted;
}

static void test_interrupted(void **state)
{
	struct ebpfmm_interrupt before;
	struct sigaction action;
	sigset_t mask;

	(void)state;
	signal(SIGALRM, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGALRM);
	sigprocmask(SIG_BLOCK, &mask, NULL);

	ebpfmm_interrupt_by(SIGALRM, &before);
	assert_true(wait_long());
	ebpfmm_interrupt_end(&before);

	sigaction(SIGALRM, NULL, &action);
	assert_true(action.sa_handler == SIG_IGN);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	assert_true(sigismember(&mask, SIGALRM));

	ebpfmm_interrupt_by(SIGALRM, NULL);
	assert_true(wait_long());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
