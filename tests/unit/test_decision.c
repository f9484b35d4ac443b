// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decision, as compiled into the policy: worked examples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bpf_types.h"
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

/* Page 512 of ranges in which everything, or no more than 64K, fits. */
#define ALL_FIT		512, 1024
#define FIT_64K		512, 1023
#define FIT_4K		511, 520

static void test_decide(void **state)
{
	static const struct {
		const char *what;
		struct ebpfmm_region region;
		__u64 start, end;
		__u32 admissible;
		__u32 order, orders, reason;
	} table[] = {
		{ "{}: single pages only, and that is best",
		  { .sizes = K4 },
		  ALL_FIT, K64 | M2, 0, 0, EBPFMM_BEST },
		{ "the only size that is named",
		  { .sizes = K4 | M2, .benefit = { [EBPFMM_BENEFIT(9)] = 60000 } },
		  ALL_FIT, K64 | M2, 9, M2, EBPFMM_BEST },
		{ "the larger benefit, with the smaller size to fall back on",
		  { .sizes = K4 | K64 | M2, .benefit = { [EBPFMM_BENEFIT(4)] = 900, [EBPFMM_BENEFIT(9)] = 60000 } },
		  ALL_FIT, K64 | M2, 9, K64 | M2, EBPFMM_BEST },
		{ "a larger page that is worth less is not used",
		  { .sizes = K4 | K64 | M2, .benefit = { [EBPFMM_BENEFIT(4)] = 900, [EBPFMM_BENEFIT(9)] = 899 } },
		  ALL_FIT, K64 | M2, 4, K64, EBPFMM_BEST },
		{ "the smaller one on a tie",
		  { .sizes = K4 | K64 | M2, .benefit = { [EBPFMM_BENEFIT(4)] = 900, [EBPFMM_BENEFIT(9)] = 900 } },
		  ALL_FIT, K64 | M2, 4, K64, EBPFMM_BEST },
		{ "a single page may be worth most",
		  { .sizes = K4 | K64, .benefit = { [EBPFMM_BENEFIT(0)] = 10, [EBPFMM_BENEFIT(4)] = 9 } },
		  ALL_FIT, K64 | M2, 0, 0, EBPFMM_BEST },
		{ "a size worth nothing is not used",
		  { .sizes = K4 | K64 },
		  ALL_FIT, K64 | M2, 0, 0, EBPFMM_BEST },
		{ "no fallback on what is worth less than a single page",
		  { .sizes = K4 | K64 | M2,
		    .benefit = { [EBPFMM_BENEFIT(0)] = 10, [EBPFMM_BENEFIT(4)] = 5, [EBPFMM_BENEFIT(9)] = 20 } },
		  ALL_FIT, K64 | M2, 9, M2, EBPFMM_BEST },
		{ "at an edge of the region the next smaller one",
		  { .sizes = K4 | K64 | M2, .benefit = { [EBPFMM_BENEFIT(4)] = 900, [EBPFMM_BENEFIT(9)] = 60000 } },
		  FIT_64K, K64 | M2, 4, K64, EBPFMM_EDGE },
		{ "at an edge where nothing larger fits",
		  { .sizes = K4 | K64 | M2, .benefit = { [EBPFMM_BENEFIT(4)] = 900, [EBPFMM_BENEFIT(9)] = 60000 } },
		  FIT_4K, K64 | M2, 0, 0, EBPFMM_EDGE },
		{ "forbidden by the kernel, the next smaller one",
		  { .sizes = K4 | K64 | M2, .benefit = { [EBPFMM_BENEFIT(4)] = 900, [EBPFMM_BENEFIT(9)] = 60000 } },
		  ALL_FIT, K64, 4, K64, EBPFMM_FORBIDDEN },
		{ "forbidden altogether",
		  { .sizes = K4 | M2, .benefit = { [EBPFMM_BENEFIT(9)] = 60000 } },
		  ALL_FIT, K16, 0, 0, EBPFMM_FORBIDDEN },
		{ "what cannot fit is not called forbidden",
		  { .sizes = K4 | M2, .benefit = { [EBPFMM_BENEFIT(9)] = 60000 } },
		  FIT_64K, K64, 0, 0, EBPFMM_EDGE },
		{ "benefits do not wrap",
		  { .sizes = K4 | K64 | M2,
		    .benefit = { [EBPFMM_BENEFIT(4)] = 1, [EBPFMM_BENEFIT(9)] = UINT32_MAX } },
		  ALL_FIT, K64 | M2, 9, K64 | M2, EBPFMM_BEST },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct ebpfmm_decision decision =
			ebpfmm_decide(&table[i].region, 512, table[i].start,
				      table[i].end, table[i].admissible);

		if (decision.order != table[i].order ||
		    decision.orders != table[i].orders ||
		    decision.reason != table[i].reason)
			fail_msg("%s: order %u, orders %#x, reason %u",
				 table[i].what, decision.order,
				 decision.orders, decision.reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_decide),
	};

	return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}
