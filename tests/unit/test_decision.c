// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decision, as compiled into the policy: worked examples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/bpf_types.h"
#include "decision.h"

#define K4	(1U << 0)
#define K16	(1U << 2)
#define K64	(1U << 4)
#define M2	(1U << 9)

/* Every page of every small region: the folio is inside exactly when it says. */
static void test_fits(void **state)
{
	__u64 start, end, page;
	__u32 order;

	(void)state;
	for (start = 500; start < 530; start++)
		for (end = start + 1; end < 1100; end += 7)
			for (page = start; page < end; page += 3)
				for (order = 0; order < EBPFMM_ORDERS; order++) {
					__u64 size = 1ULL << order;
					__u64 first = page / size * size;

					assert_int_equal(ebpfmm_fits(page, start, end,
								     order),
							 first >= start &&
							 first + size <= end);
				}
	/* The top of the address space. */
	assert_true(ebpfmm_fits((1ULL << 35) - 1, (1ULL << 35) - 512, 1ULL << 35, 9));
}

/* --- what a page is worth ------------------------------------------------------ */

/* z = 100 ns, f = 500 ns; compaction 2 us for each 4K of the block. */
static const struct ebpfmm_costs node = {
	.zero_ns = 100,
	.fault_ns = 500,
	.compact_ns = { 2000, 4000, 8000, 16000, 32000, 64000, 128000, 256000,
			512000, 1024000 },
};

/* What pages are worth is their benefit, then. */
static const struct ebpfmm_costs free_of_charge;

#define ALL		EBPFMM_TOUCHED_ONE
#define HALF		(EBPFMM_TOUCHED_ONE / 2)
#define B(order, ns)	[EBPFMM_BENEFIT(order)] = (ns)

static void test_net(void **state)
{
	static const struct {
		const char *what;
		struct ebpfmm_region region;
		__u32 order;
		__s64 net;
	} table[] = {
		/* 60000 + 511 * 600 - 511 * 100 */
		{ "2M, all of it touched", { .touched = ALL, .benefit = { B(9, 60000) } },
		  9, 315500 },
		/* 60000 + 511 * 600 / 2 - 51100 */
		{ "2M, half of it", { .touched = HALF, .benefit = { B(9, 60000) } },
		  9, 162200 },
		/* 60000 - 51100 */
		{ "2M, one page of it", { .touched = 0, .benefit = { B(9, 60000) } },
		  9, 8900 },
		/* 900 + 15 * 600 - 15 * 100 */
		{ "64K, all of it touched", { .touched = ALL, .benefit = { B(4, 900) } },
		  4, 8400 },
		/* 900 - 15 * 100 */
		{ "64K, one page of it", { .touched = 0, .benefit = { B(4, 900) } },
		  4, -600 },
		/* 15 * 600 * 170 / 1024 - 1500: 1494.1 is cut to 1494 */
		{ "64K, a sixth of it", { .touched = 170 }, 4, -6 },
		{ "4K is worth what the profile says",
		  { .touched = ALL, .benefit = { B(0, 70) } }, 0, 70 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		__s64 net = ebpfmm_net(&table[i].region, &node, table[i].order);

		if (net != table[i].net)
			fail_msg("%s: %lld", table[i].what, (long long)net);
	}
}

/* 60000 + 511 * 600 / 2 - 51100, less 512 * 2000 where there is no free block. */
static void test_price(void **state)
{
	const struct ebpfmm_region region = { .touched = HALF, .benefit = { B(9, 60000) } };
	struct ebpfmm_price price = ebpfmm_price(&region, &node, 9, true);

	(void)state;
	assert_true(price.benefit == 60000);
	assert_true(price.faults == 153300);
	assert_true(price.zeroing == 51100);
	assert_true(price.block == 1024000);
	assert_true(price.net == 162200 - 1024000);
	price = ebpfmm_price(&region, &node, 9, false);
	assert_true(price.block == 0);
	assert_true(price.net == 162200);
}

/* The largest numbers of all fields: no overflow, which the sanitizer would see. */
static void test_extremes(void **state)
{
	const struct ebpfmm_costs dear = {
		.zero_ns = UINT32_MAX,
		.fault_ns = UINT32_MAX,
		.compact_ns = { [9] = UINT32_MAX },
	};
	struct ebpfmm_region region = {
		.sizes = M2 | 1, .touched = ALL, .benefit = { B(9, UINT32_MAX) },
	};
	const __s64 max = UINT32_MAX;
	struct ebpfmm_weighing w = {};

	(void)state;
	/* b + 511 (f + z) - 511 z = b + 511 f */
	assert_true(ebpfmm_net(&region, &dear, 9) == 512 * max);
	region.touched = 0;
	region.benefit[EBPFMM_BENEFIT(9)] = 0;
	assert_true(ebpfmm_net(&region, &dear, 9) == -511 * max);
	assert_true(ebpfmm_price(&region, &dear, 9, true).net == -512 * max);

	region.touched = UINT16_MAX;
	ebpfmm_weigh(&w, &region, &dear, 512, 512, 1024, M2);
	assert_int_equal(ebpfmm_next(&w), 9);
	ebpfmm_learn(&w, &dear, 9, EBPFMM_MISSING);
	assert_int_equal(ebpfmm_next(&w), 0);
	ebpfmm_conclude(&w, &dear, ebpfmm_better(&w, &dear));
	assert_int_equal(w.orders, M2);
}

/* --- worked examples ----------------------------------------------------------- */

/* Page 512 of ranges in which everything, or no more than 64K, fits. */
#define ALL_FIT		512, 1024
#define FIT_64K		512, 1023
#define FIT_4K		511, 520

/**
 * struct world - what there is to be found out
 * @missing: of this order and larger ones no block is at hand; 0: all are
 * @limited: bitmap of the orders that are over their limit
 * @headroom: bytes to the limit of the memory cgroup
 * @limit: that limit; 0: there is none
 */
struct world {
	__u32 missing;
	__u32 limited;
	__u64 headroom;
	__u64 limit;
};

static enum ebpfmm_fact find_out(const struct world *world, __u32 order)
{
	if (world->limited >> order & 1)
		return EBPFMM_LIMITED;
	if (world->limit &&
	    ebpfmm_is_pressed(order, world->headroom, world->limit))
		return EBPFMM_PRESSED;
	if (world->missing && order >= world->missing)
		return EBPFMM_MISSING;
	return EBPFMM_AT_HAND;
}

/* Weighs, as the policy does; the number of times that something was found out. */
static unsigned int decide(struct ebpfmm_weighing *w,
			   const struct ebpfmm_region *region,
			   const struct ebpfmm_costs *costs, __u64 start,
			   __u64 end, __u32 admissible, const struct world *world)
{
	unsigned int rounds;
	__u32 order;

	ebpfmm_weigh(w, region, costs, 512, start, end, admissible);
	for (rounds = 0; (order = ebpfmm_next(w)); rounds++) {
		assert_true(rounds < EBPFMM_ROUNDS);
		assert_true(w->left >> order & 1);
		ebpfmm_learn(w, costs, order, find_out(world, order));
	}
	ebpfmm_drop(w, ebpfmm_fallbacks(w) & world->limited);
	ebpfmm_conclude(w, costs, ebpfmm_better(w, costs));
	return rounds;
}

/* What weighing notes for the usual case is what looking at all orders finds. */
static void test_noted(void **state)
{
	unsigned int seed = 1, i, order;

	(void)state;
	for (i = 0; i < 100000; i++) {
		struct ebpfmm_region region = {
			.sizes = (rand_r(&seed) & EBPFMM_SUPPORTED_ORDERS) | K4,
			.touched = rand_r(&seed) % (ALL + 1),
		};
		struct ebpfmm_weighing noted = {}, sought;
		__u64 start = rand_r(&seed) % 512, end = 513 + rand_r(&seed) % 768;
		/* Few different ones, so that some are equal. */
		__u32 each = rand_r(&seed) % 2 ? 1 : 1U << rand_r(&seed) % 16;

		for (order = 0; order < EBPFMM_ORDERS; order++)
			if (region.sizes >> order & 1)
				region.benefit[EBPFMM_BENEFIT(order)] =
					each * (rand_r(&seed) % 4);
		ebpfmm_weigh(&noted, &region, i % 2 ? &node : &free_of_charge,
			     512, start, end,
			     rand_r(&seed) & EBPFMM_SUPPORTED_ORDERS);
		sought = noted;
		sought.revised = 1;
		while ((order = ebpfmm_next(&noted)))
			ebpfmm_learn(&noted, &node, order, EBPFMM_AT_HAND);
		while ((order = ebpfmm_next(&sought)))
			ebpfmm_learn(&sought, &node, order, EBPFMM_AT_HAND);
		ebpfmm_conclude(&noted, &node, ebpfmm_better(&noted, &node));
		ebpfmm_conclude(&sought, &node, ebpfmm_better(&sought, &node));
		assert_int_equal(noted.order, sought.order);
		assert_int_equal(noted.orders, sought.orders);
		assert_int_equal(noted.reason, sought.reason);
		assert_int_equal(noted.compact, sought.compact);
		assert_int_equal(noted.settled, sought.settled);
	}
}

static void test_decide(void **state)
{
	/* Worth, in ns, where all is touched: 64K 8400, 2M 315500. */
	static const struct ebpfmm_region
		both = { .sizes = K4 | K64 | M2, .touched = ALL,
			 .benefit = { B(4, 900), B(9, 60000) } },
		/* 900 - 1500 < 0; 60000 - 51100 = 8900 */
		sparse = { .sizes = K4 | K64 | M2, .touched = 0,
			   .benefit = { B(4, 900), B(9, 60000) } },
		/* 64K: 7500 + 30000 = 37500; 2M: 255500 + 900000 = 1155500 */
		precious = { .sizes = K4 | K64 | M2, .touched = ALL,
			     .benefit = { B(4, 30000), B(9, 900000) } };
	static const struct {
		const char *what;
		struct ebpfmm_region region;
		__u64 start, end;
		__u32 admissible;
		struct world world;
		__u32 order, orders, compact, reason;
		unsigned int rounds;
	} table[] = {
		{ "{}: single pages only, and that is best",
		  { .sizes = K4, .touched = ALL },
		  ALL_FIT, K64 | M2, {}, 0, 0, 0, EBPFMM_BEST, 0 },
		{ "the only size that is named",
		  { .sizes = K4 | M2, .touched = ALL },
		  ALL_FIT, K64 | M2, {}, 9, M2, 0, EBPFMM_BEST, 1 },
		{ "the larger net, with the smaller size to fall back on",
		  both, ALL_FIT, K64 | M2, {}, 9, K64 | M2, 0, EBPFMM_BEST, 1 },
		{ "2M is worth less by itself, but saves more faults",
		  { .sizes = K4 | K64 | M2, .touched = ALL, .benefit = { B(4, 900) } },
		  ALL_FIT, K64 | M2, {}, 9, K64 | M2, 0, EBPFMM_BEST, 1 },

		/* A sixth (170): 64K 900 - 6 = 894; 2M 50900 - 51100 = -200 */
		{ "little is touched: zeroing 2M costs more than it saves",
		  { .sizes = K4 | K64 | M2, .touched = 170, .benefit = { B(4, 900) } },
		  ALL_FIT, K64 | M2, {}, 4, K64, 0, EBPFMM_BEST, 1 },
		{ "nothing is touched, but the benefit is large: no 64K then",
		  sparse, ALL_FIT, K64 | M2, {}, 9, M2, 0, EBPFMM_BEST, 1 },
		/* 50000 - 51100 */
		{ "nothing is touched, and nothing is asked of the kernel",
		  { .sizes = K4 | K64 | M2, .touched = 0, .benefit = { B(9, 50000) } },
		  ALL_FIT, K64 | M2, {}, 0, 0, 0, EBPFMM_BEST, 0 },

		/* 64K 248000 + 7500 = 255500 = 2M */
		{ "the smaller one on a tie",
		  { .sizes = K4 | K64 | M2, .touched = ALL, .benefit = { B(4, 248000) } },
		  ALL_FIT, K64 | M2, {}, 4, K64, 0, EBPFMM_BEST, 1 },
		/* 64K 7500 */
		{ "a single page on a tie",
		  { .sizes = K4 | K64, .touched = ALL, .benefit = { B(0, 7500) } },
		  ALL_FIT, K64 | M2, {}, 0, 0, 0, EBPFMM_BEST, 0 },
		{ "a single page may be worth most",
		  { .sizes = K4 | K64, .touched = ALL, .benefit = { B(0, 7501) } },
		  ALL_FIT, K64 | M2, {}, 0, 0, 0, EBPFMM_BEST, 0 },
		{ "no fallback on what is worth less than a single page",
		  { .sizes = K4 | K64 | M2, .touched = ALL, .benefit = { B(0, 8000) } },
		  ALL_FIT, K64 | M2, {}, 9, M2, 0, EBPFMM_BEST, 1 },
		/* 16K 9000 + 1500 = 10500; 64K 7500; 2M 255500 */
		{ "no fallback on what is worth less than a smaller size",
		  { .sizes = K4 | K16 | K64 | M2, .touched = ALL, .benefit = { B(2, 9000) } },
		  ALL_FIT, K16 | K64 | M2, {}, 9, K16 | M2, 0, EBPFMM_BEST, 1 },

		{ "at an edge of the region the next smaller one",
		  both, FIT_64K, K64 | M2, {}, 4, K64, 0, EBPFMM_EDGE, 1 },
		{ "at an edge where nothing larger fits",
		  both, FIT_4K, K64 | M2, {}, 0, 0, 0, EBPFMM_EDGE, 0 },
		{ "forbidden by the kernel, the next smaller one",
		  both, ALL_FIT, K64, {}, 4, K64, 0, EBPFMM_FORBIDDEN, 1 },
		{ "forbidden altogether",
		  both, ALL_FIT, K16, {}, 0, 0, 0, EBPFMM_FORBIDDEN, 0 },
		{ "what cannot fit is not called forbidden",
		  { .sizes = K4 | M2, .touched = ALL },
		  FIT_64K, K64, {}, 0, 0, 0, EBPFMM_EDGE, 0 },

		/* 2M 315500 - 1024000 < 8400 */
		{ "no block of 2M, which does not repay compaction: the 64K at hand",
		  both, ALL_FIT, K64 | M2, { .missing = 9 },
		  4, K64, 0, EBPFMM_SUPPLY, 2 },
		/* and 64K 8400 - 32000 < 0 */
		{ "no block at all, and none repays compaction",
		  both, ALL_FIT, K64 | M2, { .missing = 4 },
		  0, 0, 0, EBPFMM_SUPPLY, 2 },
		/* 2M 1155500 - 1024000 = 131500 > 37500; 64K 37500 - 32000 > 0 */
		{ "no block of 2M, which repays compaction: so would 64K",
		  precious, ALL_FIT, K64 | M2, { .missing = 9 },
		  9, K64 | M2, 1, EBPFMM_BEST, 1 },
		/* 64K 8400 - 32000 < 0 */
		{ "2M repays compaction, 64K would not",
		  { .sizes = K4 | K64 | M2, .touched = ALL,
		    .benefit = { B(4, 900), B(9, 900000) } },
		  ALL_FIT, K64 | M2, { .missing = 9 }, 9, M2, 1, EBPFMM_BEST, 1 },
		/* 2M 255500 + 800000 - 1024000 = 31500 < 37500 */
		{ "2M repays compaction, but the 64K at hand is worth more",
		  { .sizes = K4 | K64 | M2, .touched = ALL,
		    .benefit = { B(4, 30000), B(9, 800000) } },
		  ALL_FIT, K64 | M2, { .missing = 9 }, 4, K64, 0, EBPFMM_SUPPLY, 2 },
		/* 2M 31500; 64K 37500 - 32000 = 5500 */
		{ "the same, but 64K is missing as well",
		  { .sizes = K4 | K64 | M2, .touched = ALL,
		    .benefit = { B(4, 30000), B(9, 800000) } },
		  ALL_FIT, K64 | M2, { .missing = 4 },
		  9, K64 | M2, 1, EBPFMM_SUPPLY, 2 },
		/* 2M 255500 + 769000 - 1024000 = 500; 64K 37500 - 32000 = 5500 */
		{ "64K repays compaction better than 2M",
		  { .sizes = K4 | K64 | M2, .touched = ALL,
		    .benefit = { B(4, 30000), B(9, 769000) } },
		  ALL_FIT, K64 | M2, { .missing = 4 }, 4, K64, 1, EBPFMM_SUPPLY, 2 },

		{ "the limit of 2M is reached: 64K",
		  both, ALL_FIT, K64 | M2, { .limited = M2 },
		  4, K64, 0, EBPFMM_LIMIT, 2 },
		{ "the limits of all sizes are reached",
		  both, ALL_FIT, K64 | M2, { .limited = K64 | M2 },
		  0, 0, 0, EBPFMM_LIMIT, 2 },
		{ "a limit on the smaller size: no fallback on it",
		  both, ALL_FIT, K64 | M2, { .limited = K64 },
		  9, M2, 0, EBPFMM_BEST, 1 },
		{ "nothing is compacted for what a limit forbids",
		  precious, ALL_FIT, K64 | M2, { .missing = 9, .limited = M2 },
		  4, K64, 0, EBPFMM_LIMIT, 2 },

		/* 2M needs 16M / 8 + 4 * 2M = 10M, 64K a thirty-second: 320K */
		{ "enough headroom",
		  both, ALL_FIT, K64 | M2,
		  { .headroom = 10 << 20, .limit = 16 << 20 },
		  9, K64 | M2, 0, EBPFMM_BEST, 1 },
		{ "too little for 2M",
		  both, ALL_FIT, K64 | M2,
		  { .headroom = (10 << 20) - 1, .limit = 16 << 20 },
		  4, K64, 0, EBPFMM_PRESSURE, 2 },
		{ "just enough for 64K",
		  both, ALL_FIT, K64 | M2,
		  { .headroom = 320 << 10, .limit = 16 << 20 },
		  4, K64, 0, EBPFMM_PRESSURE, 2 },
		{ "too little for 64K",
		  both, ALL_FIT, K64 | M2,
		  { .headroom = (320 << 10) - 1, .limit = 16 << 20 },
		  0, 0, 0, EBPFMM_PRESSURE, 2 },
		{ "nothing is compacted under pressure",
		  precious, ALL_FIT, K64 | M2,
		  { .missing = 4, .headroom = 0, .limit = 16 << 20 },
		  0, 0, 0, EBPFMM_PRESSURE, 2 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct ebpfmm_weighing w = {};
		unsigned int rounds = decide(&w, &table[i].region, &node,
					     table[i].start, table[i].end,
					     table[i].admissible,
					     &table[i].world);

		if (w.order != table[i].order || w.orders != table[i].orders ||
		    w.compact != table[i].compact ||
		    w.reason != table[i].reason || rounds != table[i].rounds)
			fail_msg("%s: order %u, orders %#x, compact %u, reason %u, rounds %u",
				 table[i].what, w.order, w.orders, w.compact,
				 w.reason, rounds);
	}
}

/* --- against the definition ---------------------------------------------------- */

/* The same numbers every time. */
static __u32 random_number(void)
{
	static __u64 seed = 1;

	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return seed >> 33;
}

/* The rule without laziness: everything is found out of every order. */
static __u32 best_by_definition(const struct ebpfmm_region *region,
				__u64 start, __u64 end, __u32 admissible,
				const struct world *world, __s64 *best_net)
{
	__u32 best = 0, order;

	*best_net = ebpfmm_net(region, &node, 0);
	for (order = 1; order < EBPFMM_ORDERS; order++) {
		__s64 net = ebpfmm_net(region, &node, order);
		enum ebpfmm_fact fact = find_out(world, order);

		if (!(region->sizes & admissible & 1U << order) ||
		    !ebpfmm_fits(512, start, end, order) ||
		    fact == EBPFMM_LIMITED || fact == EBPFMM_PRESSED)
			continue;
		if (fact == EBPFMM_MISSING)
			net -= node.compact_ns[order];
		if (net > *best_net) {
			best = order;
			*best_net = net;
		}
	}
	return best;
}

/* Whatever the kernel can give of an answer has to be the best of what it can. */
static void check_answer(const struct ebpfmm_weighing *w,
			 const struct ebpfmm_region *region)
{
	__s64 most = ebpfmm_net(region, &node, 0);
	__u32 order;

	for (order = 1; order < EBPFMM_ORDERS; order++) {
		__s64 net = ebpfmm_net(region, &node, order);

		if (!(w->orders >> order & 1))
			continue;
		if (w->compact)
			net -= node.compact_ns[order];
		assert_true(net > most);
		most = net;
	}
	assert_int_equal(w->orders >> w->order, w->order ? 1 : 0);
}

static void test_any(void **state)
{
	__u32 i, order;

	(void)state;
	for (i = 0; i < 200000; i++) {
		struct ebpfmm_region region = {
			.sizes = (random_number() & EBPFMM_SUPPORTED_ORDERS) | 1,
			.touched = random_number() % (EBPFMM_TOUCHED_ONE + 1),
		};
		struct world world = {
			.missing = random_number() % (EBPFMM_ORDERS + 1),
			.limited = random_number() & random_number() & 0x3fe,
			.headroom = random_number() % (12 << 20),
			.limit = random_number() % 2 ? 16 << 20 : 0,
		};
		__u32 admissible = (random_number() | random_number()) &
				   EBPFMM_SUPPORTED_ORDERS;
		__u64 start = 512 - random_number() % 64;
		__u64 end = 513 + random_number() % 1024;
		struct ebpfmm_weighing w = {};
		__s64 net;

		for (order = 0; order < EBPFMM_ORDERS; order++)
			if (region.sizes >> order & 1 && order != 1)
				region.benefit[EBPFMM_BENEFIT(order)] =
					random_number() >> (random_number() % 31);
		decide(&w, &region, &node, start, end, admissible, &world);
		assert_int_equal(w.order, best_by_definition(&region, start, end,
							     admissible, &world,
							     &net));
		assert_true(w.net[w.order] == net);
		assert_int_equal(w.orders & ~(region.sizes & admissible), 0);
		assert_int_equal(w.orders & world.limited, 0);
		check_answer(&w, &region);
	}
}

/* --- limits, pressure, and what is decided alike -------------------------------- */

static void test_limited(void **state)
{
	(void)state;
	/* 4M: one such page is there, so there may be another one. */
	assert_false(ebpfmm_is_limited(9, 1, 4 << 20));
	assert_true(ebpfmm_is_limited(9, 2, 4 << 20));
	/* Less than a page: none. */
	assert_true(ebpfmm_is_limited(9, 0, (2 << 20) - 1));
	assert_false(ebpfmm_is_limited(4, 0, 64 << 10));
	assert_true(ebpfmm_is_limited(4, 0, 0));
	assert_false(ebpfmm_is_limited(9, 1ULL << 40, UINT64_MAX));
}

static void test_pressed(void **state)
{
	__u32 order;

	(void)state;
	/* Of 1G an eighth and four pages: 136M. */
	assert_false(ebpfmm_is_pressed(9, 136ULL << 20, 1ULL << 30));
	assert_true(ebpfmm_is_pressed(9, (136ULL << 20) - 1, 1ULL << 30));
	assert_false(ebpfmm_is_pressed(9, INT64_MAX, INT64_MAX));
	/* Larger orders go first. */
	for (order = 1; order < EBPFMM_ORDERS; order++)
		assert_int_equal(ebpfmm_is_pressed(order, (17ULL << 20) - 1,
						   1ULL << 30),
				 order >= 6);
}

static void test_alike(void **state)
{
	static const struct {
		const char *what;
		struct ebpfmm_region region;
		__u32 admissible;
		struct world world;
		__u64 from, to;
	} table[] = {
		{ "nothing else is named", { .sizes = K4, .touched = ALL },
		  K64 | M2, {}, 510, 2000 },
		{ "nothing else is worth anything", { .sizes = K4 | M2 },
		  K64 | M2, {}, 510, 2000 },
		{ "forbidden: to the end of the 64K",
		  { .sizes = K4 | K64 | M2, .touched = ALL }, 0, {}, 512, 528 },
		/* 64K -1500; 2M 8900 */
		{ "forbidden: 64K is worth nothing, so to the end of the 2M",
		  { .sizes = K4 | K64 | M2, .benefit = { B(9, 60000) } },
		  0, {}, 512, 1024 },
		{ "missing", { .sizes = K4 | M2, .touched = ALL },
		  M2, { .missing = 1 }, 512, 1024 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct ebpfmm_weighing w = {};
		__u64 from = 510, to = 2000;

		decide(&w, &table[i].region, &node, from, to,
		       table[i].admissible, &table[i].world);
		assert_int_equal(w.orders, 0);
		ebpfmm_alike(&w, 512, &from, &to);
		if (from != table[i].from || to != table[i].to)
			fail_msg("%s: %llu to %llu", table[i].what,
				 (unsigned long long)from,
				 (unsigned long long)to);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_net),
		cmocka_unit_test(test_price),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_noted),
		cmocka_unit_test(test_decide),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_limited),
		cmocka_unit_test(test_pressed),
		cmocka_unit_test(test_alike),
	};

	return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}
