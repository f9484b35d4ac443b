// SPDX-License-Identifier: GPL-2.0-only
/*
 * For every way in which a profile can be wrong, the exact message with the
 * exact place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profile.h"

/* Texts of profiles are written with ' for ", for the sake of the reader. */
#define PROGRAMS(list)	"{'version': 1, 'name': 't', 'programs': [" list "]}"
#define REGIONS(list)	PROGRAMS("{'exe': '/x', 'regions': [" list "]}")
#define REGION(members)	REGIONS("{'anchor': {'area': 'heap'}, " members "}")
#define ANCHOR(members)	REGIONS("{'anchor': {" members "}, 'benefit_ns': {}}")
#define EXE(path)	PROGRAMS("{'exe': '" path "', 'default': {'benefit_ns': {}}}")
#define NAME(name)	"{'version': 1, 'name': '" name "', 'programs': " ONE "}"
#define LIMITS(limits)	"{'version': 1, 'name': 't', 'programs': " ONE ", " \
			"'limits': " limits "}"
#define ONE		"[{'exe': '/x', 'default': {'benefit_ns': {}}}]"
#define HERE		"programs[0].regions[0]."
#define SIZE_HELP	": write bytes as a number, or a string like " \
			"\"64K\", \"2M\", \"1G\" or \"0x1000\""
#define PAGE_SIZES	"no page size of anonymous memory, which are " \
			"4K 16K 32K 64K 128K 256K 512K 1M 2M"
#define NAME_HELP	" is no name of a profile: 1 to 63 letters, digits, " \
			"'.', '_', '-', no '.' first"
#define TEN		"xxxxxxxxxx"
#define EIGHTY		TEN TEN TEN TEN TEN TEN TEN TEN

static const struct bad {
	const char *text;
	const char *message;
} bad_objects[] = {
	/* the whole */
	{ "[]", "profile: must be an object, not an array" },
	{ "12", "profile: must be an object, not an integer" },
	{ "null", "profile: must be an object, not null" },
	{ "{}", "version: missing" },
	{ "{'version': 2, 'pages': {}}", "version: 2 is not supported, only 1" },
	{ "{'version': 0}", "version: 0 is not supported, only 1" },
	{ "{'version': '1'}", "version: must be an integer, not a string" },
	{ "{'version': 1.0}", "version: must be an integer, not a number with a "
	  "fraction or an exponent" },
	{ "{'version': 1, 'programs': " ONE "}", "name: missing" },
	{ "{'version': 1, 'name': 'a'}", "programs: missing" },
	{ "{'version': 1, 'name': null, 'programs': []}",
	  "name: must be a string, not null" },
	{ "{'version': 1, 'name': 'a', 'programs': {}}",
	  "programs: must be an array, not an object" },
	{ "{'version': 1, 'name': 'a', 'program': []}",
	  "program: unknown key, did you mean `programs`?" },
	{ "{'version': 1, 'name': 'a', 'Limits': []}",
	  "Limits: unknown key, did you mean `limits`?" },
	{ "{'version': 1, 'name': 'a', 'colour': []}", "colour: unknown key" },
	{ "{'version': 1, '': 'a'}", ": unknown key" },
	{ "{'version': 1, '" EIGHTY TEN "': 1}", EIGHTY ": unknown key" },

	/* name */
	{ NAME(""), "name: \"\"" NAME_HELP },
	{ NAME(".hidden"), "name: \".hidden\"" NAME_HELP },
	{ NAME("a/b"), "name: \"a/b\"" NAME_HELP },
	{ NAME("a b"), "name: \"a b\"" NAME_HELP },
	{ NAME("x\xc3\xa9"), "name: \"x??\"" NAME_HELP },
	{ NAME(TEN TEN TEN TEN TEN TEN "1234"),
	  "name: \"" TEN TEN TEN TEN TEN TEN "1234\"" NAME_HELP },

	/* programs */
	{ PROGRAMS(""), "programs: empty" },
	{ PROGRAMS("1"), "programs[0]: must be an object, not an integer" },
	{ PROGRAMS("{'exe': '/x', 'default': {'benefit_ns': {}}}, []"),
	  "programs[1]: must be an object, not an array" },
	{ PROGRAMS("{}"), "programs[0].exe: missing" },
	{ PROGRAMS("{'exe': true}"),
	  "programs[0].exe: must be a string, not a boolean" },
	{ PROGRAMS("{'exec': '/x'}"),
	  "programs[0].exec: unknown key, did you mean `exe`?" },
	{ PROGRAMS("{'exe': '/x'}"),
	  "programs[0].regions: missing, and there is no default" },
	{ PROGRAMS("{'exe': '/x', 'regions': []}"),
	  "programs[0].regions: empty, and there is no default" },
	{ PROGRAMS("{'exe': '/x', 'regions': {}}"),
	  "programs[0].regions: must be an array, not an object" },
	{ PROGRAMS("{'exe': '/x', 'default': []}"),
	  "programs[0].default: must be an object, not an array" },
	{ EXE(""), "programs[0].exe: \"\" is no absolute path" },
	{ EXE("bin/x"), "programs[0].exe: \"bin/x\" is no absolute path" },
#define NORMAL " is not normalised: \"//\", \".\", \"..\" or a slash at its end"
	{ EXE("/"), "programs[0].exe: \"/\"" NORMAL },
	{ EXE("//x"), "programs[0].exe: \"//x\"" NORMAL },
	{ EXE("/x/"), "programs[0].exe: \"/x/\"" NORMAL },
	{ EXE("/./x"), "programs[0].exe: \"/./x\"" NORMAL },
	{ EXE("/a/../x"), "programs[0].exe: \"/a/../x\"" NORMAL },
	{ EXE("/a/.."), "programs[0].exe: \"/a/..\"" NORMAL },
	{ PROGRAMS("{'exe': '/x', 'default': {'benefit_ns': {}}}, "
		   "{'exe': '/y', 'default': {'benefit_ns': {}}}, "
		   "{'exe': '/x', 'default': {'benefit_ns': {}}}"),
	  "programs[2].exe: \"/x\" is programs[0] already" },

	/* default */
	{ PROGRAMS("{'exe': '/x', 'default': {}}"),
	  "programs[0].default.benefit_ns: missing" },
	{ PROGRAMS("{'exe': '/x', 'default': {'benefit_ns': {'8K': 1}}}"),
	  "programs[0].default.benefit_ns.8K: " PAGE_SIZES },
	{ PROGRAMS("{'exe': '/x', 'default': {'benefit_ns': {}, 'offset': 0}}"),
	  "programs[0].default.offset: unknown key" },
	{ PROGRAMS("{'exe': '/x', 'default': {'benefit_ns': {}, 'touched': 2}}"),
	  "programs[0].default.touched: 2 is not between 0 and 1" },

	/* regions */
	{ REGIONS("'heap'"),
	  "programs[0].regions[0]: must be an object, not a string" },
	{ REGIONS("{'benefit_ns': {}}"), HERE "anchor: missing" },
	{ REGION("'length': 1"), HERE "benefit_ns: missing" },
	{ REGION("'benefit_n': {}"),
	  HERE "benefit_n: unknown key, did you mean `benefit_ns`?" },
	{ REGION("'benefit_ns': []"),
	  HERE "benefit_ns: must be an object, not an array" },
	{ REGION("'benefit_ns': {}, 'touched': '1'"),
	  HERE "touched: must be a number, not a string" },
	{ REGION("'benefit_ns': {}, 'touched': -0.1"),
	  HERE "touched: -0.1 is not between 0 and 1" },
	{ REGION("'benefit_ns': {}, 'touched': 1.001"),
	  HERE "touched: 1.001 is not between 0 and 1" },
	{ REGION("'benefit_ns': {}, 'touched': 1e999"),
	  HERE "touched: 1e999 is not between 0 and 1" },

	/* benefits */
	{ REGION("'benefit_ns': {'8K': 1}"), HERE "benefit_ns.8K: " PAGE_SIZES },
	{ REGION("'benefit_ns': {'64k': 1}"), HERE "benefit_ns.64k: " PAGE_SIZES },
	{ REGION("'benefit_ns': {'4M': 1}"), HERE "benefit_ns.4M: " PAGE_SIZES },
	{ REGION("'benefit_ns': {'2048K': 1}"),
	  HERE "benefit_ns.2048K: " PAGE_SIZES },
	{ REGION("'benefit_ns': {'': 1}"), HERE "benefit_ns.: " PAGE_SIZES },
	{ REGION("'benefit_ns': {'2M': '1'}"),
	  HERE "benefit_ns.2M: must be an integer, not a string" },
	{ REGION("'benefit_ns': {'2M': 1.5}"), HERE "benefit_ns.2M: must be an "
	  "integer, not a number with a fraction or an exponent" },
	{ REGION("'benefit_ns': {'2M': null}"),
	  HERE "benefit_ns.2M: must be an integer, not null" },
	{ REGION("'benefit_ns': {'2M': -1}"), HERE "benefit_ns.2M: -1 is negative" },
	{ REGION("'benefit_ns': {'2M': 4294967296}"),
	  HERE "benefit_ns.2M: 4294967296 is more than 4294967295 nanoseconds" },
	{ REGION("'benefit_ns': {'2M': 18446744073709551615}"),
	  HERE "benefit_ns.2M: 18446744073709551615 is more than 4294967295 "
	  "nanoseconds" },

	/* sizes */
	{ REGION("'benefit_ns': {}, 'offset': -1"), HERE "offset: -1 is negative" },
	{ REGION("'benefit_ns': {}, 'offset': 1.5"), HERE "offset: must be an "
	  "integer or a string, not a number with a fraction or an exponent" },
	{ REGION("'benefit_ns': {}, 'offset': []"),
	  HERE "offset: must be an integer or a string, not an array" },
#define LENGTH(text) REGION("'benefit_ns': {}, 'length': '" text "'")
#define NO_SIZE(text) HERE "length: \"" text "\" is no size" SIZE_HELP
#define NO_FIT(text) HERE "length: \"" text "\" does not fit 64 bits"
	{ LENGTH(""), NO_SIZE("") },
	{ LENGTH("4096"), NO_SIZE("4096") },
	{ LENGTH("K"), NO_SIZE("K") },
	{ LENGTH("4k"), NO_SIZE("4k") },
	{ LENGTH("4KB"), NO_SIZE("4KB") },
	{ LENGTH("4T"), NO_SIZE("4T") },
	{ LENGTH("4 K"), NO_SIZE("4 K") },
	{ LENGTH(" 4K"), NO_SIZE(" 4K") },
	{ LENGTH("+4K"), NO_SIZE("+4K") },
	{ LENGTH("-4K"), NO_SIZE("-4K") },
	{ LENGTH("1.5M"), NO_SIZE("1.5M") },
	{ LENGTH("0x"), NO_SIZE("0x") },
	{ LENGTH("0x1G"), NO_SIZE("0x1G") },
	{ LENGTH("1a"), NO_SIZE("1a") },
	{ LENGTH("0x10000000000000000"), NO_FIT("0x10000000000000000") },
	{ LENGTH("17179869184G"), NO_FIT("17179869184G") },
	{ LENGTH("18446744073709551616K"), NO_FIT("18446744073709551616K") },
	{ REGION("'benefit_ns': {}, 'length': 0"),
	  HERE "length: must be greater than 0" },
	{ REGION("'benefit_ns': {}, 'length': '0K'"),
	  HERE "length: must be greater than 0" },
	{ REGION("'benefit_ns': {}, 'offset': '0xffffffffffffffff', 'length': 1"),
	  HERE "length: offset and length do not fit 64 bits" },

	/* anchors */
#define EXACTLY_ONE HERE "anchor: must have exactly one of symbol, section, " \
	"area, mapping"
	{ REGIONS("{'anchor': 'heap', 'benefit_ns': {}}"),
	  HERE "anchor: must be an object, not a string" },
	{ ANCHOR(""), EXACTLY_ONE },
	{ ANCHOR("'object': '/lib/a.so'"), EXACTLY_ONE },
	{ ANCHOR("'symbol': 'a', 'section': '.bss'"), EXACTLY_ONE },
	{ ANCHOR("'area': 'heap', 'mapping': {'name': 'a'}"), EXACTLY_ONE },
	{ ANCHOR("'symbols': 'a'"),
	  HERE "anchor.symbols: unknown key, did you mean `symbol`?" },
	{ ANCHOR("'symbol': 7"),
	  HERE "anchor.symbol: must be a string, not an integer" },
	{ ANCHOR("'symbol': ''"), HERE "anchor.symbol: is empty" },
	{ ANCHOR("'section': {}"),
	  HERE "anchor.section: must be a string, not an object" },
	{ ANCHOR("'section': ''"), HERE "anchor.section: is empty" },
	{ ANCHOR("'area': 0"), HERE "anchor.area: must be a string, not an integer" },
	{ ANCHOR("'area': 'Heap'"),
	  HERE "anchor.area: \"Heap\" is neither \"heap\" nor \"stack\"" },
	{ ANCHOR("'area': 'heap', 'object': '/lib/a.so'"),
	  HERE "anchor.object: only with symbol or section" },
	{ ANCHOR("'mapping': {'name': 'a'}, 'object': '/lib/a.so'"),
	  HERE "anchor.object: only with symbol or section" },
	{ ANCHOR("'symbol': 'a', 'object': 1"),
	  HERE "anchor.object: must be a string, not an integer" },
	{ ANCHOR("'symbol': 'a', 'object': 'a.so'"),
	  HERE "anchor.object: \"a.so\" is no absolute path" },
	{ ANCHOR("'section': '.bss', 'object': '/lib/../a.so'"),
	  HERE "anchor.object: \"/lib/../a.so\"" NORMAL },

	/* mappings */
#define MAPPING(members) ANCHOR("'mapping': {" members "}")
	{ ANCHOR("'mapping': 'a'"),
	  HERE "anchor.mapping: must be an object, not a string" },
	{ MAPPING(""), HERE "anchor.mapping: must have at least one of name, "
	  "min_size, max_size, nth" },
	{ MAPPING("'nth': '2'"),
	  HERE "anchor.mapping.nth: must be an integer, not a string" },
	{ MAPPING("'nth': 1.0"), HERE "anchor.mapping.nth: must be an integer, not "
	  "a number with a fraction or an exponent" },
	{ MAPPING("'nth': null"),
	  HERE "anchor.mapping.nth: must be an integer, not null" },
	{ MAPPING("'nth': 0"), HERE "anchor.mapping.nth: 0 is not between 1 and 64" },
	{ MAPPING("'name': 'a', 'nth': -1"),
	  HERE "anchor.mapping.nth: -1 is not between 1 and 64" },
	{ MAPPING("'nth': 65"),
	  HERE "anchor.mapping.nth: 65 is not between 1 and 64" },
	{ MAPPING("'nth': 65537"),
	  HERE "anchor.mapping.nth: 65537 is not between 1 and 64" },
	{ MAPPING("'nth': 18446744073709551615"), HERE "anchor.mapping.nth: "
	  "18446744073709551615 is not between 1 and 64" },
	{ ANCHOR("'area': 'heap', 'nth': 1"), HERE "anchor.nth: unknown key" },
	{ MAPPING("'min-size': 1"),
	  HERE "anchor.mapping.min-size: unknown key, did you mean `min_size`?" },
	{ MAPPING("'name': []"),
	  HERE "anchor.mapping.name: must be a string, not an array" },
	{ MAPPING("'name': ''"), HERE "anchor.mapping.name: is empty" },
	{ MAPPING("'name': '" EIGHTY "'"),
	  HERE "anchor.mapping.name: \"" EIGHTY "\" is longer than 79 bytes" },
#define NO_ANON_NAME(text) HERE "anchor.mapping.name: \"" text "\" has a " \
	"character that no mapping's name can have"
	{ MAPPING("'name': '[heap]'"), NO_ANON_NAME("[heap]") },
	{ MAPPING("'name': 'a$'"), NO_ANON_NAME("a$") },
	{ MAPPING("'name': 'a\\n'"), NO_ANON_NAME("a?") },
	{ MAPPING("'name': '\xc3\xa9'"), NO_ANON_NAME("??") },
	{ MAPPING("'min_size': true"), HERE "anchor.mapping.min_size: must be an "
	  "integer or a string, not a boolean" },
	{ MAPPING("'min_size': '4'"),
	  HERE "anchor.mapping.min_size: \"4\" is no size" SIZE_HELP },
	{ MAPPING("'max_size': '9Q'"),
	  HERE "anchor.mapping.max_size: \"9Q\" is no size" SIZE_HELP },
	{ MAPPING("'max_size': 4095"),
	  HERE "anchor.mapping.max_size: no mapping is that small" },
	{ MAPPING("'min_size': '2M', 'max_size': '1M'"),
	  HERE "anchor.mapping.min_size: is larger than max_size" },
	{ REGIONS("{'anchor': {'mapping': {'max_size': '1M'}}, 'offset': '1M', "
		  "'benefit_ns': {}}"),
	  HERE "offset: is not below max_size, where the largest mapping ends" },

	/* limits */
	{ LIMITS("[]"), "limits: must be an object, not an array" },
	{ LIMITS("{'8K': 1}"), "limits.8K: " PAGE_SIZES },
	{ LIMITS("{'4K': 1}"),
	  "limits.4K: there is no smaller size to use instead" },
	{ LIMITS("{'2M': 0.5}"), "limits.2M: must be an integer or a string, not a "
	  "number with a fraction or an exponent" },
	{ LIMITS("{'2M': 'all'}"), "limits.2M: \"all\" is no size" SIZE_HELP },

	/* regions that overlap, or that can never be reached */
#define AT(anchor, offset, length) "{'anchor': {" anchor "}, 'offset': " offset \
	", 'length': " length ", 'benefit_ns': {}}"
#define ALL(anchor) "{'anchor': {" anchor "}, 'benefit_ns': {}}"
#define OVERLAP "programs[0].regions[1]: overlaps regions[0]"
	{ REGIONS(AT("'area': 'heap'", "0", "'4K'") ","
		  AT("'area': 'heap'", "4095", "1")), OVERLAP },
	{ REGIONS(AT("'area': 'heap'", "'1M'", "1") "," ALL("'area': 'heap'")),
	  OVERLAP },
	{ REGIONS(ALL("'area': 'stack'") "," AT("'area': 'stack'", "'1G'", "1")),
	  OVERLAP },
	{ REGIONS(ALL("'symbol': 'a'") "," ALL("'symbol': 'a'")), OVERLAP },
	{ REGIONS(AT("'section': '.bss'", "2", "2") ","
		  AT("'section': '.bss'", "0", "3")), OVERLAP },
	{ REGIONS(ALL("'symbol': 'a', 'object': '/l'") ","
		  ALL("'object': '/l', 'symbol': 'a'")), OVERLAP },
	{ REGIONS(ALL("'mapping': {'min_size': 4096}") ","
		  ALL("'mapping': {'min_size': '4K'}")), OVERLAP },
	{ REGIONS(AT("'area': 'heap'", "0", "1") "," AT("'area': 'heap'", "1", "1")
		  "," AT("'area': 'heap'", "1", "'0xfffffffffffffffe'")),
	  "programs[0].regions[2]: overlaps regions[1]" },
#define SHADOWED "programs[0].regions[1].anchor.mapping: regions[0] comes first " \
	"and takes every such mapping"
	{ REGIONS(ALL("'mapping': {'min_size': '1M'}") ","
		  ALL("'mapping': {'min_size': '1M', 'name': 'a'}")), SHADOWED },
	{ REGIONS(ALL("'mapping': {'name': 'a'}") ","
		  ALL("'mapping': {'max_size': '1M', 'name': 'a'}")), SHADOWED },
	{ REGIONS(ALL("'mapping': {'name': 'a'}") ","
		  ALL("'mapping': {'name': 'a', 'nth': 2}")), SHADOWED },
	{ REGIONS(ALL("'mapping': {'max_size': '2M'}") ","
		  ALL("'mapping': {'name': 'a', 'max_size': '1M', 'nth': 1}")),
	  SHADOWED },
	{ REGIONS(ALL("'mapping': {'nth': 3}") "," ALL("'mapping': {'nth': 3}")),
	  OVERLAP },
}, bad_texts[] = {
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
	{ "// x\n{}", "line 1, column 1: unexpected character" },
	{ "{'a': '\\x'}", "line 1, column 9: invalid string sequence" },
	{ "{'a': 'b\tc'}", "line 1, column 9: invalid string sequence" },
	{ "{'a': 'b\nc'}", "line 1, column 9: invalid string sequence" },
	{ "{'a': 'b\x01'}", "line 1, column 9: control character" },
	{ "{\f}", "line 1, column 2: control character" },
	{ "\xef\xbb\xbf{}", "line 1, column 1: unexpected character" },
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
	{ "{'a': 18446744073709551616}", "line 1, column 27: number expected" },
	{ "{'a': '\\u0000'}", "line 1, column 8: NUL in a string" },
	{ "{'a': '\\ud83d'}", "line 1, column 8: lone surrogate" },
	{ "{'a': '\\ud83d\\u0041'}", "line 1, column 8: lone surrogate" },
	{ "{'a': '\\\\\\ude00'}", "line 1, column 10: lone surrogate" },
	{ "{'version': 1,\n 'version': 2}", "line 2, column 2: duplicate key" },
	{ "{'a': [{'b': 1, 'c': {}, 'b': 1}]}",
	  "line 1, column 26: duplicate key" },
	{ "{'a': 1, '\\u0061': 2}", "line 1, column 10: escape in a key" },
	{ "{'01':0,'02':0,'03':0,'04':0,'05':0,'06':0,'07':0,'08':0,'09':0,"
	  "'10':0,'11':0,'12':0,'13':0,'14':0,'15':0,'16':0,'17':0,'18':0,"
	  "'19':0,'20':0,'21':0,'22':0,'23':0,'24':0,'25':0,'26':0,'27':0,"
	  "'28':0,'29':0,'30':0,'31':0,'32':0,\n'33':0}",
	  "line 2, column 1: too many keys in one object" },
	{ "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
	  "line 1, column 17: nesting too deep" },
};

/* Without a NUL at its end, so that ASan sees a read beyond. */
static int parse(const char *text, struct ebpfmm_profile **out,
		 struct ebpfmm_error *err)
{
	size_t length = strlen(text), i;
	char *copy = malloc(length ? length : 1);
	int ret;

	assert_non_null(copy);
	for (i = 0; i < length; i++)
		copy[i] = text[i] == '\'' ? '"' : text[i];
	ret = ebpfmm_profile_parse(copy, length, out, err);
	free(copy);
	return ret;
}

static void expect_refused(const char *text, const char *message)
{
	struct ebpfmm_profile *profile = NULL;
	struct ebpfmm_error err = { .code = 99 };

	if (!parse(text, &profile, &err))
		fail_msg("accepted: %s", text);
	if (strcmp(err.message, message))
		fail_msg("%s\n  says: %s\n  not:  %s", text, err.message, message);
	assert_int_equal(err.code, 0);
	assert_null(profile);
	assert_int_equal(parse(text, &profile, NULL), -1);
}

static void test_bad_objects(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_objects) / sizeof(bad_objects[0]); i++)
		expect_refused(bad_objects[i].text, bad_objects[i].message);
}

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

/* A profile of @count items, each made with @format from its number. */
static char *many(const char *before, const char *format, int count,
		  const char *after)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);
	int i;

	assert_non_null(out);
	fputs(before, out);
	for (i = 0; i < count; i++) {
		fputs(i ? "," : "", out);
		fprintf(out, format, i);
	}
	fputs(after, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void expect_limit(const char *before, const char *format, int most,
			 const char *after, const char *message)
{
	struct ebpfmm_profile *profile = NULL;
	struct ebpfmm_error err = { 0 };
	char *text = many(before, format, most, after);

	if (parse(text, &profile, &err))
		fail_msg("refused at the limit: %s", err.message);
	ebpfmm_profile_free(profile);
	free(text);

	text = many(before, format, most + 1, after);
	expect_refused(text, message);
	free(text);
}

#define BEFORE	"{'version': 1, 'name': 't', 'programs': ["
#define REGIONS_BEFORE BEFORE "{'exe': '/x', 'regions': ["
#define SYMBOL	"{'anchor': {'symbol': 's%d'}, 'benefit_ns': {}}"

static void test_too_many(void **state)
{
	(void)state;
	expect_limit(BEFORE, "{'exe': '/%d', 'default': {'benefit_ns': {}}}", 16,
		     "]}", "programs[16]: more than 16 programs");
	expect_limit(REGIONS_BEFORE, SYMBOL, 1024, "]}]}",
		     "programs[0].regions: more than 1024 regions and defaults in "
		     "the profile");
	expect_limit(REGIONS_BEFORE, SYMBOL, 1023,
		     "], 'default': {'benefit_ns': {}}}]}",
		     "programs[0].default: more than 1024 regions and defaults in "
		     "the profile");
	expect_limit(REGIONS_BEFORE,
		     "{'anchor': {'mapping': {'name': 'm%d'}}, 'benefit_ns': {}}",
		     32, "]}]}",
		     "programs[0].regions[32].anchor.mapping: more than 32 "
		     "different mappings in the profile");
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

static void test_long_path(void **state)
{
	char path[4097], text[4200];
	struct ebpfmm_profile *profile = NULL;
	struct ebpfmm_error err = { 0 };

	(void)state;
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[4096] = '\0';
	snprintf(text, sizeof(text), EXE("%s"), path);
	expect_refused(text, "programs[0].exe: \"/x" TEN TEN TEN TEN TEN TEN TEN
		       "xxxxxxxx...\" is longer than a path can be");

	path[4095] = '\0';
	snprintf(text, sizeof(text), EXE("%s"), path);
	assert_int_equal(parse(text, &profile, &err), 0);
	assert_string_equal(profile->programs[0].exe, path);
	ebpfmm_profile_free(profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_objects),
		cmocka_unit_test(test_bad_texts),
		cmocka_unit_test(test_nul_byte),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_long_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
