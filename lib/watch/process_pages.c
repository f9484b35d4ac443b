// SPDX-License-Identifier: GPL-2.0-only
/* Which pages of a process are in memory, space by space. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "watch/process.h"
#include "watch/resident.h"

#define LARGE		(EBPFMM_ORDERS - 1)
#define BLOCK		(1ULL << LARGE)	/* pages */

static int open_pagemap(const struct ebpfmm_process *process)
{
	return openat(process->proc, "pagemap", O_RDONLY | O_CLOEXEC);
}

/* Whether pages of a file can be in a space. The kernel's names for shared memory have brackets. */
static bool has_file(const struct ebpfmm_recording_space *space)
{
	return space->kind == EBPFMM_SPACE_IMAGE || space->kind == EBPFMM_SPACE_OBJECT ||
	       (space->name && (*space->name == '/' || strchr(space->name, '[')));
}

static int scan(const struct ebpfmm_places *places, const struct ebpfmm_area *area, int pagemap,
		ebpfmm_resident_fn *fn, void *data)
{
	return ebpfmm_resident(pagemap, area->start, area->end,
			       has_file(&places->spaces[area->space]), fn, data);
}

static int find_huge(uint64_t start, uint64_t end, bool huge, void *data)
{
	(void)start;
	(void)end;
	(void)data;
	return huge ? 1 : 0;
}

int ebpfmm_process_pages(const struct ebpfmm_process *process, size_t space)
{
	_cleanup_close_ int pagemap = open_pagemap(process);
	int rc = pagemap < 0 ? -1 : 0;

	for (size_t i = 0; !rc && i < process->places.nareas; i++) {
		const struct ebpfmm_area *area = &process->places.areas[i];

		if (area->space == space)
			rc = scan(&process->places, area, pagemap, find_huge, NULL);
	}
	return rc < 0 ? EBPFMM_SEEN_UNKNOWN : rc ? LARGE : 0;
}

/**
 * struct piece - pages that are in memory
 * @space: index of their space
 * @huge: whether they are mapped in the largest pages
 * @run: where they are; all of them are
 */
struct piece {
	size_t space;
	bool huge;
	struct ebpfmm_recording_run run;
};

/**
 * struct pieces - those of a process
 * @places: what is mapped
 * @area: the mapping that is being searched
 * @extents: gets the blocks that they are in
 * @list: what was found
 * @count: their number
 * @room: of the list
 */
struct pieces {
	const struct ebpfmm_places *places;
	const struct ebpfmm_area *area;
	struct ebpfmm_extents *extents;
	struct piece *list;
	size_t count;
	size_t room;
};

static void free_pieces(struct pieces *pieces)
{
	free(pieces->list);
}

/* Add the blocks of a mapping that have pages in memory. */
static int add_extent(struct pieces *pieces, uint64_t start, uint64_t end)
{
	const struct ebpfmm_area *area = pieces->area;
	struct ebpfmm_extents *extents = pieces->extents;
	struct ebpfmm_extent *last = extents->count ? &extents->list[extents->count - 1] : NULL;

	start = area->start + (start - area->start) / EBPFMM_PLAN_BLOCK * EBPFMM_PLAN_BLOCK;
	end = area->start + (end - area->start + EBPFMM_PLAN_BLOCK - 1) / EBPFMM_PLAN_BLOCK *
			    EBPFMM_PLAN_BLOCK;
	if (end > area->end)
		end = area->end;
	if (!last || last->start < area->start || last->end < start)
		return ebpfmm_extents_add(extents, start, end);
	if (last->end < end)
		last->end = end;
	return 0;
}

static int add_piece(uint64_t start, uint64_t end, bool huge, void *data)
{
	struct pieces *pieces = data;
	struct piece *larger;

	if (add_extent(pieces, start, end))
		return 1;
	if (pieces->count == pieces->room) {
		pieces->room = 2 * pieces->room + 64;
		larger = reallocarray(pieces->list, pieces->room, sizeof(*larger));
		if (!larger)
			return 1;
		pieces->list = larger;
	}
	pieces->list[pieces->count].space = pieces->area->space;
	pieces->list[pieces->count].huge = huge;
	ebpfmm_places_run(pieces->places, pieces->area, start, end,
			  &pieces->list[pieces->count++].run);
	return 0;
}

static int compare_pieces(const void *one, const void *other)
{
	const struct piece *a = one, *b = other;

	if (a->space != b->space)
		return a->space < b->space ? -1 : 1;
	return a->run.first < b->run.first ? -1 : a->run.first > b->run.first;
}

/*
 * Add pages of one block to the runs. Blocks that are whole become one run. The last block of
 * a space ends with it.
 */
static void add_pages(struct ebpfmm_recording_run *runs, size_t *nruns, uint64_t block,
		      uint32_t pages, uint64_t end)
{
	struct ebpfmm_recording_run *last = *nruns ? &runs[*nruns - 1] : NULL;
	uint64_t first = block * BLOCK;

	if (last && last->first + last->pages > first) {
		last->count += pages;
		if (last->count > last->pages)
			last->count = last->pages;
	} else {
		runs[(*nruns)++] = (struct ebpfmm_recording_run){
			first, (uint32_t)(end - first < BLOCK ? end - first : BLOCK), pages };
	}
	last = &runs[*nruns - 1];
	if (*nruns > 1 && last->count == last->pages && last[-1].count == last[-1].pages &&
	    last[-1].first + last[-1].pages == last->first) {
		last[-1].pages += last->pages;
		last[-1].count += last->count;
		--*nruns;
	}
}

/* The pieces of one space, in ascending order, as runs of whole blocks. */
static size_t make_runs(const struct piece *pieces, size_t count, uint64_t space_end,
			struct ebpfmm_recording_run *runs)
{
	size_t nruns = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t at = pieces[i].run.first, end = at + pieces[i].run.pages;

		while (at < end) {
			uint64_t to = (at / BLOCK + 1) * BLOCK;

			to = to < end ? to : end;
			add_pages(runs, &nruns, at / BLOCK, (uint32_t)(to - at), space_end);
			at = to;
		}
	}
	return nruns;
}

static size_t count_blocks(const struct piece *pieces, size_t count)
{
	size_t blocks = 0;

	for (size_t i = 0; i < count; i++)
		blocks += pieces[i].run.pages / BLOCK + 2;
	return blocks;
}

/* The page behind the last one of a space. */
static uint64_t end_of(const struct ebpfmm_places *places, size_t space)
{
	struct ebpfmm_recording_run run;
	uint64_t end = 0;

	for (size_t i = 0; i < places->nareas; i++) {
		const struct ebpfmm_area *area = &places->areas[i];

		if (area->space != space)
			continue;
		ebpfmm_places_run(places, area, area->start, area->end, &run);
		if (run.first + run.pages > end)
			end = run.first + run.pages;
	}
	return end;
}

static int hand_out(const struct pieces *pieces, ebpfmm_process_resident_fn *fn, void *data,
		    struct ebpfmm_error *err)
{
	size_t n;

	for (size_t i = 0; i < pieces->count; i += n) {
		_cleanup_free_ struct ebpfmm_recording_run *runs = NULL;
		const struct piece *first = &pieces->list[i];
		bool huge = first->huge;

		for (n = 1; i + n < pieces->count && first[n].space == first->space; n++)
			huge |= first[n].huge;
		runs = calloc(count_blocks(first, n), sizeof(*runs));
		if (!runs)
			return ebpfmm_fail(err, ENOMEM, "resident pages");
		if (fn(first->space, huge ? LARGE : 0, runs,
		       make_runs(first, n, end_of(pieces->places, first->space), runs), data, err))
			return -1;
	}
	return 0;
}

/* Where the kernel cannot tell what is in memory, all can be. */
static int add_all(const struct ebpfmm_places *places, struct ebpfmm_extents *extents,
		   struct ebpfmm_error *err)
{
	for (size_t i = 0; i < places->nareas; i++)
		if (ebpfmm_extents_add(extents, places->areas[i].start, places->areas[i].end))
			return ebpfmm_fail(err, ENOMEM, "mappings");
	return 0;
}

int ebpfmm_process_resident(struct ebpfmm_process *process,
			    ebpfmm_process_resident_fn *fn, void *data,
			    struct ebpfmm_error *err)
{
	_cleanup_(free_pieces) struct pieces pieces = {
		.places = &process->places, .extents = &process->extents };
	_cleanup_close_ int pagemap = open_pagemap(process);
	int rc = pagemap < 0 ? -1 : 0;

	ebpfmm_extents_free(&process->extents);
	process->looked = process->resident;
	process->looked_ns = (uint64_t)ebpfmm_clock_ns(CLOCK_MONOTONIC);
	process->replaced = false;
	for (size_t i = 0; !rc && i < process->places.nareas; i++) {
		pieces.area = &process->places.areas[i];
		rc = scan(&process->places, pieces.area, pagemap, add_piece, &pieces);
	}
	if (rc > 0)
		return ebpfmm_fail(err, ENOMEM, "resident pages");
	if (rc < 0 && errno == ENOTTY)
		return add_all(&process->places, &process->extents, err);
	if (rc < 0 || !pieces.count)
		return 0;
	qsort(pieces.list, pieces.count, sizeof(*pieces.list), compare_pieces);
	return hand_out(&pieces, fn, data, err);
}
