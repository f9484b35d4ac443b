/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The decision: selects the page size for an address of a region. Pure functions,
 * compiled into the fault policy and into the unit tests. They depend neither on the
 * kernel nor on libc.
 *
 * price.h computes the net benefit of a page. The order with the largest net benefit
 * wins; on a tie, the smaller one.
 *
 * It takes time to check whether a free block is available, a limit is reached or memory
 * is scarce. So each order is first weighed as if nothing ruled it out, which gives an
 * upper bound. ebpfmm_next() then returns the order to check: the best so far, because no
 * other one can win before its obstacles are known. If single pages are best, nothing has
 * to be checked.
 *
 *	ebpfmm_weigh(&w, ...);
 *	while ((order = ebpfmm_next(&w)))
 *		ebpfmm_learn(&w, costs, order, <result of the check>);
 *	ebpfmm_conclude(&w, ...);
 *
 * Each round settles an order or drops it, so there are fewer than twice as many rounds
 * as orders. Usually nothing rules out the best order. ebpfmm_weigh() prepares the answer
 * for that case, and ebpfmm_confirm() completes it. Only if a check changes something,
 * ebpfmm_conclude() visits all orders again.
 */
#ifndef EBPFMM_DECISION_H
#define EBPFMM_DECISION_H

#include "ebpfmm.h"
#include "price.h"

/* The maximum number of rounds. */
#define EBPFMM_ROUNDS		(2 * EBPFMM_ORDERS)

/**
 * enum ebpfmm_fact - result of checking an order
 * @EBPFMM_AT_HAND: a free block of it is available
 * @EBPFMM_MISSING: no free block of it or of a larger order is available
 * @EBPFMM_LIMITED: one more page of it would exceed the limit of the profile
 * @EBPFMM_PRESSED: the headroom is too small for it and for larger orders
 */
enum ebpfmm_fact {
	EBPFMM_AT_HAND,
	EBPFMM_MISSING,
	EBPFMM_LIMITED,
	EBPFMM_PRESSED,
};

/**
 * struct ebpfmm_weighing - state of a decision; sets are bitmaps of orders
 * @net: net benefit of each order that the region names, nanoseconds, as far as known
 * @sizes: orders that the region names
 * @candidates: orders of @sizes that fit into the region
 * @left: candidates that are worth more than single pages and not ruled out so far
 * @settled: orders that need no further check
 * @admissible: orders that the kernel admits
 * @limited: orders that would exceed their limit
 * @pressed: orders that would leave too little headroom
 * @missing: orders without an available free block
 * @orders: the answer: the best order and smaller ones to fall back on if the kernel
 *	gets no block of it
 * @order: the best order
 * @reason: EBPFMM_BEST, or what ruled out a better order
 * @wished: the order with the largest net benefit, admissible or not
 * @revised: a check changed @net or @left since ebpfmm_weigh()
 * @compact: the best order needs compaction, and is worth it
 */
struct ebpfmm_weighing {
	__s64 net[EBPFMM_ORDERS];
	__u16 sizes;
	__u16 candidates;
	__u16 left;
	__u16 settled;
	__u16 admissible;
	__u16 limited;
	__u16 pressed;
	__u16 missing;
	__u16 orders;
	__u8 order;
	__u8 reason;
	__u8 wished;
	__u8 revised;
	__u32 compact;
};

/**
 * ebpfmm_fits - check whether the naturally aligned folio lies inside a range
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
 * ebpfmm_weigh - start: weigh all candidates as if nothing ruled them out
 * @w: filled in
 * @region: the region, or a program's default row
 * @costs: what pages cost
 * @page: number of the page that is needed
 * @start: first page of the range that folios must not leave
 * @end: first page after it
 * @admissible: bitmap of the orders that the kernel admits here
 */
ebpfmm_inline void ebpfmm_weigh(struct ebpfmm_weighing *w,
				const struct ebpfmm_region *region,
				const volatile struct ebpfmm_costs *costs,
				__u64 page, __u64 start, __u64 end,
				__u32 admissible)
{
	__u32 sizes = region->sizes, order, best = 0, wished = 0;
	__s64 single = region->benefit[0], best_net = single, most = single;

	w->sizes = sizes;
	w->candidates = 1;
	w->left = 0;
	w->settled = 0;
	w->admissible = admissible;
	w->limited = 0;
	w->pressed = 0;
	w->missing = 0;
	w->orders = 0;
	w->revised = 0;
	w->net[0] = single;

	for (order = 1; order < EBPFMM_ORDERS && sizes >> order; order++) {
		__u32 bit = 1U << order;
		__s64 net;

		w->net[order] = 0;
		if (!(sizes & bit))
			continue;
		net = ebpfmm_net(region, costs, order);
		w->net[order] = net;
		if (net > most) {
			wished = order;
			most = net;
		}
		if (!ebpfmm_fits(page, start, end, order))
			continue;
		w->candidates |= bit;
		if (!(admissible & bit) || net <= single)
			continue;
		w->left |= bit;
		if (net > best_net) {
			w->orders |= bit;
			best = order;
			best_net = net;
		}
	}
	w->order = best;
	w->wished = most > best_net ? wished : best;
}

/**
 * ebpfmm_next - get the next order to check
 * @w: the weighing
 *
 * Return: the order, or 0 when the decision is made.
 */
ebpfmm_inline __u32 ebpfmm_next(struct ebpfmm_weighing *w)
{
	__s64 best_net = w->net[0];
	__u32 left = w->left, best = 0, order;

	if (!w->revised)
		return w->settled >> w->order & 1 ? 0 : w->order;
	for (order = 1; order < EBPFMM_ORDERS && left >> order; order++) {
		if (left >> order & 1 && w->net[order] > best_net) {
			best = order;
			best_net = w->net[order];
		}
	}
	w->order = best;
	return w->settled >> best & 1 ? 0 : best;
}

/**
 * ebpfmm_learn - apply the result of checking an order
 * @w: the weighing
 * @costs: what pages cost
 * @order: the order that ebpfmm_next() returned
 * @fact: the result; EBPFMM_AT_HAND and EBPFMM_MISSING imply that neither of the other
 *	two applies
 */
ebpfmm_inline void ebpfmm_learn(struct ebpfmm_weighing *w,
				const volatile struct ebpfmm_costs *costs,
				__u32 order, enum ebpfmm_fact fact)
{
	__u32 larger = w->left & ~((1U << order) - 1);

	if (fact == EBPFMM_AT_HAND) {
		w->settled |= 1U << order;
		return;
	}
	w->revised = 1;
	if (fact == EBPFMM_LIMITED) {
		w->limited |= 1U << order;
		w->left &= ~(1U << order);
		return;
	}
	if (fact == EBPFMM_PRESSED) {
		w->pressed |= larger;
		w->left &= ~larger;
		return;
	}
	w->settled |= 1U << order;
	larger &= ~w->missing;
	w->missing |= larger;
	for (order = 1; order < EBPFMM_ORDERS && larger >> order; order++)
		if (larger >> order & 1)
			w->net[order] -= costs->compact_ns[order];
}

/**
 * ebpfmm_better - find what would have been better if blocks were available
 * @w: the weighing, when ebpfmm_next() has returned 0
 * @costs: what pages cost
 *
 * Return: the best order that would beat the chosen one, or 0.
 */
ebpfmm_inline __u32 ebpfmm_better(const struct ebpfmm_weighing *w,
				  const volatile struct ebpfmm_costs *costs)
{
	__u32 better = 0, chosen = w->order, order;
	__s64 best_net;

	if (chosen >= EBPFMM_ORDERS)
		return 0;
	best_net = w->net[chosen];
	for (order = 1; order < EBPFMM_ORDERS && w->sizes >> order; order++) {
		__s64 net = w->net[order];

		if (!(w->sizes >> order & 1) || order == chosen)
			continue;
		if (w->missing >> order & 1)
			net += costs->compact_ns[order];
		if (net > best_net) {
			better = order;
			best_net = net;
		}
	}
	return better;
}

/* The reason that ruled out an order. */
ebpfmm_inline __u32 ebpfmm_obstacle(const struct ebpfmm_weighing *w, __u32 order)
{
	__u32 bit = 1U << order;

	if (!order)
		return EBPFMM_BEST;
	if (!(w->candidates & bit))
		return EBPFMM_EDGE;
	if (!(w->admissible & bit))
		return EBPFMM_FORBIDDEN;
	if (w->limited & bit)
		return EBPFMM_LIMIT;
	if (w->pressed & bit)
		return EBPFMM_PRESSURE;
	return EBPFMM_SUPPLY;
}

/**
 * ebpfmm_fallbacks - get the unchecked orders that may become part of the answer
 * @w: the weighing, when ebpfmm_next() has returned 0
 *
 * Check their limits before ebpfmm_conclude(), and pass those that exceed one to
 * ebpfmm_drop(). Supply and headroom need no check: they suffice for the larger order
 * that was chosen.
 *
 * Return: bitmap of the orders below the best one that are left.
 */
ebpfmm_inline __u32 ebpfmm_fallbacks(const struct ebpfmm_weighing *w)
{
	return w->left & ((1U << w->order) - 1);
}

/**
 * ebpfmm_drop - rule out orders that exceed their limit
 * @w: the weighing
 * @limited: bitmap of the orders
 */
ebpfmm_inline void ebpfmm_drop(struct ebpfmm_weighing *w, __u32 limited)
{
	w->limited |= limited;
	w->left &= ~limited;
	w->revised |= !!limited;
}

/**
 * ebpfmm_confirm - finish with the answer that ebpfmm_weigh() prepared
 * @w: the weighing, when ebpfmm_next() has returned 0; not revised
 */
ebpfmm_inline void ebpfmm_confirm(struct ebpfmm_weighing *w)
{
	w->compact = 0;
	w->reason = EBPFMM_BEST;
	if (w->wished != w->order)
		w->reason = ebpfmm_obstacle(w, w->wished);
}

/**
 * ebpfmm_conclude - finish: compute the answer
 * @w: the weighing, when ebpfmm_next() has returned 0
 * @costs: what pages cost
 * @better: what ebpfmm_better() returns; of no importance if @w is not revised
 *
 * The kernel uses the largest order of the answer that it can get. To make that the best
 * one, the answer contains an order only if it is worth more than each smaller one. The
 * permission to compact applies to all orders, so with it, each order must also be worth
 * its own compaction.
 */
ebpfmm_inline void ebpfmm_conclude(struct ebpfmm_weighing *w,
				   const volatile struct ebpfmm_costs *costs,
				   __u32 better)
{
	__u32 usable = w->left & ((2U << w->order) - 1), order;
	__s64 most = w->net[0];

	if (!w->revised) {
		ebpfmm_confirm(w);
		return;
	}
	w->compact = w->order && w->missing >> w->order & 1;
	w->orders = 0;
	for (order = 1; order < EBPFMM_ORDERS && usable >> order; order++) {
		__s64 net = w->net[order];

		if (!(usable >> order & 1))
			continue;
		if (w->compact && !(w->missing >> order & 1))
			net -= costs->compact_ns[order];
		if (net > most) {
			w->orders |= 1U << order;
			most = net;
		}
	}
	w->reason = ebpfmm_obstacle(w, better);
}

/**
 * ebpfmm_is_pressed - check whether a page would leave too little headroom
 * @order: order of the page
 * @headroom: bytes that may still be charged below the nearest limit of all ancestors
 * @limit: that limit, bytes
 *
 * Perhaps only the 4K that faulted are ever used, so the page must be memory that can be
 * spared. A 2M page is used while an eighth of the limit is free in addition to four such
 * pages; for smaller pages, the headroom scales with their size. So large pages never
 * fill the last eighth, they get smaller as the limit comes near, and many single pages
 * fit into the rest. The factor four is for a few threads that fault at the same time and
 * see the same headroom.
 *
 * Return: true if it would. If so, larger orders would, too.
 */
ebpfmm_inline bool ebpfmm_is_pressed(__u32 order, __u64 headroom, __u64 limit)
{
	/* limit / 8 * size / 2M + 4 * size */
	__u64 page = (limit >> 12) + (4ULL << EBPFMM_PAGE_SHIFT);

	return headroom < page << order;
}

/**
 * ebpfmm_is_limited - check whether one more page would exceed the profile's limit
 * @order: order of the page
 * @folios: existing pages of that order
 * @limit: limit for that order, bytes
 *
 * Return: true if it would.
 */
ebpfmm_inline bool ebpfmm_is_limited(__u32 order, __u64 folios, __u64 limit)
{
	return folios >= limit >> (order + EBPFMM_PAGE_SHIFT);
}

/**
 * ebpfmm_alike - get the range around a page that gets the same answer of single pages
 * @w: the weighing, concluded, with an answer without orders
 * @page: number of the page
 * @start: first page of the region; may be increased
 * @end: first page after it; may be decreased
 *
 * If no size is worth more than single pages, the answer holds for the whole region. If
 * something ruled out larger pages, it holds up to the boundaries of the smallest page
 * that would have been used.
 */
ebpfmm_inline void ebpfmm_alike(const struct ebpfmm_weighing *w, __u64 page,
				__u64 *start, __u64 *end)
{
	__u64 first;
	__u32 order;

	for (order = 1; order < EBPFMM_ORDERS; order++) {
		__s64 net = w->net[order];

		if (!(w->sizes >> order & 1))
			continue;
		if (w->missing >> order & 1 || net > w->net[0])
			break;
	}
	if (order >= EBPFMM_ORDERS)
		return;
	first = page & ~((1ULL << order) - 1);
	if (*start < first)
		*start = first;
	if (*end > first + (1ULL << order))
		*end = first + (1ULL << order);
}

#endif /* EBPFMM_DECISION_H */
