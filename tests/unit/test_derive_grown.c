// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions for mappings that grow, and what they must not take along.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heat.h"

#define MIB	(1ULL << 20)

static const struct heat all_hot = { 64 * HEAT_MIB, 0, 64 * HEAT_MIB, 20, 0 };

/*
 * Mappings that grow are one region for all that is large enough, behind all others. Those
 * that are cold and would be in it keep 4K; small ones and the stack need nothing for that.
 */
static void test_grown(void **state)
{
	const struct ebpfmm_derive_interval *hot = heat_intervals(&all_hot, 0);
	const struct ebpfmm_derive_space like = {
		.kind = EBPFMM_DERIVE_MAPPING, .exe = "/bin/p", .pages = all_hot.pages,
		.intervals = hot };
	const struct ebpfmm_profile_region *regions;
	struct ebpfmm_derive_space spaces[7];
	struct ebpfmm_derived *derived;
	size_t i;

	(void)state;
	for (i = 0; i < 7; i++)
		spaces[i] = like;
	spaces[0].grows = true;
	spaces[0].nintervals = HEAT_INTERVALS;
	spaces[1].name = "cold";
	spaces[2].pages = 32 * HEAT_MIB;
	spaces[3].pages = 33 * HEAT_MIB;
	spaces[4].pages = 100 * HEAT_MIB;
	spaces[4].nintervals = HEAT_INTERVALS;
	spaces[5].pages = HEAT_MIB;
	spaces[6].exe = "/bin/q";
	derived = heat_derive(spaces, 7);
	assert_int_equal(derived->profile->nprograms, 1);
	assert_int_equal(derived->norigins, 2);
	/* The hot one; the two of 32M and 33M together, the named one; those that grow. */
	assert_int_equal(derived->profile->programs[0].nregions, 4);
	regions = derived->profile->programs[0].regions;
	assert_int_equal(derived->origins[0].space, 4);
	assert_int_equal(derived->origins[0].region, 0);
	assert_int_equal(regions[0].max_size, 106.25 * MIB);
	assert_string_equal(regions[1].name, "cold");
	assert_int_equal(regions[1].benefit.sizes, 1);
	assert_int_equal(regions[2].benefit.sizes, 1);
	assert_true(regions[2].min_size < 32 * MIB && regions[2].max_size > 33 * MIB);
	assert_int_equal(derived->origins[1].space, 0);
	assert_int_equal(derived->origins[1].region, 3);
	assert_int_equal(regions[3].min_size, 2 * MIB);
	assert_true(regions[3].max_size == UINT64_MAX);
	assert_null(regions[3].name);
	assert_false(regions[3].has_length);
	assert_true(regions[3].benefit.sizes & 1 << 9);
	ebpfmm_derived_free(derived);

	/* With a name nobody else has, it needs no others. */
	spaces[0].name = " glibc: malloc";
	derived = heat_derive(spaces, 7);
	assert_int_equal(derived->profile->programs[0].nregions, 2);
	regions = derived->profile->programs[0].regions;
	assert_string_equal(regions[0].name, "glibc: malloc");
	assert_int_equal(regions[0].min_size, 0);
	ebpfmm_derived_free(derived);

	/* If it is cold, it needs none itself. */
	spaces[0].nintervals = 0;
	derived = heat_derive(spaces, 7);
	assert_int_equal(derived->profile->programs[0].nregions, 1);
	ebpfmm_derived_free(derived);
	heat_free(hot);
}

/* If most of what grows is cold, none of it is worth a large page. */
static void test_grown_cold(void **state)
{
	/* One block of 2M in 64M: what it saves does not pay for zeroing the 31 others. */
	const struct heat little = { 64 * HEAT_MIB, 0, 2 * HEAT_MIB, 2, 0 };
	const struct ebpfmm_derive_interval *hot = heat_intervals(&little, 0);
	struct ebpfmm_derive_extent resident[32];
	struct ebpfmm_derive_space space = {
		.kind = EBPFMM_DERIVE_MAPPING, .exe = "/bin/p", .pages = little.pages,
		.intervals = hot, .nintervals = 8, .has_resident = true, .resident = resident,
		.nresident = 32 };
	struct ebpfmm_derived *derived;

	(void)state;
	for (size_t i = 0; i < 32; i++)
		resident[i] = (struct ebpfmm_derive_extent){ i * 512, i ? 1 : 512 };
	derived = heat_derive(&space, 1);
	assert_int_equal(derived->norigins, 1);
	assert_int_equal(derived->origins[0].blocks, 1);
	ebpfmm_derived_free(derived);
	space.grows = true;
	derived = heat_derive(&space, 1);
	assert_int_equal(derived->norigins, 0);
	assert_null(derived->profile);
	ebpfmm_derived_free(derived);
	heat_free(hot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grown),
		cmocka_unit_test(test_grown_cold),
	};

	return cmocka_run_group_tests_name("derive_grown", tests, NULL, NULL);
}
