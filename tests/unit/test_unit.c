// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "engine/unit.h"

/* The cgroup, or what is wrong. */
static const char *parse(const char *text)
{
	static char result[EBPFMM_ERROR_SIZE];
	char *copy = strdup(text), *path = NULL;
	struct ebpfmm_error err = {};

	assert_non_null(copy);
	if (ebpfmm_unit_parse("web", copy, &path, &err))
		strcpy(result, err.message);
	else
		strcpy(result, path);
	free(path);
	free(copy);
	return result;
}

static void cgroups(void **state)
{
	(void)state;
	assert_string_equal(parse("ControlGroup=/system.slice/web.service\nLoadState=loaded\n"),
			    "system.slice/web.service");
	/* The root's own slice. */
	assert_string_equal(parse("LoadState=loaded\nControlGroup=/"), "");
	/* A name with a value's sign in it. */
	assert_string_equal(parse("ControlGroup=/a.slice/b=c.service\n"), "a.slice/b=c.service");
}

static void no_cgroup(void **state)
{
	(void)state;
	assert_string_equal(parse("LoadState=not-found\nControlGroup=\n"),
			    "unit `web`: systemd does not know it");
	assert_string_equal(parse("LoadState=loaded\nControlGroup=\n"),
			    "unit `web`: it has no cgroup, because it does not run");
	assert_string_equal(parse(""), "unit `web`: it has no cgroup, because it does not run");
	assert_string_equal(parse("=\n=/x\nControlGroup"),
			    "unit `web`: it has no cgroup, because it does not run");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cgroups),
		cmocka_unit_test(no_cgroup),
	};

	return cmocka_run_group_tests_name("unit", tests, NULL, NULL);
}
