/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The decision: which page size for an address of a region. Pure functions,
 * compiled into the fault policy and into the unit tests alike; they see
 * numbers only, no kernel and no libc.
 *
 * price.h says what one page of a size is worth. The largest net benefit wins, the
 * smaller order on a tie.
 *
 * Whether a block is at hand, a limit is reached or memory is scarce takes time to
 * find out. So each order is first weighed as if nothing stood in its way, which
 * is the most that it can be worth, and ebpfmm_next() names the one about which
 * something has to be learnt: the best so far, as no other can win before it is
 * known. Where single pages are best nothing has to be learnt at all.
 *
 *	ebpfmm_weigh(&w, ...);
 *	while ((order = ebpfmm_next(&w)))
 *		ebpfmm_learn(&w, costs, order, <what is found out of it>);
 *	ebpfmm_conclude(&w, ...);
 *
 * Each round either settles an order or drops it: there are less than twice as
 * many rounds as orders. Mostly nothing stands in the way of the best order, so
 * weighing notes the answer for that case, and only what is learnt to the contrary
 * makes the rest look at all orders again: where nothing was, ebpfmm_confirm() is
 * all of ebpfmm_conclude().
 */
#ifndef EBPFMM_DECISION_H
#define EBPFMM_DECISION_H

#include "ebpfmm.h"
#include "price.h"

/* No weighing takes more rounds. */
#define EBPFMM_ROUNDS		(2 * EBPFMM_ORDERS)

/**
 * enum ebpfmm_fact - what is found out of an order
 * @EBPFMM_AT_HAND: a free block of it is at hand
 * @EBPFMM_MISSING: none is, so none of a larger order either
 * @EBPFMM_LIMITED: one more page of it would exceed the limit of the profile
 * @EBPFMM_PRESSED: headroom is too small for it, and so for larger orders
 */
enum ebpfmm_fact {
	EBPFMM_AT_HAND,
	EBPFMM_MISSING,
	EBPFMM_LIMITED,
	EBPFMM_PRESSED,
};

/**
 * struct ebpfmm_weighing - a decision in the making; sets are bitmaps of orders
 * @net: of each order that the region names, nanoseconds, as far as is known
 * @sizes: what the region names
 * @candidates: of these, those that fit
 * @left: of these, those that are worth more than single pages and in whose way
 *	nothing is known to stand
 * @settled: of which everything is known
 * @admissible: what the kernel admits
 * @limited: what was found to be over its limit
 * @pressed: what was found to leave too little headroom
 * @missing: what was found to have no free block at hand
 * @orders: the answer: the best order and, below it, those to fall back on when
 *	no block of it is to be had
 * @order: the best order
 * @reason: EBPFMM_BEST, or what stood in the way of a better one
 * @wished: the order that is worth most, admissible or not
 * @revised: something was learnt that changed @net or @left since ebpfmm_weigh()
 * @compact: whether the best order is worth compaction, and needs it
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
 * ebpfmm_weigh - begin: weigh all candidates as if nothing stood in their way
 * @w: filled in
 * @region: the region, or a program's default row
 * @costs: what pages cost
 * @page: number of the page that is needed
 * @start: first page of the range that folios have to stay in
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
 * ebpfmm_next - go on: about which order is something to be learnt?
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
 * ebpfmm_learn - take in what was found out of an order
 * @w: the weighing
 * @costs: what pages cost
 * @order: what ebpfmm_next() returned
 * @fact: for EBPFMM_AT_HAND and EBPFMM_MISSING it has to be known that no other
 *	fact holds
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

/* The best of what is worth more than was chosen, or 0; as if all were at hand. */
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

/* What stood in the way of that order. */
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
 * ebpfmm_fallbacks - which orders might become part of the answer unasked
 * @w: the weighing, when ebpfmm_next() has returned 0
 *
 * Of these a limit is to be looked at before ebpfmm_conclude(), and those over it
 * given to ebpfmm_drop(). Supply and headroom are no less for them than for the
 * larger order that was chosen.
 *
 * Return: bitmap of the orders below the best one that are left.
 */
ebpfmm_inline __u32 ebpfmm_fallbacks(const struct ebpfmm_weighing *w)
{
	return w->left & ((1U << w->order) - 1);
}

/**
 * ebpfmm_drop - take out orders that are over their limit
 * @w: the weighing
 * @limited: bitmap of them
 */
ebpfmm_inline void ebpfmm_drop(struct ebpfmm_weighing *w, __u32 limited)
{
	w->limited |= limited;
	w->left &= ~limited;
	w->revised |= !!limited;
}

/**
 * ebpfmm_confirm - end: the answer that ebpfmm_weigh() noted stands
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
 * ebpfmm_conclude - end: make the answer
 * @w: the weighing, when ebpfmm_next() has returned 0
 * @costs: what pages cost
 *
 * The kernel takes the largest order of the answer that it can get. So that this
 * is always the best of them, an order is in it only if it is worth more than
 * each smaller one; and, as the right to compact is for all of them, then only if
 * it would repay that itself.
 */
ebpfmm_inline void ebpfmm_conclude(struct ebpfmm_weighing *w,
				   const volatile struct ebpfmm_costs *costs)
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
	w->reason = ebpfmm_obstacle(w, ebpfmm_better(w, costs));
}

/**
 * ebpfmm_is_pressed - would a page leave too little headroom?
 * @order: of the page
 * @headroom: bytes that may still be charged, to the nearest of all limits above
 * @limit: that limit, bytes
 *
 * The page may turn out to hold no more than the one 4K that was asked for: so
 * what it takes has to be memory that nobody will miss. A 2M page is used while an
 * eighth of the limit is left besides four such pages, smaller ones down to as much
 * less as they are smaller. Thereby large pages never fill the last eighth, they
 * shrink from order to order as it is approached, and what is left can hold many
 * times as many single pages. Four, because a few threads may ask at the same time
 * and each be told of the same headroom.
 *
 * Return: true if it would. If it would for an order, so it would for larger ones.
 */
ebpfmm_inline bool ebpfmm_is_pressed(__u32 order, __u64 headroom, __u64 limit)
{
	/* limit / 8 * size / 2M + 4 * size */
	__u64 page = (limit >> 12) + (4ULL << EBPFMM_PAGE_SHIFT);

	return headroom < page << order;
}

/**
 * ebpfmm_is_limited - would one more page exceed the profile's limit?
 * @order: of the page
 * @folios: pages of that order that are there
 * @limit: of that order, bytes
 *
 * Return: true if it would.
 */
ebpfmm_inline bool ebpfmm_is_limited(__u32 order, __u64 folios, __u64 limit)
{
	return folios >= limit >> (order + EBPFMM_PAGE_SHIFT);
}

/**
 * ebpfmm_alike - which pages around one are decided like it, if by single pages?
 * @w: the weighing, concluded, with an answer without orders
 * @page: number of the page
 * @start: first page of what belongs to the same region; cut on return
 * @end: first page after it; cut on return
 *
 * Where no size is worth more than single pages that holds for the region. Where
 * something stood in the way it may end at the next larger page: of the
 * smallest that would have been used.
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
