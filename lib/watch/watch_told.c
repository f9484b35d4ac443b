// SPDX-License-Identifier: GPL-2.0-only
/* From what DAMON tells to the lines of a recording. */
#include <errno.h>
#include <stdlib.h>

#include "watch/watch_private.h"

/* More are written, coarse as they are. */
#define MAX_HELD	65536U

/* --- rows ----------------------------------------------------------------------------- */

/*
 * Have the space of a row in the recording, as @seen, or as its pages are now if that is NULL.
 * Return: 0, 1 if it cannot be, or -1.
 */
static int put_space(struct ebpfmm_recorder *recorder, size_t space, const int *seen,
		     size_t *number, struct ebpfmm_error *err)
{
	const struct ebpfmm_process *process = recorder->current;
	size_t index = process->spaces[space];
	const struct ebpfmm_entry *entry;
	int rc = 0;

	if (index == SIZE_MAX)
		return 1;
	entry = recorder->book.spaces.list[index];
	if (entry->number == SIZE_MAX)
		rc = ebpfmm_book_put(&recorder->book, index, recorder->how->small ? 0 : seen ?
				     *seen : ebpfmm_process_pages(process, space),
				     &recorder->writer, err);
	*number = entry->number;
	return rc == EBPFMM_BOOK_FULL ? 1 : rc;
}

static int hold(struct ebpfmm_recorder *recorder, const struct ebpfmm_recording_row *row,
		struct ebpfmm_error *err)
{
	if (recorder->nheld + row->nruns > MAX_HELD && ebpfmm_told_release(recorder, NULL, err))
		return -1;
	if (!recorder->held)
		recorder->held = calloc(MAX_HELD, sizeof(*recorder->held));
	if (!recorder->held)
		return ebpfmm_fail(err, ENOMEM, "regions");
	for (size_t i = 0; i < row->nruns; i++)
		recorder->held[recorder->nheld++] = (struct ebpfmm_held){
			recorder->current->pid, recorder->coarse->start, recorder->coarse->end,
			row->time_us, row->space, row->runs[i] };
	return 0;
}

static int on_interval(void *ctx, const struct ebpfmm_recording_row *row,
		       struct ebpfmm_error *err)
{
	struct ebpfmm_recorder *recorder = ctx;
	struct ebpfmm_recording_row copy = *row;
	int rc = put_space(recorder, row->space, NULL, &copy.space, err);

	if (rc > 0) {
		recorder->dropped += row->nruns;
		return 0;
	}
	if (!rc && recorder->coarse)
		rc = hold(recorder, &copy, err);
	else if (!rc)
		rc = ebpfmm_recording_put_interval(&recorder->writer, &copy, err);
	recorder->failed |= rc;
	return rc;
}

static const struct ebpfmm_recording_ops row_ops = { .interval = on_interval };

int ebpfmm_told_resident(size_t space, int seen, const struct ebpfmm_recording_run *runs,
			 size_t nruns, void *data, struct ebpfmm_error *err)
{
	struct ebpfmm_recorder *recorder = data;
	struct ebpfmm_recording_row row = {
		ebpfmm_watch_us(recorder, recorder->time_ns), space, runs, nruns };
	int rc = put_space(recorder, space, &seen, &row.space, err);

	if (rc > 0)
		return 0;
	if (!rc)
		rc = ebpfmm_recording_put_resident(&recorder->writer, &row, err);
	recorder->failed |= rc;
	return rc;
}

/* --- what is coarse ------------------------------------------------------------------- */

bool ebpfmm_told_coarse(const struct ebpfmm_recorder *recorder,
			const struct ebpfmm_plan_part *parts, const struct ebpfmm_held *held)
{
	const struct ebpfmm_cell *cell;

	for (size_t i = 0; parts && i < recorder->targets.count; i++) {
		if (recorder->targets.list[i].pid != held->pid)
			continue;
		cell = ebpfmm_grid_find(&parts[i].grid, held->start);
		return cell && cell->start < held->end &&
		       cell->end - cell->start < held->end - held->start;
	}
	return false;
}

static bool go_together(const struct ebpfmm_held *a, const struct ebpfmm_held *b)
{
	return a->pid == b->pid && a->time_us == b->time_us && a->space == b->space &&
	       a->run.first + a->run.pages <= b->run.first;
}

int ebpfmm_told_release(struct ebpfmm_recorder *recorder, const struct ebpfmm_plan_part *parts,
			struct ebpfmm_error *err)
{
	struct ebpfmm_recording_run *runs = recorder->rows.room;
	const struct ebpfmm_held *last = NULL;
	struct ebpfmm_recording_row row = { .runs = runs };

	for (size_t i = 0; i < recorder->nheld; i++) {
		const struct ebpfmm_held *held = &recorder->held[i];

		if (ebpfmm_told_coarse(recorder, parts, held))
			continue;
		if (last && (!go_together(last, held) || row.nruns == EBPFMM_RECORDING_MAX_RUNS)) {
			if (ebpfmm_recording_put_interval(&recorder->writer, &row, err))
				return -1;
			row.nruns = 0;
		}
		row.time_us = held->time_us;
		row.space = held->space;
		runs[row.nruns++] = held->run;
		last = held;
	}
	recorder->nheld = 0;
	return last ? ebpfmm_recording_put_interval(&recorder->writer, &row, err) : 0;
}

/* --- intervals ------------------------------------------------------------------------ */

static struct ebpfmm_process *find_process(struct ebpfmm_recorder *recorder)
{
	pid_t pid = recorder->target < recorder->norder ? recorder->order[recorder->target] : 0;

	for (size_t i = 0; i < recorder->targets.count; i++)
		if (recorder->targets.list[i].pid == pid)
			return &recorder->targets.list[i];
	return NULL;
}

static uint64_t samples_of(const struct ebpfmm_recorder *recorder)
{
	return recorder->how->rate.aggregation_us / recorder->how->rate.sampling_us;
}

/* Whether it is not known which part of a region was accessed, although it matters. */
static bool is_coarse(const struct ebpfmm_recorder *recorder,
		      const struct ebpfmm_damon_region *region)
{
	return region->end - region->start > EBPFMM_PLAN_BLOCK &&
	       region->count * 10 < samples_of(recorder) * 9;
}

static int tell(struct ebpfmm_recorder *recorder, struct ebpfmm_damon_region *regions,
		size_t count, struct ebpfmm_error *err)
{
	recorder->rows.ops = &row_ops;
	recorder->rows.ctx = recorder;
	if (!ebpfmm_rows_tell(&recorder->rows, &recorder->current->places, regions, count,
			      ebpfmm_watch_us(recorder, recorder->time_ns), err))
		return 0;
	if (recorder->failed)
		return -1;
	recorder->dropped += count;
	ebpfmm_watch_forgive(err);
	return 0;
}

/* What DAMON tells of a region is told of its cell. Return: how many cells there are. */
static size_t find_cells(struct ebpfmm_recorder *recorder, struct ebpfmm_process *process)
{
	const struct ebpfmm_cell *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < recorder->count; i++) {
		struct ebpfmm_damon_region *region = &recorder->regions[i];
		struct ebpfmm_cell *cell = ebpfmm_grid_find(&process->grid, region->start);

		if (!cell || cell->start > region->start) {
			recorder->dropped++;
			continue;
		}
		/* DAMON divides a region that is alone. */
		if (cell == last) {
			if (recorder->regions[n - 1].count < region->count)
				recorder->regions[n - 1].count = region->count;
			continue;
		}
		cell->hits += region->count;
		recorder->regions[n++] = (struct ebpfmm_damon_region){
			cell->start, cell->end, region->count };
		last = cell;
	}
	return n;
}

int ebpfmm_told_flush(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err)
{
	struct ebpfmm_process *process = find_process(recorder);
	size_t count, fine = 0;

	if (!recorder->count)
		return 0;
	if (!process) {
		recorder->dropped += recorder->count;
		recorder->count = 0;
		return 0;
	}
	if (ebpfmm_process_refresh(process, false, &recorder->book, err) < 0)
		return -1;
	ebpfmm_watch_forgive(err);
	count = find_cells(recorder, process);
	recorder->count = 0;
	recorder->current = process;
	for (size_t i = 0; i < count; i++) {
		struct ebpfmm_damon_region region = recorder->regions[i];
		int rc;

		if (!is_coarse(recorder, &region)) {
			recorder->regions[fine++] = region;
			continue;
		}
		recorder->coarse = &region;
		rc = tell(recorder, &region, 1, err);
		recorder->coarse = NULL;
		if (rc)
			return -1;
	}
	return tell(recorder, recorder->regions, fine, err);
}

int ebpfmm_told_seen(struct ebpfmm_recorder *recorder, const struct ebpfmm_seen *seen,
		     struct ebpfmm_error *err)
{
	struct ebpfmm_damon_region *larger;

	if (seen->sequence != recorder->sequence || seen->target != recorder->target) {
		if (ebpfmm_told_flush(recorder, err))
			return -1;
		if (seen->sequence != recorder->sequence) {
			recorder->time_ns = seen->time_ns;
			recorder->samples += samples_of(recorder);
			recorder->complete = true;
		}
		recorder->sequence = seen->sequence;
		recorder->target = seen->target;
	}
	if (!seen->count || seen->time_ns < recorder->valid_ns)
		return 0;
	if (recorder->count == recorder->room) {
		size_t room = 2 * recorder->room + 256;

		larger = reallocarray(recorder->regions, room, sizeof(*larger));
		if (!larger)
			return ebpfmm_fail(err, ENOMEM, "regions");
		recorder->regions = larger;
		recorder->room = room;
	}
	recorder->regions[recorder->count++] =
		(struct ebpfmm_damon_region){ seen->start, seen->end, seen->count };
	return 0;
}
