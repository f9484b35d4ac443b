/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring what pages cost, in this process: to be called where it does no
 * harm, see calibrate.h.
 *
 * Times are those of the CPU, not of the clock on the wall: what else runs on the
 * node takes nothing from them but the caches.
 */
#ifndef EBPFMM_MEASURE_H
#define EBPFMM_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "costs/costs_file.h"

/* The least that a measurement can be made with, bytes. */
#define EBPFMM_MEASURE_MIN (32UL << 20)

/**
 * struct ebpfmm_touch - memory that was touched for the first time
 * @ns: time it took
 * @pages: pages of 4K in it
 * @faults: page faults it took
 */
struct ebpfmm_touch {
	uint64_t ns;
	uint64_t pages;
	uint64_t faults;
};

/**
 * ebpfmm_solve_fault - from two first touches to what a fault and a page cost
 * @small: of memory in pages of 4K
 * @large: of memory in larger pages
 * @zero_ns: time to zero 4K, nanoseconds
 * @fault_ns: time of a fault besides zeroing, nanoseconds
 *
 * A fault that brings n pages takes fault_ns + n * zero_ns, so that two sizes
 * give two equations.
 *
 * Return: whether there is a solution: larger pages that are larger, and two
 * times above 0.
 */
bool ebpfmm_solve_fault(const struct ebpfmm_touch *small,
			const struct ebpfmm_touch *large, uint32_t *zero_ns,
			uint32_t *fault_ns);

/**
 * ebpfmm_measure_faults - measure what a fault and zeroing cost
 * @bytes: of memory to use; at least EBPFMM_MEASURE_MIN
 * @record: @costs.zero_ns, @costs.fault_ns and @zero are filled in
 * @err: what failed
 *
 * Where this node admits no large pages, zeroing is timed in user space and what
 * is left of a fault is its fixed cost. Of several batches the quickest counts:
 * what else goes on can only add to it.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_measure_faults(size_t bytes, struct ebpfmm_measurement *record,
			  struct ebpfmm_error *err);

/**
 * struct ebpfmm_pass - one time that the node's memory was compacted
 * @ns: time it took
 * @moved: pages that it moved
 */
struct ebpfmm_pass {
	double ns;
	double moved;
};

/* Passes that move, or differ by, fewer pages tell nothing of what one takes. */
#define EBPFMM_PASS_PAGES 512

/**
 * ebpfmm_pass_price - time for each page moved, apart from that for looking
 * @passes: some that moved many pages, and some that found few to move
 * @count: their number, at most 32
 *
 * The median of the slopes between all pairs of passes that differ enough (Theil
 * and Sen): what every pass takes to look at the memory of the node cancels out,
 * and a few wild passes have no say. Where that says nothing, the looking is
 * included, for the pass that moved most.
 *
 * Return: nanoseconds, or 0 when too few pages were moved.
 */
double ebpfmm_pass_price(const struct ebpfmm_pass *passes, size_t count);

/**
 * ebpfmm_measure_compaction - measure what compaction takes
 * @bytes: of memory to use; at least EBPFMM_MEASURE_MIN
 * @page_ns: time for each page that adjoins others afterwards; 0 when too few
 *	were moved to tell
 * @err: what failed
 *
 * Fills memory of its own with holes of 4K and has the kernel compact the node,
 * with a time limit. A page that is moved leaves its place to what becomes a
 * larger block, and takes one that was of no use for that: so a page moved is
 * taken for a page gained, and a block of 2^o pages for 2^o moves. That is the
 * price of a block that is in use throughout; one that compaction picks is
 * emptier, but has to be looked for.
 *
 * Counts of the node's own are not used for that: what others free or take
 * meanwhile, and what the kernel keeps aside for each CPU, hides what was gained.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_measure_compaction(size_t bytes, uint32_t *page_ns,
			      struct ebpfmm_error *err);

#endif /* EBPFMM_MEASURE_H */
