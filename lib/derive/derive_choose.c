// SPDX-License-Identifier: GPL-2.0-only
/*
 * The best regions of all spaces within a number of regions and of 2M pages. A bound
 * becomes a price, which is raised until the bound holds: what is left then is the best
 * that so many regions, or pages, can be worth. Where many are alike, all of them go at
 * one price; then the best ones of the plan at a slightly lower price are better.
 */
#include <stdlib.h>

#include "derive/derive_private.h"

#define HALVINGS	48

double derive_plan_value(const struct derive_plan *plan)
{
	double value = 0;
	size_t i;

	for (i = 0; i < plan->n; i++)
		value += plan->picks[i].value;
	return value;
}

static bool is_large(const struct derive_line *lines, const struct derive_pick *pick)
{
	return lines[pick->line].tracks[pick->track].order == DERIVE_LARGE;
}

uint64_t derive_plan_large(const struct derive_line *lines, const struct derive_plan *plan)
{
	uint64_t large = 0;
	size_t i;

	for (i = 0; i < plan->n; i++)
		large += is_large(lines, &plan->picks[i]) ? plan->picks[i].used : 0;
	return large;
}

/* What to choose from, and the prices at the moment. */
struct choice {
	const struct derive_line *lines;
	size_t n;
	const struct derive_bounds *bounds;
	double region_ns;
	double large_ns;
	uint64_t *steps;
};

static int solve(const struct choice *choice, struct derive_plan *plan)
{
	size_t i;

	plan->n = 0;
	for (i = 0; i < choice->n; i++) {
		if (derive_solve(&choice->lines[i], i, choice->region_ns, choice->large_ns,
				 plan, choice->steps))
			return -1;
	}
	return 0;
}

static bool few_regions(const struct choice *choice, const struct derive_plan *plan)
{
	return plan->n <= choice->bounds->regions;
}

static bool few_pages(const struct choice *choice, const struct derive_plan *plan)
{
	return derive_plan_large(choice->lines, plan) <= choice->bounds->large;
}

/*
 * Raise a price of @choice to the lowest at which a bound holds. @low is the price just
 * below, where it does not; equal to the price if it holds from the start.
 */
static int raise_price(struct choice *choice, double *price, double *low,
		       bool (*holds)(const struct choice *choice,
				     const struct derive_plan *plan),
		       struct derive_plan *plan)
{
	double high, step = 1;
	int i;

	*low = *price;
	if (solve(choice, plan))
		return -1;
	if (holds(choice, plan))
		return 0;
	for (;; step *= 4) {
		*price = *low + step;
		if (solve(choice, plan))
			return -1;
		if (holds(choice, plan))
			break;
	}
	high = *price;
	for (i = 0; i < HALVINGS; i++) {
		*price = *low + (high - *low) / 2;
		if (*price <= *low || *price >= high)
			break;
		if (solve(choice, plan))
			return -1;
		if (holds(choice, plan))
			high = *price;
		else
			*low = *price;
	}
	*price = high;
	return solve(choice, plan);
}

static int by_place(const void *a, const void *b)
{
	const struct derive_pick *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->start > y->start) - (x->start < y->start);
}

static int best_first(const void *a, const void *b)
{
	const struct derive_pick *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? 1 : -1;
	return by_place(a, b);
}

static double density(const struct derive_pick *pick)
{
	return pick->used ? pick->value / (double)pick->used : 0;
}

static int densest_first(const void *a, const void *b)
{
	const struct derive_pick *x = a, *y = b;

	if (density(x) != density(y))
		return density(x) < density(y) ? 1 : -1;
	return by_place(a, b);
}

static void sort(struct derive_plan *plan, int (*order)(const void *a, const void *b))
{
	if (plan->n)
		qsort(plan->picks, plan->n, sizeof(*plan->picks), order);
}

/* The most valuable regions; without the last ones that bring next to nothing in all. */
static void cut_regions(const struct choice *choice, struct derive_plan *plan)
{
	double rest;

	sort(plan, best_first);
	if (plan->n > choice->bounds->regions)
		plan->n = (size_t)choice->bounds->regions;
	rest = derive_plan_value(plan) / EBPFMM_DERIVE_TAIL;
	while (plan->n && plan->picks[plan->n - 1].value <= rest)
		rest -= plan->picks[--plan->n].value;
	sort(plan, by_place);
}

/* Shorten a region of 2M pages until it has no more than @blocks that are in use. */
static void shorten(const struct derive_line *line, struct derive_pick *pick,
		    uint64_t blocks)
{
	const struct derive_track *track = &line->tracks[pick->track];
	uint64_t end = pick->start, first = pick->start >> track->order;
	struct derive_sum sum;
	size_t i;

	for (i = 0; blocks && i < track->n; i++) {
		const struct derive_stretch *stretch = &track->stretches[i];
		uint64_t to = stretch->first + stretch->blocks;
		uint64_t from = stretch->first > first ? stretch->first : first;

		if (to <= first)
			continue;
		if (to - from > blocks)
			to = from + blocks;
		blocks -= to - from;
		end = to << track->order;
	}
	pick->end = end < pick->end ? end : pick->end;
	sum = derive_sum(track, pick->start, pick->end);
	pick->value = sum.value;
	pick->used = sum.used;
}

/* The densest regions; of the one that does not fit, as much as does. */
static void cut_pages(const struct choice *choice, struct derive_plan *plan)
{
	uint64_t left = choice->bounds->large;
	size_t i, n = 0;

	if (few_pages(choice, plan))
		return;
	sort(plan, densest_first);
	for (i = 0; i < plan->n; i++) {
		struct derive_pick *pick = &plan->picks[i];

		if (is_large(choice->lines, pick)) {
			if (pick->used > left && choice->lines[pick->line].whole)
				continue;
			if (pick->used > left)
				shorten(&choice->lines[pick->line], pick, left);
			left -= pick->used;
			if (!pick->used || pick->value <= 0)
				continue;
		}
		plan->picks[n++] = *pick;
	}
	plan->n = n;
	sort(plan, by_place);
}

/* Plan at the prices as they are and, in @other, at others; keep the better one. */
static int better(const struct choice *choice, struct derive_plan *plan,
		  struct derive_plan *other)
{
	if (solve(choice, other))
		return -1;
	cut_regions(choice, other);
	cut_pages(choice, other);
	if (derive_plan_value(other) > derive_plan_value(plan)) {
		struct derive_plan worse = *plan;

		*plan = *other;
		*other = worse;
	}
	return 0;
}

int derive_choose(const struct derive_line *lines, size_t n,
		  const struct derive_bounds *bounds, struct derive_plan *plan,
		  uint64_t *steps)
{
	struct choice choice = { lines, n, bounds, bounds->region_ns, 0, steps };
	struct derive_plan other = {};
	double fewer_pages, fewer_regions;
	int ret;

	ret = raise_price(&choice, &choice.large_ns, &fewer_pages, few_pages, plan);
	if (!ret)
		ret = raise_price(&choice, &choice.region_ns, &fewer_regions, few_regions,
				  plan);
	if (!ret) {
		cut_regions(&choice, plan);
		cut_pages(&choice, plan);
	}
	if (!ret && choice.large_ns != fewer_pages) {
		struct choice lower = choice;

		lower.large_ns = fewer_pages;
		ret = better(&lower, plan, &other);
	}
	if (!ret && choice.region_ns != fewer_regions) {
		struct choice lower = choice;

		lower.region_ns = fewer_regions;
		ret = better(&lower, plan, &other);
	}
	free(other.picks);
	return ret;
}
