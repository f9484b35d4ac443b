// SPDX-License-Identifier: GPL-2.0-only
#include "watch/plan.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"

/* Less often accessed is cold. */
#define COLD		0.002
/* More often accessed, in all its parts, has nothing to be found in it. */
#define HOT		0.9
/* What a cell with this weight is worth in bytes of cold memory. */
#define WEIGHT_MIXED	16U
#define WEIGHT_HOT	4U
#define WEIGHT_UNKNOWN	4U
/* How many times as much as the memory on both sides a gap may be that is watched, too. */
#define FAR		8U
/* So many samples are forgotten slowly. */
#define MEMORY		20

/**
 * struct node - a cell that may be divided
 * @part: index of its process
 * @start: the first address
 * @end: the address behind
 * @weight: what of all is divided next: that with the most
 */
struct node {
	size_t part;
	uint64_t start;
	uint64_t end;
	uint64_t weight;
};

/**
 * struct nodes - all cells, as a heap by weight
 * @list: the heaviest one comes first, and each comes before those at twice its place
 * @count: their number
 */
struct nodes {
	struct node *list;
	size_t count;
};

struct ebpfmm_cell *ebpfmm_grid_find(const struct ebpfmm_grid *grid, uint64_t address)
{
	size_t low = 0, high = grid->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (grid->cells[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < grid->count ? &grid->cells[low] : NULL;
}

/* --- heat ----------------------------------------------------------------------------- */

/* In which share of the samples a cell was accessed; negative: there were none. */
static double share_of(const struct ebpfmm_cell *cell, uint64_t samples)
{
	double before = cell->share < 0 ? 0 : cell->share * MEMORY;
	double taken = (double)samples + (cell->share < 0 ? 0 : MEMORY);

	return taken > 0 ? ((double)cell->hits + before) / taken : -1;
}

/**
 * struct heat - of a range
 * @known: bytes of it that were watched
 * @sum: of shares, times bytes
 * @least: share of the coldest part
 * @most: and of the hottest one
 */
struct heat {
	uint64_t known;
	double sum;
	double least;
	double most;
};

static struct heat find_heat(const struct ebpfmm_grid *old, uint64_t samples, uint64_t start,
			     uint64_t end)
{
	struct ebpfmm_cell *cell = old ? ebpfmm_grid_find(old, start) : NULL;
	struct heat heat = { .least = 2 };

	for (; cell && cell < old->cells + old->count && cell->start < end; cell++) {
		uint64_t from = cell->start > start ? cell->start : start;
		uint64_t to = cell->end < end ? cell->end : end;
		double share = share_of(cell, samples);

		if (share < 0)
			continue;
		heat.known += to - from;
		heat.sum += share * (double)(to - from);
		if (share < heat.least)
			heat.least = share;
		if (share > heat.most)
			heat.most = share;
	}
	return heat;
}

static void weigh(struct node *node, const struct ebpfmm_plan_part *part, uint64_t samples)
{
	struct heat heat = find_heat(part->old, samples, node->start, node->end);
	uint64_t size = node->end - node->start, least = EBPFMM_PLAN_SMALLEST;

	node->weight = size * WEIGHT_MIXED;
	if (heat.known < size / 2) {
		node->weight = size * WEIGHT_UNKNOWN;
	} else if (heat.most < COLD) {
		node->weight = size;
		least = EBPFMM_PLAN_BLOCK;
	} else if (heat.least > HOT) {
		node->weight = size * WEIGHT_HOT;
	}
	if (size < 2 * least)
		node->weight = 0;
}

/* --- the heap ------------------------------------------------------------------------- */

/* Of two alike, the order must not depend on chance. */
static bool is_heavier(const struct node *a, const struct node *b)
{
	if (a->weight != b->weight)
		return a->weight > b->weight;
	return a->part != b->part ? a->part < b->part : a->start < b->start;
}

static void swap(struct node *a, struct node *b)
{
	struct node kept = *a;

	*a = *b;
	*b = kept;
}

static void sink(struct nodes *nodes, size_t at)
{
	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= nodes->count)
			return;
		if (child + 1 < nodes->count &&
		    is_heavier(&nodes->list[child + 1], &nodes->list[child]))
			child++;
		if (!is_heavier(&nodes->list[child], &nodes->list[at]))
			return;
		swap(&nodes->list[child], &nodes->list[at]);
		at = child;
	}
}

static void rise(struct nodes *nodes, size_t at)
{
	while (at && is_heavier(&nodes->list[at], &nodes->list[(at - 1) / 2])) {
		swap(&nodes->list[at], &nodes->list[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
}

/* The middle, or near it, a power of two from where the space begins, as far as can be. */
static uint64_t middle_of(const struct node *node, uint64_t base)
{
	uint64_t half = (node->end - node->start) / 2, unit = EBPFMM_PLAN_SMALLEST;

	while (unit * 2 <= half)
		unit *= 2;
	return base + (node->start - base + half + unit / 2) / unit * unit;
}

/* Where the extent of an address begins. */
static uint64_t base_of(const struct ebpfmm_extents *extents, uint64_t address)
{
	size_t low = 0, high = extents->count;

	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (extents->list[middle].start <= address)
			low = middle;
		else
			high = middle;
	}
	return extents->list[low].start;
}

static void divide(struct nodes *nodes, const struct ebpfmm_plan_part *parts, uint64_t samples)
{
	struct node *first = &nodes->list[0], *second = &nodes->list[nodes->count];
	const struct ebpfmm_plan_part *part = &parts[first->part];

	*second = *first;
	second->start = middle_of(first, base_of(part->extents, first->start));
	first->end = second->start;
	weigh(first, part, samples);
	weigh(second, part, samples);
	nodes->count++;
	sink(nodes, 0);
	rise(nodes, nodes->count - 1);
}

/* --- the beginning and the end -------------------------------------------------------- */

/**
 * struct gap - what is between two extents of a process
 * @size: bytes
 * @index: of the extent behind, among all
 */
struct gap {
	uint64_t size;
	size_t index;
};

static int compare_gaps(const void *one, const void *other)
{
	const struct gap *a = one, *b = other;

	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* Of what is watched as one, too little would be memory. */
static bool is_far(const struct node *below, const struct node *node)
{
	return (node->start - below->end) / FAR >
	       below->end - below->start + node->end - node->start;
}

/* Watch extents as one, those with the smallest gaps first, until so many are left. */
static int join(struct nodes *nodes, size_t most, struct ebpfmm_error *err)
{
	_cleanup_free_ struct gap *gaps = calloc(nodes->count + 1, sizeof(*gaps));
	size_t count = 0, left = 0, i;

	if (!gaps)
		return ebpfmm_fail(err, ENOMEM, "regions");
	for (i = 1; i < nodes->count; i++)
		if (nodes->list[i].part == nodes->list[i - 1].part &&
		    !is_far(&nodes->list[i - 1], &nodes->list[i]))
			gaps[count++] = (struct gap){
				nodes->list[i].start - nodes->list[i - 1].end, i };
	qsort(gaps, count, sizeof(*gaps), compare_gaps);
	if (count > nodes->count - most)
		count = nodes->count - most;
	/* Weights are not in use yet. */
	for (i = 0; i < count; i++)
		nodes->list[gaps[i].index].weight = 1;
	for (i = 0; i < nodes->count; i++) {
		if (nodes->list[i].weight)
			nodes->list[left - 1].end = nodes->list[i].end;
		else
			nodes->list[left++] = nodes->list[i];
	}
	nodes->count = left;
	return 0;
}

static int compare_sizes(const void *one, const void *other)
{
	const struct node *a = one, *b = other;
	uint64_t first = a->end - a->start, second = b->end - b->start;

	/* The largest one of each process has a weight. */
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	if (first != second)
		return first > second ? -1 : 1;
	return a->part != b->part ? (a->part < b->part ? -1 : 1) :
	       a->start < b->start ? -1 : a->start > b->start;
}

/* Do without the smallest extents, but not without all of a process. */
static void drop(struct nodes *nodes, size_t most)
{
	size_t largest = 0, kept = 0;

	for (size_t i = 1; i <= nodes->count; i++) {
		const struct node *node = &nodes->list[i], *best = &nodes->list[largest];

		if (i < nodes->count && node->part == best->part) {
			if (node->end - node->start > best->end - best->start)
				largest = i;
			continue;
		}
		nodes->list[largest].weight = 1;
		largest = i;
		kept++;
	}
	qsort(nodes->list, nodes->count, sizeof(*nodes->list), compare_sizes);
	if (kept < most)
		kept = most;
	if (nodes->count > kept)
		nodes->count = kept;
}

/* Return: all bytes. */
static uint64_t begin(struct nodes *nodes, const struct ebpfmm_plan_part *parts, size_t count)
{
	uint64_t sum = 0;

	for (size_t p = 0; p < count; p++) {
		const struct ebpfmm_extents *extents = parts[p].extents;

		for (size_t i = 0; i < extents->count; i++) {
			const struct ebpfmm_extent *extent = &extents->list[i];

			if (extent->end - extent->start < EBPFMM_PLAN_SMALLEST)
				continue;
			nodes->list[nodes->count++] =
				(struct node){ p, extent->start, extent->end, 0 };
			sum += extent->end - extent->start;
		}
	}
	return sum;
}

static int compare_nodes(const void *one, const void *other)
{
	const struct node *a = one, *b = other;

	if (a->part != b->part)
		return a->part < b->part ? -1 : 1;
	return a->start < b->start ? -1 : a->start > b->start;
}

static int make_grids(struct nodes *nodes, struct ebpfmm_plan_part *parts, uint64_t samples,
		      struct ebpfmm_error *err)
{
	size_t n;

	qsort(nodes->list, nodes->count, sizeof(*nodes->list), compare_nodes);
	for (size_t i = 0; i < nodes->count; i += n) {
		struct ebpfmm_plan_part *part = &parts[nodes->list[i].part];

		for (n = 1; i + n < nodes->count &&
		     nodes->list[i + n].part == nodes->list[i].part;)
			n++;
		part->grid.cells = calloc(n, sizeof(*part->grid.cells));
		if (!part->grid.cells)
			return ebpfmm_fail(err, ENOMEM, "regions");
		part->grid.count = n;
		for (size_t j = 0; j < n; j++) {
			const struct node *node = &nodes->list[i + j];
			struct heat heat = find_heat(part->old, samples, node->start, node->end);

			part->grid.cells[j] = (struct ebpfmm_cell){
				node->start, node->end, 0,
				heat.known ? heat.sum / (double)heat.known : -1 };
		}
	}
	return 0;
}

int ebpfmm_plan(struct ebpfmm_plan_part *parts, size_t count, size_t most, uint64_t samples,
		struct ebpfmm_error *err)
{
	size_t all = 0, want;
	_cleanup_free_ struct node *list = NULL;
	struct nodes nodes = {};
	uint64_t bytes;

	for (size_t i = 0; i < count; i++) {
		parts[i].grid = (struct ebpfmm_grid){};
		all += parts[i].extents->count;
	}
	nodes.list = list = calloc(all + most + 1, sizeof(*list));
	if (!list)
		return ebpfmm_fail(err, ENOMEM, "regions");
	bytes = begin(&nodes, parts, count);
	/* Some are for what is hot. */
	if (nodes.count > most - most / 4 && join(&nodes, most - most / 4, err))
		return -1;
	if (nodes.count > most - most / 4)
		drop(&nodes, most - most / 4);
	want = bytes / EBPFMM_PLAN_USUAL > most ? most : (size_t)(bytes / EBPFMM_PLAN_USUAL);
	if (want < EBPFMM_PLAN_LEAST)
		want = most > EBPFMM_PLAN_LEAST ? EBPFMM_PLAN_LEAST : most;
	for (size_t i = 0; i < nodes.count; i++)
		weigh(&nodes.list[i], &parts[nodes.list[i].part], samples);
	for (size_t i = nodes.count / 2; i--;)
		sink(&nodes, i);
	while (nodes.count && nodes.count < want && nodes.list[0].weight)
		divide(&nodes, parts, samples);
	return make_grids(&nodes, parts, samples, err);
}

bool ebpfmm_plan_differs(const struct ebpfmm_grid *old, const struct ebpfmm_grid *grid)
{
	size_t others = 0;

	for (size_t i = 0; i < grid->count; i++) {
		const struct ebpfmm_cell *cell = ebpfmm_grid_find(old, grid->cells[i].start);

		if (!cell || cell->start >= grid->cells[i].end)
			return true;
		others += cell->start != grid->cells[i].start ||
			  cell->end != grid->cells[i].end;
	}
	return others * 8 > grid->count || (old->count && !grid->count);
}

int ebpfmm_extents_add(struct ebpfmm_extents *extents, uint64_t start, uint64_t end)
{
	struct ebpfmm_extent *last = extents->count ? &extents->list[extents->count - 1] : NULL;

	if (last && start < last->end)
		start = last->end;
	if (start >= end)
		return 0;
	if (extents->count == extents->room) {
		size_t room = 2 * extents->room + 64;

		last = reallocarray(extents->list, room, sizeof(*last));
		if (!last)
			return -1;
		extents->list = last;
		extents->room = room;
	}
	extents->list[extents->count++] = (struct ebpfmm_extent){ start, end };
	return 0;
}

void ebpfmm_extents_free(struct ebpfmm_extents *extents)
{
	free(extents->list);
	*extents = (struct ebpfmm_extents){};
}

void ebpfmm_grid_free(struct ebpfmm_grid *grid)
{
	free(grid->cells);
	*grid = (struct ebpfmm_grid){};
}
