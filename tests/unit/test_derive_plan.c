// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plans against all plans that there are, for small spaces.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "derive/derive_private.h"

#define SMALL	(DERIVE_LARGE - 2)	/* four of these in a large block */
#define CELLS	12
#define CASES	200

/* Walks of each block, and its resident pages: the truth that both sides get. */
struct space {
	uint64_t walks[2][CELLS];
	uint64_t resident[2][CELLS];
	struct derive_line line;
	uint64_t first;		/* cell */
	uint64_t end;
};

static uint64_t seed;

static uint64_t draw(uint64_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % below;
}

static void fill_track(struct space *space, unsigned int t, unsigned int order)
{
	struct derive_track *track = &space->line.tracks[t];
	uint64_t size = 1ULL << order, blocks = (uint64_t)CELLS << SMALL >> order, i;
	uint64_t walks = 0, there = 0;

	*track = (struct derive_track){
		.order = order,
		.walk_ns = 1 + (double)draw(4),
		.zero_ns = (double)draw(3),
		.block_ns = (double)(draw(100) << (order - SMALL)),
		.stretches = calloc(CELLS, sizeof(struct derive_stretch)),
	};
	for (i = 0; i < blocks; i++) {
		uint64_t cell = i << (order - SMALL), next = (i + 1) << (order - SMALL);
		struct derive_stretch *last = track->stretches + track->n - 1;

		/* Few different ones, so that there are long stretches as well. */
		if (!i || !draw(3)) {
			walks = draw(4) * 100 << (order - SMALL);
			there = draw(3) ? size : draw(size);
		}
		space->walks[t][i] = walks;
		space->resident[t][i] = there;
		if (cell < space->first || next > space->end || !draw(8))
			space->walks[t][i] = space->resident[t][i] = 0;
		if (!space->walks[t][i] && !space->resident[t][i])
			continue;
		if (track->n && last->first + last->blocks == i &&
		    last->walks == space->walks[t][i] &&
		    last->resident == space->resident[t][i])
			last->blocks++;
		else
			track->stretches[track->n++] = (struct derive_stretch){
				i, 1, space->walks[t][i], space->resident[t][i] };
	}
}

static void fill(struct space *space, unsigned int tracks)
{
	memset(space, 0, sizeof(*space));
	space->first = draw(3);
	space->end = CELLS - draw(3);
	space->line.start = space->first << SMALL;
	space->line.end = space->end << SMALL;
	space->line.ntracks = tracks;
	fill_track(space, 0, tracks == 1 ? DERIVE_LARGE : SMALL);
	if (tracks > 1)
		fill_track(space, 1, DERIVE_LARGE);
	assert_int_equal(derive_line_ready(&space->line), 0);
}

/* Of a region from cell @from to cell @to: its worth, and its used blocks of 2M. */
static double region(const struct space *space, unsigned int t, uint64_t from, uint64_t to,
		     uint64_t *large)
{
	const struct derive_track *track = &space->line.tracks[t];
	unsigned int shift = track->order - SMALL;
	double value = 0;
	uint64_t i;

	*large = 0;
	for (i = from >> shift; i < to >> shift; i++) {
		uint64_t size = 1ULL << track->order, there = space->resident[t][i];

		if (!there && !space->walks[t][i])
			continue;
		value += (double)space->walks[t][i] * track->walk_ns -
			 (double)(size - there) * track->zero_ns - track->block_ns;
		*large += track->order == DERIVE_LARGE;
	}
	return value;
}

/* The best of all plans from a cell on. */
static double all_plans(const struct space *space, uint64_t cell, double price,
			uint64_t regions, uint64_t budget)
{
	double best, value;
	uint64_t to, large;
	unsigned int t;

	if (cell >= space->end)
		return 0;
	best = all_plans(space, cell + 1, price, regions, budget);
	for (t = 0; regions && t < space->line.ntracks; t++) {
		uint64_t size = 1ULL << (space->line.tracks[t].order - SMALL);

		if (cell % size)
			continue;
		for (to = cell + size; to <= space->end; to += size) {
			value = region(space, t, cell, to, &large) - price;
			if (large > budget)
				break;
			value += all_plans(space, to, price, regions - 1, budget - large);
			if (value > best)
				best = value;
		}
	}
	return best;
}

/* A plan keeps to bounds of blocks and to what regions are worth; its worth in all. */
static double check_plan(const struct space *space, const struct derive_plan *plan,
			 double price)
{
	double value = 0;
	uint64_t end = space->line.start;
	size_t i;

	for (i = 0; i < plan->n; i++) {
		const struct derive_pick *pick = &plan->picks[i];
		unsigned int order = space->line.tracks[pick->track].order;
		uint64_t large;
		double worth = region(space, pick->track, pick->start >> SMALL,
				      pick->end >> SMALL, &large);

		assert_true(pick->start >= end && pick->end > pick->start);
		assert_int_equal(pick->start & ((1ULL << order) - 1), 0);
		assert_int_equal(pick->end & ((1ULL << order) - 1), 0);
		assert_true(fabs(worth - pick->value) < 0.001);
		if (order == DERIVE_LARGE)
			assert_int_equal(large, pick->used);
		end = pick->end;
		value += worth - price;
	}
	assert_true(end <= space->line.end);
	return value;
}

static void test_best(void **state)
{
	size_t filled = 0;
	int i;

	(void)state;
	seed = 1;
	for (i = 0; i < CASES; i++) {
		struct derive_plan plan = {};
		struct space space;
		uint64_t steps = 0;
		double price = (double)draw(300), best;

		fill(&space, i % 4 ? 2 : 1);
		assert_int_equal(derive_solve(&space.line, 0, price, 0, &plan, &steps), 0);
		best = all_plans(&space, space.first, price, UINT64_MAX, UINT64_MAX);
		assert_true(fabs(check_plan(&space, &plan, price) - best) < 0.001);
		filled += plan.n > 1;
		free(plan.picks);
		derive_line_clear(&space.line);
	}
	/* It was not all one region. */
	assert_true(filled > CASES / 10);
}

/* Within bounds it is a heuristic: never over them, never better, and seldom worse. */
static void test_bounds(void **state)
{
	double sum = 0, best_sum = 0;
	int i, bound = 0;

	(void)state;
	seed = 2;
	for (i = 0; i < CASES; i++) {
		struct derive_bounds bounds = { 1, 1 + draw(3), draw(4) };
		struct derive_plan plan = {};
		struct space space;
		uint64_t steps = 0;
		double best, value;

		fill(&space, 2);
		assert_int_equal(derive_choose(&space.line, 1, &bounds, &plan, &steps), 0);
		assert_true(plan.n <= bounds.regions);
		assert_true(derive_plan_large(&space.line, &plan) <= bounds.large);
		best = all_plans(&space, space.first, 0, bounds.regions, bounds.large);
		value = check_plan(&space, &plan, 0);
		assert_true(value < best + 0.001);
		bound += value < all_plans(&space, space.first, 0, UINT64_MAX, UINT64_MAX) - 1;
		sum += value;
		best_sum += best;
		free(plan.picks);
		derive_line_clear(&space.line);
	}
	assert_true(bound > CASES / 10);
	assert_true(sum > 0.95 * best_sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_best),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests_name("derive_plan", tests, NULL, NULL);
}
