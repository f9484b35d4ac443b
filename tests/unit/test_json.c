// SPDX-License-Identifier: GPL-2.0-only
/* Members of objects that we write, and objects that other programs wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/json_read.h"

static void writes(void **state)
{
	struct json_object *object = json_object_new_object();

	(void)state;
	assert_int_equal(ebpfmm_json_add_string(object, "text", "a\xff"), 0);
	assert_int_equal(ebpfmm_json_add_string(object, "none", NULL), 0);
	assert_int_equal(ebpfmm_json_add_number(object, "number", UINT64_MAX), 0);
	assert_int_equal(ebpfmm_json_add_rounded(object, "three", 2.0 / 3, 3), 0);
	assert_int_equal(ebpfmm_json_add_rounded(object, "six", 2.0 / 3, 6), 0);
	assert_int_equal(ebpfmm_json_add_hex(object, "hex", 0xffffffffff600000), 0);
	assert_int_equal(ebpfmm_json_add_sizes(object, "sizes", 1 | 1 << 4), 0);
	assert_int_equal(ebpfmm_json_add_sizes(object, "empty", 0), 0);
	assert_int_equal(ebpfmm_json_add(object, "value", json_object_new_boolean(1)), 0);
	/* There was no memory for it. */
	assert_int_equal(ebpfmm_json_add(object, "lost", NULL), -1);
	assert_string_equal(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN),
			    "{\"text\":\"a\xef\xbf\xbd" "ff\",\"none\":null,"
			    "\"number\":18446744073709551615,\"three\":0.667,"
			    "\"six\":0.666667,\"hex\":\"0xffffffffff600000\","
			    "\"sizes\":[\"4K\",\"64K\"],\"empty\":[],\"value\":true}");
	json_object_put(object);
}

static void reads_an_object(void **state)
{
	/* Each in memory of its own, without a NUL, so that a byte too many is seen. */
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "{}", NULL },
		{ " {\"a\": [1, 2.5, null], \"a\\n\": {\"a\": 1}} \r\n\t", NULL },
		{ "", "JSON ends unexpectedly at byte 0" },
		{ "{\"a\": \"b", "JSON ends unexpectedly at byte 8" },
		{ "{\"a\": tr", "JSON ends unexpectedly at byte 8" },
		{ "{\"a\": x}",
		  "JSON is malformed at byte 6: unexpected character" },
		{ "[]", "JSON is not an object" },
		{ "null", "JSON is not an object" },
		{ "12", "JSON is not an object" },
		{ "{} {}", "trailing data after the JSON, at byte 3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t length = strlen(cases[i].text);
		char *text = memcpy(malloc(length + !length), cases[i].text, length);
		struct ebpfmm_error err = {};
		struct json_object *object = ebpfmm_json_object(text, length, &err);

		free(text);
		if (cases[i].message)
			assert_string_equal(err.message, cases[i].message);
		assert_int_equal(!object, !!cases[i].message);
		json_object_put(object);
	}
}

static void not_too_deep(void **state)
{
	char text[400] = "";
	struct json_object *object;
	struct ebpfmm_error err;

	(void)state;
	for (int i = 0; i < 40; i++)
		strcat(text, "{\"a\":");
	object = ebpfmm_json_object(text, strlen(text), &err);
	assert_null(object);
	assert_non_null(strstr(err.message, "nesting too deep"));
}

static void reads_a_string(void **state)
{
	static const char text[] = "{\"a\": \"b\", \"n\": null, \"i\": 1, \"z\": \"x\\u0000y\"}";
	struct ebpfmm_error err;
	struct json_object *object = ebpfmm_json_object(text, strlen(text), &err);
	const char *out;

	(void)state;
	assert_non_null(object);
	assert_int_equal(ebpfmm_json_string(object, "a", &out, &err), 0);
	assert_string_equal(out, "b");
	assert_int_equal(ebpfmm_json_string(object, "n", &out, &err), 0);
	assert_null(out);
	assert_int_equal(ebpfmm_json_string(object, "absent", &out, &err), 0);
	assert_null(out);
	assert_int_equal(ebpfmm_json_string(NULL, "a", &out, &err), 0);
	assert_null(out);
	assert_int_equal(ebpfmm_json_string(object, "i", &out, &err), -1);
	assert_string_equal(err.message, "`i` is not a string");
	assert_int_equal(ebpfmm_json_string(object, "z", &out, &err), -1);
	assert_string_equal(err.message, "`z` contains a NUL");
	json_object_put(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes),
		cmocka_unit_test(reads_an_object),
		cmocka_unit_test(not_too_deep),
		cmocka_unit_test(reads_a_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
