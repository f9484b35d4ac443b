/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of this room share. Pages are counted from the 2M boundary of addresses
 * at or before the space's first page, so that blocks are where the kernel has them.
 */
#ifndef EBPFMM_DERIVE_PRIVATE_H
#define EBPFMM_DERIVE_PRIVATE_H

#include <limits.h>

#include "derive/derive.h"

#define DERIVE_LARGE	(EBPFMM_ORDERS - 1)	/* the order that a budget is for */

/**
 * struct derive_stretch - blocks that are alike
 * @first: index of the first block
 * @blocks: how many
 * @walks: page walks that each of them saves, as recorded
 * @resident: pages in each of them that are touched
 */
struct derive_stretch {
	uint64_t first;
	uint64_t blocks;
	uint64_t walks;
	uint64_t resident;
};

/**
 * struct derive_track - the blocks of one size in a space; what is in no stretch is unused
 * @order: the size
 * @walk_ns: value of a page walk, over the horizon
 * @zero_ns: price of zeroing a page that nobody touches
 * @block_ns: price of a free block
 * @stretches: sorted, without overlap
 * @n: how many
 * @value: by position, what the blocks before it are worth
 * @used: by position, how many blocks before it are in use
 */
struct derive_track {
	unsigned int order;
	double walk_ns;
	double zero_ns;
	double block_ns;
	struct derive_stretch *stretches;
	size_t n;
	double *value;
	uint64_t *used;
};

/**
 * struct derive_line - a space, as it is planned
 * @start: its first page
 * @end: first page after it
 * @whole: it can only be all one region, or none
 * @tracks: one for each size that can bring something, smallest first
 * @ntracks: how many
 * @pos: pages where a region may begin or end, sorted
 * @npos: how many
 */
struct derive_line {
	uint64_t start;
	uint64_t end;
	bool whole;
	struct derive_track tracks[EBPFMM_ORDERS];
	unsigned int ntracks;
	uint64_t *pos;
	size_t npos;
};

/**
 * struct derive_pick - a region to be
 * @line: index of its space
 * @track: index of its size
 * @start: first page
 * @end: first page after it
 * @value: nanoseconds
 * @used: blocks in use
 */
struct derive_pick {
	size_t line;
	unsigned int track;
	uint64_t start;
	uint64_t end;
	double value;
	uint64_t used;
};

/**
 * struct derive_plan - regions to be
 * @picks: sorted by space and page
 * @n: how many
 * @room: how many fit
 */
struct derive_plan {
	struct derive_pick *picks;
	size_t n;
	size_t room;
};

/* A limit of regions and of blocks of 2M; UINT64_MAX for none. */
struct derive_bounds {
	double region_ns;
	uint64_t regions;
	uint64_t large;
};

/* derive_check.c: 0, or -1 with @err set. */
int derive_check(const struct ebpfmm_derive_input *input, struct ebpfmm_error *err);

/*
 * derive_heat.c: fill in a track's stretches, up to page @end; *steps grows. 0, or -1
 * without memory.
 */
int derive_heat(const struct ebpfmm_derive_space *space, uint64_t end,
		struct derive_track *track, uint64_t *steps);

/* derive_plan.c: value of each block of a stretch, nanoseconds. */
double derive_block_value(const struct derive_track *track,
			  const struct derive_stretch *stretch);
/* Sums of a track from page @start to @end, both on bounds of blocks. */
struct derive_sum {
	uint64_t walks;
	uint64_t used;
	uint64_t resident;
	double value;
};
struct derive_sum derive_sum(const struct derive_track *track, uint64_t start,
			     uint64_t end);
/* Find the positions, after the stretches. 0, or -1 without memory. */
int derive_line_ready(struct derive_line *line);
void derive_line_clear(struct derive_line *line);
/*
 * The best regions of a space if each one costs @region_ns and each used block of 2M
 * @large_ns besides: nothing is worth more. Appends to @plan. 0, or -1 without memory.
 */
int derive_solve(const struct derive_line *line, size_t index, double region_ns,
		 double large_ns, struct derive_plan *plan, uint64_t *steps);

/* derive_choose.c: the best regions of all spaces within bounds. 0, or -1 without memory. */
int derive_choose(const struct derive_line *lines, size_t n,
		  const struct derive_bounds *bounds, struct derive_plan *plan,
		  uint64_t *steps);
double derive_plan_value(const struct derive_plan *plan);
uint64_t derive_plan_large(const struct derive_line *lines, const struct derive_plan *plan);

/*
 * derive_name.c: give a region its anchor. @whole: by space, the order if it is all one
 * region, DERIVE_COLD if there is none in it, else 0. @floor and @ceiling: bytes of the
 * space that it must not leave. 0; 1 if it has no name, with @err saying why; -1 with @err
 * set.
 */
int derive_name(const struct ebpfmm_derive_input *input, const unsigned char *whole,
		const struct ebpfmm_derive_origin *origin, uint64_t floor, uint64_t ceiling,
		struct ebpfmm_profile_region *region, struct ebpfmm_error *err);
/* Does a space of the program match the anchor of a mapping, its rank aside? */
bool derive_matches(const struct ebpfmm_profile_region *region, const char *name,
		    const char *exe, const struct ebpfmm_derive_space *space);

/* In @whole: no region is in it. */
#define DERIVE_COLD	UCHAR_MAX

/* derive_profile.c: make the profile of a plan. 0, or -1 with @err set. */
int derive_profile(const struct ebpfmm_derive_input *input, const struct derive_line *lines,
		   const struct derive_plan *plan, double scale,
		   struct ebpfmm_derived *out, struct ebpfmm_error *err);

#define DERIVE_LABEL	32

/* derive_note.c: what messages call a space; a short one is put into the buffer. */
const char *derive_label(const struct ebpfmm_derive_input *input, size_t space,
			 char buffer[DERIVE_LABEL]);

/* derive_note.c: add a line to what people should know. 0, or -1 without memory. */
int derive_note(struct ebpfmm_derived *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* derive_origin.c: find the intervals of all origins. 0, or -1 without memory. */
int derive_sources(const struct ebpfmm_derive_input *input, struct ebpfmm_derived *out);

#endif /* EBPFMM_DERIVE_PRIVATE_H */
