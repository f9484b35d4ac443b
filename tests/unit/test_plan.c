// SPDX-License-Identifier: GPL-2.0-only
/* Where DAMON looks, against memory whose heat is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "watch/plan.h"

#define KIB		(1ULL << 10)
#define MIB		(1ULL << 20)
#define GIB		(1ULL << 30)
#define MOST		512U
/* As many samples are taken between two plans at the beginning of a recording. */
#define SAMPLES		40U

/* Of a range, a page is accessed in so many of a hundred samples. */
struct hot {
	uint64_t start;
	uint64_t end;
	unsigned int percent;
};

static uint64_t seed;

static uint64_t draw(uint64_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % below;
}

/* As DAMON: one page of each cell, at random. */
static void sample(struct ebpfmm_grid *grid, const struct hot *hot, size_t nhot)
{
	for (size_t i = 0; i < grid->count; i++) {
		struct ebpfmm_cell *cell = &grid->cells[i];
		uint64_t at = cell->start + draw((cell->end - cell->start) / 4096) * 4096;

		for (size_t h = 0; h < nhot; h++)
			if (at >= hot[h].start && at < hot[h].end && draw(100) < hot[h].percent)
				cell->hits++;
	}
}

static void check_grid(const struct ebpfmm_grid *grid, const struct ebpfmm_extents *extents)
{
	uint64_t end = 0, sum = 0, all = 0;

	for (size_t i = 0; i < grid->count; i++) {
		const struct ebpfmm_cell *cell = &grid->cells[i];

		assert_true(cell->start >= end && cell->start < cell->end);
		assert_int_equal((cell->start | cell->end) % 4096, 0);
		end = cell->end;
		sum += cell->end - cell->start;
	}
	for (size_t i = 0; i < extents->count; i++)
		all += extents->list[i].end - extents->list[i].start;
	assert_int_equal(sum, all);
}

/* Watch for so many plans. */
static struct ebpfmm_grid watch(const struct ebpfmm_extents *extents, const struct hot *hot,
				size_t nhot, size_t plans)
{
	struct ebpfmm_grid grid = {};

	for (size_t i = 0; i <= plans; i++) {
		struct ebpfmm_plan_part part = { extents, &grid, {} };

		assert_int_equal(ebpfmm_plan(&part, 1, MOST, i ? SAMPLES : 0, NULL), 0);
		ebpfmm_grid_free(&grid);
		grid = part.grid;
		check_grid(&grid, extents);
		assert_true(grid.count <= MOST);
		for (size_t s = 0; i < plans && s < SAMPLES; s++)
			sample(&grid, hot, nhot);
	}
	return grid;
}

static void add(struct ebpfmm_extents *extents, uint64_t start, uint64_t size)
{
	assert_int_equal(ebpfmm_extents_add(extents, start, start + size), 0);
}

/* Bytes of the cells that have any of a range, beyond it. */
static uint64_t blur(const struct ebpfmm_grid *grid, const struct hot *hot)
{
	const struct ebpfmm_cell *first = ebpfmm_grid_find(grid, hot->start);
	const struct ebpfmm_cell *last = ebpfmm_grid_find(grid, hot->end - 1);

	assert_non_null(first);
	assert_non_null(last);
	return hot->start - first->start + last->end - hot->end;
}

static void what_is_there_is_watched(void **state)
{
	struct ebpfmm_extents extents = {};
	struct ebpfmm_grid grid;

	(void)state;
	add(&extents, 0x555500001000, 8 * MIB);
	add(&extents, 0x7f0000003000, 132 * KIB);
	add(&extents, 0x7f0000100000, 2 * GIB);
	grid = watch(&extents, NULL, 0, 0);
	assert_int_equal(grid.count, MOST);
	ebpfmm_grid_free(&grid);
	ebpfmm_extents_free(&extents);
	/* Nothing at all, and less than what a larger page could hold. */
	grid = watch(&extents, NULL, 0, 3);
	assert_int_equal(grid.count, 0);
	add(&extents, 0x1000, 60 * KIB);
	struct ebpfmm_plan_part part = { &extents, NULL, {} };

	assert_int_equal(ebpfmm_plan(&part, 1, MOST, 0, NULL), 0);
	assert_int_equal(part.grid.count, 0);
	ebpfmm_extents_free(&extents);
}

static void the_number_of_cells_follows_the_size(void **state)
{
	static const struct {
		uint64_t size;
		size_t count;
	} sizes[] = {
		{ 64 * KIB, 1 }, { 1 * MIB, 16 }, { 4 * MIB, 64 }, { 16 * MIB, 64 },
		{ 64 * MIB, 256 }, { 1 * GIB, MOST }, { 64 * GIB, MOST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct ebpfmm_extents extents = {};
		struct ebpfmm_grid grid;

		add(&extents, 0x7f0000001000, sizes[i].size);
		grid = watch(&extents, NULL, 0, 0);
		assert_int_equal(grid.count, sizes[i].count);
		ebpfmm_grid_free(&grid);
		ebpfmm_extents_free(&extents);
	}
}

static void a_small_hot_spot_is_found_in_large_memory(void **state)
{
	static const struct {
		uint64_t size;
		unsigned int percent;
	} sizes[] = { { 1 * GIB, 100 }, { 2 * GIB, 20 }, { 10 * GIB, 100 }, { 16 * GIB, 100 } };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (seed = 1; seed <= 20; seed++) {
			uint64_t base = 0x7f0000000000 + draw(512) * 4096;
			struct hot hot = { base + sizes[i].size / 3 / (2 * MIB) * 2 * MIB, 0,
					   sizes[i].percent };
			struct ebpfmm_extents extents = {};
			struct ebpfmm_grid grid;

			hot.end = hot.start + 2 * MIB;
			add(&extents, base, sizes[i].size);
			grid = watch(&extents, &hot, 1, 8);
			assert_true(blur(&grid, &hot) <= 2 * MIB);
			ebpfmm_grid_free(&grid);
			ebpfmm_extents_free(&extents);
		}
}

/* Which cells there are depends on what is hot, not on where chance has looked. */
static void the_same_bounds_come_out_each_time(void **state)
{
	const uint64_t base = 0x7f0000000000;
	const struct hot hot[] = {
		{ base + 100 * MIB, base + 116 * MIB, 100 },
		{ base + 1 * GIB, base + 1 * GIB + 64 * MIB, 60 },
		{ base + 1536 * MIB, base + 1792 * MIB, 5 },
	};
	struct ebpfmm_extents extents = {};

	(void)state;
	add(&extents, base, 2 * GIB);
	for (seed = 1; seed <= 20; seed++) {
		struct ebpfmm_grid grid = watch(&extents, hot, 3, 8);

		assert_true(blur(&grid, &hot[0]) <= 1 * MIB);
		assert_true(blur(&grid, &hot[1]) <= 2 * MIB);
		assert_true(blur(&grid, &hot[2]) <= 4 * MIB);
		ebpfmm_grid_free(&grid);
	}
	ebpfmm_extents_free(&extents);
}

static void many_mappings_share_cells(void **state)
{
	struct ebpfmm_extents extents = {};
	struct ebpfmm_plan_part part = { &extents, NULL, {} };
	uint64_t at = 0x7f0000000000;

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		add(&extents, at, 128 * KIB);
		at += 128 * KIB + (i % 100 == 99 ? 64 * MIB : 4 * KIB);
	}
	assert_int_equal(ebpfmm_plan(&part, 1, MOST, 0, NULL), 0);
	assert_true(part.grid.count > MOST / 2 && part.grid.count <= MOST);
	/* Those far from each other do not. */
	for (size_t i = 0; i < part.grid.count; i++)
		assert_true(part.grid.cells[i].end - part.grid.cells[i].start < 32 * MIB);
	ebpfmm_grid_free(&part.grid);
	ebpfmm_extents_free(&extents);
	/* Where nearly nothing of a cell would be memory, the largest are watched. */
	extents = (struct ebpfmm_extents){};
	for (size_t i = 0; i < 1000; i++)
		add(&extents, 0x7f0000000000 + i * 100 * MIB, i == 700 ? 2 * MIB : 64 * KIB);
	assert_int_equal(ebpfmm_plan(&part, 1, MOST, 0, NULL), 0);
	assert_true(part.grid.count > MOST / 2 && part.grid.count <= MOST);
	assert_true(ebpfmm_grid_find(&part.grid, 0x7f0000000000 + 700 * 100 * MIB)->start ==
		    0x7f0000000000 + 700 * 100 * MIB);
	ebpfmm_grid_free(&part.grid);
	ebpfmm_extents_free(&extents);
}

static void each_of_many_processes_is_watched(void **state)
{
	static struct ebpfmm_plan_part parts[1024];
	struct ebpfmm_extents small = {}, large = {};
	size_t count = 0;

	(void)state;
	add(&small, 0x555500001000, 132 * KIB);
	add(&small, 0x7f0000000000, 132 * KIB);
	add(&large, 0x7f0000000000, 4 * GIB);
	for (size_t i = 0; i < 1024; i++)
		parts[i] = (struct ebpfmm_plan_part){ i ? &small : &large, NULL, {} };
	assert_int_equal(ebpfmm_plan(parts, 200, MOST, 0, NULL), 0);
	for (size_t i = 0; i < 200; i++) {
		assert_true(parts[i].grid.count >= 1);
		count += parts[i].grid.count;
		assert_true(i || parts[i].grid.count > 100);
		ebpfmm_grid_free(&parts[i].grid);
	}
	assert_int_equal(count, MOST);
	assert_int_equal(ebpfmm_plan(parts, 1024, MOST, 0, NULL), 0);
	for (size_t i = 0; i < 1024; i++) {
		assert_int_equal(parts[i].grid.count, 1);
		ebpfmm_grid_free(&parts[i].grid);
	}
	ebpfmm_extents_free(&small);
	ebpfmm_extents_free(&large);
}

static void a_grid_stays_until_another_one_is_worth_it(void **state)
{
	const uint64_t base = 0x7f0000000000;
	struct ebpfmm_extents extents = {};
	struct ebpfmm_plan_part part = { &extents, NULL, {} };
	struct ebpfmm_grid grid;

	(void)state;
	add(&extents, base, 1 * GIB);
	grid = watch(&extents, NULL, 0, 4);
	part.old = &grid;
	assert_int_equal(ebpfmm_plan(&part, 1, MOST, SAMPLES, NULL), 0);
	assert_false(ebpfmm_plan_differs(&grid, &part.grid));
	ebpfmm_grid_free(&part.grid);
	/* However little it is, what is not watched is. */
	add(&extents, base + 2 * GIB, 64 * KIB);
	assert_int_equal(ebpfmm_plan(&part, 1, MOST, SAMPLES, NULL), 0);
	assert_true(ebpfmm_plan_differs(&grid, &part.grid));
	ebpfmm_grid_free(&part.grid);
	ebpfmm_grid_free(&grid);
	ebpfmm_extents_free(&extents);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_watched),
		cmocka_unit_test(the_number_of_cells_follows_the_size),
		cmocka_unit_test(a_small_hot_spot_is_found_in_large_memory),
		cmocka_unit_test(the_same_bounds_come_out_each_time),
		cmocka_unit_test(many_mappings_share_cells),
		cmocka_unit_test(each_of_many_processes_is_watched),
		cmocka_unit_test(a_grid_stays_until_another_one_is_worth_it),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
