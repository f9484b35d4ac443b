// SPDX-License-Identifier: GPL-2.0-only
/*
 * For every way in which a profile that is JSON can be wrong, the exact message
 * with the exact place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "refusal.h"

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
#define PAGE_SIZES	"not a page size of anonymous memory: use one of " \
			"4K 16K 32K 64K 128K 256K 512K 1M 2M"
#define MEANT(right)	"not a page size, did you mean `" right "`?"
#define NAME_HELP	" is not a valid profile name: use 1 to 63 letters, " \
			"digits, '.', '_' and '-', without '.' at the start"
#define TEN		"xxxxxxxxxx"
#define EIGHTY		TEN TEN TEN TEN TEN TEN TEN TEN

static const struct refusal bad_objects[] = {
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
	{ "{'version': 1, 'name': 'a'}",
	  "programs: missing, and there are no limits" },
	{ "{'version': 1, 'name': 'a', 'limits': {}}",
	  "programs: missing, and there are no limits" },
	{ "{'version': 1, 'name': null, 'programs': []}",
	  "name: must be a string, not null" },
	{ "{'version': 1, 'name': 'a', 'programs': {}}",
	  "programs: must be an array, not an object" },
	{ "{'version': 1, 'name': 'a', 'program': []}",
	  "program: unknown key, did you mean `programs`?" },
	{ "{'version': 1, 'name': 'a', 'Limits': []}",
	  "Limits: unknown key, did you mean `limits`?" },
	{ "{'version': 1, 'name': 'a', '$schema': []}",
	  "$schema: must be a string, not an array" },
	{ "{'$schema': 'x'}", "version: missing" },
	{ "{'version': 1e0}", "version: must be an integer, not a number with a "
	  "fraction or an exponent" },
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
	{ PROGRAMS(""), "programs: empty, and there are no limits" },
	{ PROGRAMS("1"), "programs[0]: must be an object, not an integer" },
	{ PROGRAMS("{'exe': '/x', 'default': {'benefit_ns': {}}}, []"),
	  "programs[1]: must be an object, not an array" },
	{ PROGRAMS("{}"), "programs[0].exe: missing" },
	{ PROGRAMS("{'exe': true}"),
	  "programs[0].exe: must be a string, not a boolean" },
	{ PROGRAMS("{'exec': '/x'}"),
	  "programs[0].exec: unknown key, did you mean `exe`?" },
	{ PROGRAMS("{'eyes': '/x'}"), "programs[0].eyes: unknown key" },
	{ PROGRAMS("{'exe': '/x'}"),
	  "programs[0].regions: missing, and there is no default" },
	{ PROGRAMS("{'exe': '/x', 'regions': []}"),
	  "programs[0].regions: empty, and there is no default" },
	{ PROGRAMS("{'exe': '/x', 'regions': {}}"),
	  "programs[0].regions: must be an array, not an object" },
	{ PROGRAMS("{'exe': '/x', 'default': []}"),
	  "programs[0].default: must be an object, not an array" },
	{ EXE(""), "programs[0].exe: \"\" is not an absolute path" },
	{ EXE("bin/x"), "programs[0].exe: \"bin/x\" is not an absolute path" },
#define NORMAL " must not have \"//\", \".\", \"..\" or a slash at its end"
	{ EXE("/"), "programs[0].exe: \"/\"" NORMAL },
	{ EXE("//x"), "programs[0].exe: \"//x\"" NORMAL },
	{ EXE("/x/"), "programs[0].exe: \"/x/\"" NORMAL },
	{ EXE("/./x"), "programs[0].exe: \"/./x\"" NORMAL },
	{ EXE("/a/../x"), "programs[0].exe: \"/a/../x\"" NORMAL },
	{ EXE("/a/.."), "programs[0].exe: \"/a/..\"" NORMAL },
	{ PROGRAMS("{'exe': '/x', 'default': {'benefit_ns': {}}}, "
		   "{'exe': '/y', 'default': {'benefit_ns': {}}}, "
		   "{'exe': '/x', 'default': {'benefit_ns': {}}}"),
	  "programs[2].exe: \"/x\" is already the program of programs[0]" },

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
	{ REGION("'lenght': 1"),
	  HERE "lenght: unknown key, did you mean `length`?" },
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
	{ REGION("'benefit_ns': {'64k': 1}"), HERE "benefit_ns.64k: " MEANT("64K") },
	{ REGION("'benefit_ns': {'2m': 1}"), HERE "benefit_ns.2m: " MEANT("2M") },
	{ REGION("'benefit_ns': {'64KB': 1}"), HERE "benefit_ns.64KB: " MEANT("64K") },
	{ REGION("'benefit_ns': {'64 kB': 1}"),
	  HERE "benefit_ns.64 kB: " MEANT("64K") },
	{ REGION("'benefit_ns': {'2MiB': 1}"), HERE "benefit_ns.2MiB: " MEANT("2M") },
	{ REGION("'benefit_ns': {'4096': 1}"), HERE "benefit_ns.4096: " MEANT("4K") },
	{ REGION("'benefit_ns': {'0x10000': 1}"),
	  HERE "benefit_ns.0x10000: " MEANT("64K") },
	{ REGION("'benefit_ns': {'064K': 1}"), HERE "benefit_ns.064K: " MEANT("64K") },
	{ REGION("'benefit_ns': {'65K': 1}"), HERE "benefit_ns.65K: " PAGE_SIZES },
	{ REGION("'benefit_ns': {'8kb': 1}"), HERE "benefit_ns.8kb: " PAGE_SIZES },
	{ REGION("'benefit_ns': {'1G': 1}"), HERE "benefit_ns.1G: " PAGE_SIZES },
	{ REGION("'benefit_ns': {'-2M': 1}"), HERE "benefit_ns.-2M: " PAGE_SIZES },
	{ REGION("'benefit_ns': {'2Mx': 1}"), HERE "benefit_ns.2Mx: " PAGE_SIZES },
	{ REGION("'benefit_ns': {'4M': 1}"), HERE "benefit_ns.4M: " PAGE_SIZES },
	{ REGION("'benefit_ns': {'2048K': 1}"),
	  HERE "benefit_ns.2048K: " MEANT("2M") },
	{ REGION("'benefit_ns': {'': 1}"), HERE "benefit_ns.: " PAGE_SIZES },
	{ REGION("'benefit_ns': {'2M': '1'}"),
	  HERE "benefit_ns.2M: must be an integer, not a string" },
	{ REGION("'benefit_ns': {'2M': 1.5}"), HERE "benefit_ns.2M: must be an "
	  "integer, not a number with a fraction or an exponent" },
	{ REGION("'benefit_ns': {'2M': 1e3}"), HERE "benefit_ns.2M: must be an "
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
#define NO_SIZE(text) HERE "length: \"" text "\" is not a size" SIZE_HELP
#define NEARLY(text, right) HERE "length: \"" text "\" is not a size, did you mean " \
	right "?"
#define NO_FIT(text) HERE "length: \"" text "\" does not fit in 64 bits"
	{ LENGTH(""), NO_SIZE("") },
	{ LENGTH("4096"), NEARLY("4096", "\"4K\"") },
	{ LENGTH("K"), NO_SIZE("K") },
	{ LENGTH("4k"), NEARLY("4k", "\"4K\"") },
	{ LENGTH("4KB"), NEARLY("4KB", "\"4K\"") },
	{ LENGTH("4T"), NEARLY("4T", "\"4096G\"") },
	{ LENGTH("4 K"), NEARLY("4 K", "\"4K\"") },
	{ LENGTH("4097"), NEARLY("4097", "4097") },
	{ LENGTH("0"), NEARLY("0", "0") },
	{ LENGTH("2 mib"), NEARLY("2 mib", "\"2M\"") },
	{ LENGTH("0X1800"), NEARLY("0X1800", "\"6K\"") },
	{ LENGTH("999999999999999999T"), NO_SIZE("999999999999999999T") },
	{ LENGTH("9999999999999999999k"), NO_SIZE("9999999999999999999k") },
	{ LENGTH("18446744073709551616"), NO_SIZE("18446744073709551616") },
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
	  HERE "length: the sum of offset and length does not fit in 64 bits" },

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
	{ ANCHOR("'maping': {}"),
	  HERE "anchor.maping: unknown key, did you mean `mapping`?" },
	{ ANCHOR("'aera': 'heap'"),
	  HERE "anchor.aera: unknown key, did you mean `area`?" },
	{ ANCHOR("'SECTION': 'a'"),
	  HERE "anchor.SECTION: unknown key, did you mean `section`?" },
	{ ANCHOR("'symbol': 'a', 'objcet': '/a'"),
	  HERE "anchor.objcet: unknown key, did you mean `object`?" },
	{ ANCHOR("'symbol': 7"),
	  HERE "anchor.symbol: must be a string, not an integer" },
	{ ANCHOR("'symbol': ''"), HERE "anchor.symbol: is empty" },
	{ ANCHOR("'section': {}"),
	  HERE "anchor.section: must be a string, not an object" },
	{ ANCHOR("'section': ''"), HERE "anchor.section: is empty" },
	{ ANCHOR("'area': 0"), HERE "anchor.area: must be a string, not an integer" },
	{ ANCHOR("'area': 'Heap'"),
	  HERE "anchor.area: \"Heap\" is not an area, did you mean \"heap\"?" },
	{ ANCHOR("'area': 'stakc'"),
	  HERE "anchor.area: \"stakc\" is not an area, did you mean \"stack\"?" },
	{ ANCHOR("'area': 'bss'"),
	  HERE "anchor.area: must be \"heap\" or \"stack\", not \"bss\"" },
	{ ANCHOR("'area': 'heap', 'object': '/lib/a.so'"),
	  HERE "anchor.object: requires symbol or section" },
	{ ANCHOR("'mapping': {'name': 'a'}, 'object': '/lib/a.so'"),
	  HERE "anchor.object: requires symbol or section" },
	{ ANCHOR("'symbol': 'a', 'object': 1"),
	  HERE "anchor.object: must be a string, not an integer" },
	{ ANCHOR("'symbol': 'a', 'object': 'a.so'"),
	  HERE "anchor.object: \"a.so\" is not an absolute path" },
	{ ANCHOR("'section': '.bss', 'object': '/lib/../a.so'"),
	  HERE "anchor.object: \"/lib/../a.so\"" NORMAL },

	/* mappings */
#define MAPPING(members) ANCHOR("'mapping': {" members "}")
	{ ANCHOR("'mapping': 'a'"),
	  HERE "anchor.mapping: must be an object, not a string" },
	{ MAPPING(""), HERE "anchor.mapping: must have at least one of name, "
	  "min_size, max_size, nth" },
	{ MAPPING("'nht': 2"),
	  HERE "anchor.mapping.nht: unknown key, did you mean `nth`?" },
	{ MAPPING("'name': ' '"), HERE "anchor.mapping.name: is empty" },
	{ MAPPING("'min_size': 4097, 'max_size': 8191"), HERE "anchor.mapping."
	  "min_size: no multiple of 4K is between it and max_size" },
	{ MAPPING("'min_size': 18446744073709547521"), HERE "anchor.mapping."
	  "min_size: no multiple of 4K is between it and max_size" },
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
	"character that the name of a mapping cannot have"
	{ MAPPING("'name': '[heap]'"), NO_ANON_NAME("[heap]") },
	{ MAPPING("'name': 'a$'"), NO_ANON_NAME("a$") },
	{ MAPPING("'name': 'a\\n'"), NO_ANON_NAME("a?") },
	{ MAPPING("'name': '\xc3\xa9'"), NO_ANON_NAME("??") },
	{ MAPPING("'min_size': true"), HERE "anchor.mapping.min_size: must be an "
	  "integer or a string, not a boolean" },
	{ MAPPING("'min_size': '4'"),
	  HERE "anchor.mapping.min_size: \"4\" is not a size, did you mean 4?" },
	{ MAPPING("'max_size': '9Q'"),
	  HERE "anchor.mapping.max_size: \"9Q\" is not a size" SIZE_HELP },
	{ MAPPING("'max_size': 4095"),
	  HERE "anchor.mapping.max_size: must be at least 4K" },
	{ MAPPING("'min_size': '2M', 'max_size': '1M'"),
	  HERE "anchor.mapping.min_size: must not be larger than max_size" },
	{ REGIONS("{'anchor': {'mapping': {'max_size': '1M'}}, 'offset': '1M', "
		  "'benefit_ns': {}}"),
	  HERE "offset: must be less than max_size, the end of the largest mapping" },

	/* limits */
	{ LIMITS("[]"), "limits: must be an object, not an array" },
	{ LIMITS("{'8K': 1}"), "limits.8K: " PAGE_SIZES },
	{ LIMITS("{'4K': 1}"),
	  "limits.4K: there is no smaller size to use instead" },
	{ LIMITS("{'2M': 0.5}"), "limits.2M: must be an integer or a string, not a "
	  "number with a fraction or an exponent" },
	{ LIMITS("{'2M': 'all'}"), "limits.2M: \"all\" is not a size" SIZE_HELP },

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
	/* glibc's names, with their space or without; sizes of the same pages */
	{ REGIONS(ALL("'mapping': {'name': ' glibc: malloc'}") ","
		  ALL("'mapping': {'name': 'glibc: malloc'}")), OVERLAP },
	{ REGIONS(ALL("'mapping': {'min_size': 8000}") ","
		  ALL("'mapping': {'min_size': 5000}")), SHADOWED },
	{ REGIONS(ALL("'mapping': {'max_size': 8192, 'nth': 2}") ","
		  ALL("'mapping': {'max_size': 8193, 'nth': 2}")), SHADOWED },
	{ REGIONS(ALL("'mapping': {'max_size': '1M'}") ","
		  ALL("'mapping': {'name': 'a', 'min_size': '3M', 'nth': 1}") ","
		  ALL("'mapping': {'min_size': '1028K'}") ","
		  ALL("'mapping': {'name': 'a', 'min_size': '64K'}")),
	  "programs[0].regions[3].anchor.mapping: earlier regions take every such "
	  "mapping" },
	{ REGIONS(ALL("'mapping': {'nth': 3}") "," ALL("'mapping': {'nth': 3}")),
	  OVERLAP },
};

static void test_bad_objects(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_objects) / sizeof(bad_objects[0]); i++)
		expect_refused(bad_objects[i].text, bad_objects[i].message);
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
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_long_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
