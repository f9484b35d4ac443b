// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a page of each size is worth, worked out by hand:
 *
 *	saved(s) = w(s) * sum over intervals (4K pages - pages of s) * horizon / recorded
 *
 * Recorded are 10 s in 100 intervals of 20 samples, the horizon is 600 s. With @seen of 20
 * samples, 2^o * seen accesses of pages and at least 20 of the block are counted in each
 * interval.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "heat.h"

struct example {
	const char *what;
	uint32_t seen;
	double walk_64k;
	double walk_2m;
	unsigned int sizes;
	uint32_t ns_64k;
	uint32_t ns_2m;
};

#define K4	1U
#define K64	(1U << 4)
#define M2	(1U << 9)

static const struct example examples[] = {
	/* (16 - 1) * 20 samples * 100 intervals * 5 ns * 60; (512 - 1) ... * 20 ns */
	{ "all pages, always, both sizes", 20, 5, 20, K4 | K64 | M2, 9000000, 1226400000 },
	{ "64K bring nothing", 20, 0, 20, K4 | M2, 0, 1226400000 },
	{ "2M bring nothing", 20, 5, 0, K4 | K64, 9000000, 0 },
	{ "neither does", 20, 0, 0, 0, 0, 0 },
	/* (16 * 10 - 20) * 100 * 5 * 60; (512 * 10 - 20) * 100 * 20 * 60 */
	{ "each page in half of the samples", 10, 5, 20, K4 | K64 | M2, 4200000, 612000000 },
	/* Of 16 pages, less than one in each sample: nothing for 64K. 512 - 20 for 2M. */
	{ "each page in one of the samples", 1, 5, 20, K4 | M2, 0, 59040000 },
	{ "the same, without 2M", 1, 5, 0, 0, 0, 0 },
	/* (16 * 2 - 20) * 100 * 40 * 60 */
	{ "each page in two, as only 64K help", 2, 40, 0, K4 | K64, 2880000, 0 },
	/* (512 * 10 - 20) * 100 * 150 * 60 is more than a profile can say. */
	{ "more than a profile can say", 10, 0, 150, K4 | M2, 0, UINT32_MAX },
	/* (16 * 10 - 20) * 100 * 150 * 60 */
	{ "as much for 64K as for 2M", 10, 150, 150, K4 | K64 | M2, 126000000, UINT32_MAX },
};

static void check(const struct example *example)
{
	const struct heat heat = { 64 * HEAT_MIB, 0, 64 * HEAT_MIB, example->seen, 0 };
	struct ebpfmm_derive_space space = {
		.kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/p", .pages = heat.pages,
		.intervals = heat_intervals(&heat, 0), .nintervals = HEAT_INTERVALS,
	};
	struct ebpfmm_derive_input input = heat_input(&space, 1);
	struct ebpfmm_derived *derived = NULL;
	const struct ebpfmm_benefit *benefit;

	input.walk_ns[4] = example->walk_64k;
	input.walk_ns[9] = example->walk_2m;
	assert_int_equal(ebpfmm_derive(&input, &derived, NULL), 0);
	if (!example->sizes != !derived->profile)
		fail_msg("%s: there is %s profile", example->what,
			 derived->profile ? "a" : "no");
	if (derived->profile) {
		assert_int_equal(derived->norigins, 1);
		benefit = &derived->profile->programs[0].regions[0].benefit;
		if (benefit->sizes != example->sizes || benefit->ns[4] != example->ns_64k ||
		    benefit->ns[9] != example->ns_2m)
			fail_msg("%s: sizes %x, 64K %u ns, 2M %u ns", example->what,
				 benefit->sizes, benefit->ns[4], benefit->ns[9]);
	}
	ebpfmm_derived_free(derived);
	heat_free(space.intervals);
}

static void worth_by_hand(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		check(&examples[i]);
}

static size_t count_notes(const struct ebpfmm_derived *derived, const char *text)
{
	size_t i, n = 0;

	for (i = 0; i < derived->nnotes; i++)
		n += !!strstr(derived->notes[i], text);
	return n;
}

/* What was measured to bring nothing is said to; what was not measured is not. */
static void unknown_sizes(void **state)
{
	const struct heat heat = { 64 * HEAT_MIB, 0, 64 * HEAT_MIB, 20, 0 };
	struct ebpfmm_derive_space space = {
		.kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/p", .pages = heat.pages,
		.intervals = heat_intervals(&heat, 0), .nintervals = HEAT_INTERVALS,
	};
	struct ebpfmm_derive_input input = heat_input(&space, 1);
	struct ebpfmm_derived *derived = NULL;
	char *text = NULL;
	size_t size;
	FILE *file;

	(void)state;
	input.unknown = ((1U << EBPFMM_ORDERS) - 1) & ~(1U << 9) & ~(1U << 4);
	assert_int_equal(ebpfmm_derive(&input, &derived, NULL), 0);
	assert_int_equal(count_notes(derived, "saves nothing on this CPU"), 1);
	assert_int_equal(count_notes(derived, "64K is not named: it saves nothing"), 1);
	for (int assumed = 0; assumed < 2; assumed++) {
		input.assumed = assumed;
		file = open_memstream(&text, &size);
		ebpfmm_derive_explain(&input, derived, 0, file);
		fclose(file);
		assert_non_null(strstr(text, " x 20 ns a walk"));
		assert_int_equal(!!strstr(text, "20 ns a walk, assumed x"), assumed);
		free(text);
	}
	ebpfmm_derived_free(derived);
	heat_free(space.intervals);
}

/* Where only 64K bring something, a region need not be worth four pages of 2M. */
static void small_regions(void **state)
{
	const struct heat heat = { 64 * HEAT_MIB, 4096 + 64, 64, 2, 0 };
	const struct ebpfmm_derive_extent all = { 0, 64 * HEAT_MIB };
	struct ebpfmm_derive_space space = {
		.kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/p", .pages = heat.pages,
		.intervals = heat_intervals(&heat, 0), .nintervals = HEAT_INTERVALS,
		.has_resident = true, .resident = &all, .nresident = 1,
	};
	struct ebpfmm_derive_input input = heat_input(&space, 1);
	struct ebpfmm_derived *derived = NULL;

	(void)state;
	/* Four blocks of (16 * 2 - 20) * 100 * 60 ns less 32 us. */
	input.walk_ns[4] = 1;
	input.walk_ns[9] = 0;
	assert_int_equal(ebpfmm_derive(&input, &derived, NULL), 0);
	assert_int_equal(derived->norigins, 1);
	assert_int_equal(derived->origins[0].first, 4096 + 64);
	assert_int_equal(derived->origins[0].end, 4096 + 128);
	assert_int_equal(derived->origins[0].value, 4 * (72000 - 32000));
	ebpfmm_derived_free(derived);
	heat_free(space.intervals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worth_by_hand),
		cmocka_unit_test(unknown_sizes),
		cmocka_unit_test(small_regions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
