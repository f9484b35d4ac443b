// SPDX-License-Identifier: GPL-2.0-only
/* An exit status, whatever becomes of the work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch.h"
#include "worker.h"

#define LONG_MS 60000
#define GIVEN_UP 40	/* an exit status */
#define DONE 41

static char *said;

static int give_up(const char *why, void *data)
{
	strcpy(said, why);
	return *(int *)data;
}

/* The status of a process that does @work under a watch. */
static int status_of(int ms, void (*work)(void))
{
	int given_up = GIVEN_UP, status = 0;
	pid_t pid;

	said[0] = '\0';
	pid = fork();
	if (!pid) {
		/* The end of a test ends it, too. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (ebpfmm_watch_begin(ebpfmm_deadline(ms), give_up, &given_up, NULL))
			_exit(1);
		work();
		ebpfmm_watch_end();
		_exit(DONE);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void assert_exit(int status, int code, const char *what)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
		fail_msg("status %#x", status);
	assert_string_equal(said, what);
}

static void do_nothing(void)
{
}

/* As in a file system that does not answer: no signal ends it. */
static void hang(void)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	for (;;)
		pause();
}

static void crash(void)
{
	raise(SIGSEGV);
}

static void abort_it(void)
{
	abort();
}

static void crash_when_it_has_ended(void)
{
	ebpfmm_watch_end();
	raise(SIGSEGV);
	raise(SIGSEGV);
}

static void crash_in_a_child(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		raise(SIGSEGV);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status) ||
	    WTERMSIG(status) != SIGSEGV)
		_exit(1);
}

static void work_that_ends_is_not_disturbed(void **state)
{
	(void)state;
	assert_exit(status_of(LONG_MS, do_nothing), DONE, "");
}

static void work_that_hangs_is_ended(void **state)
{
	(void)state;
	assert_exit(status_of(50, hang), GIVEN_UP, "the hook timed out");
	assert_exit(status_of(-1, hang), GIVEN_UP, "the hook timed out");
}

static void work_that_crashes_is_told(void **state)
{
	(void)state;
	assert_exit(status_of(LONG_MS, crash), GIVEN_UP,
		    "the hook crashed with signal 11 (Segmentation fault)");
	assert_exit(status_of(LONG_MS, abort_it), GIVEN_UP,
		    "the hook crashed with signal 6 (Aborted)");
}

static void a_crash_of_a_child_is_its_own(void **state)
{
	(void)state;
	assert_exit(status_of(LONG_MS, crash_in_a_child), DONE, "");
}

static void nothing_is_told_after_the_end(void **state)
{
	int status;

	(void)state;
	status = status_of(LONG_MS, crash_when_it_has_ended);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	assert_string_equal(said, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_that_ends_is_not_disturbed),
		cmocka_unit_test(work_that_hangs_is_ended),
		cmocka_unit_test(work_that_crashes_is_told),
		cmocka_unit_test(a_crash_of_a_child_is_its_own),
		cmocka_unit_test(nothing_is_told_after_the_end),
	};

	said = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (said == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
