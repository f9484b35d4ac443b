/* SPDX-License-Identifier: GPL-2.0-only */
/* How hot the spaces of recordings are, and where and when. */
#ifndef EBPFMM_HEAT_H
#define EBPFMM_HEAT_H

#include "recording/set.h"

/* What is called hot in a space has so many percent of its accesses. */
#define EBPFMM_HEAT_HOT		90U

/**
 * struct ebpfmm_heat_space - a space that was accessed or was resident
 * @space: index in the set
 * @bytes: of a mapping when it was first seen; of others, up to the last page that is told of
 * @accesses: pages times samples that saw them accessed
 * @share: of all accesses, from 0 to 1
 * @hot: bytes that have EBPFMM_HEAT_HOT percent of the accesses, as few as do
 * @has_resident: whether @resident is known
 * @resident: bytes in memory, at the time when it was most
 */
struct ebpfmm_heat_space {
	size_t space;
	uint64_t bytes;
	double accesses;
	double share;
	uint64_t hot;
	bool has_resident;
	uint64_t resident;
};

/**
 * struct ebpfmm_heat - the heat of all spaces
 * @spaces: the hottest program first, and in it the hottest space
 * @nspaces: their number
 * @accesses: of all spaces
 * @recorded_us: how long all recordings took together
 * @longest_us: how long the longest one took
 * @intervals: how many intervals that one had
 */
struct ebpfmm_heat {
	struct ebpfmm_heat_space *spaces;
	size_t nspaces;
	double accesses;
	uint64_t recorded_us;
	uint64_t longest_us;
	uint64_t intervals;
};

/**
 * ebpfmm_heat_find - find how hot spaces are
 * @set: the recordings
 * @heat: filled in, to be released with ebpfmm_heat_free() in any case
 * @err: no memory
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_heat_find(const struct ebpfmm_set *set, struct ebpfmm_heat *heat,
		     struct ebpfmm_error *err);

/**
 * ebpfmm_heat_grid - find where and when a space was hot
 * @set: the recordings
 * @heat: their heat
 * @index: of the space in @heat
 * @bands: of equal size that the space is divided into; no more than it has pages
 * @columns: of equal length that the time of @heat->longest_us is divided into
 * @grid: @bands rows of @columns values, filled in: in which share of the samples a page
 *	was accessed, from 0 to 1; the mean of all pages, and of all recordings that took
 *	so long
 */
void ebpfmm_heat_grid(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat,
		      size_t index, size_t bands, size_t columns, double *grid);

/**
 * ebpfmm_heat_bands - find where and when a space was hot, in bands of unequal size
 * @set: the recordings
 * @heat: their heat
 * @index: of the space in @heat
 * @edges: in ascending order the pages where bands begin; the first is 0, and behind the
 *	last one is the end of the space, in pages
 * @bands: how many
 * @columns: as for ebpfmm_heat_grid()
 * @grid: likewise
 * @err: no memory
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_heat_bands(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat,
		      size_t index, const uint64_t *edges, size_t bands, size_t columns,
		      double *grid, struct ebpfmm_error *err);

/**
 * ebpfmm_heat_free - release what it has
 * @heat: zeroed or filled in
 */
void ebpfmm_heat_free(struct ebpfmm_heat *heat);

#endif /* EBPFMM_HEAT_H */
