// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors and log lines: one line, always whole, whatever is put into them.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/log.h"

static void test_message(void **state)
{
	struct ebpfmm_error err = { .code = 5, .message = "old" };

	(void)state;
	assert_int_equal(ebpfmm_fail(&err, 0, "no %s in %d", "x", 7), -1);
	assert_int_equal(err.code, 0);
	assert_string_equal(err.message, "no x in 7");
	assert_int_equal(ebpfmm_fail(NULL, 0, "nobody hears"), -1);
	assert_int_equal(ebpfmm_prefix(NULL, "nobody hears"), -1);
}

static void test_code(void **state)
{
	struct ebpfmm_error err;

	(void)state;
	assert_int_equal(ebpfmm_fail(&err, ENOENT, "/a"), -1);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.message, "/a: No such file or directory");
	ebpfmm_fail(&err, 99999, "/a");
	assert_string_equal(err.message, "/a: error 99999");
}

static void test_passed_on(void **state)
{
	struct ebpfmm_error err, from;

	(void)state;
	ebpfmm_fail(&from, ENOENT, "/a");
	assert_int_equal(ebpfmm_pass(&err, &from), -1);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.message, from.message);
	assert_int_equal(ebpfmm_pass(NULL, &from), -1);
}

static void test_hostile_text(void **state)
{
	struct ebpfmm_error err;

	(void)state;
	ebpfmm_fail(&err, 0, "%s", "a\nb\tc\033[2Jd\x7f\xc3\xa9%n");
	assert_string_equal(err.message, "a?b?c?[2Jd???%n");
	ebpfmm_prefix(&err, "%s: ", "x\ry");
	assert_string_equal(err.message, "x?y: a?b?c?[2Jd???%n");
}

static void test_own_message(void **state)
{
	struct ebpfmm_error err;

	(void)state;
	ebpfmm_fail(&err, 0, "inner");
	assert_int_equal(ebpfmm_fail(&err, EIO, "outer(%s)", err.message), -1);
	assert_string_equal(err.message, "outer(inner): Input/output error");
	assert_int_equal(ebpfmm_prefix(&err, "[%s] ", err.message), -1);
	assert_string_equal(err.message, "[outer(inner): Input/output error] "
			    "outer(inner): Input/output error");
	assert_int_equal(err.code, EIO);
}

static void test_too_long(void **state)
{
	char text[2 * EBPFMM_ERROR_SIZE];
	struct ebpfmm_error err;
	size_t length;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';

	ebpfmm_fail(&err, EPERM, "%s", text);
	length = strlen(err.message);
	assert_int_equal(length, EBPFMM_ERROR_SIZE - 1);
	assert_string_equal(err.message + length - 27,
			    "xx: Operation not permitted");

	ebpfmm_prefix(&err, "y%s", "z");
	assert_int_equal(strlen(err.message), EBPFMM_ERROR_SIZE - 1);
	assert_memory_equal(err.message, "yzxx", 4);
	ebpfmm_prefix(&err, "%s", text);
	assert_int_equal(strlen(err.message), EBPFMM_ERROR_SIZE - 1);
	assert_null(strchr(err.message, 'y'));
}

static void test_log(void **state)
{
	char path[] = "/tmp/test_error.XXXXXX", text[4096] = "", expected[1100];
	int fd = mkstemp(path), saved = dup(STDERR_FILENO);
	char big[2000];

	(void)state;
	assert_true(fd >= 0 && saved >= 0);
	assert_int_equal(unlink(path), 0);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';

	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	ebpfmm_log_open("tester", 0);
	ebpfmm_log(LOG_ERR, "%s: %d", "a\nforged: line", 3);
	ebpfmm_log(LOG_ERR, "%s", big);
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	close(saved);

	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
	close(fd);
	snprintf(expected, sizeof(expected),
		 "tester: a?forged: line: 3\ntester: %.1023s\n", big);
	assert_string_equal(text, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_code),
		cmocka_unit_test(test_passed_on),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_own_message),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
