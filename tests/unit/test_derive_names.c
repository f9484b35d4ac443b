// SPDX-License-Identifier: GPL-2.0-only
/*
 * What regions that are derived are called.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "heat.h"

#define MIB	(1ULL << 20)

static const struct heat all_hot = { 64 * HEAT_MIB, 0, 64 * HEAT_MIB, 20, 0 };
static const struct heat all_cold = { 64 * HEAT_MIB, 0, 64 * HEAT_MIB, 0, 0 };

/* A program that is hot from 16M to 32M, with symbols and sections. */
struct image {
	const char *what;
	struct ebpfmm_derive_symbol symbols[4];
	struct ebpfmm_derive_symbol sections[2];
	const char *object;
	enum ebpfmm_anchor_kind kind;
	const char *name;
	uint64_t offset;
	uint64_t length;	/* 0: all of it */
};

static const struct image images[] = {
	{ .what = "a symbol", .symbols = { { "cold", 0, 16 * MIB }, { "hot", 16 * MIB, 16 * MIB } },
	  .kind = EBPFMM_ANCHOR_SYMBOL, .name = "hot" },
	{ .what = "a symbol of an object", .symbols = { { "hot", 16 * MIB, 16 * MIB } },
	  .object = "/lib/o.so", .kind = EBPFMM_ANCHOR_SYMBOL, .name = "hot" },
	{ .what = "a symbol that misses by less than a tenth or block",
	  .symbols = { { "hot", 16 * MIB + 12345, 15 * MIB } },
	  .kind = EBPFMM_ANCHOR_SYMBOL, .name = "hot" },
	{ .what = "the better one of two",
	  .symbols = { { "near", 15 * MIB, 17 * MIB }, { "hot", 16 * MIB, 16 * MIB - 64 },
		       { "farther", 16 * MIB, 15 * MIB } },
	  .kind = EBPFMM_ANCHOR_SYMBOL, .name = "hot" },
	{ .what = "a part of a symbol", .symbols = { { "table", 4 * MIB, 60 * MIB } },
	  .sections = { { ".bss", 0, 64 * MIB } },
	  .kind = EBPFMM_ANCHOR_SYMBOL, .name = "table", .offset = 12 * MIB,
	  .length = 16 * MIB },
	{ .what = "a name that two have", .symbols = { { "twin", 16 * MIB, 16 * MIB },
						      { "twin", 40 * MIB, 64 } },
	  .sections = { { ".data", 0, 4 * MIB }, { ".bss", 4 * MIB, 60 * MIB } },
	  .kind = EBPFMM_ANCHOR_SECTION, .name = ".bss", .offset = 12 * MIB,
	  .length = 16 * MIB },
	{ .what = "many small symbols", .symbols = { { "a", 16 * MIB, 4 * MIB },
						    { "b", 20 * MIB, 4 * MIB } },
	  .sections = { { ".bss", 16 * MIB, 16 * MIB } },
	  .kind = EBPFMM_ANCHOR_SECTION, .name = ".bss" },
	{ .what = "nothing", .symbols = { { "far", 60 * MIB, 4 * MIB },
					 { "wrapped", UINT64_MAX - 4, 16 * MIB },
					 { "", 16 * MIB, 16 * MIB } } },
};

static void test_images(void **state)
{
	const struct heat heat = { 64 * HEAT_MIB, 16 * HEAT_MIB, 16 * HEAT_MIB, 20, 0 };
	const struct ebpfmm_derive_interval *intervals = heat_intervals(&heat, 0);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		const struct image *image = &images[i];
		const struct ebpfmm_derive_space space = {
			.kind = EBPFMM_DERIVE_IMAGE, .exe = "/bin/p", .object = image->object,
			.pages = heat.pages,
			.intervals = intervals, .nintervals = HEAT_INTERVALS,
			.symbols = image->symbols, .nsymbols = 4,
			.sections = image->sections, .nsections = 2,
		};
		struct ebpfmm_derived *derived = heat_derive(&space, 1);
		const struct ebpfmm_profile_region *region;

		if (derived->norigins != !!image->name)
			fail_msg("%s: %zu regions", image->what, derived->norigins);
		if (!image->name) {
			assert_non_null(strstr(derived->notes[derived->nnotes - 2],
					       "no symbol and no section has it"));
			ebpfmm_derived_free(derived);
			continue;
		}
		region = &derived->profile->programs[0].regions[0];
		if (region->kind != image->kind || strcmp(region->name, image->name) ||
		    region->offset != image->offset ||
		    region->has_length != !!image->length ||
		    (image->length && region->length != image->length))
			fail_msg("%s: %s, %#llx, %#llx", image->what, region->name,
				 (unsigned long long)region->offset,
				 (unsigned long long)region->length);
		assert_int_equal(!region->object, !image->object);
		ebpfmm_derived_free(derived);
	}
	heat_free(intervals);
}

/* Two hot places of one image, and symbols that would reach from one into the other. */
struct pair {
	struct ebpfmm_derive_run runs[2];
	struct ebpfmm_derive_symbol symbols[2];
	const char *names[2];
	uint64_t offsets[2];
	uint64_t lengths[2];	/* 0: all of it */
};

static const struct pair pairs[] = {
	{ .runs = { { 0, 256 * HEAT_MIB, 20, 20 }, { 266 * HEAT_MIB, 24 * HEAT_MIB, 20, 20 } },
	  .symbols = { { "wide", 0, 276 * MIB } }, .names = { "wide", ".bss" },
	  .offsets = { 0, 266 * MIB }, .lengths = { 256 * MIB, 24 * MIB } },
	{ .runs = { { 0, 24 * HEAT_MIB, 20, 20 }, { 34 * HEAT_MIB, 256 * HEAT_MIB, 20, 20 } },
	  .symbols = { { "wide", 14 * MIB, 276 * MIB } }, .names = { ".bss", "wide" },
	  .offsets = { 0, 20 * MIB }, .lengths = { 24 * MIB, 256 * MIB } },
	{ .runs = { { 0, 256 * HEAT_MIB, 20, 20 }, { 266 * HEAT_MIB, 240 * HEAT_MIB, 20, 20 } },
	  .symbols = { { "a", 0, 262 * MIB }, { "b", 258 * MIB, 248 * MIB } },
	  .names = { "a", "b" }, .offsets = { 0, 8 * MIB }, .lengths = { 0, 240 * MIB } },
};

static void test_pairs(void **state)
{
	const struct ebpfmm_derive_symbol section = { ".bss", 0, 512 * MIB };
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct ebpfmm_derive_interval interval = { pairs[i].runs, 2, 0, 1 };
		const struct ebpfmm_derive_extent all = { 0, 512 * HEAT_MIB };
		const struct ebpfmm_derive_space space = {
			.kind = EBPFMM_DERIVE_IMAGE, .exe = "/bin/p", .pages = 512 * HEAT_MIB,
			.intervals = &interval, .nintervals = 1,
			.has_resident = true, .resident = &all, .nresident = 1,
			.symbols = pairs[i].symbols, .nsymbols = 2,
			.sections = &section, .nsections = 1,
		};
		struct ebpfmm_derived *derived = heat_derive(&space, 1);

		assert_int_equal(derived->norigins, 2);
		for (j = 0; j < 2; j++) {
			const struct ebpfmm_profile_region *region =
				&derived->profile->programs[0].regions[j];

			assert_string_equal(region->name, pairs[i].names[j]);
			assert_int_equal(region->offset, pairs[i].offsets[j]);
			assert_int_equal(region->has_length, !!pairs[i].lengths[j]);
			if (region->has_length)
				assert_int_equal(region->length, pairs[i].lengths[j]);
		}
		ebpfmm_derived_free(derived);
	}
}

/* A mapping that is hot, among others. */
struct mappings {
	const char *what;
	const char *names[4];
	uint64_t mib[4];
	uint32_t ranks[4];
	const char *name;
	bool ranged;
	bool exact;
	uint16_t nth;
	bool nothing;
};

static const struct mappings mappings[] = {
	{ .what = "by name", .names = { "hot", "cold" }, .mib = { 64, 64 }, .name = "hot" },
	{ .what = "by glibc's name", .names = { " glibc: malloc" }, .mib = { 64, 80 },
	  .name = "glibc: malloc" },
	{ .what = "by size", .mib = { 64, 80, 32 }, .ranged = true },
	{ .what = "by its very size", .mib = { 64, 65, 32 }, .exact = true },
	{ .what = "by name and size", .names = { "a", "a", NULL }, .mib = { 64, 32, 64 },
	  .name = "a", .ranged = true },
	{ .what = "by rank", .mib = { 64, 64, 64, 16 }, .ranks = { 3, 4, 1, 2 },
	  .exact = true, .nth = 2 },
	{ .what = "by name and rank", .names = { "a", "a", "b" }, .mib = { 64, 64, 64 },
	  .ranks = { 3, 1, 2 }, .name = "a", .exact = true, .nth = 2 },
	{ .what = "a named one that an unnamed matcher would take", .names = { NULL, "cold" },
	  .mib = { 64, 64 }, .ranks = { 1, 2 }, .exact = true, .nth = 1 },
	{ .what = "nobody knows the rank", .mib = { 64, 64 }, .ranks = { 1, 0 },
	  .nothing = true },
};

static void check_mappings(const struct mappings *example,
			   const struct ebpfmm_profile_region *region)
{
	uint64_t bytes = 64 * MIB;

	assert_int_equal(region->kind, EBPFMM_ANCHOR_MAPPING);
	assert_int_equal(!region->name, !example->name);
	if (example->name)
		assert_string_equal(region->name, example->name);
	assert_int_equal(region->nth, example->nth);
	assert_false(region->has_length);
	if (example->ranged) {
		assert_int_equal(region->min_size, bytes - bytes / 16);
		assert_int_equal(region->max_size, bytes + bytes / 16);
	} else if (example->exact) {
		assert_int_equal(region->min_size, bytes);
		assert_int_equal(region->max_size, bytes);
	} else {
		assert_int_equal(region->min_size, 0);
		assert_true(region->max_size == UINT64_MAX);
	}
}

static void test_mappings(void **state)
{
	const struct ebpfmm_derive_interval *hot = heat_intervals(&all_hot, 0);
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(mappings) / sizeof(mappings[0]); i++) {
		const struct mappings *example = &mappings[i];
		struct ebpfmm_derive_space spaces[5] = {};
		struct ebpfmm_derived *derived;

		for (j = 0; j < 4; j++)
			spaces[j] = (struct ebpfmm_derive_space){
				.kind = EBPFMM_DERIVE_MAPPING, .exe = "/bin/p",
				.name = example->names[j], .rank = example->ranks[j],
				.pages = example->mib[j] * HEAT_MIB };
		spaces[0].intervals = hot;
		spaces[0].nintervals = HEAT_INTERVALS;
		/* That of another program is no matter. */
		spaces[4] = spaces[0];
		spaces[4].exe = "/bin/q";
		spaces[4].nintervals = 0;
		derived = heat_derive(spaces, 5);
		if (derived->norigins != !example->nothing)
			fail_msg("%s: %zu regions", example->what, derived->norigins);
		if (derived->norigins)
			check_mappings(example, &derived->profile->programs[0].regions[0]);
		ebpfmm_derived_free(derived);
	}
	heat_free(hot);
}

/* More programs, and more mappings, than a profile can have: the best ones stay. */
static void test_too_many(void **state)
{
	enum { PROGRAMS = EBPFMM_MAX_PROGRAMS + 4, MAPPINGS = EBPFMM_MAX_MAPPINGS + 8 };
	const struct ebpfmm_derive_interval *hot = heat_intervals(&all_hot, 0);
	struct ebpfmm_derive_space spaces[MAPPINGS] = {};
	char names[MAPPINGS][16];
	struct ebpfmm_derived *derived;
	size_t i;

	(void)state;
	for (i = 0; i < MAPPINGS; i++) {
		snprintf(names[i], sizeof(names[i]), "/m%zu", i);
		spaces[i] = (struct ebpfmm_derive_space){
			.kind = EBPFMM_DERIVE_HEAP, .exe = names[i], .pages = all_hot.pages,
			.intervals = hot, .nintervals = HEAT_INTERVALS - i };
	}
	derived = heat_derive(spaces, PROGRAMS);
	assert_int_equal(derived->profile->nprograms, EBPFMM_MAX_PROGRAMS);
	assert_string_equal(derived->profile->programs[0].exe, "/m0");
	assert_non_null(strstr(derived->notes[derived->nnotes - 1], "4 regions are left out"));
	ebpfmm_derived_free(derived);

	for (i = 0; i < MAPPINGS; i++) {
		spaces[i].kind = EBPFMM_DERIVE_MAPPING;
		spaces[i].exe = "/bin/p";
		spaces[i].name = names[i];
	}
	derived = heat_derive(spaces, MAPPINGS);
	assert_int_equal(derived->norigins, EBPFMM_MAX_MAPPINGS);
	assert_int_equal(derived->origins[EBPFMM_MAX_MAPPINGS - 1].space,
			 EBPFMM_MAX_MAPPINGS - 1);
	assert_non_null(strstr(derived->notes[derived->nnotes - 1], "8 regions are left out"));
	ebpfmm_derived_free(derived);
	heat_free(hot);
}

/* Forty arenas of one size, all hot: one region. One that is cold must be told apart. */
static void test_alike(void **state)
{
	enum { ARENAS = EBPFMM_MAX_MAPPINGS + 8 };
	const struct ebpfmm_derive_interval *hot = heat_intervals(&all_hot, 0);
	struct ebpfmm_derive_space spaces[ARENAS] = {};
	const struct ebpfmm_profile_region *region;
	struct ebpfmm_derived *derived;
	size_t i;

	(void)state;
	for (i = 0; i < ARENAS; i++)
		spaces[i] = (struct ebpfmm_derive_space){
			.kind = EBPFMM_DERIVE_MAPPING, .exe = "/bin/p",
			.pages = all_hot.pages, .rank = (uint32_t)i + 1,
			.intervals = hot, .nintervals = HEAT_INTERVALS };
	derived = heat_derive(spaces, ARENAS);
	assert_int_equal(derived->norigins, 1);
	assert_int_equal(derived->origins[0].nalike, ARENAS);
	assert_int_equal(derived->origins[0].blocks, ARENAS * 32);
	assert_int_equal(derived->large, ARENAS * 64 * MIB);
	assert_true(derived->value > derived->all * 0.999);
	assert_int_equal(derived->origins[0].sources[0].intervals, ARENAS * HEAT_INTERVALS);
	region = &derived->profile->programs[0].regions[0];
	assert_int_equal(region->benefit.ns[9], 511 * 20 * 100 * 20 * 60);
	assert_int_equal(region->max_size, 68 * MIB);
	ebpfmm_derived_free(derived);

	spaces[2].nintervals = 0;
	derived = heat_derive(spaces, 5);
	assert_int_equal(derived->norigins, 4);
	region = derived->profile->programs[0].regions;
	assert_int_equal(region[0].nth, 1);
	assert_int_equal(region[1].nth, 2);
	assert_int_equal(region[2].nth, 4);
	assert_int_equal(derived->origins[3].nalike, 1);
	ebpfmm_derived_free(derived);
	heat_free(hot);
}

/* All kinds in one program, in an order that a profile accepts. */
static void test_all_kinds(void **state)
{
	const struct ebpfmm_derive_interval *hot = heat_intervals(&all_hot, 0);
	const struct ebpfmm_derive_interval *cold = heat_intervals(&all_cold, 0);
	const struct ebpfmm_derive_symbol symbol = { "table", 0, 64 * MIB };
	const struct ebpfmm_derive_space like = {
		.exe = "/bin/p", .pages = all_hot.pages, .symbols = &symbol, .nsymbols = 1,
		.intervals = hot, .nintervals = HEAT_INTERVALS };
	struct ebpfmm_derive_space spaces[6];
	struct ebpfmm_derived *derived;
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++)
		spaces[i] = like;
	spaces[0].kind = EBPFMM_DERIVE_MAPPING;
	spaces[0].rank = 1;
	spaces[1].kind = EBPFMM_DERIVE_MAPPING;
	spaces[1].name = "m";
	spaces[1].rank = 2;
	spaces[2].kind = EBPFMM_DERIVE_STACK;
	spaces[3].kind = EBPFMM_DERIVE_HEAP;
	spaces[4].kind = EBPFMM_DERIVE_IMAGE;
	spaces[5].kind = EBPFMM_DERIVE_MAPPING;
	spaces[5].name = "cold";
	spaces[5].intervals = cold;
	spaces[5].rank = 3;
	derived = heat_derive(spaces, 6);
	assert_int_equal(derived->norigins, 5);
	assert_int_equal(derived->profile->programs[0].regions[0].kind, EBPFMM_ANCHOR_SYMBOL);
	for (i = 0; i < 5; i++)
		assert_int_equal(derived->origins[i].space, 4 - i);
	ebpfmm_derived_free(derived);
	heat_free(hot);
	heat_free(cold);
}

static uint64_t seed = 3;

static uint64_t draw(uint64_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % below;
}

/* A space of a program of two; those that a program has once are the first ones of each. */
static void draw_space(struct ebpfmm_derive_space *space, size_t index,
		       const struct ebpfmm_derive_interval *const *heats,
		       const struct ebpfmm_derive_symbol *symbols)
{
	static const char *const names[] = { NULL, NULL, "a", "b", " a" };
	static const uint64_t mib[] = { 64, 64, 66, 80, 1000 };
	static const char *const objects[] = { NULL, "/lib/a.so" };

	*space = (struct ebpfmm_derive_space){
		.exe = index % 2 ? "/bin/p" : "/bin/q",
		.intervals = heats[draw(5)], .nintervals = HEAT_INTERVALS,
		.skew = (uint32_t)draw(3) * 100,
		.pages = mib[draw(5)] * HEAT_MIB,
	};
	if (index < 2) {
		space->kind = EBPFMM_DERIVE_HEAP;
	} else if (index < 4) {
		space->kind = EBPFMM_DERIVE_STACK;
	} else if (index < 8) {
		space->kind = EBPFMM_DERIVE_IMAGE;
		space->object = objects[index / 2 % 2];
		space->symbols = symbols + draw(20);
		space->nsymbols = draw(20);
		space->sections = symbols + 40;
		space->nsections = 2;
	} else {
		space->kind = EBPFMM_DERIVE_MAPPING;
		/* Those that grow are one for each program and name: the last ones. */
		space->grows = index >= 20 && draw(2);
		space->name = index < 20 ? names[draw(5)] : index < 22 ? NULL : "a";
		space->rank = draw(4) ? (uint32_t)index : 0;
	}
}

/* Where a symbol or a section puts a region in its space. */
static void resolve(const struct ebpfmm_derive_space *space,
		    const struct ebpfmm_profile_region *region, uint64_t *from, uint64_t *to)
{
	bool symbol = region->kind == EBPFMM_ANCHOR_SYMBOL;
	const struct ebpfmm_derive_symbol *symbols = symbol ? space->symbols : space->sections;
	size_t n = symbol ? space->nsymbols : space->nsections, i;

	for (i = 0; i < n; i++) {
		if (strcmp(symbols[i].name, region->name))
			continue;
		*from = symbols[i].offset + region->offset;
		*to = region->has_length ? *from + region->length :
					   symbols[i].offset + symbols[i].size;
		if (*to - *from)
			return;
	}
	fail_msg("there is no %s", region->name);
}

/* Regions of different symbols are compared only when a profile is attached. */
static void check_overlap(const struct ebpfmm_derived *derived,
			  const struct ebpfmm_derive_space *spaces)
{
	uint64_t last = 0, from, to;
	size_t i;

	for (i = 0; i < derived->norigins; i++) {
		const struct ebpfmm_derive_origin *origin = &derived->origins[i];
		const struct ebpfmm_derive_space *space = &spaces[origin->space];

		if (space->kind != EBPFMM_DERIVE_IMAGE)
			continue;
		resolve(space, &derived->profile->programs[origin->program].regions[
				       origin->region], &from, &to);
		if (!i || derived->origins[i - 1].space != origin->space)
			last = 0;
		assert_true(from >= last && to > from);
		last = to;
	}
}

/* Whatever was recorded, what comes of it is a profile: it is read back. */
static void test_random(void **state)
{
	enum { SPACES = 24, CASES = 300 };
	const struct heat heats[] = { all_hot, all_cold,
		{ 64 * HEAT_MIB, 16 * HEAT_MIB, 20 * HEAT_MIB, 19, 0 },
		{ 64 * HEAT_MIB, 30 * HEAT_MIB, 2 * HEAT_MIB, 20, 1 } };
	/* Four hot places in one space. */
	const struct ebpfmm_derive_run runs[] = {
		{ 2 * HEAT_MIB, 6 * HEAT_MIB, 20, 20 }, { 20 * HEAT_MIB, 2 * HEAT_MIB, 15, 20 },
		{ 32 * HEAT_MIB, 12 * HEAT_MIB, 20, 20 }, { 54 * HEAT_MIB, 9 * HEAT_MIB, 9, 20 } };
	struct ebpfmm_derive_interval places[HEAT_INTERVALS];
	const struct ebpfmm_derive_interval *intervals[5] = { [4] = places };
	struct ebpfmm_derive_symbol symbols[42] = {
		[40] = { ".data", 0, 8 * MIB }, [41] = { ".bss", 8 * MIB, 56 * MIB } };
	struct ebpfmm_derive_space spaces[SPACES];
	size_t i, j, regions = 0;
	char names[40][8];

	(void)state;
	for (i = 0; i < 4; i++)
		intervals[i] = heat_intervals(&heats[i], i == 2 ? 1000 : 0);
	for (i = 0; i < HEAT_INTERVALS; i++)
		places[i] = (struct ebpfmm_derive_interval){ runs, 4, 0, i };
	for (i = 0; i < CASES; i++) {
		struct ebpfmm_derived *derived;

		for (j = 0; j < 40; j++) {
			snprintf(names[j], sizeof(names[j]), "s%llu",
				 (unsigned long long)draw(30));
			symbols[j] = (struct ebpfmm_derive_symbol){
				names[j], draw(64 * MIB), draw(32 * MIB) };
		}
		for (j = 0; j < SPACES; j++)
			draw_space(&spaces[j], j, intervals, symbols);
		derived = heat_derive(spaces, SPACES);
		regions += derived->norigins;
		check_overlap(derived, spaces);
		ebpfmm_derived_free(derived);
	}
	assert_true(regions > CASES);
	for (i = 0; i < 4; i++)
		heat_free(intervals[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_images),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_mappings),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_all_kinds),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("derive_names", tests, NULL, NULL);
}
