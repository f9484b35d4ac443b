// SPDX-License-Identifier: GPL-2.0-only
/* What runs of a command tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "try/runs.h"

static void test_spread(void **state)
{
	const uint64_t five[] = { 50, 10, 30, 20, 40 }, two[] = { 10, 20 };
	struct ebpfmm_spread spread = ebpfmm_runs_spread(five, 5);

	(void)state;
	assert_int_equal(spread.least, 10);
	assert_int_equal(spread.low, 20);
	assert_int_equal(spread.median, 30);
	assert_int_equal(spread.high, 40);
	assert_int_equal(spread.most, 50);
	spread = ebpfmm_runs_spread(two, 2);
	assert_int_equal(spread.median, 15);
	assert_int_equal(spread.low, 12);
	spread = ebpfmm_runs_spread(five, 1);
	assert_int_equal(spread.median, 50);
	assert_int_equal(spread.most, 50);
	assert_int_equal(ebpfmm_runs_spread(five, 0).median, 0);
}

static const struct ebpfmm_runs slow = { .ns = { 1000, 1010, 990, 1005, 3000 }, .count = 5 };
static const struct ebpfmm_runs fast = { .ns = { 800, 810, 790, 100, 805 }, .count = 5 };
static const struct ebpfmm_runs same = { .ns = { 995, 1008, 985, 1002, 991 }, .count = 5 };
static const struct ebpfmm_runs noisy = { .ns = { 700, 1200, 900, 1300, 600 }, .count = 5 };

static void test_gain(void **state)
{
	(void)state;
	/* Outliers do not matter. */
	assert_int_equal(ebpfmm_runs_gain(&slow, &fast), 205);
	assert_int_equal(ebpfmm_runs_gain(&fast, &slow), 0);
	assert_int_equal(ebpfmm_runs_gain(&slow, &same), 0);
	assert_int_equal(ebpfmm_runs_gain(&slow, &noisy), 0);
	assert_int_equal(ebpfmm_runs_gain(&slow, &slow), 0);
}

static struct ebpfmm_runs runs_of(unsigned int count, const uint64_t *ns)
{
	struct ebpfmm_runs runs = { .count = count };

	memcpy(runs.ns, ns, count * sizeof(*ns));
	return runs;
}

/*
 * By tables of the test, in 4 of 25 pairs the fast one may be the slower one, and in none of
 * nine. The times are those of a program on a machine that others used: half of the
 * slow ones are spread more widely than the medians are apart.
 */
static void test_gain_of_few(void **state)
{
	const uint64_t wide[] = { 13033, 12573, 10055, 9154, 10573 };
	const uint64_t faster[] = { 9133, 9793, 8582, 7864, 9149 };
	struct ebpfmm_runs slow5 = runs_of(5, wide), fast5 = runs_of(5, faster), one, other;

	(void)state;
	assert_int_equal(ebpfmm_runs_gain(&slow5, &fast5), 10573 - 9133);
	assert_int_equal(ebpfmm_runs_gain(&fast5, &slow5), 0);

	one = runs_of(5, (uint64_t[]){ 10, 20, 30, 40, 50 });
	other = runs_of(5, (uint64_t[]){ 1, 2, 3, 4, 45 });
	assert_int_equal(ebpfmm_runs_gain(&one, &other), 27);
	other.ns[4] = 51;
	assert_int_equal(ebpfmm_runs_gain(&one, &other), 0);

	one = runs_of(3, (uint64_t[]){ 10, 11, 12 });
	other = runs_of(3, (uint64_t[]){ 7, 8, 9 });
	assert_int_equal(ebpfmm_runs_gain(&one, &other), 3);
	other.ns[2] = 11;
	assert_int_equal(ebpfmm_runs_gain(&one, &other), 0);
	/* So few cannot tell, and have always been believed. */
	one.count = other.count = 1;
	assert_int_equal(ebpfmm_runs_gain(&one, &other), 3);
	other.ns[0] = 10;
	assert_int_equal(ebpfmm_runs_gain(&one, &other), 0);
}

static void test_share(void **state)
{
	const struct ebpfmm_runs half = { .ns = { 900, 910, 890 }, .count = 3 };

	(void)state;
	assert_float_equal(ebpfmm_runs_share(&slow, &fast, &slow), 0, 0.001);
	assert_float_equal(ebpfmm_runs_share(&slow, &fast, &fast), 1, 0.001);
	assert_float_equal(ebpfmm_runs_share(&slow, &fast, &half), 105 / 205.0, 0.001);
	assert_float_equal(ebpfmm_runs_share(&slow, &slow, &half), 0, 0.001);
}

static void test_keep(void **state)
{
	const struct ebpfmm_runs near = { .ns = { 808, 809, 808 }, .count = 3 };
	const struct ebpfmm_runs far = { .ns = { 823, 824, 825 }, .count = 3 };

	(void)state;
	assert_true(ebpfmm_runs_keep(&fast, &fast, 205));
	assert_true(ebpfmm_runs_keep(&fast, &near, 205));
	assert_false(ebpfmm_runs_keep(&fast, &far, 205));
	assert_false(ebpfmm_runs_keep(&fast, &slow, 205));
}

/* Each layout comes once after each one. */
static void test_turns(void **state)
{
	(void)state;
	for (unsigned int layouts = 2; layouts <= 4; layouts++) {
		unsigned int seen[4][4] = {};

		for (unsigned int i = 0; i < layouts * layouts; i++)
			seen[ebpfmm_runs_turn(layouts, i)][ebpfmm_runs_turn(layouts, i + 1)]++;
		for (unsigned int i = 0; i < layouts * layouts; i++)
			assert_int_equal(seen[i / layouts][i % layouts], 1);
	}
}

/* A machine that becomes slower is to make all of them slower. */
static void test_turns_are_fair(void **state)
{
	(void)state;
	for (unsigned int layouts = 2; layouts <= 4; layouts++) {
		unsigned int runs[4] = {}, places[4] = {}, made = 0;

		for (unsigned int i = 0; made < layouts * 5; i++) {
			unsigned int layout = ebpfmm_runs_turn(layouts, i);

			if (runs[layout] == 5)
				continue;
			runs[layout]++;
			places[layout] += made++;
		}
		for (unsigned int i = 0; i < layouts; i++)
			assert_true(places[i] <= places[0] + 5 && places[0] <= places[i] + 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_gain),
		cmocka_unit_test(test_gain_of_few),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_turns_are_fair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
