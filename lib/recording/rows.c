// SPDX-License-Identifier: GPL-2.0-only
#include "recording/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/**
 * struct ebpfmm_piece - the part of a region that is in one mapping
 * @space: the space of the mapping
 * @run: its place there
 */
struct ebpfmm_piece {
	size_t space;
	struct ebpfmm_recording_run run;
};

static int compare_regions(const void *one, const void *other)
{
	const struct ebpfmm_damon_region *a = one, *b = other;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->end < b->end ? -1 : a->end > b->end;
}

static int sort_regions(struct ebpfmm_damon_region *regions, size_t count,
			struct ebpfmm_error *err)
{
	qsort(regions, count, sizeof(*regions), compare_regions);
	for (size_t i = 1; i < count; i++)
		if (regions[i].start < regions[i - 1].end)
			return ebpfmm_fail(err, 0, "regions: two overlap, at 0x%" PRIx64,
					   regions[i].start);
	return 0;
}

/* Cut regions at the bounds of mappings; both are in ascending order. */
static int cut_regions(struct ebpfmm_rows *rows, const struct ebpfmm_places *places,
		       const struct ebpfmm_damon_region *regions, size_t count, size_t *npieces,
		       struct ebpfmm_error *err)
{
	size_t first = 0, n = 0;
	void *larger;

	larger = reallocarray(rows->pieces, count + places->nareas + 1,
			      sizeof(*rows->pieces));
	if (!larger)
		return ebpfmm_fail(err, ENOMEM, "regions");
	rows->pieces = larger;
	for (size_t i = 0; i < count; i++) {
		const struct ebpfmm_damon_region *region = &regions[i];
		bool found = false;

		if (!region->count || region->start == region->end)
			continue;
		while (first < places->nareas && places->areas[first].end <= region->start)
			first++;
		for (size_t j = first; j < places->nareas; j++) {
			const struct ebpfmm_area *area = &places->areas[j];
			uint64_t start = area->start, end = area->end;

			if (start >= region->end)
				break;
			if (start < region->start)
				start = region->start;
			if (end > region->end)
				end = region->end;
			rows->pieces[n].space = area->space;
			ebpfmm_places_run(places, area, start, end, &rows->pieces[n].run);
			rows->pieces[n++].run.count = region->count;
			found = true;
		}
		rows->lost += !found;
	}
	*npieces = n;
	return 0;
}

static int compare_pieces(const void *one, const void *other)
{
	const struct ebpfmm_piece *a = one, *b = other;

	if (a->space != b->space)
		return a->space < b->space ? -1 : 1;
	return a->run.first < b->run.first ? -1 : a->run.first > b->run.first;
}

static int tell_row(struct ebpfmm_rows *rows, struct ebpfmm_recording_row *row,
		    struct ebpfmm_error *err)
{
	if (!row->nruns)
		return 0;
	rows->intervals++;
	rows->runs += row->nruns;
	if (rows->ops->interval(rows->ctx, row, err))
		return -1;
	row->nruns = 0;
	return 0;
}

/* Whether a run continues the one before, which gets its pages. */
static bool extend(struct ebpfmm_recording_run *runs, size_t nruns,
		   const struct ebpfmm_recording_run *run)
{
	struct ebpfmm_recording_run *last;

	if (!nruns)
		return false;
	last = &runs[nruns - 1];
	if (last->count != run->count || last->first + last->pages != run->first ||
	    last->pages > UINT32_MAX - run->pages)
		return false;
	last->pages += run->pages;
	return true;
}

/* One row for each space, or several where runs are too many. */
static int tell_pieces(struct ebpfmm_rows *rows, size_t count, uint64_t time_us,
		       struct ebpfmm_error *err)
{
	struct ebpfmm_recording_row row = { .time_us = time_us, .runs = rows->room };
	uint64_t next = 0;

	qsort(rows->pieces, count, sizeof(*rows->pieces), compare_pieces);
	for (size_t i = 0; i < count; i++) {
		const struct ebpfmm_piece *piece = &rows->pieces[i];
		struct ebpfmm_recording_run run = piece->run;

		if (piece->space != row.space || row.nruns == EBPFMM_RECORDING_MAX_RUNS) {
			if (tell_row(rows, &row, err))
				return -1;
			if (piece->space != row.space)
				next = 0;
			row.space = piece->space;
		}
		if (run.first < next) {
			if (run.first + run.pages <= next)
				continue;
			run.pages -= (uint32_t)(next - run.first);
			run.first = next;
		}
		next = run.first + run.pages;
		if (!extend(rows->room, row.nruns, &run))
			rows->room[row.nruns++] = run;
	}
	return tell_row(rows, &row, err);
}

int ebpfmm_rows_tell(struct ebpfmm_rows *rows, const struct ebpfmm_places *places,
		     struct ebpfmm_damon_region *regions, size_t count, uint64_t time_us,
		     struct ebpfmm_error *err)
{
	size_t npieces = 0;

	if (!count)
		return 0;
	if (sort_regions(regions, count, err) ||
	    cut_regions(rows, places, regions, count, &npieces, err))
		return -1;
	return tell_pieces(rows, npieces, time_us, err);
}

void ebpfmm_rows_free(struct ebpfmm_rows *rows)
{
	free(rows->pieces);
	rows->pieces = NULL;
}
