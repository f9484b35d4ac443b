/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The decision: which page size for an address of a region. Pure functions,
 * compiled into the fault policy and into the unit tests alike; they see
 * numbers only, no kernel and no libc.
 */
#ifndef EBPFMM_DECISION_H
#define EBPFMM_DECISION_H

#include "ebpfmm.h"

#define ebpfmm_inline static inline __attribute__((always_inline))

/**
 * struct ebpfmm_decision - what was decided for one address
 * @orders: bitmap of the orders that may be used: the best one, and below it
 *	the candidates to fall back on when no block of the best one is to be had
 * @order: the best one
 * @reason: EBPFMM_BEST, EBPFMM_EDGE or EBPFMM_FORBIDDEN
 */
struct ebpfmm_decision {
	__u32 orders;
	__u32 order;
	__u32 reason;
};

/**
 * ebpfmm_fits - does the naturally aligned folio lie inside a range?
 * @page: number of the page that is needed
 * @start: first page of the range
 * @end: first page after it; @start <= @page < @end
 * @order: order of the folio
 *
 * Return: nonzero if it does.
 */
ebpfmm_inline bool ebpfmm_fits(__u64 page, __u64 start, __u64 end, __u32 order)
{
	__u64 first = page & ~((1ULL << order) - 1);

	return first >= start && first + (1ULL << order) <= end;
}

/**
 * ebpfmm_decide - choose among a region's candidates
 * @region: the region, or a program's default row
 * @page: number of the page that is needed
 * @start: first page of the range that folios have to stay in
 * @end: first page after it
 * @admissible: bitmap of the orders that the kernel admits here
 *
 * Of the candidates that fit and are admissible, the one with the largest
 * benefit is best, the smaller one on a tie; a single page always is a
 * candidate. One pass finds it, and also what would have been best if only the
 * range, or nothing, had stood in the way: that is the reason.
 *
 * Return: the decision.
 */
ebpfmm_inline struct ebpfmm_decision
ebpfmm_decide(const struct ebpfmm_region *region, __u64 page, __u64 start,
	      __u64 end, __u32 admissible)
{
	__u32 best_benefit = region->benefit[0];
	__u32 fitting_benefit = best_benefit;
	__u32 any_benefit = best_benefit;
	struct ebpfmm_decision decision = {};
	__u32 order;

	for (order = 1; region->sizes >> order && order < EBPFMM_ORDERS;
	     order++) {
		__u32 benefit = region->benefit[EBPFMM_BENEFIT(order)];

		/* Sizes that are not named have no benefit. */
		if (benefit <= region->benefit[0])
			continue;
		if (benefit > any_benefit)
			any_benefit = benefit;
		if (!ebpfmm_fits(page, start, end, order))
			continue;
		if (benefit > fitting_benefit)
			fitting_benefit = benefit;
		if (!(admissible & 1U << order))
			continue;
		decision.orders |= 1U << order;
		if (benefit > best_benefit) {
			best_benefit = benefit;
			decision.order = order;
		}
	}
	/* To fall back on are only smaller ones. */
	decision.orders &= (2U << decision.order) - 1;

	if (fitting_benefit > best_benefit)
		decision.reason = EBPFMM_FORBIDDEN;
	else if (any_benefit > fitting_benefit)
		decision.reason = EBPFMM_EDGE;
	else
		decision.reason = EBPFMM_BEST;
	return decision;
}

#endif /* EBPFMM_DECISION_H */
