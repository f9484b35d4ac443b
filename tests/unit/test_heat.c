// SPDX-License-Identifier: GPL-2.0-only
/*
 * How hot spaces are, where and when: worked examples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "recording/heat.h"
#include "set_text.h"

/* Intervals of 100 ms with 20 samples; one page is 4K. */
#define HEADER	"{'recording':{'version':1,'minor':0,'page_size':4096,'sampling_us':5000," \
		"'aggregation_us':100000}}\n" \
		"{'program':{'id':0,'path':'/bin/cold','size':1}}\n" \
		"{'program':{'id':1,'path':'/bin/x','size':1}}\n" \
		"{'space':{'id':0,'program':0,'kind':'heap','seen':'4K'}}\n" \
		"{'space':{'id':1,'program':1,'kind':'stack','seen':'4K'}}\n" \
		"{'space':{'id':2,'program':1,'kind':'mapping','name':'pool','size':40960," \
		"'rank':1,'seen':'2M'}}\n"

/* Of the mapping's ten pages, the third is hot in the first half of the time. */
#define ROWS	"{'interval':{'us':100000,'space':2,'runs':[2,1,20]}}\n" \
		"{'interval':{'us':100000,'space':1,'runs':[0,2,5]}}\n" \
		"{'interval':{'us':200000,'space':2,'runs':[2,1,10,0,1,10]}}\n" \
		"{'interval':{'us':200000,'space':0,'runs':[0,1,1]}}\n" \
		"{'resident':{'us':200000,'space':2,'runs':[0,4,3]}}\n" \
		"{'resident':{'us':200000,'space':2,'runs':[0,4,4]}}\n" \
		"{'resident':{'us':300000,'space':2,'runs':[0,4,4]}}\n" \
		"{'end':{'us':400000,'intervals':4,'runs':5,'lost':0}}\n"

static void find(const struct ebpfmm_set *set, struct ebpfmm_heat *heat)
{
	struct ebpfmm_error err = {};

	if (ebpfmm_heat_find(set, heat, &err))
		fail_msg("%s", err.message);
}

static bool near(double a, double b)
{
	return fabs(a - b) < 0.000001;
}

static void test_spaces(void **state)
{
	struct ebpfmm_set set = {};
	struct ebpfmm_heat heat;

	(void)state;
	set_text(&set, "a", HEADER ROWS);
	find(&set, &heat);
	assert_int_equal(heat.nspaces, 3);
	assert_int_equal(heat.recorded_us, 400000);
	assert_int_equal(heat.intervals, 4);
	/* 20 + 10 + 10 of 51; then the stack's 2 x 5; then the colder program's 1. */
	assert_int_equal(heat.spaces[0].space, 2);
	assert_true(near(heat.spaces[0].accesses, 40));
	assert_true(near(heat.spaces[0].share, 40.0 / 51));
	assert_int_equal(heat.spaces[0].bytes, 40960);
	assert_int_equal(heat.spaces[1].space, 1);
	assert_true(near(heat.spaces[1].share, 10.0 / 51));
	assert_int_equal(heat.spaces[2].space, 0);
	/* The third page has three quarters, so both are needed. */
	assert_int_equal(heat.spaces[0].hot, 8192);
	assert_int_equal(heat.spaces[2].hot, 4096);
	/* Two processes at the same time. */
	assert_true(heat.spaces[0].has_resident);
	assert_int_equal(heat.spaces[0].resident, 7 * 4096);
	assert_false(heat.spaces[1].has_resident);
	ebpfmm_heat_free(&heat);
	ebpfmm_set_free(&set);
}

static void test_grid(void **state)
{
	struct ebpfmm_set set = {};
	struct ebpfmm_heat heat;
	double grid[5 * 4];

	(void)state;
	set_text(&set, "a", HEADER ROWS);
	find(&set, &heat);
	ebpfmm_heat_grid(&set, &heat, 0, 5, 4, grid);
	for (size_t i = 0; i < 5 * 4; i++) {
		/* Pages 2 and 3: one of two in each sample, then both in half of them. */
		double want = i == 4 || i == 5 ? 0.5 : 0;

		if (!near(grid[i], want))
			fail_msg("value %zu: %g, not %g", i, grid[i], want);
	}
	/* All in one: 40 of 10 pages in 80 samples. */
	ebpfmm_heat_grid(&set, &heat, 0, 1, 1, grid);
	assert_true(near(grid[0], 40.0 / 800));
	/* Bands that are not whole numbers of pages still have all that was seen. */
	ebpfmm_heat_grid(&set, &heat, 0, 3, 1, grid);
	assert_true(near(grid[0] * 3 + grid[1] * 3 + grid[2] * 4, 40.0 / 80));
	ebpfmm_heat_free(&heat);
	ebpfmm_set_free(&set);
}

/* Bands that are equal have what the grid has; others have the mean of their own pages. */
static void test_unequal_bands(void **state)
{
	static const uint64_t equal[] = { 0, 2, 4, 6, 8, 10 }, unequal[] = { 0, 2, 3, 10 };
	struct ebpfmm_set set = {};
	struct ebpfmm_heat heat;
	struct ebpfmm_error err = {};
	double grid[5 * 4], bands[5 * 4];

	(void)state;
	set_text(&set, "a", HEADER "{'interval':{'us':100000,'space':2,'runs':[2,1,20]}}\n"
		 "{'interval':{'us':400000,'space':2,'runs':[1,8,20]}}\n");
	find(&set, &heat);
	ebpfmm_heat_grid(&set, &heat, 0, 5, 4, grid);
	assert_int_equal(ebpfmm_heat_bands(&set, &heat, 0, equal, 5, 4, bands, &err), 0);
	for (size_t i = 0; i < 5 * 4; i++)
		if (!near(grid[i], bands[i]))
			fail_msg("value %zu: %g, not %g", i, bands[i], grid[i]);
	assert_int_equal(ebpfmm_heat_bands(&set, &heat, 0, unequal, 3, 4, bands, &err), 0);
	/* Page 2 is a band, and always accessed in the first interval. */
	assert_true(near(bands[4], 1) && near(bands[0], 0) && near(bands[8], 0));
	/* At the end all but the first page and the last: half of two, one, six of seven. */
	assert_true(near(bands[3], 0.5) && near(bands[7], 1) && near(bands[11], 6.0 / 7));
	ebpfmm_heat_free(&heat);
	ebpfmm_set_free(&set);
}

/* A second recording that is shorter counts only as long as it took. */
static void test_several(void **state)
{
	struct ebpfmm_set set = {};
	struct ebpfmm_heat heat;
	double grid[4];

	(void)state;
	set_text(&set, "a", HEADER ROWS);
	set_text(&set, "b", HEADER "{'end':{'us':100000,'intervals':0,'runs':0,'lost':0}}\n");
	find(&set, &heat);
	assert_int_equal(heat.recorded_us, 500000);
	assert_int_equal(heat.longest_us, 400000);
	ebpfmm_heat_grid(&set, &heat, 0, 1, 4, grid);
	/* 20 of 10 pages, 20 samples, two recordings; then of one. */
	assert_true(near(grid[0], 20.0 / 400));
	assert_true(near(grid[1], 20.0 / 200));
	ebpfmm_heat_free(&heat);
	ebpfmm_set_free(&set);
}

static void test_nothing(void **state)
{
	struct ebpfmm_set set = {};
	struct ebpfmm_heat heat;
	double grid[1];

	(void)state;
	set_text(&set, "a", HEADER);
	find(&set, &heat);
	assert_int_equal(heat.nspaces, 3);
	assert_true(near(heat.accesses, 0));
	ebpfmm_heat_grid(&set, &heat, 0, 1, 1, grid);
	assert_true(near(grid[0], 0));
	ebpfmm_heat_free(&heat);
	ebpfmm_set_free(&set);
}

static void test_labels(void **state)
{
	static const struct {
		struct ebpfmm_recording_space space;
		const char *label;
	} examples[] = {
		{ { .kind = EBPFMM_SPACE_HEAP }, "heap" },
		{ { .kind = EBPFMM_SPACE_OBJECT, .name = "/lib/a\xc3\xa4.so" },
		  "object /lib/a??.so" },
		{ { .kind = EBPFMM_SPACE_MAPPING, .size = 3 << 20, .rank = 2 }, "mapping 3M #2" },
		{ { .kind = EBPFMM_SPACE_MAPPING, .name = "pool", .size = 12288, .rank = 1 },
		  "mapping pool 12K #1" },
	};
	struct ebpfmm_recording_space space = { .kind = EBPFMM_SPACE_MAPPING, .size = 4096,
						.rank = 65536 };
	char label[EBPFMM_SPACE_LABEL], name[300] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		ebpfmm_space_label(&examples[i].space, label);
		assert_string_equal(label, examples[i].label);
	}
	/* A long name does not hide what follows it. */
	memset(name, 'x', sizeof(name) - 1);
	space.name = name;
	ebpfmm_space_label(&space, label);
	assert_non_null(strstr(label, "xxx 4K #65536"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spaces),
		cmocka_unit_test(test_grid),
		cmocka_unit_test(test_unequal_bands),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
