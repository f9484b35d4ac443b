/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one page of a size is worth. Pure functions: the fault policy decides by them,
 * user space explains its decisions by them, and the unit tests check them.
 *
 * The rule is that of CBMM (Mansi, Tabatabai, Swift: "CBMM: Financial Advice for Kernel
 * Memory Managers", USENIX ATC 2022): memory management does what benefits a process
 * only if the benefit exceeds the cost. With z the time to zero 4K, f that of a page
 * fault besides, and t the share of the region that gets touched, one page of order o
 * is worth
 *
 *	net(o) = benefit(o) + t (2^o - 1) (f + z) - (2^o - 1) z - locate(o)
 *
 * nanoseconds more than single pages for the same memory: what the profile says it
 * saves, the page faults that it saves, what has to be zeroed for it at once, and the
 * price of finding a free block, which is 0 if one is at hand and else that of
 * compaction. net(0) is benefit(0).
 */
#ifndef EBPFMM_PRICE_H
#define EBPFMM_PRICE_H

#include "ebpfmm.h"

#define ebpfmm_inline static inline __attribute__((always_inline))

/**
 * struct ebpfmm_price - what makes up the net benefit of a page, nanoseconds
 * @benefit: what the profile says it saves
 * @faults: page faults that it saves
 * @zeroing: what is zeroed for it at once, besides the 4K that were needed
 * @block: compaction, if no free block is at hand
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
 * ebpfmm_price - what one page is worth, in its parts
 * @region: the region, or a program's default row
 * @costs: what pages cost
 * @order: a size that the region names
 * @missing: no free block of that order is at hand
 *
 * With all numbers at their largest each part is below 2^52, so sums do not overflow.
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
 * ebpfmm_net - what one page is worth if a free block of its order is at hand
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
