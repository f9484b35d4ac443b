// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "engine/toml.h"

/* The strings of engine.hooks_dir, with a colon after each; or what is wrong. */
static const char *read(const char *text, int append)
{
	static char result[EBPFMM_ERROR_SIZE];
	struct ebpfmm_toml_array array;
	struct ebpfmm_error err;

	result[0] = '\0';
	if (ebpfmm_toml_strings(text, "engine", "hooks_dir", &array, &err)) {
		strcpy(result, err.message);
	} else if (!array.found) {
		strcpy(result, "none");
	} else {
		for (size_t i = 0; i < array.count; i++)
			strcat(strcat(result, array.strings[i]), ":");
		assert_int_equal(array.append, append);
	}
	ebpfmm_toml_free(&array);
	return result;
}

#define IS(text, result) assert_string_equal(read(text, -1), result)

static void found(void **state)
{
	(void)state;
	IS("[engine]\nhooks_dir = [\"/a\", '/b\\c']\n", "/a:/b\\c:");
	IS("[engine]\nhooks_dir=[]", "");
	IS("# x\n[engine] # y\r\n\thooks_dir = [ # z\n\"/a\\\\\\\"\", # ]\n\n'/b',\n]  # c\n[z]",
	   "/a\\\":/b:");
	IS("engine.hooks_dir = [\"/a\"]", "/a:");
	IS("[ \"engine\" ]\n'hooks_dir' = [\"/a\"]", "/a:");
	assert_string_equal(read("[engine]\nhooks_dir=[\"/a\", {append=true}]", 1), "/a:");
	assert_string_equal(read("[engine]\nhooks_dir=[{ append = false }]", 0), "");
}

/* As what is before it, beside it and behind it may look like it. */
static void not_that(void **state)
{
	(void)state;
	IS("", "none");
	IS("hooks_dir = [\"/a\"]", "none");
	IS("[engine]\n#hooks_dir = [\"/a\"]", "none");
	IS("[engine.x]\nhooks_dir = [\"/a\"]\n[[y]]\nhooks_dir = 1", "none");
	IS("[engine]\nx = \"\"\"\nhooks_dir = ['/a']\n\\\"\"\"\"\n", "none");
	IS("[engine]\nx = '''\nhooks_dir = ['/a']\n''''\nhooks_dir=['/b']", "/b:");
	IS("[engine]\nx = [ { y = \"]\" }, # ]\n [ 1 ] ]\nhooks_dir = ['/b']", "/b:");
	IS("[engine]\nx = 1979-05-27T07:32:00Z # '\ny = true\nhooks_dir = ['/b']", "/b:");
}

static void refused(void **state)
{
	char deep[256];

	(void)state;
	IS("[engine]\nhooks_dir = \"/a\"", "line 2: not an array of strings: Bad message");
	IS("[engine]\nhooks_dir = [1]", "line 2: not an array of strings: Bad message");
	IS("[engine]\nhooks_dir = ['/a'", "line 2: not an array of strings: Bad message");
	IS("[engine]\nhooks_dir = ['/a' '/b']", "line 2: not an array of strings: Bad message");
	IS("[engine]\nhooks_dir = ['/a]\n", "line 2: unterminated string: Bad message");
	IS("[engine]\nhooks_dir = [\"\\", "line 2: unknown escape sequence: Bad message");
	IS("[engine]\nhooks_dir = [] x", "line 2: trailing characters on the line: Bad message");
	IS("[engine]\nhooks_dir = []\nhooks_dir = []", "line 3: duplicate key: Bad message");
	IS("[engine\n", "line 1: unclosed bracket: Bad message");
	IS("[engine]\nx = [\n", "line 3: unclosed bracket: Bad message");
	IS("[engine]\nx = ]\n", "line 2: unmatched closing bracket: Bad message");
	IS("[engine]\n= 1\n", "line 2: key is missing: Bad message");
	IS("[engine]\nx 1\n", "line 2: `=` is missing: Bad message");
	IS("x = \"\\", "line 1: unterminated string: Bad message");
	IS("x = '''\n", "line 2: unterminated string: Bad message");
	IS("[engine]\nhooks_dir = [{x=true}]", "line 2: unknown attribute, only `append` is allowed: Bad message");
	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	memcpy(deep, "x=", 2);
	IS(deep, "line 1: brackets are nested too deeply: Bad message");
	memset(deep, 'k', sizeof(deep) - 1);
	IS(deep, "line 1: key is too long: Bad message");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found),
		cmocka_unit_test(not_that),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
