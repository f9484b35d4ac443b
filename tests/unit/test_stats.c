// SPDX-License-Identifier: GPL-2.0-only
/* What was decided in a cgroup, in columns and as JSON. */
#include "json_value.h"
#include "made_up.h"

#include <json-c/json.h>

static struct ebpfmm_table *table;
static struct ebpfmm_profile *profile;

static int setup(void **state)
{
	struct ebpfmm_error err = {};

	(void)state;
	table = made_up_table();
	if (ebpfmm_profile_parse(made_up_profile, strlen(made_up_profile), &profile,
				 &err)) {
		print_error("%s\n", err.message);
		return -1;
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(table);
	ebpfmm_profile_free(profile);
	return 0;
}

static char *columns(const struct ebpfmm_stats *stats)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ebpfmm_stats_columns(stats, out);
	fclose(out);
	return text;
}

static void assert_has(const char *out, const char *part)
{
	if (!strstr(out, part))
		fail_msg("no \"%s\" in:\n%s", part, out);
}

static void test_columns(void **state)
{
	struct ebpfmm_stats stats = made_up_stats(table);
	char *out;

	(void)state;
	stats.source = profile;
	out = columns(&stats);
	assert_has(out, "/sys/fs/cgroup/a: profile file\n");
	assert_has(out, "\n  4K                       4            4096 "
			"              -     -            -          -\n");
	assert_has(out, "\n  64K                      0               0 "
			"              -     -         1024       1024\n");
	assert_has(out, "\n  2M             68719476753         6291456 "
			"        8388608   75%        -1500          2\n");
	assert_has(out, "\n  best                123456\n");
	assert_has(out, "\n  limit                    7\n");
	assert_has(out, "\n  programs[0] /one: 1230 decisions\n");
	assert_has(out, "\n  regions[1]             200  image 0x10000 64K  symbol table\n");
	assert_has(out, "\n  regions[0]              30  heap +0x100000 3M  heap\n");
	assert_has(out, "\n  default               1000\n");
	assert_has(out, "\n  regions[0]      4294967295  mapping +0x0 whole  mapping from 4M\n");
	assert_has(out, "\n  outside                  5\n");
	assert_null(strstr(out, "\n  8K "));
	free(out);
}

/* Of what another version decided nothing is known but what the kernel says. */
static void test_other_format(void **state)
{
	struct ebpfmm_stats stats = made_up_stats(NULL);
	struct json_object *json, *bytes;
	char *out;

	(void)state;
	stats.format = 4;
	out = columns(&stats);
	assert_has(out, "/sys/fs/cgroup/a: profile file (format 4: ");
	assert_has(out, "\n  2M                    6291456\n");
	assert_null(strstr(out, "DECISIONS"));
	free(out);

	json = ebpfmm_stats_json(&stats);
	assert_int_equal(json_object_get_int(json_object_object_get(json, "format")), 4);
	bytes = json_object_object_get(json, "bytes");
	assert_int_equal(json_object_get_int64(json_object_object_get(bytes, "2M")), 6291456);
	assert_false(json_object_object_get_ex(json, "decisions", NULL));
	assert_false(json_object_object_get_ex(json, "name", NULL));
	json_object_put(json);
}

/* A name that others chose does a terminal no harm. */
static void test_hostile_name(void **state)
{
	struct ebpfmm_stats stats = made_up_stats(table);
	char *out;

	(void)state;
	stats.cgroup = "/\x1b[31m\xff\nx";
	stats.has_bytes = false;
	out = columns(&stats);
	assert_has(out, "/?[31m??x: profile file\n");
	assert_has(out, "\n  programs[0]: 1230 decisions\n");
	assert_has(out, "\n  regions[0]              30  heap +0x100000 3M\n");
	assert_has(out, "\n  2M             68719476753               - "
			"        8388608     - ");
	free(out);
}

/* An operator's file can have a longer name than the table holds. */
static void test_long_name(void **state)
{
	struct ebpfmm_stats stats = made_up_stats(table);
	char *out;

	(void)state;
	stats.profile = MADE_UP_LONG_NAME;
	out = columns(&stats);
	assert_has(out, "/sys/fs/cgroup/a: profile " MADE_UP_LONG_NAME "\n");
	free(out);
}

static uint64_t number(struct json_object *object, const char *key)
{
	return json_object_get_uint64(get(object, key));
}

static struct json_object *item(struct json_object *array, size_t i)
{
	return json_object_array_get_idx(array, i);
}

/* Without a record the table knows the name: the same as in columns. */
static void test_no_record(void **state)
{
	struct ebpfmm_stats stats = made_up_stats(table);
	struct json_object *object;

	(void)state;
	stats.profile = NULL;
	object = ebpfmm_stats_describe(&stats);
	assert_string_equal(json_object_get_string(get(object, "profile")), "made-up");
	json_object_put(object);
	stats.table = NULL;
	object = ebpfmm_stats_describe(&stats);
	assert_null(get(object, "profile"));
	json_object_put(object);
}

static void test_json(void **state)
{
	struct ebpfmm_stats stats = made_up_stats(table);
	struct json_object *object, *lost, *program;

	(void)state;
	stats.source = profile;
	stats.cgroup = "/\xff";
	object = ebpfmm_stats_json(&stats);
	assert_string_equal(json_object_get_string(get(object, "cgroup")),
			    "/\xef\xbf\xbd" "ff");
	assert_null(get(object, "container"));
	assert_string_equal(json_object_get_string(get(object, "profile")), "file");
	assert_false(json_object_object_get_ex(object, "name", NULL));
	assert_int_equal(number(object, "id"), 4711);
	assert_int_equal(number(object, "programs"), 2);
	assert_int_equal(number(get(object, "decisions"), "2M"), 68719476753);
	assert_int_equal(number(get(object, "reasons"), "limit"), 7);
	assert_int_equal(number(get(object, "bytes"), "2M"), 6 << 20);
	assert_int_equal(number(get(object, "bytes"), "64K"), 0);
	assert_int_equal(number(get(object, "limits"), "2M"), 8 << 20);
	assert_int_equal(json_object_object_length(get(object, "limits")), 1);

	lost = get(object, "lost");
	assert_int_equal(json_object_object_length(lost), 2);
	assert_true(json_object_get_double(get(get(lost, "2M"), "mean_net_ns")) ==
		    -1500.5);
	assert_int_equal(number(get(lost, "64K"), "samples"), 1024);

	program = item(get(object, "by_program"), 0);
	assert_string_equal(json_object_get_string(get(program, "exe")), "/one");
	assert_int_equal(number(program, "decisions"), 1230);
	assert_int_equal(number(program, "default"), 1000);
	assert_int_equal(number(item(get(program, "regions"), 1), "region"), 0);
	assert_int_equal(number(item(get(program, "regions"), 1), "decisions"), 30);
	assert_string_equal(json_object_get_string(
		get(item(get(program, "regions"), 0), "anchor")), "symbol table");
	program = item(get(object, "by_program"), 1);
	assert_int_equal(number(program, "decisions"), 4);
	assert_int_equal(number(program, "outside"), 5);
	assert_null(get(item(get(program, "regions"), 0), "length"));
	json_object_put(object);

	stats.has_bytes = false;
	stats.changed = true;
	object = ebpfmm_stats_json(&stats);
	assert_true(json_object_get_boolean(get(object, "profile_changed")));
	assert_null(get(object, "bytes"));
	json_object_put(object);
}

/* What was edited since is not taken for what the table is from. */
static void test_match(void **state)
{
	struct ebpfmm_region *regions = table->large.regions;
	struct ebpfmm_header *header = &table->large.header;

	(void)state;
	assert_true(ebpfmm_table_is_from(table, profile));

#define DIFFERS(what) do {					\
	__typeof__(what) before = (what);			\
	(what) ^= 2;						\
	assert_false(ebpfmm_table_is_from(table, profile));	\
	(what) = before;					\
} while (0)
	DIFFERS(table->digest);
	DIFFERS(header->name[0]);
	DIFFERS(header->nprograms);
	DIFFERS(header->limit[4]);
	DIFFERS(header->programs[0].heap.count);
	DIFFERS(regions[0].touched);
	DIFFERS(regions[2].benefit[EBPFMM_BENEFIT(9)]);
	DIFFERS(regions[2].sizes);
	DIFFERS(regions[3].source);
	header->programs[1].default_region = 0;
	assert_false(ebpfmm_table_is_from(table, profile));
	header->programs[1].default_region = EBPFMM_NO_REGION;
	assert_true(ebpfmm_table_is_from(table, profile));
	header->programs[0].heap.count = 0;
	assert_false(ebpfmm_table_is_from(table, profile));
}

/* Earlier builds called a table what its profile says of itself, not like the file. */
static void test_called_otherwise(void **state)
{
	(void)state;
	profile->name[0] ^= 2;
	assert_true(ebpfmm_table_is_from(table, profile));
	profile->own_name[0] ^= 2;
	assert_false(ebpfmm_table_is_from(table, profile));
}

/* What no number in the table tells: another program, another anchor. */
static void test_edited(void **state)
{
	static const char *const edits[] = { "/one", "table", "\"1M", "\"4M" };
	char text[sizeof(made_up_profile)];

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		struct ebpfmm_profile *edited;

		strcpy(text, made_up_profile);
		*(strstr(text, edits[i]) + 1) ^= 1;
		assert_int_equal(ebpfmm_profile_parse(text, strlen(text), &edited, NULL), 0);
		assert_false(ebpfmm_table_is_from(table, edited));
		ebpfmm_profile_free(edited);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_columns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_name, setup, teardown),
		cmocka_unit_test(test_other_format),
		cmocka_unit_test_setup_teardown(test_no_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
		cmocka_unit_test_setup_teardown(test_match, setup, teardown),
		cmocka_unit_test_setup_teardown(test_called_otherwise, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edited, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
