// SPDX-License-Identifier: GPL-2.0-only
/* Work in a process of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "worker.h"

static int work_well(void *data, struct ebpfmm_error *err)
{
	(void)data;
	(void)err;
	return 0;
}

static int work_badly(void *data, struct ebpfmm_error *err)
{
	(void)data;
	return ebpfmm_fail(err, 0, "so it is");
}

static int work_and_crash(void *data, struct ebpfmm_error *err)
{
	(void)data;
	(void)err;
	raise(SIGKILL);
	return 0;
}

static int work_without_answer(void *data, struct ebpfmm_error *err)
{
	(void)data;
	(void)err;
	_exit(3);
}

static int work_that_ends_as_if_done(void *data, struct ebpfmm_error *err)
{
	(void)data;
	(void)err;
	_exit(0);
}

static int work_for_ever(void *data, struct ebpfmm_error *err)
{
	(void)data;
	(void)err;
	for (;;)
		pause();
	return 0;
}

static int run(int (*work)(void *data, struct ebpfmm_error *err), void *data, int ms,
	       struct ebpfmm_error *err)
{
	*err = (struct ebpfmm_error){};
	return ebpfmm_work(work, data, ebpfmm_deadline(ms), err);
}

static void ends_are_told(void **state)
{
	struct ebpfmm_error err;

	(void)state;
	assert_int_equal(run(work_well, NULL, 60000, &err), 0);
	assert_int_equal(run(work_badly, NULL, 60000, &err), -1);
	assert_string_equal(err.message, "so it is");
	assert_int_equal(run(work_and_crash, NULL, 60000, &err), -1);
	assert_non_null(strstr(err.message, "signal 9"));
	assert_int_equal(run(work_without_answer, NULL, 60000, &err), -1);
	assert_non_null(strstr(err.message, "without a result"));
	assert_int_equal(run(work_that_ends_as_if_done, NULL, 60000, &err), -1);
	assert_non_null(strstr(err.message, "without a result"));
	assert_int_equal(run(work_for_ever, NULL, 50, &err), -1);
	assert_non_null(strstr(err.message, "timed out"));
}

/* As one that has gone wild may. */
static int work_that_stores(void *data, struct ebpfmm_error *err)
{
	int *required = data;

	(void)err;
	*required = 0;
	return 0;
}

static void a_store_does_not_reach_the_parent(void **state)
{
	struct ebpfmm_error err;
	int required = 1;

	(void)state;
	assert_int_equal(run(work_that_stores, &required, 60000, &err), 0);
	assert_int_equal(required, 1);
}

static int work_with_a_strange_answer(void *data, struct ebpfmm_error *err)
{
	(void)data;
	memset(err, '\n', sizeof(*err));
	return 77;
}

static void an_answer_is_checked(void **state)
{
	struct ebpfmm_error err;

	(void)state;
	assert_int_equal(run(work_with_a_strange_answer, NULL, 60000, &err), -1);
	assert_int_equal(strnlen(err.message, sizeof(err.message)),
			 sizeof(err.message) - 1);
	assert_null(strchr(err.message, '\n'));
	assert_int_equal(err.code, 0);
}

static int work_that_looks_at_itself(void *data, struct ebpfmm_error *err)
{
	int score = 0, found;
	FILE *file;

	(void)data;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return ebpfmm_fail(err, 0, "may gain privileges");
	file = fopen("/proc/self/oom_score_adj", "re");
	found = file ? fscanf(file, "%d", &score) : 0;
	if (file)
		fclose(file);
	if (found != 1 || score != 1000)
		return ebpfmm_fail(err, 0, "oom_score_adj is %d", score);
	return 0;
}

static void memory_is_taken_from_the_child(void **state)
{
	struct ebpfmm_error err;

	(void)state;
	if (run(work_that_looks_at_itself, NULL, 60000, &err))
		fail_msg("%s", err.message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_are_told),
		cmocka_unit_test(a_store_does_not_reach_the_parent),
		cmocka_unit_test(an_answer_is_checked),
		cmocka_unit_test(memory_is_taken_from_the_child),
	};

	return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
