// SPDX-License-Identifier: GPL-2.0-only
/* Files that are there for their lock, and deadlines. */
#include "scratch.h"

#include <sys/file.h>

#include "base/clock.h"
#include "base/lock.h"

static int take(const char *path, int operation, int ms, struct ebpfmm_error *err)
{
	return ebpfmm_lock_open(AT_FDCWD, in_scratch(path), operation, ms, "the-lock", err);
}

static void held_or_not(void **state)
{
	struct ebpfmm_error err;
	int first, second;

	(void)state;
	first = take("lock", LOCK_EX, 0, &err);
	assert_true(first >= 0);
	/* Not waited for, or for a while. */
	assert_int_equal(take("lock", LOCK_EX, 0, &err), -1);
	assert_int_equal(err.code, EWOULDBLOCK);
	assert_int_equal(take("lock", LOCK_SH, 10, &err), -1);
	assert_int_equal(err.code, ETIMEDOUT);
	close(first);

	first = take("lock", LOCK_SH, 0, &err);
	second = take("lock", LOCK_SH, 10, &err);
	assert_true(first >= 0 && second >= 0);
	assert_int_equal(take("lock", LOCK_EX, 0, &err), -1);
	assert_int_equal(err.code, EWOULDBLOCK);
	close(first);
	close(second);
}

static void no_such_file(void **state)
{
	struct ebpfmm_error err;

	(void)state;
	assert_int_equal(take("absent/lock", LOCK_EX, 0, &err), -1);
	assert_string_equal(err.message, "open `the-lock`: No such file or directory");
	assert_int_equal(symlink("lock", in_scratch("link")), 0);
	assert_int_equal(take("link", LOCK_EX, 0, &err), -1);
	assert_int_equal(err.code, ELOOP);
}

static void deadlines(void **state)
{
	int64_t now = ebpfmm_now_ms();
	int left = ebpfmm_time_left(ebpfmm_deadline(60000));

	(void)state;
	assert_in_range(left, 30000, 60000);
	assert_true(ebpfmm_deadline(0) >= now);
	assert_int_equal(ebpfmm_time_left(now), 0);
	assert_int_equal(ebpfmm_time_left(0), 0);
	assert_true(ebpfmm_clock_ns(CLOCK_REALTIME) / EBPFMM_NS_PER_S > 1000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_or_not),
		cmocka_unit_test(no_such_file),
		cmocka_unit_test(deadlines),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
