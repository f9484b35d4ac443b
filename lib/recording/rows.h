/* SPDX-License-Identifier: GPL-2.0-only */
/* From what DAMON tells of addresses to the rows of a recording. */
#ifndef EBPFMM_ROWS_H
#define EBPFMM_ROWS_H

#include "recording/places.h"
#include "recording/recording.h"

struct ebpfmm_piece;

/**
 * struct ebpfmm_damon_region - addresses that DAMON watched as one
 * @start: the first address
 * @end: the address behind
 * @count: in how many samples of the interval they were accessed
 */
struct ebpfmm_damon_region {
	uint64_t start;
	uint64_t end;
	uint32_t count;
};

/**
 * struct ebpfmm_rows - who is told of rows, and how many
 * @ops: is told of intervals
 * @ctx: of @ops
 * @intervals: that were told
 * @runs: in these
 * @lost: regions that were accessed and are nowhere
 * @pieces: of no use to others
 * @room: likewise
 */
struct ebpfmm_rows {
	const struct ebpfmm_recording_ops *ops;
	void *ctx;
	uint64_t intervals;
	uint64_t runs;
	uint64_t lost;
	struct ebpfmm_piece *pieces;
	struct ebpfmm_recording_run room[EBPFMM_RECORDING_MAX_RUNS];
};

/**
 * ebpfmm_rows_tell - tell of the regions of one interval, space by space
 * @rows: who is told
 * @places: what is mapped; the numbers of spaces are those there
 * @regions: in any order; is sorted
 * @count: their number
 * @time_us: end of the interval
 * @err: what the ops refuse, or that regions overlap
 *
 * Neighbours that are alike become one run. Where regions share a page, it belongs to the
 * one whose place comes first.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_rows_tell(struct ebpfmm_rows *rows, const struct ebpfmm_places *places,
		     struct ebpfmm_damon_region *regions, size_t count, uint64_t time_us,
		     struct ebpfmm_error *err);

/**
 * ebpfmm_rows_free - release what rows have
 * @rows: zeroed or in use
 */
void ebpfmm_rows_free(struct ebpfmm_rows *rows);

#endif /* EBPFMM_ROWS_H */
