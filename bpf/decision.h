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
 * @reason: enum ebpfmm_reason
 */
struct ebpfmm_decision {
	__u32 orders;
	__u32 order;
	__u32 reason;
};

/**
 * ebpfmm_fitting - orders whose naturally aligned folio lies inside a range
 * @page: number of the page that is needed
 * @start: first page of the range
 * @end: first page after it; @start <= @page < @end
 * @sizes: bitmap of the orders to look at
 *
 * Return: the part of @sizes that fits; bit 0 is kept as it is.
 */
ebpfmm_inline __u32 ebpfmm_fitting(__u64 page, __u64 start, __u64 end,
				   __u32 sizes)
{
	__u32 fitting = sizes & 1;
	__u32 order;

	for (order = 1; order < EBPFMM_ORDERS; order++) {
		__u64 first = page & ~((1ULL << order) - 1);

		/* A larger one that holds this one cannot fit either. */
		if (first < start || first + (1ULL << order) > end)
			break;
		fitting |= sizes & (1U << order);
	}
	return fitting;
}

/**
 * ebpfmm_best - order with the largest benefit, the smaller one on a tie
 * @region: the benefits
 * @orders: bitmap of the orders to choose from; a single page is always one
 *
 * Return: the order.
 */
ebpfmm_inline __u32 ebpfmm_best(const struct ebpfmm_region *region,
				__u32 orders)
{
	__u32 benefit = region->benefit[0];
	__u32 best = 0;
	__u32 order;

	for (order = 1; order < EBPFMM_ORDERS; order++)
		if (orders & (1U << order) && region->benefit[order] > benefit) {
			benefit = region->benefit[order];
			best = order;
		}
	return best;
}

/**
 * ebpfmm_decide - choose among a region's candidates
 * @region: the region, or a program's default row
 * @is_default: @region is a default row
 * @fitting: what ebpfmm_fitting() says of the region's candidates
 * @admissible: bitmap of the orders that the kernel admits here; bit 0 need
 *	not be set
 *
 * The benefit that counts is that of the page which is gained at this fault.
 *
 * Return: the decision.
 */
ebpfmm_inline struct ebpfmm_decision
ebpfmm_decide(const struct ebpfmm_region *region, bool is_default,
	      __u32 fitting, __u32 admissible)
{
	struct ebpfmm_decision decision;
	__u32 candidates = fitting & (admissible | 1);
	__u32 order;

	decision.order = ebpfmm_best(region, candidates);
	decision.orders = 0;
	for (order = 1; order < EBPFMM_ORDERS; order++)
		if (order <= decision.order && candidates & (1U << order) &&
		    region->benefit[order] > region->benefit[0])
			decision.orders |= 1U << order;

	if (ebpfmm_best(region, fitting) != decision.order)
		decision.reason = EBPFMM_FORBIDDEN;
	else if (ebpfmm_best(region, region->sizes) != decision.order)
		decision.reason = EBPFMM_EDGE;
	else
		decision.reason = is_default ? EBPFMM_DEFAULT : EBPFMM_BEST;
	return decision;
}

#endif /* EBPFMM_DECISION_H */
