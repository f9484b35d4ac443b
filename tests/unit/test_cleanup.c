// SPDX-License-Identifier: GPL-2.0-only
/*
 * Variables that release what they hold: on each way out, once, and not what was
 * handed on. AddressSanitizer finds memory that is not released.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"

static int closed(int fd)
{
	return fcntl(fd, F_GETFD) < 0 && errno == EBADF;
}

/* What it opens is in @opened; the last one is handed on unless @early. */
static int open_some(int early, int opened[3])
{
	_cleanup_free_ char *text = strdup("text");
	_cleanup_(json_object_putp) struct json_object *object = json_object_new_object();
	_cleanup_fclose_ FILE *file = fopen("/dev/null", "re");
	_cleanup_closedir_ DIR *dir = opendir("/");
	_cleanup_close_ int none = -1;
	_cleanup_close_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_non_null(text);
	assert_non_null(object);
	assert_non_null(file);
	assert_non_null(dir);
	opened[0] = fileno(file);
	opened[1] = dirfd(dir);
	opened[2] = fd;
	errno = EXDEV;
	if (early)
		return none;
	return take_fd(&fd);
}

static char *make_text(int fails)
{
	_cleanup_free_ char *text = strdup("text");

	return fails ? NULL : take_ptr(text);
}

static void test_early(void **state)
{
	int opened[3];

	(void)state;
	assert_int_equal(open_some(1, opened), -1);
	assert_int_equal(errno, EXDEV);
	for (int i = 0; i < 3; i++)
		assert_true(closed(opened[i]));
}

static void test_handed_on(void **state)
{
	int opened[3];
	char *text;
	int fd;

	(void)state;
	fd = open_some(0, opened);
	assert_int_equal(fd, opened[2]);
	assert_true(closed(opened[0]));
	assert_true(closed(opened[1]));
	assert_false(closed(fd));
	close(fd);

	assert_null(make_text(1));
	text = make_text(0);
	assert_string_equal(text, "text");
	free(text);
}

static void test_nothing(void **state)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_(json_object_putp) struct json_object *object = NULL;
	_cleanup_fclose_ FILE *file = NULL;
	_cleanup_closedir_ DIR *dir = NULL;
	_cleanup_close_ int fd = -1;

	(void)state;
	assert_null(text);
	assert_null(object);
	assert_null(file);
	assert_null(dir);
	assert_int_equal(fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_handed_on),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
