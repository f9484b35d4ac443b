// SPDX-License-Identifier: GPL-2.0-only
#include "show/page_bands.h"

#include <stdlib.h>

#include "base/cleanup.h"

/* As finely as it is looked which pages were accessed. */
#define CELLS		65536U

/* Pages from @first to before @end that are drawn; what is between two of them is folded. */
struct stretch {
	uint64_t first;
	uint64_t end;
};

struct stretches {
	struct stretch list[PAGE_FOLDS + 2];
	size_t count;
};

/* Count for each cell, of @unit pages, how many runs begin in it and ended before it. */
static void mark(const struct ebpfmm_set *set, const struct ebpfmm_set_space *space,
		 uint64_t unit, int32_t *steps)
{
	for (size_t i = 0; i < space->accesses; i++) {
		const struct ebpfmm_set_row *row = &set->rows[space->first_row + i];

		for (uint32_t r = 0; r < row->nruns; r++) {
			const struct ebpfmm_recording_run *run = &set->runs[row->first_run + r];

			if (!run->count)
				continue;
			steps[run->first / unit]++;
			steps[(run->first + run->pages - 1) / unit + 1]--;
		}
	}
}

/* Pages in a stretch are drawn; one that is near enough to the last is a part of it. */
static void add(struct stretches *found, uint64_t first, uint64_t end, uint64_t near)
{
	struct stretch *last = found->count ? &found->list[found->count - 1] : NULL;

	if (last && first < last->end + near)
		last->end = end;
	else if (!last && first < near)
		found->list[found->count++] = (struct stretch){ 0, end };
	else
		found->list[found->count++] = (struct stretch){ first, end };
}

static void find_stretches(const int32_t *steps, size_t cells, uint64_t unit, uint64_t pages,
			   struct stretches *found)
{
	uint64_t near = (pages + PAGE_FOLDS - 1) / PAGE_FOLDS;
	int32_t level = 0;

	if (near < PAGE_FOLD_LEAST)
		near = PAGE_FOLD_LEAST;
	for (size_t i = 0; i < cells; i++) {
		level += steps[i];
		if (level)
			add(found, i * unit, (i + 1) * unit, near);
	}
	if (found->count && pages < found->list[found->count - 1].end + near)
		found->list[found->count - 1].end = pages;
}

/* Let all begin and end at a multiple of a size. Return: pages in them. */
static uint64_t align(const struct stretches *from, uint64_t size, uint64_t pages,
		      struct stretches *to)
{
	uint64_t sum = 0;

	to->count = 0;
	for (size_t i = 0; i < from->count; i++) {
		uint64_t end = (from->list[i].end + size - 1) / size * size;

		add(to, from->list[i].first / size * size, end < pages ? end : pages, 1);
	}
	for (size_t i = 0; i < to->count; i++)
		sum += to->list[i].end - to->list[i].first;
	return sum;
}

static void add_band(struct page_bands *bands, uint64_t end, bool folded)
{
	bands->folded[bands->count++] = folded;
	bands->edges[bands->count] = end;
}

static int divide(const struct stretches *found, uint64_t size, uint64_t sum, uint64_t pages,
		  struct page_bands *bands)
{
	size_t room = (size_t)(sum / size) + 2 * found->count + 2;
	uint64_t at = 0;

	bands->edges = calloc(room + 1, sizeof(*bands->edges));
	bands->folded = calloc(room, sizeof(*bands->folded));
	if (!bands->edges || !bands->folded)
		return -1;
	for (size_t i = 0; i < found->count; i++) {
		const struct stretch *stretch = &found->list[i];

		if (at < stretch->first)
			add_band(bands, stretch->first, true);
		for (at = stretch->first; at < stretch->end; at = bands->edges[bands->count])
			add_band(bands, stretch->end - at > size ? at + size : stretch->end, false);
	}
	if (at < pages)
		add_band(bands, pages, true);
	return 0;
}

int page_bands_find(const struct ebpfmm_set *set, const struct ebpfmm_set_space *space,
		    uint64_t pages, size_t target, struct page_bands *bands)
{
	struct stretches found = {}, aligned;
	_cleanup_free_ int32_t *steps = NULL;
	uint64_t unit = 1, size, sum;
	size_t cells;

	*bands = (struct page_bands){};
	while ((pages + unit - 1) / unit > CELLS)
		unit *= 2;
	cells = (size_t)((pages + unit - 1) / unit);
	steps = calloc(cells + 1, sizeof(*steps));
	if (!steps)
		return -1;
	mark(set, space, unit, steps);
	find_stretches(steps, cells, unit, pages, &found);
	for (size = unit; (sum = align(&found, size, pages, &aligned)) / size > target; size *= 2)
		;
	return divide(&aligned, size, sum, pages, bands);
}

void page_bands_free(struct page_bands *bands)
{
	free(bands->edges);
	free(bands->folded);
	*bands = (struct page_bands){};
}
