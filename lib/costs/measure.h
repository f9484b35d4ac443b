/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring what pages cost, in this process. Call it where that does no harm, see
 * calibrate.h.
 *
 * Times are CPU time, not wall-clock time: other load on the node affects them only
 * through the caches.
 */
#ifndef EBPFMM_MEASURE_H
#define EBPFMM_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "costs/costs_file.h"

/* The minimum memory for a measurement, bytes. */
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
 * ebpfmm_solve_fault - compute the costs of a fault and of zeroing from two measurements
 * @small: of memory in pages of 4K
 * @large: of memory in larger pages
 * @zero_ns: time to zero 4K, nanoseconds
 * @fault_ns: time of a fault besides zeroing, nanoseconds
 *
 * A fault that brings n pages takes fault_ns + n * zero_ns, so that two sizes
 * give two equations.
 *
 * Return: true if there is a solution: the larger pages are larger, and both times are
 * above 0.
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
 * If this node admits no large pages, zeroing is timed in user space, and the rest of a
 * fault is its fixed cost. The fastest of several batches counts, because other load can
 * only add to the time.
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

/* Passes that move, or differ by, fewer pages are too imprecise. */
#define EBPFMM_PASS_PAGES 512

/**
 * ebpfmm_pass_price - compute the time to move a page, without that of scanning
 * @passes: some that moved many pages, and some that moved few
 * @count: their number, at most 32
 *
 * The Theil-Sen estimator: the median of the slopes between all pairs of passes that
 * differ enough. The time that every pass takes to scan the memory cancels out, and
 * outliers have no effect. If no pairs differ enough, the result is the time per page of
 * the pass that moved most, including scanning.
 *
 * Return: nanoseconds, or 0 when too few pages were moved.
 */
double ebpfmm_pass_price(const struct ebpfmm_pass *passes, size_t count);

/**
 * ebpfmm_measure_compaction - measure what compaction takes
 * @bytes: of memory to use; at least EBPFMM_MEASURE_MIN
 * @page_ns: time for each page that becomes part of a larger block; 0 when too few
 *	pages were moved
 * @err: what failed
 *
 * Fills its memory with holes of 4K and makes the kernel compact the NUMA node, with a
 * time limit. A page that is moved frees a place in what becomes a larger block, and
 * fills one that no larger block could use. So each page moved counts as a page gained,
 * and a block of 2^o pages as 2^o moves. That is the cost of a block that is fully in
 * use; compaction picks emptier ones, but has to find them.
 *
 * The kernel's counts of free blocks are not used: what other processes allocate and
 * free in the meantime, and the kernel's per-CPU lists, hide the gain.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_measure_compaction(size_t bytes, uint32_t *page_ns,
			      struct ebpfmm_error *err);

/* How often memory of each size is measured, at most and at least. */
#define EBPFMM_WALK_ROUNDS 9
#define EBPFMM_WALK_LEAST 3

/**
 * ebpfmm_chase_make - write a chain of pointers for dependent loads
 * @memory: begins on a page
 * @pages: of 4K, at least 2
 * @places: room for as many numbers
 * @seed: of the order; changed
 *
 * One cycle through all pages in random order, one pointer in each page. The places in
 * pages take turns along the cycle, so that caches are used evenly, whatever the pages are.
 *
 * Return: a pointer of the chain.
 */
void **ebpfmm_chase_make(char *memory, size_t pages, uint32_t *places,
			 unsigned short seed[3]);

/**
 * struct ebpfmm_chase - the time of an access, by turns, nanoseconds
 * @small: with 4K pages
 * @large: with pages of the size
 * @again: with 4K pages once more, in other memory
 */
struct ebpfmm_chase {
	double small;
	double large;
	double again;
};

/**
 * ebpfmm_solve_walk - compute what an access with 4K pages costs more
 * @rounds: the times
 * @n: how many, from 1 to EBPFMM_WALK_ROUNDS
 * @walk: filled in
 *
 * The gain is the median of what the rounds say. The spread is that of the median: twice
 * the larger one of what 4K differ from 4K in three of four rounds, and of half the
 * distance between the quartiles of the gain, by the root of the number of rounds. A gain
 * within the spread is none, unless the spread is so large that nothing can be said.
 */
void ebpfmm_solve_walk(const struct ebpfmm_chase *rounds, size_t n,
		       struct ebpfmm_walk *walk);

/**
 * ebpfmm_measure_walks - measure what page walks of 4K pages cost
 * @bytes: of memory to use; at least EBPFMM_MEASURE_MIN
 * @walks: by order, filled in for the sizes that this kernel has
 * @err: what failed
 *
 * Each time memory is mapped anew, because its place matters too. It is used only if
 * the kernel says that it is in pages of that size.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_measure_walks(size_t bytes, struct ebpfmm_walk walks[EBPFMM_ORDERS],
			 struct ebpfmm_error *err);

#endif /* EBPFMM_MEASURE_H */
