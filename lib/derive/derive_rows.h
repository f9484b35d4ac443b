/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of a recording on their way into what a profile is derived from. */
#ifndef EBPFMM_DERIVE_ROWS_H
#define EBPFMM_DERIVE_ROWS_H

#include "derive/derive_recorded.h"

/**
 * struct derive_rest - where the next of each is put; there is room for all of the set
 * @runs: the next run
 * @intervals: the next interval
 * @resident: the next extent of resident pages
 * @there: room for all extents of a space
 */
struct derive_rest {
	struct ebpfmm_derive_run *runs;
	struct ebpfmm_derive_interval *intervals;
	struct ebpfmm_derive_extent *resident;
	struct ebpfmm_derive_extent *there;
};

/**
 * derive_rows - add the rows of a space
 * @set: the recordings
 * @space: the space, in @set
 * @file: its file; zeroed if it is none
 * @rest: gets as many intervals as the space has rows of accesses, and its resident pages
 *
 * Return: how many extents of resident pages were added.
 */
size_t derive_rows(const struct ebpfmm_set *set, const struct ebpfmm_set_space *space,
		   const struct ebpfmm_recorded_file *file, struct derive_rest *rest);

#endif /* EBPFMM_DERIVE_ROWS_H */
