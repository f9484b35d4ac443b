/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The net benefit of a page. Pure functions, which the fault policy uses to decide, user
 * space to explain decisions, and the unit tests to check them.
 *
 * The rule is that of CBMM (Mansi, Tabatabai, Swift: "CBMM: Financial Advice for Kernel
 * Memory Managers", USENIX ATC 2022): memory management does what benefits a process
 * only if the benefit exceeds the cost. Let z be the time to zero 4K, f the time of a page
 * fault without zeroing, and t the share of the region that is touched. One page of order
 * o is worth
 *
 *	net(o) = benefit(o) + t (2^o - 1) (f + z) - (2^o - 1) z - locate(o)
 *
 * nanoseconds more than single pages for the same memory. The terms are the benefit in
 * the profile, the page faults that the page saves, the memory that is zeroed at once, and
 * the cost of a free block: 0 if one is available, otherwise that of compaction. net(0) is
 * benefit(0).
 */
#ifndef EBPFMM_PRICE_H
#define EBPFMM_PRICE_H

#include "ebpfmm.h"

#define ebpfmm_inline static inline __attribute__((always_inline))

/**
 * struct ebpfmm_price - the parts of a page's net benefit, nanoseconds
 * @benefit: benefit in the profile
 * @faults: page faults that it saves
 * @zeroing: zeroing of the rest of the page, besides the 4K that faulted
 * @block: compaction, if no free block is available
 * @net: @benefit + @faults - @zeroing - @block
 */
struct ebpfmm_price {
	__s64 benefit;
	__s64 faults;
	__s64 zeroing;
	__s64 block;
	__s64 net;
};

/**
 * ebpfmm_price - compute the parts of a page's net benefit
 * @region: the region, or a program's default row
 * @costs: what pages cost
 * @order: a size that the region names
 * @missing: no free block of that order is available
 *
 * With all numbers at their maximum, each part is below 2^52, so sums do not overflow.
 *
 * Return: the parts and their sum.
 */
ebpfmm_inline struct ebpfmm_price ebpfmm_price(const struct ebpfmm_region *region,
					       const volatile struct ebpfmm_costs *costs,
					       __u32 order, bool missing)
{
	__u64 more = (1ULL << order) - 1;
	__u64 zero = costs->zero_ns, fault = costs->fault_ns;
	struct ebpfmm_price price = {
		.benefit = region->benefit[EBPFMM_BENEFIT(order)],
		.faults = region->touched * more * (fault + zero) / EBPFMM_TOUCHED_ONE,
		.zeroing = more * zero,
		.block = missing ? costs->compact_ns[order] : 0,
	};

	price.net = price.benefit + price.faults - price.zeroing - price.block;
	return price;
}

/**
 * ebpfmm_net - compute the net benefit of a page, if a free block is available
 * @region: the region, or a program's default row
 * @costs: what pages cost
 * @order: a size that the region names
 *
 * Return: nanoseconds.
 */
ebpfmm_inline __s64 ebpfmm_net(const struct ebpfmm_region *region,
			       const volatile struct ebpfmm_costs *costs, __u32 order)
{
	return ebpfmm_price(region, costs, order, false).net;
}

#endif /* EBPFMM_PRICE_H */
