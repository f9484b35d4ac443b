// SPDX-License-Identifier: GPL-2.0-only
#include "recording/heat.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"

/* As finely as @hot is found. */
#define HOT_BANDS	8192U

static uint64_t page_size(const struct ebpfmm_set *set)
{
	return set->files[0].header.page_size;
}

static uint64_t pages_of(const struct ebpfmm_set *set, const struct ebpfmm_set_space *space)
{
	uint64_t pages = space->space.size / page_size(set);

	if (pages < space->pages)
		pages = space->pages;
	return pages ? pages : 1;
}

/* --- where and when ----------------------------------------------------------------- */

/**
 * struct grid - what accesses are added to
 * @pages: of the space
 * @edges: pages where bands begin, and the end of the last one; NULL: all are equal
 * @bands: rows
 * @columns: values of each
 * @column: of the interval that is being added
 * @weight: of a sample in that interval
 * @values: sums
 * @steps: as many; by how much a page of a band is hotter than one of the band before it.
 *	NULL: each band of a run is added to, which is faster for few bands only
 */
struct grid {
	uint64_t pages;
	const uint64_t *edges;
	size_t bands;
	size_t columns;
	size_t column;
	double weight;
	double *values;
	double *steps;
};

static uint64_t band_start(const struct grid *grid, size_t band)
{
	if (grid->edges)
		return grid->edges[band];
	return (uint64_t)((__uint128_t)grid->pages * band / grid->bands);
}

/* Return: the last band that begins at @page or before; there may be one behind the last. */
static size_t band_of(const struct grid *grid, uint64_t page)
{
	size_t low = 0, high = grid->bands + 1;

	if (!grid->edges) {
		low = (size_t)((__uint128_t)page * grid->bands / grid->pages);
		while (low && band_start(grid, low) > page)
			low--;
		return low;
	}
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (grid->edges[middle] <= page)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Add to all bands that are whole in a run. Return: the band behind these. */
static size_t skip_bands(const struct grid *grid, const struct ebpfmm_recording_run *run,
			 size_t band, uint64_t *at)
{
	uint64_t end = run->first + run->pages;
	size_t last = band_of(grid, end);

	if (last <= band)
		return band;
	grid->steps[band * grid->columns + grid->column] += run->count * grid->weight;
	if (last < grid->bands)
		grid->steps[last * grid->columns + grid->column] -= run->count * grid->weight;
	*at = band_start(grid, last);
	return last;
}

static void add_run(const struct grid *grid, const struct ebpfmm_recording_run *run)
{
	uint64_t at = run->first, end = run->first + run->pages;
	size_t band = band_of(grid, at);

	while (at < end && band < grid->bands) {
		uint64_t behind = band_start(grid, band + 1);
		uint64_t to = end < behind ? end : behind;

		if (to > at) {
			grid->values[band * grid->columns + grid->column] +=
				(double)(to - at) * run->count * grid->weight;
			at = to;
		}
		band++;
		if (grid->steps && at < end)
			band = skip_bands(grid, run, band, &at);
	}
}

/* What a page of a band has is what all steps up to there make. */
static void add_steps(const struct grid *grid)
{
	for (size_t c = 0; c < grid->columns; c++) {
		double level = 0;

		for (size_t b = 0; b < grid->bands; b++) {
			uint64_t pages = band_start(grid, b + 1) - band_start(grid, b);

			level += grid->steps[b * grid->columns + c];
			/* Steps that cancel each other may leave a little. */
			if (level > 0)
				grid->values[b * grid->columns + c] += level * (double)pages;
		}
	}
}

/* In how many recordings something can have been seen in a column. */
static size_t count_files(const struct ebpfmm_set *set, uint64_t from_us)
{
	size_t count = 0;

	for (size_t i = 0; i < set->nfiles; i++)
		count += set->files[i].end_us > from_us;
	return count ? count : 1;
}

static uint64_t column_start(const struct ebpfmm_heat *heat, size_t columns, size_t column)
{
	return (uint64_t)((__uint128_t)heat->longest_us * column / columns);
}

static size_t column_of(const struct ebpfmm_heat *heat, size_t columns, uint64_t time_us)
{
	__uint128_t at = time_us ? time_us - 1 : 0;

	at = at * columns / (heat->longest_us ? heat->longest_us : 1);
	return at < columns ? (size_t)at : columns - 1;
}

static void make_means(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat,
		       const struct grid *grid)
{
	for (size_t c = 0; c < grid->columns; c++) {
		uint64_t start = column_start(heat, grid->columns, c);
		double us = (double)(column_start(heat, grid->columns, c + 1) - start);

		us *= (double)count_files(set, start);
		for (size_t b = 0; b < grid->bands; b++) {
			double pages = (double)(band_start(grid, b + 1) - band_start(grid, b));
			double *value = &grid->values[b * grid->columns + c];

			*value = us > 0 && pages > 0 ? *value / us / pages : 0;
			/* Several processes can share a space. */
			if (*value > 1)
				*value = 1;
		}
	}
}

static void fill(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat,
		 const struct ebpfmm_set_space *space, struct grid *grid)
{
	for (size_t i = 0; i < space->accesses; i++) {
		const struct ebpfmm_set_row *row = &set->rows[space->first_row + i];

		grid->column = column_of(heat, grid->columns, row->time_us);
		/* A sample stands for the time until the next one. */
		grid->weight = (double)set->files[row->file].header.sampling_us;
		for (uint32_t r = 0; r < row->nruns; r++)
			add_run(grid, &set->runs[row->first_run + r]);
	}
	if (grid->steps)
		add_steps(grid);
	make_means(set, heat, grid);
}

void ebpfmm_heat_grid(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat,
		      size_t index, size_t bands, size_t columns, double *grid)
{
	const struct ebpfmm_set_space *space = &set->spaces[heat->spaces[index].space];
	struct grid to = { pages_of(set, space), NULL, bands, columns, 0, 0, grid, NULL };

	for (size_t i = 0; i < bands * columns; i++)
		grid[i] = 0;
	fill(set, heat, space, &to);
}

int ebpfmm_heat_bands(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat,
		      size_t index, const uint64_t *edges, size_t bands, size_t columns,
		      double *grid, struct ebpfmm_error *err)
{
	const struct ebpfmm_set_space *space = &set->spaces[heat->spaces[index].space];
	_cleanup_free_ double *steps = calloc(bands * columns, sizeof(*steps));
	struct grid to = { pages_of(set, space), edges, bands, columns, 0, 0, grid, steps };

	if (!steps)
		return ebpfmm_fail(err, ENOMEM, "recordings");
	for (size_t i = 0; i < bands * columns; i++)
		grid[i] = 0;
	fill(set, heat, space, &to);
	return 0;
}

/* --- how much ----------------------------------------------------------------------- */

static int compare_doubles(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return a < b ? 1 : a > b ? -1 : 0;
}

static int find_hot(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat, size_t index,
		    struct ebpfmm_error *err)
{
	struct ebpfmm_heat_space *found = &heat->spaces[index];
	const struct ebpfmm_set_space *space = &set->spaces[found->space];
	uint64_t pages = pages_of(set, space);
	size_t bands = pages < HOT_BANDS ? (size_t)pages : HOT_BANDS, taken = 0;
	_cleanup_free_ double *grid = calloc(bands, sizeof(*grid));
	_cleanup_free_ double *steps = calloc(bands, sizeof(*steps));
	struct grid to = { pages, NULL, bands, 1, 0, 0, grid, steps };
	double sum = 0, hot = 0;

	if (!grid || !steps)
		return ebpfmm_fail(err, ENOMEM, "recordings");
	fill(set, heat, space, &to);
	for (size_t i = 0; i < bands; i++)
		sum += grid[i];
	qsort(grid, bands, sizeof(*grid), compare_doubles);
	while (taken < bands && hot < sum * EBPFMM_HEAT_HOT / 100)
		hot += grid[taken++];
	found->hot = (uint64_t)((__uint128_t)pages * taken / bands) * page_size(set);
	return 0;
}

static void add_accesses(const struct ebpfmm_set *set, const struct ebpfmm_set_space *space,
			 struct ebpfmm_heat_space *found)
{
	for (size_t i = 0; i < space->accesses; i++) {
		const struct ebpfmm_set_row *row = &set->rows[space->first_row + i];

		for (uint32_t r = 0; r < row->nruns; r++) {
			const struct ebpfmm_recording_run *run = &set->runs[row->first_run + r];

			found->accesses += (double)run->pages * run->count;
		}
	}
}

/* Processes that share a space tell of it at the same time, each in a row. */
static void add_resident(const struct ebpfmm_set *set, const struct ebpfmm_set_space *space,
			 struct ebpfmm_heat_space *found)
{
	size_t first = space->first_row + space->accesses;
	uint64_t sum = 0;

	found->has_resident = space->resident;
	for (size_t i = 0; i < space->resident; i++) {
		const struct ebpfmm_set_row *row = &set->rows[first + i];

		if (i && (row->time_us != row[-1].time_us || row->file != row[-1].file))
			sum = 0;
		for (uint32_t r = 0; r < row->nruns; r++)
			sum += set->runs[row->first_run + r].count * page_size(set);
		if (sum > found->resident)
			found->resident = sum;
	}
}

/**
 * struct ranked - a space to be sorted
 * @program: accesses of its program
 * @number: of the program
 * @space: the space
 */
struct ranked {
	double program;
	size_t number;
	struct ebpfmm_heat_space space;
};

static int compare_ranked(const void *one, const void *other)
{
	const struct ranked *a = one, *b = other;

	if (a->program != b->program)
		return a->program < b->program ? 1 : -1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->space.accesses != b->space.accesses)
		return a->space.accesses < b->space.accesses ? 1 : -1;
	return a->space.space < b->space.space ? -1 : a->space.space > b->space.space;
}

static int sort_spaces(const struct ebpfmm_set *set, struct ebpfmm_heat *heat,
		       struct ebpfmm_error *err)
{
	_cleanup_free_ struct ranked *ranked = calloc(heat->nspaces + 1, sizeof(*ranked));
	_cleanup_free_ double *programs = calloc(set->nprograms + 1, sizeof(*programs));

	if (!ranked || !programs)
		return ebpfmm_fail(err, ENOMEM, "recordings");
	for (size_t i = 0; i < heat->nspaces; i++) {
		ranked[i].space = heat->spaces[i];
		ranked[i].number = set->spaces[heat->spaces[i].space].space.program;
		programs[ranked[i].number] += heat->spaces[i].accesses;
	}
	for (size_t i = 0; i < heat->nspaces; i++)
		ranked[i].program = programs[ranked[i].number];
	qsort(ranked, heat->nspaces, sizeof(*ranked), compare_ranked);
	for (size_t i = 0; i < heat->nspaces; i++)
		heat->spaces[i] = ranked[i].space;
	return 0;
}

static void find_times(const struct ebpfmm_set *set, struct ebpfmm_heat *heat)
{
	for (size_t i = 0; i < set->nfiles; i++) {
		const struct ebpfmm_set_file *file = &set->files[i];

		if (__builtin_add_overflow(heat->recorded_us, file->end_us, &heat->recorded_us))
			heat->recorded_us = UINT64_MAX;
		if (file->end_us <= heat->longest_us)
			continue;
		heat->longest_us = file->end_us;
		heat->intervals = file->header.aggregation_us ?
				  file->end_us / file->header.aggregation_us : 0;
	}
}

int ebpfmm_heat_find(const struct ebpfmm_set *set, struct ebpfmm_heat *heat,
		     struct ebpfmm_error *err)
{
	*heat = (struct ebpfmm_heat){
		.spaces = calloc(set->nspaces + 1, sizeof(*heat->spaces)),
	};
	if (!heat->spaces)
		return ebpfmm_fail(err, ENOMEM, "recordings");
	find_times(set, heat);
	for (size_t i = 0; i < set->nspaces; i++) {
		const struct ebpfmm_set_space *space = &set->spaces[i];
		struct ebpfmm_heat_space *found = &heat->spaces[heat->nspaces++];

		found->space = i;
		found->bytes = pages_of(set, space) * page_size(set);
		add_accesses(set, space, found);
		add_resident(set, space, found);
		heat->accesses += found->accesses;
	}
	for (size_t i = 0; i < heat->nspaces; i++) {
		struct ebpfmm_heat_space *found = &heat->spaces[i];

		if (found->accesses <= 0)
			continue;
		found->share = found->accesses / heat->accesses;
		if (find_hot(set, heat, i, err))
			return -1;
	}
	return sort_spaces(set, heat, err);
}

void ebpfmm_heat_free(struct ebpfmm_heat *heat)
{
	free(heat->spaces);
	*heat = (struct ebpfmm_heat){};
}
