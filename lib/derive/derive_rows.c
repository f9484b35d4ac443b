// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows of a recording as the intervals and the resident pages that a profile is derived from.
 */
#include "derive/derive_rows.h"

static uint32_t samples_of(const struct ebpfmm_recording_header *header)
{
	uint64_t samples = header->sampling_us ? header->aggregation_us / header->sampling_us : 0;

	if (samples > EBPFMM_DERIVE_MAX_SAMPLES)
		samples = EBPFMM_DERIVE_MAX_SAMPLES;
	return samples ? (uint32_t)samples : 1;
}

/* What of a run is in the first extent that has any of it; *@extent goes on to that one. */
static bool cut(const struct ebpfmm_derive_extent *extents, size_t count, size_t *extent,
		const struct ebpfmm_recording_run *run, uint64_t *first, uint64_t *end)
{
	while (*extent < count &&
	       extents[*extent].first + extents[*extent].pages <= run->first)
		++*extent;
	if (*extent == count || extents[*extent].first >= run->first + run->pages)
		return false;
	*first = extents[*extent].first > run->first ? extents[*extent].first : run->first;
	*end = extents[*extent].first + extents[*extent].pages;
	if (*end > run->first + run->pages)
		*end = run->first + run->pages;
	return true;
}

/**
 * struct extents - pages of a space that were in memory at some time
 * @list: in ascending order, without overlap
 * @count: how many
 * @last_us: by recording, when that was looked at last; 0: never
 */
struct extents {
	struct ebpfmm_derive_extent *list;
	size_t count;
	uint64_t last_us[EBPFMM_RECORDING_MAX_FILES];
};

/* Index of the first extent that ends behind a page. */
static size_t search(const struct extents *extents, uint64_t page)
{
	size_t low = 0, high = extents->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct ebpfmm_derive_extent *extent = &extents->list[middle];

		if (extent->first + extent->pages <= page)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * What was in memory at no time was not accessed. DAMON's regions reach beyond it, and then the
 * pages that are there were accessed as much more often. Return: whether something is left.
 */
static bool trim(const struct extents *there, struct ebpfmm_derive_run *run)
{
	uint64_t first = run->first, end = run->first + run->pages, seen;
	size_t from = search(there, first), to;

	if (from == there->count || there->list[from].first >= end)
		return false;
	to = search(there, end - 1);
	if (to == there->count || there->list[to].first >= end)
		to--;
	if (first < there->list[from].first)
		first = there->list[from].first;
	if (end > there->list[to].first + there->list[to].pages)
		end = there->list[to].first + there->list[to].pages;
	seen = (uint64_t)((__uint128_t)run->seen * run->pages / (end - first));
	run->seen = seen < run->samples ? (uint32_t)seen : run->samples;
	run->first = first;
	run->pages = end - first;
	return true;
}

/* Of a file only anonymous memory counts; a run that is in two parts of it, in the first. */
static struct ebpfmm_derive_run *add_interval(const struct ebpfmm_set *set,
					      const struct ebpfmm_set_row *row,
					      const struct ebpfmm_recorded_file *file,
					      const struct extents *there,
					      struct ebpfmm_derive_interval *interval,
					      struct ebpfmm_derive_run *runs)
{
	uint32_t samples = samples_of(&set->files[row->file].header);
	size_t extent = 0;

	*interval = (struct ebpfmm_derive_interval){
		.runs = runs, .input = row->file, .time_us = row->time_us };
	for (uint32_t i = 0; i < row->nruns; i++) {
		const struct ebpfmm_recording_run *from = &set->runs[row->first_run + i];
		uint64_t first = from->first, end = first + from->pages;

		if (file->nanonymous && !cut(file->anonymous, file->nanonymous, &extent,
					     from, &first, &end))
			continue;
		*runs = (struct ebpfmm_derive_run){
			.first = first,
			.pages = end - first,
			.seen = from->count < samples ? from->count : samples,
			.samples = samples,
		};
		/* What came after the last look is not known. */
		if (row->time_us <= there->last_us[row->file] && !trim(there, runs))
			continue;
		runs++;
		interval->nruns++;
	}
	return runs;
}

/*
 * What was resident at any time. Of a run that is so in part, its first pages are taken:
 * how many is right, and a run is shorter than a large page, or alike. Or, with @whole, all
 * of it: any of its pages can have been there.
 */
static size_t add_resident(const struct ebpfmm_set *set, const struct ebpfmm_set_space *space,
			   bool whole, struct ebpfmm_derive_extent *extents)
{
	size_t count = 0;

	for (size_t i = 0; i < space->resident; i++) {
		const struct ebpfmm_set_row *row =
			&set->rows[space->first_row + space->accesses + i];

		for (uint32_t r = 0; r < row->nruns; r++) {
			const struct ebpfmm_recording_run *run = &set->runs[row->first_run + r];

			if (run->count)
				extents[count++] = (struct ebpfmm_derive_extent){
					run->first, whole ? run->pages : run->count };
		}
	}
	return ebpfmm_derive_merge(extents, count);
}

size_t derive_rows(const struct ebpfmm_set *set, const struct ebpfmm_set_space *space,
		   const struct ebpfmm_recorded_file *file, struct derive_rest *rest)
{
	struct extents there = { rest->there, add_resident(set, space, true, rest->there), {} };
	size_t i, count;

	for (i = 0; i < space->resident; i++) {
		const struct ebpfmm_set_row *row =
			&set->rows[space->first_row + space->accesses + i];

		/* They are sorted by file and time. */
		there.last_us[row->file] = row->time_us;
	}
	for (i = 0; i < space->accesses; i++)
		rest->runs = add_interval(set, &set->rows[space->first_row + i], file, &there,
					  rest->intervals++, rest->runs);
	count = add_resident(set, space, false, rest->resident);
	rest->resident += count;
	return count;
}
