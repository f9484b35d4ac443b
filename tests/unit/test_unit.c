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
	/* It runs, and its file was removed. */
	assert_string_equal(parse("LoadState=not-found\nControlGroup=/a.slice/web.service\n"),
			    "a.slice/web.service");
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

/* The whole name, or what is wrong. */
static const char *name_of(const char *given)
{
	static char result[EBPFMM_ERROR_SIZE];
	struct ebpfmm_error err = {};

	if (ebpfmm_unit_name(given, result, &err))
		strcpy(result, err.message);
	return result;
}

static void names(void **state)
{
	char longest[EBPFMM_UNIT_SIZE];

	(void)state;
	assert_string_equal(name_of("web"), "web.service");
	assert_string_equal(name_of("web.service"), "web.service");
	assert_string_equal(name_of("node.js"), "node.js.service");
	assert_string_equal(name_of("a\\x2db@1.slice"), "a\\x2db@1.slice");
	assert_string_equal(name_of("-.slice"), "-.slice");
	/* To systemctl, a job. */
	assert_string_equal(name_of("12"), "12.service");
	assert_string_equal(name_of("web*"),
			    "unit `web*`: `*` is not permitted in the name of a unit");
	assert_string_equal(name_of("../x.service"),
			    "unit `../x.service`: `/` is not permitted in the name of a unit");
	assert_string_equal(name_of(""), "`` is not the name of a unit");
	assert_string_equal(name_of(".service"), "`.service` is not the name of a unit");
	memset(longest, 'a', sizeof(longest));
	longest[EBPFMM_UNIT_SIZE - sizeof(".service")] = '\0';
	assert_int_equal(strlen(name_of(longest)), EBPFMM_UNIT_SIZE - 1);
	longest[EBPFMM_UNIT_SIZE - sizeof(".service")] = 'a';
	longest[EBPFMM_UNIT_SIZE - sizeof(".service") + 1] = '\0';
	assert_non_null(strstr(name_of(longest), "is not the name of a unit"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(cgroups),
		cmocka_unit_test(no_cgroup),
	};

	return cmocka_run_group_tests_name("unit", tests, NULL, NULL);
}
