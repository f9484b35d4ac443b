// SPDX-License-Identifier: GPL-2.0-only
/*
 * astar: finding ways by A*, always the same work.
 *
 *	astar [SEARCHES [SIDE]]
 *
 * What SPEC's 473.astar does, without anything of it: that program finds ways over maps of
 * terrain, cell by cell, and then over a graph of regions, whose nodes are allocated one by one.
 * The map has SIDE * SIDE cells (4096), a third of it lakes; the regions are a dozen cells each.
 * It needs about 320M. SEARCHES (40) are made on the cells, and four times as many on the
 * regions. Prints how many ways were found, and what they cost.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REGION_CELLS	12U
#define NO_REGION	UINT32_MAX

/**
 * struct region - cells that lie together
 * @x: of its first cell
 * @y: likewise
 * @search: the last search that reached it
 * @cost: of the way there
 * @closed: the last search that went on from it
 * @count: of its neighbours
 * @neighbours: regions that it has an edge in common with
 */
struct region {
	uint32_t x, y;
	uint32_t search;
	uint32_t cost;
	uint32_t closed;
	uint32_t count;
	struct region **neighbours;
};

/**
 * struct open - a node to go on from
 * @estimate: of the whole way
 * @node: index of a cell or of a region
 */
struct open {
	uint32_t estimate;
	uint32_t node;
};

/**
 * struct state - of a cell in a search
 * @search: number of the last search that reached it
 * @cost: of the way there; the highest bit says that it was gone on from
 */
struct state {
	uint32_t search;
	uint32_t cost;
};

#define CLOSED	(UINT32_C(1) << 31)

static uint32_t side = 4096;
static uint8_t *speed;		/* of a cell: what a step onto it costs; 0 for a lake */
static struct state *states;
static uint32_t *region_of;
static struct region **regions;
static uint32_t nregions;
static struct open *heap;
static size_t heap_count, heap_room;

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		err(1, "memory");
	return memory;
}

/* --- the open nodes, the cheapest first ----------------------------------------------- */

static void push(uint32_t estimate, uint32_t node)
{
	size_t at = heap_count++, above;

	if (at == heap_room) {
		heap_room = heap_room ? 2 * heap_room : 4096;
		heap = reallocarray(heap, heap_room, sizeof(*heap));
		if (!heap)
			err(1, "memory");
	}
	for (; at; at = above) {
		above = (at - 1) / 2;
		if (heap[above].estimate <= estimate)
			break;
		heap[at] = heap[above];
	}
	heap[at] = (struct open){ estimate, node };
}

static uint32_t pop(void)
{
	uint32_t node = heap[0].node;
	struct open last = heap[--heap_count];
	size_t at = 0, below;

	for (;; at = below) {
		below = 2 * at + 1;
		if (below >= heap_count)
			break;
		if (below + 1 < heap_count && heap[below + 1].estimate < heap[below].estimate)
			below++;
		if (heap[below].estimate >= last.estimate)
			break;
		heap[at] = heap[below];
	}
	heap[at] = last;
	return node;
}

static uint32_t distance(uint32_t x, uint32_t y, uint32_t to_x, uint32_t to_y)
{
	return (x > to_x ? x - to_x : to_x - x) + (y > to_y ? y - to_y : to_y - y);
}

/* --- the map ---------------------------------------------------------------------------- */

static uint32_t hash(uint32_t x, uint32_t y)
{
	uint32_t value = x * 0x9e3779b1U ^ y * 0x85ebca77U;

	value = (value ^ value >> 15) * 0x2c1b3c6dU;
	return (value ^ value >> 13) >> 8 & 0xff;
}

/* Between 0 and 255: the mean of four corners, the nearer the more. */
static uint32_t height(uint32_t x, uint32_t y, uint32_t grid)
{
	uint32_t left = x / grid, top = y / grid, dx = x % grid, dy = y % grid;
	uint32_t above = hash(left, top) * (grid - dx) + hash(left + 1, top) * dx;
	uint32_t below = hash(left, top + 1) * (grid - dx) + hash(left + 1, top + 1) * dx;

	return (above * (grid - dy) + below * dy) / grid / grid;
}

static void make_map(void)
{
	speed = allocate(side, side);
	for (uint32_t y = 0; y < side; y++) {
		for (uint32_t x = 0; x < side; x++) {
			uint32_t level = (2 * height(x, y, 64) + height(x, y, 16)) / 3;

			speed[(size_t)y * side + x] = level < 108 ? 0 : 1 + level / 64 % 4;
		}
	}
}

/* The cells next to a cell. Return: how many. */
static unsigned int around(uint32_t cell, uint32_t next[4])
{
	uint32_t x = cell % side, y = cell / side;
	unsigned int count = 0;

	if (x)
		next[count++] = cell - 1;
	if (x + 1 < side)
		next[count++] = cell + 1;
	if (y)
		next[count++] = cell - side;
	if (y + 1 < side)
		next[count++] = cell + side;
	return count;
}

/* --- regions ---------------------------------------------------------------------------- */

/* From one cell on, in all directions. */
static void fill_region(uint32_t first)
{
	struct region *region = allocate(1, sizeof(*region));
	uint32_t cells[REGION_CELLS] = { first }, next[4];
	unsigned int count = 1;

	region->x = first % side;
	region->y = first / side;
	region_of[first] = nregions;
	for (unsigned int i = 0; i < count; i++) {
		unsigned int n = around(cells[i], next);

		for (unsigned int k = 0; k < n && count < REGION_CELLS; k++) {
			if (!speed[next[k]] || region_of[next[k]] != NO_REGION)
				continue;
			region_of[next[k]] = nregions;
			cells[count++] = next[k];
		}
	}
	regions[nregions++] = region;
}

static void join(struct region *one, struct region *other)
{
	for (uint32_t i = 0; i < one->count; i++)
		if (one->neighbours[i] == other)
			return;
	one->neighbours = reallocarray(one->neighbours, one->count + 1,
				       sizeof(*one->neighbours));
	if (!one->neighbours)
		err(1, "memory");
	one->neighbours[one->count++] = other;
}

static void make_regions(void)
{
	uint32_t cells = side * side, next[4];

	region_of = allocate(cells, sizeof(*region_of));
	memset(region_of, 0xff, cells * sizeof(*region_of));
	regions = allocate(cells, sizeof(struct region *));
	for (uint32_t cell = 0; cell < cells; cell++)
		if (speed[cell] && region_of[cell] == NO_REGION)
			fill_region(cell);
	for (uint32_t cell = 0; cell < cells; cell++) {
		unsigned int n = region_of[cell] == NO_REGION ? 0 : around(cell, next);

		for (unsigned int i = 0; i < n; i++)
			if (region_of[next[i]] != NO_REGION &&
			    region_of[next[i]] != region_of[cell])
				join(regions[region_of[cell]], regions[region_of[next[i]]]);
	}
}

/* --- searches --------------------------------------------------------------------------- */

/* Return: the cost, or 0 if there is no way. */
static uint32_t search_cells(uint32_t search, uint32_t from, uint32_t to)
{
	uint32_t to_x = to % side, to_y = to / side, next[4];

	heap_count = 0;
	states[from] = (struct state){ search, 0 };
	push(0, from);
	while (heap_count) {
		uint32_t cell = pop(), cost = states[cell].cost;
		unsigned int n = around(cell, next);

		if (cell == to)
			return cost;
		if (cost & CLOSED)
			continue;
		states[cell].cost |= CLOSED;
		for (unsigned int i = 0; i < n; i++) {
			struct state *state = &states[next[i]];
			uint32_t further = cost + speed[next[i]];

			if (!speed[next[i]] ||
			    (state->search == search && (state->cost & ~CLOSED) <= further))
				continue;
			*state = (struct state){ search, further };
			push(further + distance(next[i] % side, next[i] / side, to_x, to_y),
			     next[i]);
		}
	}
	return 0;
}

static uint32_t search_regions(uint32_t search, uint32_t from, uint32_t to)
{
	const struct region *goal = regions[to];

	heap_count = 0;
	regions[from]->search = search;
	regions[from]->cost = 0;
	push(0, from);
	while (heap_count) {
		uint32_t node = pop();
		struct region *region = regions[node];

		if (region == goal)
			return region->cost;
		if (region->closed == search)
			continue;
		region->closed = search;
		for (uint32_t i = 0; i < region->count; i++) {
			struct region *next = region->neighbours[i];
			uint32_t further = region->cost +
					   distance(region->x, region->y, next->x, next->y);

			if (next->search == search && next->cost <= further)
				continue;
			next->search = search;
			next->cost = further;
			push(further + distance(next->x, next->y, goal->x, goal->y),
			     region_of[(size_t)next->y * side + next->x]);
		}
	}
	return 0;
}

static uint32_t any(uint32_t most)
{
	static uint64_t state = 88172645463325252ULL;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)((state >> 32) % most);
}

static uint32_t any_cell(void)
{
	uint32_t cell;

	do
		cell = any(side * side);
	while (!speed[cell]);
	return cell;
}

int main(int argc, char **argv)
{
	uint32_t searches = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 40;
	uint64_t found = 0, total = 0;

	if (argc > 2)
		side = (uint32_t)strtoul(argv[2], NULL, 10);
	if (!searches || side < 64 || side > 16384)
		errx(2, "usage: astar [SEARCHES [SIDE]], SIDE from 64 to 16384");
	make_map();
	states = allocate((size_t)side * side, sizeof(*states));
	make_regions();
	for (uint32_t search = 1; search <= 5 * searches; search++) {
		uint32_t from = any_cell(), to = any_cell();
		uint32_t cost = search <= searches ? search_cells(search, from, to) :
				search_regions(search, region_of[from], region_of[to]);

		found += cost > 0;
		total += cost;
	}
	printf("%llu ways of %u, cost %llu\n", (unsigned long long)found, 5 * searches,
	       (unsigned long long)total);
	return 0;
}
