// SPDX-License-Identifier: GPL-2.0-only
/*
 * How translated profiles are printed, from the text of the profile on.
 */
#include "fixture.h"
#include "json_value.h"

#include <json-c/json.h>
#include <stdbool.h>

#include "show/table_print.h"
#include "table/translate.h"

/* Every kind of anchor, for a program that is moved and one that is not. */
static const char text[] =
	"{ \"version\": 1, \"name\": \"printed\", \"programs\": ["
	"  { \"exe\": \"/pie\", \"regions\": ["
	"    { \"anchor\": { \"mapping\": { \"name\": \"a b\","
	"        \"min_size\": \"64M\", \"max_size\": \"1G\" } },"
	"      \"benefit_ns\": { \"2M\": 9000 } },"
	"    { \"anchor\": { \"area\": \"heap\" }, \"offset\": \"1M\","
	"      \"length\": \"3M\", \"touched\": 0.9,"
	"      \"benefit_ns\": { \"64K\": 2, \"2M\": 20000 } },"
	"    { \"anchor\": { \"area\": \"stack\" }, \"length\": \"60K\","
	"      \"benefit_ns\": { \"64K\": 100 } },"
	"    { \"anchor\": { \"symbol\": \"hot_table\" },"
	"      \"benefit_ns\": { \"2M\": 7 } },"
	"    { \"anchor\": { \"symbol\": \"object_table\","
	"        \"object\": \"/object.so\" }, \"offset\": \"64K\","
	"      \"length\": \"20K\","
	"      \"benefit_ns\": { \"16K\": 1, \"64K\": 7, \"128K\": 9 } },"
	"    { \"anchor\": { \"symbol\": \"next_table\" },"
	"      \"benefit_ns\": { } }"
	"  ], \"default\": { \"benefit_ns\": { \"16K\": 50 } } },"
	"  { \"exe\": \"/bigpage\", \"regions\": ["
	"    { \"anchor\": { \"section\": \"lookup\" }, \"offset\": \"4K\","
	"      \"length\": \"124K\", \"benefit_ns\": { \"64K\": 5,"
	"      \"128K\": 6 } }"
	"  ] } ], \"limits\": { \"2M\": \"512M\" } }";

static struct ebpfmm_profile *profile;
static struct ebpfmm_table *table;

static int translate(void **state)
{
	struct ebpfmm_root how = { .debugfd = -1, .locate = true };
	struct ebpfmm_error err = {};
	int fd = open(fixture_path(NULL), O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	how.rootfd = fd;
	if (fd < 0 ||
	    ebpfmm_profile_parse(text, strlen(text), &profile, &err) ||
	    ebpfmm_translate(profile, &how, &table, &err)) {
		print_error("%s\n", err.message);
		return -1;
	}
	return close(fd);
}

static int drop(void **state)
{
	(void)state;
	free(table);
	ebpfmm_profile_free(profile);
	return 0;
}

static char *print(int json)
{
	char *out = NULL;
	size_t size;
	FILE *stream = open_memstream(&out, &size);

	assert_non_null(stream);
	ebpfmm_table_print(table, profile, json, stream);
	assert_int_equal(fclose(stream), 0);
	return out;
}

static void assert_has(const char *out, const char *part)
{
	if (!strstr(out, part))
		fail_msg("no \"%s\" in:\n%s", part, out);
}

static void test_columns(void **state)
{
	char *out, *line;

	(void)state;
	out = print(0);
	assert_has(out, "profile printed: 2 programs, 8 regions\n"
			"limit 2M: 512M\n\n/pie: position-independent, image 0x0-");
	assert_has(out, "\n/bigpage: fixed address, image 0x400000-");
	assert_has(out, "\n  REGION   ANCHOR                        PLACE ");
	assert_has(out, "\n  3        symbol hot_table              .bss+0x");
	assert_has(out, "    +0x100000  3M      4K=0 64K=2 2M=20000?");
	assert_has(out, "    -0x0       60K     4K=0 64K=100!\n");
	assert_has(out, "\n  0        mapping \"a b\" from 64M to 1G  - ");
	assert_has(out, "    +0x0       1G      4K=0 2M=9000\n");
	assert_has(out, "\n  in /object.so:\n  4        symbol object_table  ");
	assert_has(out, "\n  default  -     ");
	assert_has(out, "4K=0 16K=50\n");
	assert_has(out, "\n  warning: regions[2]: 64K: the region is too short\n");
	assert_has(out, "\n  warning: regions[4]: 64K, 128K: the region is too short\n");
	assert_has(out, "\n  ?: may fit, depending on where the kernel puts the memory\n");
	assert_null(strstr(out, " \n"));
	for (line = out; *line; line += strcspn(line, "\n") + 1)
		assert_in_range(strcspn(line, "\n"), 0, 100);
	free(out);
}

static struct json_object *region(struct json_object *root, size_t program,
				  size_t index)
{
	struct json_object *programs = get(root, "programs");

	return json_object_array_get_idx(
		get(json_object_array_get_idx(programs, program), "regions"),
		index);
}

static const char *string(struct json_object *object, const char *key)
{
	return json_object_get_string(get(object, key));
}

static void assert_warnings(struct json_object *object, size_t count,
			    const char *first)
{
	struct json_object *warnings = get(object, "warnings");

	assert_int_equal(json_object_array_length(warnings), count);
	if (count)
		assert_string_equal(json_object_get_string(
			json_object_array_get_idx(warnings, 0)), first);
}

static void test_json(void **state)
{
	char *out = print(1);
	struct json_object *root = json_tokener_parse(out), *row;
	struct truth truth;
	char hex[32];

	(void)state;
	assert_non_null(root);
	run_fixture("pie", &truth);
	assert_string_equal(string(root, "name"), "printed");
	assert_int_equal(json_object_get_int64(get(get(root, "limits"), "2M")),
			 512 << 20);
	assert_int_equal(json_object_object_length(get(root, "limits")), 1);
	row = json_object_array_get_idx(get(root, "programs"), 0);
	assert_string_equal(string(row, "exe"), "/pie");
	assert_true(json_object_get_boolean(get(row, "position_independent")));
	assert_int_equal(json_object_get_int(get(get(get(row, "default"),
						     "benefit_ns"), "16K")), 50);
	snprintf(hex, sizeof(hex), "0x%lx", truth.start_code);
	assert_string_equal(string(row, "start_code"), hex);

	row = region(root, 0, 1);
	assert_string_equal(string(row, "anchor"), "symbol hot_table");
	assert_int_equal(json_object_get_int(get(row, "index")), 3);
	snprintf(hex, sizeof(hex), "0x%lx",
		 (truth.anchors[0].range.start + 4095) & ~4095UL);
	assert_string_equal(string(row, "start"), hex);

	row = region(root, 0, 2);
	assert_string_equal(string(row, "space"), "heap");
	assert_int_equal(json_object_get_int64(get(row, "length")), 3 << 20);
	assert_string_equal(string(row, "touched"), "0.9");
	assert_int_equal(json_object_get_int(get(get(row, "benefit_ns"),
						 "2M")), 20000);
	assert_warnings(row, 1, "2M: depends on where the heap starts");
	assert_warnings(region(root, 0, 3), 1, "64K: the region is too short");

	row = json_object_array_get_idx(get(root, "programs"), 1);
	assert_false(json_object_get_boolean(get(row, "position_independent")));
	assert_false(json_object_object_get_ex(row, "default", NULL));
	json_object_put(root);
	free(out);
}

/* Why regions get less than they ask for, and where in their files they are. */
static void test_warnings(void **state)
{
	char *out = print(1), said[160], hex[32];
	struct json_object *root = json_tokener_parse(out), *row;
	struct truth truth;
	uint64_t start, part;
	size_t i;

	(void)state;
	run_fixture("pie", &truth);
	for (i = 0; strcmp(truth.anchors[i].name, "next_table"); i++)
		;
	start = truth.anchors[i].range.start;
	part = truth.anonymous[0].start;
	assert_true(start < part);
	row = region(root, 0, 0);
	assert_string_equal(string(row, "anchor"), "symbol next_table");
	snprintf(said, sizeof(said),
		 "its first %lu of 12288 bytes are in pages mapped from the file",
		 part - start);
	assert_warnings(row, 1, said);
	assert_string_equal(string(row, "object"), "/pie");
	assert_string_equal(string(row, "section"), ".bss");
	assert_null(get(row, "file_offset"));
	snprintf(hex, sizeof(hex), "0x%lx", start);
	assert_string_equal(string(row, "asked_start"), hex);
	snprintf(hex, sizeof(hex), "0x%lx", part);
	assert_string_equal(string(row, "start"), hex);

	row = region(root, 0, 1);
	assert_warnings(row, 1,
		"its first page is also in regions[5], and belongs to that region");
	assert_string_equal(string(get(row, "fits"), "2M"), "yes");

	row = region(root, 0, 5);
	assert_string_equal(string(row, "space"), "object");
	assert_string_equal(string(row, "object"), "/object.so");
	assert_string_equal(string(get(row, "fits"), "16K"), "maybe");
	assert_string_equal(string(get(row, "fits"), "64K"), "no");
	assert_warnings(row, 2, "64K, 128K: the region is too short");
	assert_false(json_object_object_get_ex(region(root, 0, 2), "object", NULL));
	json_object_put(root);
	free(out);
}

/*
 * Of a region of @pages pages from page @start, whose base is a multiple of
 * @align bytes, and the 16 pages of 64K.
 */
static void test_fit(void **state)
{
	static const struct {
		uint32_t start, pages;
		uint64_t align;
		const char *warning;
	} cases[] = {
		/* The base is where it was linked. */
		{ 16, 16, 0, NULL },
		{ 16, 15, 0, "64K: the region is too short" },
		{ 17, 16, 0, "64K: no aligned page in the region" },
		{ 17, 30, 0, "64K: no aligned page in the region" },
		{ 17, 31, 0, NULL },
		/* It may be anywhere. */
		{ 16, 15, 4096, "64K: the region is too short" },
		{ 16, 16, 4096, "64K: depends on the load address" },
		{ 17, 30, 4096, "64K: depends on the load address" },
		{ 17, 31, 4096, NULL },
		/* It is at a multiple of 16K, or of 2M. */
		{ 16, 16, 16384, "64K: depends on the load address" },
		{ 17, 18, 16384, "64K: no aligned page in the region" },
		{ 17, 19, 16384, "64K: depends on the load address" },
		{ 16, 28, 16384, NULL },
		{ 16, 27, 16384, "64K: depends on the load address" },
		{ 16, 16, 2 << 20, NULL },
		{ 17, 16, 2 << 20, "64K: no aligned page in the region" },
	};
	struct ebpfmm_region *first = &table->large.regions[1];
	struct ebpfmm_origin origin = table->origin[1];
	struct ebpfmm_region before = *first;
	uint64_t align = table->bias_align[0];
	size_t i;

	(void)state;
	/* As if all of it was in pages of its own. */
	table->origin[1].part = (struct ebpfmm_range){ 1ULL << 40, 2ULL << 40 };
	table->origin[1].bytes = table->origin[1].part;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct json_object *root;
		char *out;

		first->start = cases[i].start;
		first->end = cases[i].start + cases[i].pages;
		first->sizes = 1 | 1 << 4;
		table->bias_align[0] = cases[i].align;
		out = print(1);
		root = json_tokener_parse(out);
		assert_warnings(region(root, 0, 1), !!cases[i].warning,
				cases[i].warning);
		json_object_put(root);
		free(out);
	}
	*first = before;
	table->origin[1] = origin;
	table->bias_align[0] = align;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_fit),
	};

	return cmocka_run_group_tests(tests, translate, drop);
}
