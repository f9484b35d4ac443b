// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is no JSON text, or one that does not mean exactly one thing: refused
 * with line and column.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "refusal.h"

#define NO_KEY "quoted object property name expected"
#define NO_NUMBER "not a JSON number, or one that does not fit in 64 bits"

static const struct refusal bad_texts[] = {
	{ "", "line 1, column 1: unexpected end of data" },
	{ " \n ", "line 2, column 2: unexpected end of data" },
	{ "{\n\t'version': 1,\n}", "line 3, column 1: unexpected character" },
	{ "{'version' 1}", "line 1, column 12: object property name separator ':' "
	  "expected" },
	{ "{'version': 1 'name'}", "line 1, column 15: object value separator ',' "
	  "expected" },
	{ "{version: 1}", "line 1, column 2: quoted object property name expected" },
	{ "{'a': 'b", "line 1, column 9: unexpected end of data" },
	{ "{'a': 'xyz\xc3\xa9', }", "line 1, column 15: unexpected character" },
	{ "{'a': t}", "line 1, column 8: boolean expected" },
	{ "{'a': True}", "line 1, column 7: boolean expected" },
	{ "{} x", "line 1, column 4: unexpected character" },
	{ "{}{}", "line 1, column 3: unexpected character" },
	{ "{} /* x */", "line 1, column 4: unexpected character" },
	{ "{/* x */}", "line 1, column 2: " NO_KEY },
	{ "{'a': 1 // x\n}", "line 1, column 9: object value separator ',' expected" },
	{ "{'a': [1,]}", "line 1, column 10: unexpected character" },
	{ "{,}", "line 1, column 2: " NO_KEY },
	{ "[1 2]", "line 1, column 4: array value separator ',' expected" },
	{ "{]", "line 1, column 2: " NO_KEY },
	{ "'", "line 1, column 2: unexpected end of data" },
	{ "{'a': 'b\\", "line 1, column 10: unexpected end of data" },
	{ "// x\n{}", "line 1, column 1: unexpected character" },
	{ "{'a': '\\x'}", "line 1, column 9: invalid string sequence" },
	{ "{'a': 'b\tc'}", "line 1, column 9: invalid string sequence" },
	{ "{'a': 'b\nc'}", "line 1, column 9: invalid string sequence" },
	{ "{'a': 'b\x01'}", "line 1, column 9: control character" },
	{ "{\f}", "line 1, column 2: control character" },
	{ "\xef\xbb\xbf{}", "line 1, column 1: byte order mark" },
	{ "{\xef\xbb\xbf}", "line 1, column 2: " NO_KEY },
	{ "{\xc2\xa0}", "line 1, column 2: " NO_KEY },
	{ "{\x7f}", "line 1, column 2: " NO_KEY },
	/* not UTF-8: stray, cut short, overlong, surrogate, beyond U+10FFFF */
	{ "{'a': '\x80'}", "line 1, column 8: invalid UTF-8" },
	{ "{'a': '\xc3'}", "line 1, column 8: invalid UTF-8" },
	{ "{'a': '\xf0\x9f\x98'}", "line 1, column 8: invalid UTF-8" },
	{ "{'a': '\xc0\x80'}", "line 1, column 8: invalid UTF-8" },
	{ "{'a': '\xe0\x80\x80'}", "line 1, column 8: invalid UTF-8" },
	{ "{'a': '\xed\xa0\x80'}", "line 1, column 8: invalid UTF-8" },
	{ "{'a': '\xf4\x90\x80\x80'}", "line 1, column 8: invalid UTF-8" },
	{ "{'a': '\xff'}", "line 1, column 8: invalid UTF-8" },
	{ "{}\xf0\x9f", "line 1, column 3: invalid UTF-8" },
	/* what json-c takes */
	{ "{'a': NaN}", "line 1, column 7: not a JSON number" },
	{ "{'a': Infinity}", "line 1, column 7: not a JSON number" },
	{ "{'a': -Infinity}", "line 1, column 7: not a JSON number" },
	{ "{'a': -01}", "line 1, column 7: not a JSON number" },
	{ "{'a': 00}", "line 1, column 7: not a JSON number" },
	{ "{'a': 1.}", "line 1, column 7: not a JSON number" },
	{ "{'a': -.5}", "line 1, column 7: not a JSON number" },
	{ "{'a': 1.e5}", "line 1, column 7: not a JSON number" },
	{ "{'a': 18446744073709551616}", "line 1, column 27: " NO_NUMBER },
	{ "{'a': -9223372036854775809}", "line 1, column 27: " NO_NUMBER },
	{ "{'a': +1}", "line 1, column 7: unexpected character" },
	{ "{'a': 0x10}", "line 1, column 8: " NO_NUMBER },
	{ "{'a': -}", "line 1, column 8: " NO_NUMBER },
	{ "{'a': nan}", "line 1, column 8: null expected" },
	{ "{'a': 1e}", "line 1, column 9: " NO_NUMBER },
	{ "{'a': -0}", "line 1, column 7: negative zero" },
	{ "{'a': [-0.00]}", "line 1, column 8: negative zero" },
	{ "{'a': -0e5}", "line 1, column 7: negative zero" },
	{ "{'a': '\\u0000'}", "line 1, column 8: NUL in a string" },
	{ "{'a': '\\ud83d'}", "line 1, column 8: lone surrogate" },
	{ "{'a': '\\ud83d\\u0041'}", "line 1, column 8: lone surrogate" },
	{ "{'a': '\\\\\\ude00'}", "line 1, column 10: lone surrogate" },
	{ "{'version': 1,\n 'version': 2}", "line 2, column 2: duplicate key" },
	{ "{'a': [{'b': 1, 'c': {}, 'b': 1}]}",
	  "line 1, column 26: duplicate key" },
	{ "{'a': {'b': {'c': [1, {'d': 1,\n'd': 2}]}}}",
	  "line 2, column 1: duplicate key" },
	{ "{'a': 1, '\\u0061': 2}", "line 1, column 10: escape in a key" },
	{ "{'01':0,'02':0,'03':0,'04':0,'05':0,'06':0,'07':0,'08':0,'09':0,"
	  "'10':0,'11':0,'12':0,'13':0,'14':0,'15':0,'16':0,'17':0,'18':0,"
	  "'19':0,'20':0,'21':0,'22':0,'23':0,'24':0,'25':0,'26':0,'27':0,"
	  "'28':0,'29':0,'30':0,'31':0,'32':0,\n'33':0}",
	  "line 2, column 1: too many keys in one object" },
	{ "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
	  "line 1, column 17: nesting too deep" },
};

static void test_bad_texts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_texts) / sizeof(bad_texts[0]); i++)
		expect_refused(bad_texts[i].text, bad_texts[i].message);
}

static void test_nul_byte(void **state)
{
	static const char inside[] = "{\"a\": \"b\0c\"}", after[] = "{}\0";
	struct ebpfmm_profile *profile = NULL;
	struct ebpfmm_error err;

	(void)state;
	assert_int_equal(ebpfmm_profile_parse(inside, sizeof(inside) - 1,
					      &profile, &err), -1);
	assert_string_equal(err.message, "line 1, column 9: control character");
	assert_int_equal(ebpfmm_profile_parse(after, 3, &profile, &err), -1);
	assert_string_equal(err.message, "line 1, column 3: control character");
}

static void test_too_long(void **state)
{
	struct ebpfmm_profile *profile = NULL;
	struct ebpfmm_error err;
	char *text = malloc(EBPFMM_PROFILE_MAX_BYTES + 1);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', EBPFMM_PROFILE_MAX_BYTES + 1);
	assert_int_equal(ebpfmm_profile_parse(text, EBPFMM_PROFILE_MAX_BYTES + 1,
					      &profile, &err), -1);
	assert_string_equal(err.message, "more than 1048576 bytes");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_texts),
		cmocka_unit_test(test_nul_byte),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
