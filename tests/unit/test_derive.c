// SPDX-License-Identifier: GPL-2.0-only
/*
 * From planted heat to a profile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "heat.h"

#define MIB	(1ULL << 20)

static struct ebpfmm_derived *derive(const struct ebpfmm_derive_input *input)
{
	struct ebpfmm_derived *derived = NULL;
	struct ebpfmm_error err = {};

	if (ebpfmm_derive(input, &derived, &err))
		fail_msg("refused: %s", err.message);
	return derived;
}

static bool has_note(const struct ebpfmm_derived *derived, const char *text)
{
	size_t i;

	for (i = 0; i < derived->nnotes; i++) {
		if (strstr(derived->notes[i], text))
			return true;
	}
	return false;
}

static const struct ebpfmm_profile_region *region_of(const struct ebpfmm_derived *derived,
						     size_t index)
{
	const struct ebpfmm_derive_origin *origin = &derived->origins[index];

	return &derived->profile->programs[origin->program].regions[origin->region];
}

/* One hot place in one space: what should come of it, in pages. */
struct example {
	const char *what;
	enum ebpfmm_derive_kind kind;
	struct heat heat;
	uint64_t jitter;
	uint64_t first;
	uint64_t end;
	bool nothing;
};

static const struct example examples[] = {
	{ "16M hot inside 512M cold", EBPFMM_DERIVE_MAPPING,
	  { 512 * HEAT_MIB, 100 * HEAT_MIB, 16 * HEAT_MIB, 20, 0 }, 0,
	  100 * HEAT_MIB, 116 * HEAT_MIB, false },
	{ "the same, recorded with bounds that are off", EBPFMM_DERIVE_MAPPING,
	  { 512 * HEAT_MIB, 100 * HEAT_MIB, 16 * HEAT_MIB, 20, 0 }, 300,
	  100 * HEAT_MIB, 117 * HEAT_MIB, false },
	{ "hot 64M heap", EBPFMM_DERIVE_HEAP,
	  { 64 * HEAT_MIB, 0, 64 * HEAT_MIB, 18, 0 }, 0,
	  0, 64 * HEAT_MIB, false },
	{ "a 2M hot spot in a 1G mapping", EBPFMM_DERIVE_MAPPING,
	  { 1024 * HEAT_MIB, 512 * HEAT_MIB, 2 * HEAT_MIB, 20, 0 }, 0,
	  512 * HEAT_MIB, 514 * HEAT_MIB, false },
	{ "uniformly warm 256M", EBPFMM_DERIVE_MAPPING,
	  { 256 * HEAT_MIB, 0, 256 * HEAT_MIB, 2, 0 }, 0,
	  0, 256 * HEAT_MIB, false },
	{ "cold", EBPFMM_DERIVE_MAPPING,
	  { 256 * HEAT_MIB, 0, 256 * HEAT_MIB, 0, 0 }, 0, 0, 0, true },
	{ "a stack of which 4M are hot", EBPFMM_DERIVE_STACK,
	  { 8 * HEAT_MIB, 0, 4 * HEAT_MIB, 20, 0 }, 0, 0, 4 * HEAT_MIB, false },
};

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a < b ? b - a : a - b;
}

static void check_example(const struct example *example)
{
	const struct ebpfmm_derive_extent all = { 0, example->heat.pages };
	struct ebpfmm_derive_space space = {
		.kind = example->kind, .exe = "/bin/p", .pages = example->heat.pages,
		.intervals = heat_intervals(&example->heat, example->jitter),
		.nintervals = HEAT_INTERVALS,
		.has_resident = true, .resident = &all, .nresident = 1,
	};
	struct ebpfmm_derive_input input = heat_input(&space, 1);
	struct ebpfmm_derived *derived = derive(&input);

	if (example->nothing) {
		if (derived->profile)
			fail_msg("%s: there is a profile", example->what);
		assert_true(has_note(derived, "nothing repays"));
	} else {
		uint64_t slack = (example->end - example->first) / 10;

		if (derived->norigins != 1)
			fail_msg("%s: %zu regions", example->what, derived->norigins);
		if (distance(derived->origins[0].first, example->first) > slack ||
		    distance(derived->origins[0].end, example->end) > slack)
			fail_msg("%s: pages %llu to %llu", example->what,
				 (unsigned long long)derived->origins[0].first,
				 (unsigned long long)derived->origins[0].end);
		assert_int_equal(region_of(derived, 0)->benefit.sizes, 1 | 1 << 9);
		assert_true(region_of(derived, 0)->benefit.ns[9] > 0);
		/* What is in no region is in pages of 4K. */
		assert_true(derived->profile->programs[0].has_default);
		assert_int_equal(derived->profile->programs[0].fallback.sizes, 1);
	}
	ebpfmm_derived_free(derived);
	heat_free(space.intervals);
}

static void test_examples(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		check_example(&examples[i]);
}

/* 2M, always accessed: 512 x 20 - 20 walks in each of 100 intervals, 20 ns, 60 times. */
static void test_numbers(void **state)
{
	const struct heat heat = { 8 * HEAT_MIB, 2 * HEAT_MIB, 2 * HEAT_MIB, 20, 0 };
	const struct ebpfmm_derive_extent half = { 512, 256 };
	struct ebpfmm_derive_space space = {
		.kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/p", .pages = heat.pages,
		.intervals = heat_intervals(&heat, 0), .nintervals = HEAT_INTERVALS,
		.has_resident = true, .resident = &half, .nresident = 1,
	};
	const char *const inputs[] = { "one.jsonl" };
	struct ebpfmm_derive_input input = heat_input(&space, 1);
	struct ebpfmm_derived *derived;
	char *text = NULL;
	size_t size;
	FILE *file;

	(void)state;
	input.inputs = inputs;
	input.ninputs = 1;
	derived = derive(&input);
	assert_int_equal(derived->norigins, 1);
	assert_int_equal(region_of(derived, 0)->benefit.ns[9], 511 * 20 * 100 * 20 * 60);
	assert_int_equal(region_of(derived, 0)->benefit.touched, EBPFMM_TOUCHED_ONE / 2);
	assert_int_equal(region_of(derived, 0)->offset, 2 * MIB);
	assert_int_equal(region_of(derived, 0)->length, 2 * MIB);
	assert_int_equal(derived->large, 2 * MIB);
	assert_int_equal(derived->origins[0].walks[9], 511 * 20 * 100);
	assert_int_equal(derived->origins[0].nsources, 1);
	assert_int_equal(derived->origins[0].sources[0].intervals, 100);
	assert_int_equal(derived->origins[0].sources[0].first_us, 100000);
	assert_int_equal(derived->origins[0].sources[0].last_us, 10000000);

	file = open_memstream(&text, &size);
	ebpfmm_derive_explain(&input, derived, 0, file);
	fclose(file);
	assert_non_null(strstr(text, "2M: 1226400000 ns a page = 1022000 page walks"));
	assert_non_null(strstr(text, "touched: 0.500 = 256 pages of 1 blocks"));
	assert_non_null(strstr(text, "from one.jsonl: 100 intervals with accesses, "
				    "0.1 s to 10 s; most at 0.1 s"));
	free(text);
	ebpfmm_derived_free(derived);
	heat_free(space.intervals);
}

/* Accesses in several runs of a block are those of one block: one walk less, not two. */
static void test_shared_block(void **state)
{
	const struct ebpfmm_derive_run runs[] = {
		{ 100, 100, 10, 10 },	/* with a skew of 412 the first block's last pages */
		{ 200, 50, 4, 10 },
		{ 300, 1000, 10, 10 },	/* the rest of the second, the third, some of the fourth */
	};
	const struct ebpfmm_derive_interval interval = { runs, 3, 0, 1 };
	struct ebpfmm_derive_space space = {
		.kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/p", .pages = 2048, .skew = 412,
		.intervals = &interval, .nintervals = 1,
	};
	struct ebpfmm_derive_input input = heat_input(&space, 1);
	struct ebpfmm_derived *derived;

	(void)state;
	input.horizon_ns *= 10;
	derived = derive(&input);
	assert_int_equal(derived->norigins, 1);
	/* Pages of three whole blocks: 100 to 612, 612 to 1124, 1124 to 1636. */
	assert_int_equal(derived->origins[0].used[9], 3);
	assert_int_equal(derived->origins[0].walks[9],
			 (100 * 10 + 50 * 4 + 312 * 10 - 10) + (512 * 10 - 10) +
			 (176 * 10 - 10));
	assert_int_equal(derived->origins[0].resident, 100 + 50 + 312 + 512 + 176);
	assert_int_equal(derived->origins[0].first, 0);
	ebpfmm_derived_free(derived);
}

/* Memory that nobody uses costs nothing, and is no part of a region either. */
static void test_unused(void **state)
{
	const struct heat heat = { 64 * HEAT_MIB, 32 * HEAT_MIB, 8 * HEAT_MIB, 20, 0 };
	const struct ebpfmm_derive_extent there[] = {
		{ 0, 8 * HEAT_MIB }, { 32 * HEAT_MIB, 8 * HEAT_MIB },
		{ 60 * HEAT_MIB, 4 * HEAT_MIB } };
	struct ebpfmm_derive_space space = {
		.kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/p", .pages = heat.pages,
		.intervals = heat_intervals(&heat, 0), .nintervals = HEAT_INTERVALS,
		.has_resident = true, .resident = there, .nresident = 3,
	};
	struct ebpfmm_derive_input input = heat_input(&space, 1);
	struct ebpfmm_derived *derived;

	(void)state;
	derived = derive(&input);
	assert_int_equal(derived->norigins, 1);
	assert_int_equal(derived->origins[0].first, 32 * HEAT_MIB);
	assert_int_equal(derived->origins[0].end, 40 * HEAT_MIB);
	ebpfmm_derived_free(derived);
	heat_free(space.intervals);
}

/* The floors make up the gain that was measured, and no more. */
static void test_gain(void **state)
{
	const struct heat heat = { 64 * HEAT_MIB, 0, 64 * HEAT_MIB, 20, 0 };
	struct ebpfmm_derive_space space = {
		.kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/p", .pages = heat.pages,
		.intervals = heat_intervals(&heat, 0), .nintervals = HEAT_INTERVALS,
	};
	struct ebpfmm_derive_input input = heat_input(&space, 1);
	struct ebpfmm_derived *derived;

	(void)state;
	input.horizon_ns = input.recorded_ns;
	input.has_gain = true;
	input.gain_ns = 3.2e9;
	derived = derive(&input);
	assert_int_equal(region_of(derived, 0)->benefit.ns[9], 100000000);
	ebpfmm_derived_free(derived);
	input.gain_ns = 0;
	derived = derive(&input);
	assert_null(derived->profile);
	ebpfmm_derived_free(derived);
	heat_free(space.intervals);
}

static void test_worthless_size(void **state)
{
	const struct heat heat = { 64 * HEAT_MIB, 0, 64 * HEAT_MIB, 20, 0 };
	struct ebpfmm_derive_space space = {
		.kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/p", .pages = heat.pages,
		.intervals = heat_intervals(&heat, 0), .nintervals = HEAT_INTERVALS,
	};
	struct ebpfmm_derive_input input = heat_input(&space, 1);
	struct ebpfmm_derived *derived;

	(void)state;
	derived = derive(&input);
	assert_int_equal(region_of(derived, 0)->benefit.sizes, 1 | 1 << 9);
	assert_true(has_note(derived, "64K is not named"));
	ebpfmm_derived_free(derived);
	/* Now it does bring something, if less than 2M. */
	input.walk_ns[4] = 5;
	derived = derive(&input);
	assert_int_equal(derived->norigins, 1);
	assert_int_equal(region_of(derived, 0)->benefit.sizes, 1 | 1 << 4 | 1 << 9);
	ebpfmm_derived_free(derived);
	input.walk_ns[9] = 0;
	derived = derive(&input);
	assert_int_equal(region_of(derived, 0)->benefit.sizes, 1 | 1 << 4);
	ebpfmm_derived_free(derived);
	input.walk_ns[4] = 0;
	derived = derive(&input);
	assert_null(derived->profile);
	ebpfmm_derived_free(derived);
	heat_free(space.intervals);
}

/* Of a 64K hot spot that does not pay for 2M that nobody touches, 64K are the answer. */
static void test_small_spot(void **state)
{
	const struct heat heat = { 64 * HEAT_MIB, 4096 + 64, 64, 20, 0 };
	const struct ebpfmm_derive_extent all = { 0, 64 * HEAT_MIB };
	struct ebpfmm_derive_space space = {
		.kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/p", .pages = heat.pages,
		.intervals = heat_intervals(&heat, 0), .nintervals = HEAT_INTERVALS,
		.has_resident = true, .resident = &all, .nresident = 1,
	};
	struct ebpfmm_derive_input input = heat_input(&space, 1);
	struct ebpfmm_derived *derived;

	(void)state;
	input.walk_ns[4] = 20;
	input.costs.compact_ns[9] = 500000000;
	derived = derive(&input);
	assert_int_equal(derived->norigins, 0);
	ebpfmm_derived_free(derived);
	input.region_ns = 1000;
	derived = derive(&input);
	assert_int_equal(derived->norigins, 1);
	assert_int_equal(region_of(derived, 0)->benefit.sizes, 1 | 1 << 4);
	assert_int_equal(derived->origins[0].first, 4096 + 64);
	assert_int_equal(derived->origins[0].end, 4096 + 128);
	ebpfmm_derived_free(derived);
	heat_free(space.intervals);
}

static uint64_t large_bytes(const struct ebpfmm_derived *derived)
{
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < derived->norigins; i++)
		bytes += (derived->origins[i].end - derived->origins[i].first) << 12;
	return bytes;
}

/* Two heaps, one twice as hot as the other: it comes first, whatever its size. */
static void test_budget(void **state)
{
	const struct heat hot = { 64 * HEAT_MIB, 0, 64 * HEAT_MIB, 20, 0 };
	const struct heat warm = { 256 * HEAT_MIB, 0, 256 * HEAT_MIB, 10, 0 };
	const uint64_t budgets[] = { 0, 1 * MIB, 32 * MIB, 64 * MIB, 65 * MIB, 100 * MIB,
				     320 * MIB, UINT64_MAX };
	const uint64_t expected[] = { 0, 0, 32 * MIB, 64 * MIB, 64 * MIB, 100 * MIB,
				      320 * MIB, 320 * MIB };
	struct ebpfmm_derive_space spaces[] = {
		{ .kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/warm", .pages = warm.pages,
		  .intervals = heat_intervals(&warm, 0), .nintervals = HEAT_INTERVALS },
		{ .kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/hot", .pages = hot.pages,
		  .intervals = heat_intervals(&hot, 0), .nintervals = HEAT_INTERVALS },
	};
	struct ebpfmm_derive_input input = heat_input(spaces, 2);
	size_t i;

	(void)state;
	input.has_budget = true;
	for (i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++) {
		struct ebpfmm_derived *derived;
		size_t j;

		input.budget = budgets[i];
		derived = derive(&input);
		assert_int_equal(derived->large, expected[i]);
		assert_int_equal(large_bytes(derived), expected[i]);
		for (j = 0; budgets[i] <= 65 * MIB && j < derived->norigins; j++)
			assert_int_equal(derived->origins[j].space, 1);
		assert_true(derived->value <= derived->all * 1.000001);
		ebpfmm_derived_free(derived);
	}
	heat_free(spaces[0].intervals);
	heat_free(spaces[1].intervals);
}

/* As many hot places as there cannot be regions, apart from each other, all alike. */
static void test_many(void **state)
{
	enum { PLACES = 3000, GAP = 16 };
	struct ebpfmm_derive_run *runs = calloc(PLACES, sizeof(*runs));
	const struct ebpfmm_derive_interval interval = { runs, PLACES, 0, 1 };
	const struct ebpfmm_derive_extent all = { 0, PLACES * GAP * 512 };
	struct ebpfmm_derive_space space = {
		.kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/p", .pages = PLACES * GAP * 512,
		.intervals = &interval, .nintervals = 1,
		.has_resident = true, .resident = &all, .nresident = 1,
	};
	struct ebpfmm_derive_input input = heat_input(&space, 1);
	struct ebpfmm_derived *derived;
	size_t i;

	(void)state;
	for (i = 0; i < PLACES; i++)
		runs[i] = (struct ebpfmm_derive_run){ i * GAP * 512, 512, 1, 1 };
	/* A place brings 12 ms; to bridge a gap costs 15. */
	input.horizon_ns = input.recorded_ns * 1200;
	input.region_ns = 1;
	derived = derive(&input);
	/* Less the last hundredth. */
	assert_int_equal(derived->norigins, (EBPFMM_LARGE_REGIONS - 1) * 99 / 100 + 1);
	assert_true(derived->value > derived->all / 3);
	ebpfmm_derived_free(derived);
	input.max_regions = 11;
	derived = derive(&input);
	assert_int_equal(derived->norigins, 10);
	ebpfmm_derived_free(derived);
	free(runs);
}

/* Runs that nothing is alike in: work and memory go by their number, not by the space. */
static void test_million_runs(void **state)
{
	enum { RUNS = 1000000 };
	struct ebpfmm_derive_run *runs = calloc(RUNS, sizeof(*runs));
	const struct ebpfmm_derive_interval interval = { runs, RUNS, 0, 1 };
	struct ebpfmm_derive_space space = {
		.kind = EBPFMM_DERIVE_MAPPING, .exe = "/bin/p", .pages = 1ULL << 32,
		.intervals = &interval, .nintervals = 1,
	};
	struct ebpfmm_derive_input input = heat_input(&space, 1);
	struct ebpfmm_derived *derived;
	size_t i;

	(void)state;
	for (i = 0; i < RUNS; i++)
		runs[i] = (struct ebpfmm_derive_run){ i * 3000, 1 + i * 7919 % 2999,
						      (uint32_t)(i % 21), 20 };
	input.horizon_ns = input.recorded_ns * 10000;
	derived = derive(&input);
	assert_true(derived->norigins > 0);
	assert_true(derived->norigins < EBPFMM_LARGE_REGIONS);
	assert_true(derived->steps < 500ULL * RUNS);
	ebpfmm_derived_free(derived);
	free(runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_shared_block),
		cmocka_unit_test(test_unused),
		cmocka_unit_test(test_gain),
		cmocka_unit_test(test_worthless_size),
		cmocka_unit_test(test_small_spot),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_million_runs),
	};

	return cmocka_run_group_tests_name("derive", tests, NULL, NULL);
}
