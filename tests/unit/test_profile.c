// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a good profile becomes, and where profiles are found by name.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/page_size.h"
#include "profile/profile_internal.h"

#define MIB (1ULL << 20)

static struct ebpfmm_profile *parse_good(const char *text)
{
	struct ebpfmm_profile *profile = NULL;
	struct ebpfmm_error err = { 0 };

	if (ebpfmm_profile_parse(text, strlen(text), &profile, &err))
		fail_msg("refused: %s", err.message);
	return profile;
}

/* Every kind of anchor and of value, as in ebpfmm-profile(5). */
static const char everything[] =
	"{\n"
	"  \"version\": 1,\n"
	"  \"name\": \"redis\",\n"
	"  \"programs\": [\n"
	"    {\n"
	"      \"exe\": \"/usr/bin/redis-server\",\n"
	"      \"regions\": [\n"
	"        { \"anchor\": { \"symbol\": \"hot_table\" },\n"
	"          \"benefit_ns\": { \"64K\": 900, \"2M\": 60000 } },\n"
	"        { \"anchor\": { \"symbol\": \"lut\", \"object\": "
			"\"/usr/lib/x86_64-linux-gnu/libm.so.6\" },\n"
	"          \"offset\": \"4K\", \"length\": \"16M\", "
			"\"benefit_ns\": { \"2M\": 5000 } },\n"
	"        { \"anchor\": { \"section\": \".bss\" }, "
			"\"benefit_ns\": { \"64K\": 300 } },\n"
	"        { \"anchor\": { \"area\": \"heap\" }, \"offset\": 0, "
			"\"length\": \"256M\", "
			"\"benefit_ns\": { \"2M\": 20000 }, \"touched\": 0.9 },\n"
	"        { \"anchor\": { \"area\": \"stack\" }, \"length\": \"1M\", "
			"\"benefit_ns\": { \"64K\": 100 } },\n"
	"        { \"anchor\": { \"mapping\": { \"name\": \"glibc: malloc\", "
			"\"min_size\": \"64M\" } }, "
			"\"benefit_ns\": { \"2M\": 9000 } }\n"
	"      ],\n"
	"      \"default\": { \"benefit_ns\": { \"64K\": 50 } }\n"
	"    }\n"
	"  ],\n"
	"  \"limits\": { \"2M\": \"512M\" }\n"
	"}\n";

static void check_elf_regions(const struct ebpfmm_profile_region *regions)
{
	assert_int_equal(regions[0].kind, EBPFMM_ANCHOR_SYMBOL);
	assert_string_equal(regions[0].name, "hot_table");
	assert_null(regions[0].object);
	assert_int_equal(regions[0].offset, 0);
	assert_false(regions[0].has_length);
	assert_int_equal(regions[0].benefit.sizes, 1 | 1 << 4 | 1 << 9);
	assert_int_equal(regions[0].benefit.ns[0], 0);
	assert_int_equal(regions[0].benefit.ns[4], 900);
	assert_int_equal(regions[0].benefit.ns[9], 60000);
	assert_int_equal(regions[0].benefit.touched, EBPFMM_TOUCHED_ONE);

	assert_int_equal(regions[1].kind, EBPFMM_ANCHOR_SYMBOL);
	assert_string_equal(regions[1].name, "lut");
	assert_string_equal(regions[1].object,
			    "/usr/lib/x86_64-linux-gnu/libm.so.6");
	assert_int_equal(regions[1].offset, 4096);
	assert_true(regions[1].has_length);
	assert_int_equal(regions[1].length, 16 * MIB);

	assert_int_equal(regions[2].kind, EBPFMM_ANCHOR_SECTION);
	assert_string_equal(regions[2].name, ".bss");
}

static void check_other_regions(const struct ebpfmm_profile_region *regions)
{
	assert_int_equal(regions[3].kind, EBPFMM_ANCHOR_HEAP);
	assert_null(regions[3].name);
	assert_true(regions[3].has_length);
	assert_int_equal(regions[3].length, 256 * MIB);
	assert_int_equal(regions[3].benefit.touched, 922);

	assert_int_equal(regions[4].kind, EBPFMM_ANCHOR_STACK);
	assert_int_equal(regions[4].length, MIB);

	assert_int_equal(regions[5].kind, EBPFMM_ANCHOR_MAPPING);
	assert_string_equal(regions[5].name, "glibc: malloc");
	assert_int_equal(regions[5].min_size, 64 * MIB);
	assert_true(regions[5].max_size == UINT64_MAX);
	assert_false(regions[5].has_length);
}

static void test_everything(void **state)
{
	struct ebpfmm_profile *profile = parse_good(everything);
	int order;

	(void)state;
	assert_string_equal(profile->name, "redis");
	assert_int_equal(profile->nprograms, 1);
	assert_string_equal(profile->programs[0].exe, "/usr/bin/redis-server");
	assert_int_equal(profile->programs[0].nregions, 6);
	check_elf_regions(profile->programs[0].regions);
	check_other_regions(profile->programs[0].regions);
	assert_true(profile->programs[0].has_default);
	assert_int_equal(profile->programs[0].fallback.sizes, 1 | 1 << 4);
	assert_int_equal(profile->programs[0].fallback.ns[4], 50);
	for (order = 0; order < EBPFMM_ORDERS; order++)
		assert_true(profile->limit[order] ==
			    (order == 9 ? 512 * MIB : UINT64_MAX));
	ebpfmm_profile_free(profile);
}

/* With the space that glibc's names begin with, or without: it is no part of the name. */
static void test_names_of_mappings(void **state)
{
	struct ebpfmm_profile *profile = parse_good(
		"{ \"version\": 1, \"name\": \"m\", \"programs\": [ { \"exe\": \"/m\","
		"  \"regions\": ["
		"    { \"anchor\": { \"mapping\": { \"name\": \" glibc: malloc\" } },"
		"      \"benefit_ns\": {} },"
		"    { \"anchor\": { \"mapping\": { \"name\": \"  two\" } },"
		"      \"benefit_ns\": {} },"
		"    { \"anchor\": { \"mapping\": { \"min_size\": \"1M\" } },"
		"      \"benefit_ns\": {} } ] } ] }");
	const struct ebpfmm_profile_region *regions = profile->programs[0].regions;

	(void)state;
	assert_string_equal(regions[0].name, "glibc: malloc");
	assert_string_equal(regions[1].name, " two");
	assert_null(regions[2].name);
	ebpfmm_profile_free(profile);
}

static void test_smallest(void **state)
{
	struct ebpfmm_profile *profile = parse_good(
		"{\"version\":1,\"name\":\"a\",\"programs\":"
		"[{\"exe\":\"/a\",\"default\":{\"benefit_ns\":{}}}],"
		"\"$schema\":\"\"}");

	(void)state;
	assert_int_equal(profile->programs[0].nregions, 0);
	assert_int_equal(profile->programs[0].fallback.sizes, 1);
	assert_int_equal(profile->programs[0].fallback.touched,
			 EBPFMM_TOUCHED_ONE);
	ebpfmm_profile_free(profile);
}

#define REGION_BEFORE "{\"version\":1,\"name\":\"a\",\"programs\":" \
	"[{\"exe\":\"/a\",\"regions\":["
#define REGION_AFTER "]}]}"

static void test_values(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} sizes[] = {
		{ "1", 1 },
		{ "18446744073709551615", UINT64_MAX },
		{ "\"1K\"", 1024 },
		{ "\"007M\"", 7 * MIB },
		{ "\"17179869183G\"", 17179869183ULL << 30 },
		{ "\"0x1fF\"", 0x1ff },
		{ "\"0xffffffffffffffff\"", UINT64_MAX },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct ebpfmm_profile *profile;
		char text[256];

		snprintf(text, sizeof(text), REGION_BEFORE
			 "{\"anchor\":{\"area\":\"heap\"},\"length\":%s,"
			 "\"touched\":0,\"benefit_ns\":{\"4K\":4294967295}}"
			 REGION_AFTER, sizes[i].text);
		profile = parse_good(text);
		assert_true(profile->programs[0].regions[0].length ==
			    sizes[i].value);
		assert_int_equal(profile->programs[0].regions[0].benefit.touched,
				 0);
		assert_true(profile->programs[0].regions[0].benefit.ns[0] ==
			    UINT32_MAX);
		ebpfmm_profile_free(profile);
	}
}

/* Only an anchor that takes the very same mapping leaves another one nothing. */
static void test_ranks(void **state)
{
	struct ebpfmm_profile *profile = parse_good(REGION_BEFORE
		"{\"anchor\":{\"mapping\":{\"name\":\"a\",\"nth\":2}},"
			"\"length\":4096,\"benefit_ns\":{}},"
		"{\"anchor\":{\"mapping\":{\"name\":\"a\",\"nth\":1}},"
			"\"benefit_ns\":{}},"
		"{\"anchor\":{\"mapping\":{\"nth\":64}},\"benefit_ns\":{}},"
		"{\"anchor\":{\"mapping\":{\"min_size\":8192,\"nth\":64}},"
			"\"benefit_ns\":{}},"
		"{\"anchor\":{\"mapping\":{\"name\":\"a\"}},\"benefit_ns\":{}},"
		"{\"anchor\":{\"mapping\":{\"name\":\"a\",\"nth\":2}},"
			"\"offset\":4096,\"benefit_ns\":{}}" REGION_AFTER);
	const struct ebpfmm_profile_region *regions = profile->programs[0].regions;
	static const uint16_t nth[] = { 2, 1, 64, 64, 0, 2 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(nth) / sizeof(nth[0]); i++)
		assert_int_equal(regions[i].nth, nth[i]);
	ebpfmm_profile_free(profile);
}

/* Near what is refused as overlapping, shadowed, or badly escaped, but right. */
static void test_neighbours(void **state)
{
	struct ebpfmm_profile *profile = parse_good(REGION_BEFORE
		"{\"anchor\":{\"area\":\"heap\"},\"length\":4096,\"benefit_ns\":{}},"
		"{\"anchor\":{\"area\":\"heap\"},\"offset\":4096,\"benefit_ns\":{}},"
		"{\"anchor\":{\"area\":\"stack\"},\"benefit_ns\":{}},"
		"{\"anchor\":{\"symbol\":\"a\"},\"benefit_ns\":{}},"
		"{\"anchor\":{\"section\":\"a\"},\"benefit_ns\":{}},"
		"{\"anchor\":{\"symbol\":\"a\",\"object\":\"/l\"},\"benefit_ns\":{}},"
		"{\"anchor\":{\"mapping\":{\"name\":\"a\"}},"
			"\"length\":4096,\"benefit_ns\":{}},"
		"{\"anchor\":{\"mapping\":{\"min_size\":4096}},\"benefit_ns\":{}},"
		"{\"anchor\":{\"mapping\":{\"name\":\"a\"}},"
			"\"offset\":4096,\"benefit_ns\":{}},"
		"{\"anchor\":{\"symbol\":\"\\ud83d\\ude00\\\\u0000\xc3\xa9\"},"
			"\"benefit_ns\":{}}" REGION_AFTER);

	(void)state;
	assert_int_equal(profile->programs[0].nregions, 10);
	assert_string_equal(profile->programs[0].regions[9].name,
			    "\xf0\x9f\x98\x80\\u0000\xc3\xa9");
	ebpfmm_profile_free(profile);
	ebpfmm_profile_free(NULL);
}

static void test_orders(void **state)
{
	static const char *const names[EBPFMM_ORDERS] = {
		"4K", "8K", "16K", "32K", "64K", "128K", "256K", "512K", "1M", "2M",
	};
	int order;

	(void)state;
	for (order = 0; order < EBPFMM_ORDERS; order++) {
		assert_string_equal(ebpfmm_order_name(order), names[order]);
		assert_int_equal(ebpfmm_parse_order(names[order]),
				 order == 1 ? -1 : order);
	}
	assert_int_equal(ebpfmm_parse_order("4k"), -1);
	assert_int_equal(ebpfmm_parse_order(""), -1);
}

/* --- files ----------------------------------------------------------------- */

/* 63 characters. */
#define LONGEST "012345678901234567890123456789012345678901234567890123456789012"

struct dirs {
	char top[32];
	char admin[48];
	char vendor[48];
};

static char *below(const char *dir, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *dir, const char *name, const char *text)
{
	FILE *out = fopen(below(dir, name), "w");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static int make_dirs(void **state)
{
	struct dirs *dirs = calloc(1, sizeof(*dirs));

	assert_non_null(dirs);
	strcpy(dirs->top, "/tmp/test_profile.XXXXXX");
	assert_non_null(mkdtemp(dirs->top));
	snprintf(dirs->admin, sizeof(dirs->admin), "%s/admin", dirs->top);
	snprintf(dirs->vendor, sizeof(dirs->vendor), "%s/vendor", dirs->top);
	assert_int_equal(mkdir(dirs->admin, 0700), 0);
	assert_int_equal(mkdir(dirs->vendor, 0700), 0);
	put(dirs->top, "outside.json", everything);
	*state = dirs;
	return 0;
}

static int remove_dirs(void **state)
{
	static const char *const names[] = {
		"both.json", "bad.json", "vendor.json", "dir.json", "fifo.json",
		"bare", "twice.json.json", LONGEST ".json", "x y.conf",
	};
	struct dirs *dirs = *state;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		remove(below(dirs->admin, names[i]));
		remove(below(dirs->vendor, names[i]));
	}
	unlink(below(dirs->top, "outside.json"));
	assert_int_equal(rmdir(dirs->admin), 0);
	assert_int_equal(rmdir(dirs->vendor), 0);
	assert_int_equal(rmdir(dirs->top), 0);
	free(dirs);
	return 0;
}

/* @found: the "name" entry of what was found, which tells two files apart. */
static int find(const struct dirs *dirs, const char *name, const char **found,
		struct ebpfmm_error *err)
{
	const char *const where[2] = { dirs->admin, dirs->vendor };
	struct ebpfmm_profile *profile = NULL;
	static char result[EBPFMM_NAME_SIZE];

	if (profile_find_in(where, name, &profile, err)) {
		assert_null(profile);
		return -1;
	}
	strcpy(result, profile->own_name);
	*found = result;
	ebpfmm_profile_free(profile);
	return 0;
}

#define NAMED(name) "{\"version\":1,\"name\":\"" name "\",\"programs\":" \
	"[{\"exe\":\"/a\",\"default\":{\"benefit_ns\":{}}}]}"

static void test_find(void **state)
{
	struct dirs *dirs = *state;
	struct ebpfmm_error err = { 0 };
	const char *found;
	char expected[300];

	put(dirs->vendor, "vendor.json", NAMED("the-vendors"));
	put(dirs->vendor, "both.json", NAMED("the-vendors"));
	put(dirs->admin, "both.json", NAMED("the-admins"));
	assert_int_equal(find(dirs, "vendor", &found, &err), 0);
	assert_string_equal(found, "the-vendors");
	assert_int_equal(find(dirs, "both", &found, &err), 0);
	assert_string_equal(found, "the-admins");

	/* A bad one of the admin's hides the vendor's all the same. */
	put(dirs->vendor, "bad.json", NAMED("the-vendors"));
	put(dirs->admin, "bad.json", "{\"version\": 1, \"name\": 2}");
	assert_int_equal(find(dirs, "bad", &found, &err), -1);
	snprintf(expected, sizeof(expected),
		 "%s/bad.json: name: must be a string, not an integer", dirs->admin);
	assert_string_equal(err.message, expected);
	assert_int_equal(err.code, 0);
	assert_int_equal(find(dirs, "bad", &found, NULL), -1);

	assert_int_equal(find(dirs, "none", &found, &err), -1);
	snprintf(expected, sizeof(expected), "profile none: none.json is neither in %s "
		 "nor in %s: No such file or directory", dirs->admin, dirs->vendor);
	assert_string_equal(err.message, expected);
	assert_int_equal(err.code, ENOENT);
}

/* One file has one name, and that of the file may be given as well. */
static void test_find_by_both(void **state)
{
	static const char *const names[] = { "vendor", "vendor.json" };
	struct dirs *dirs = *state;
	const char *const where[2] = { dirs->admin, dirs->vendor };
	struct ebpfmm_profile *profile;
	struct ebpfmm_error err;
	const char *found;

	put(dirs->vendor, "vendor.json", NAMED("another"));
	for (size_t i = 0; i < 2; i++) {
		if (profile_find_in(where, names[i], &profile, &err))
			fail_msg("%s: %s", names[i], err.message);
		assert_string_equal(profile->name, "vendor");
		assert_string_equal(profile->own_name, "another");
		ebpfmm_profile_free(profile);
	}
	put(dirs->vendor, LONGEST ".json", NAMED("longest"));
	assert_int_equal(find(dirs, LONGEST, &found, &err), 0);
	assert_int_equal(find(dirs, LONGEST ".json", &found, &err), 0);

	assert_int_equal(find(dirs, "none.json", &found, &err), -1);
	assert_non_null(strstr(err.message, "profile none: none.json is neither in "));
	/* What does not end so is no profile, nor is what would share a name. */
	put(dirs->vendor, "bare", NAMED("bare"));
	assert_int_equal(find(dirs, "bare", &found, &err), -1);
	assert_int_equal(err.code, ENOENT);
	put(dirs->vendor, "twice.json.json", NAMED("twice"));
	assert_int_equal(find(dirs, "twice.json.json", &found, &err), -1);
	assert_int_equal(err.code, 0);
}

/* What a path names is called like its file. */
static void test_load_name(void **state)
{
	static const char *const files[][2] = {
		{ "both.json", "both" }, { "bare", "bare" }, { "x y.conf", "x y.conf" },
		{ "twice.json.json", "twice" },
	};
	struct dirs *dirs = *state;
	struct ebpfmm_profile *profile;
	struct ebpfmm_error err;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		put(dirs->admin, files[i][0], NAMED("another"));
		if (ebpfmm_profile_load(below(dirs->admin, files[i][0]), &profile, &err))
			fail_msg("%s: %s", files[i][0], err.message);
		assert_string_equal(profile->name, files[i][1]);
		assert_string_equal(profile->own_name, "another");
		ebpfmm_profile_free(profile);
	}
	assert_int_equal(ebpfmm_profile_parse(NAMED("text"), strlen(NAMED("text")),
					      &profile, &err), 0);
	assert_string_equal(profile->name, "text");
	ebpfmm_profile_free(profile);
}

static void test_find_bad_names(void **state)
{
	static const char *const names[] = {
		"", ".", "..", "../outside", "/etc/passwd", "a/b", "both/", ".hidden",
		"both\n", "b\033[2J", "x\xc3\xa9", "a b", "*", "$HOME", "both;id",
		LONGEST "3", LONGEST "3.json", ".json", "..json", "...json",
		"../outside.json", "/etc/passwd.json", "a/b.json", "both.json/",
		"both.json\n", "both .json", "both/.json", "x.json.json",
	};
	struct ebpfmm_error err;
	const char *found;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(find(*state, names[i], &found, &err), -1);
		assert_non_null(strstr(err.message, "\" is not a valid profile name: "));
		assert_int_equal(err.code, 0);
	}
}

static void test_load_not_regular(void **state)
{
	struct ebpfmm_profile *profile = NULL;
	struct dirs *dirs = *state;
	struct ebpfmm_error err;
	const char *found;
	char expected[300];

	assert_int_equal(mkdir(below(dirs->admin, "dir.json"), 0700), 0);
	assert_int_equal(mkfifo(below(dirs->admin, "fifo.json"), 0600), 0);
	put(dirs->vendor, "dir.json", NAMED("a"));
	assert_int_equal(find(dirs, "dir", &found, &err), -1);
	snprintf(expected, sizeof(expected), "%s/dir.json: not a regular file",
		 dirs->admin);
	assert_string_equal(err.message, expected);
	assert_int_equal(find(dirs, "fifo", &found, &err), -1);
	snprintf(expected, sizeof(expected), "%s/fifo.json: not a regular file",
		 dirs->admin);
	assert_string_equal(err.message, expected);

	assert_int_equal(ebpfmm_profile_load("/nowhere/x", &profile, &err), -1);
	assert_string_equal(err.message, "/nowhere/x: No such file or directory");
	assert_int_equal(err.code, ENOENT);
}

static void test_load_size(void **state)
{
	struct ebpfmm_profile *profile = NULL;
	struct dirs *dirs = *state;
	struct ebpfmm_error err = { 0 };
	char expected[300];
	FILE *out;
	int i;

	put(dirs->admin, "both.json", NAMED("a"));
	out = fopen(below(dirs->admin, "both.json"), "a");
	assert_non_null(out);
	for (i = (int)strlen(NAMED("a")); i < (int)EBPFMM_PROFILE_MAX_BYTES; i++)
		fputc(' ', out);
	assert_int_equal(fflush(out), 0);
	if (ebpfmm_profile_load(below(dirs->admin, "both.json"), &profile, &err))
		fail_msg("refused: %s", err.message);
	ebpfmm_profile_free(profile);

	fputc(' ', out);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(ebpfmm_profile_load(below(dirs->admin, "both.json"), &profile,
					     &err), -1);
	snprintf(expected, sizeof(expected), "%s/both.json: more than 1048576 bytes",
		 dirs->admin);
	assert_string_equal(err.message, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_names_of_mappings),
		cmocka_unit_test(test_smallest),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_ranks),
		cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_orders),
		cmocka_unit_test_setup_teardown(test_find, make_dirs, remove_dirs),
		cmocka_unit_test_setup_teardown(test_find_by_both, make_dirs, remove_dirs),
		cmocka_unit_test_setup_teardown(test_load_name, make_dirs, remove_dirs),
		cmocka_unit_test_setup_teardown(test_find_bad_names, make_dirs,
						remove_dirs),
		cmocka_unit_test_setup_teardown(test_load_not_regular, make_dirs,
						remove_dirs),
		cmocka_unit_test_setup_teardown(test_load_size, make_dirs,
						remove_dirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
