/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which parts of memory DAMON watches as one.
 *
 * DAMON takes one page of each part at a time, at random, so what a recording costs depends
 * on the number of parts and not on their sizes. There are only so many: they are small
 * where something is accessed, and large where nothing is.
 */
#ifndef EBPFMM_WATCH_PLAN_H
#define EBPFMM_WATCH_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* As the smallest page that is of use beside 4K; less is not watched. */
#define EBPFMM_PLAN_SMALLEST	(64ULL << 10)
/* A part for so many bytes, while there are not too many. */
#define EBPFMM_PLAN_USUAL	(256ULL << 10)
/* The largest page: what is cold is not looked at more closely. */
#define EBPFMM_PLAN_BLOCK	(2ULL << 20)
#define EBPFMM_PLAN_LEAST	64U

/**
 * struct ebpfmm_extent - memory to be watched, within one mapping
 * @start: the first address
 * @end: the address behind
 */
struct ebpfmm_extent {
	uint64_t start;
	uint64_t end;
};

/**
 * struct ebpfmm_extents - some of them; zeroed before use
 * @list: in ascending order, without overlap
 * @count: how many
 * @room: of the list
 */
struct ebpfmm_extents {
	struct ebpfmm_extent *list;
	size_t count;
	size_t room;
};

/**
 * struct ebpfmm_cell - a part of memory
 * @start: the first address
 * @end: the address behind
 * @hits: samples that found it accessed since the grid is there
 * @share: of the samples before that found this place accessed; negative if there were none
 */
struct ebpfmm_cell {
	uint64_t start;
	uint64_t end;
	uint64_t hits;
	double share;
};

/**
 * struct ebpfmm_grid - what is watched of a process; zeroed before use
 * @cells: in ascending order, without overlap
 * @count: how many
 */
struct ebpfmm_grid {
	struct ebpfmm_cell *cells;
	size_t count;
};

/**
 * struct ebpfmm_plan_part - a process for which there is to be a grid
 * @extents: what is to be watched
 * @old: what was watched, or NULL
 * @grid: filled in, to be released with ebpfmm_grid_free()
 */
struct ebpfmm_plan_part {
	const struct ebpfmm_extents *extents;
	const struct ebpfmm_grid *old;
	struct ebpfmm_grid grid;
};

/**
 * ebpfmm_plan - divide memory into cells
 * @parts: the processes
 * @count: their number
 * @most: how many cells at most, unless there are more processes
 * @samples: so many were taken since the old grids are there
 * @err: no memory
 *
 * A cell ends with its extent. If there are too many extents, those with little between them
 * are watched as one, and then the smallest ones are not watched.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_plan(struct ebpfmm_plan_part *parts, size_t count, size_t most, uint64_t samples,
		struct ebpfmm_error *err);

/**
 * ebpfmm_plan_differs - whether a new grid is worth it
 * @old: what is watched
 * @grid: what could be watched instead
 *
 * Return: whether a cell is of memory that is not watched, or more than an eighth of them are
 * others.
 */
bool ebpfmm_plan_differs(const struct ebpfmm_grid *old, const struct ebpfmm_grid *grid);

/**
 * ebpfmm_grid_find - find the cell of an address
 * @grid: the grid
 * @address: the address
 *
 * Return: the first cell that ends behind the address, or NULL if none does.
 */
struct ebpfmm_cell *ebpfmm_grid_find(const struct ebpfmm_grid *grid, uint64_t address);

/**
 * ebpfmm_extents_add - add memory behind what is there
 * @extents: the extents
 * @start: the first address; what is there already is left out
 * @end: the address behind
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_extents_add(struct ebpfmm_extents *extents, uint64_t start, uint64_t end);

/* Release what these have, zeroed or in use. */
void ebpfmm_extents_free(struct ebpfmm_extents *extents);
void ebpfmm_grid_free(struct ebpfmm_grid *grid);

#endif /* EBPFMM_WATCH_PLAN_H */
