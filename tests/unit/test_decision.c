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

static void test_fitting(void **state)
{
	static const struct {
		const char *what;
		__u64 page, start, end;
		__u32 sizes, fitting;
	} table[] = {
		{ "aligned region of exactly 2M", 512 + 7, 512, 1024,
		  K4 | K64 | M2, K4 | K64 | M2 },
		{ "2M would begin before the region", 512, 511 + 1 - 256, 1023,
		  K4 | K64 | M2, K4 | K64 },
		{ "2M would end after it", 512, 512, 1023, K4 | M2, K4 },
		{ "64K at the lower edge is cut", 17, 17, 1024, K4 | K64, K4 },
		{ "64K one page further in still is", 31, 17, 1024,
		  K4 | K64, K4 },
		{ "and the next one fits", 32, 17, 1024, K4 | K64, K4 | K64 },
		{ "a single page always fits", 5, 5, 6, K4 | M2, K4 },
		{ "what is not named is not added", 512, 0, 4096, K4 | M2,
		  K4 | M2 },
		{ "the top of the address space", (1ULL << 35) - 1,
		  (1ULL << 35) - 512, 1ULL << 35, K4 | M2, K4 | M2 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		__u32 fitting = ebpfmm_fitting(table[i].page, table[i].start,
					       table[i].end, table[i].sizes);

		if (fitting != table[i].fitting)
			fail_msg("%s: %#x instead of %#x", table[i].what,
				 fitting, table[i].fitting);
	}
}

/* Every page of every small region: the folio is inside, and maximal. */
static void test_fitting_exhaustive(void **state)
{
	__u32 all = EBPFMM_SUPPORTED_ORDERS;
	__u64 start, end, page;
	__u32 order;

	(void)state;
	for (start = 500; start < 530; start++)
		for (end = start + 1; end < 1100; end += 7)
			for (page = start; page < end; page += 3) {
				__u32 fitting = ebpfmm_fitting(page, start, end,
							       all);

				for (order = 0; order < EBPFMM_ORDERS; order++) {
					__u64 size = 1ULL << order;
					__u64 first = page / size * size;
					bool inside = first >= start &&
						      first + size <= end;

					assert_int_equal(!!(fitting & 1U << order),
							 inside && order != 1);
				}
			}
}

static void test_decide(void **state)
{
	static const struct {
		const char *what;
		struct ebpfmm_region region;
		bool is_default;
		__u32 fitting, admissible;
		__u32 order, orders, reason;
	} table[] = {
		{ "{}: single pages only, and that is best",
		  { .sizes = K4 },
		  false, K4, K64 | M2, 0, 0, EBPFMM_BEST },
		{ "the only size that is named",
		  { .sizes = K4 | M2, .benefit = { [9] = 60000 } },
		  false, K4 | M2, K64 | M2, 9, M2, EBPFMM_BEST },
		{ "the larger benefit, with the smaller size to fall back on",
		  { .sizes = K4 | K64 | M2, .benefit = { [4] = 900, [9] = 60000 } },
		  false, K4 | K64 | M2, K64 | M2, 9, K64 | M2, EBPFMM_BEST },
		{ "a larger page that is worth less is not used",
		  { .sizes = K4 | K64 | M2, .benefit = { [4] = 900, [9] = 899 } },
		  false, K4 | K64 | M2, K64 | M2, 4, K64, EBPFMM_BEST },
		{ "the smaller one on a tie",
		  { .sizes = K4 | K64 | M2, .benefit = { [4] = 900, [9] = 900 } },
		  false, K4 | K64 | M2, K64 | M2, 4, K64, EBPFMM_BEST },
		{ "a single page may be worth most",
		  { .sizes = K4 | K64, .benefit = { [0] = 10, [4] = 9 } },
		  false, K4 | K64, K64 | M2, 0, 0, EBPFMM_BEST },
		{ "a size worth nothing is not used",
		  { .sizes = K4 | K64 },
		  false, K4 | K64, K64 | M2, 0, 0, EBPFMM_BEST },
		{ "no fallback on what is worth less than a single page",
		  { .sizes = K4 | K64 | M2,
		    .benefit = { [0] = 10, [4] = 5, [9] = 20 } },
		  false, K4 | K64 | M2, K64 | M2, 9, M2, EBPFMM_BEST },
		{ "at an edge of the region the next smaller one",
		  { .sizes = K4 | K64 | M2, .benefit = { [4] = 900, [9] = 60000 } },
		  false, K4 | K64, K64 | M2, 4, K64, EBPFMM_EDGE },
		{ "forbidden by the kernel, the next smaller one",
		  { .sizes = K4 | K64 | M2, .benefit = { [4] = 900, [9] = 60000 } },
		  false, K4 | K64 | M2, K64, 4, K64, EBPFMM_FORBIDDEN },
		{ "forbidden altogether",
		  { .sizes = K4 | M2, .benefit = { [9] = 60000 } },
		  false, K4 | M2, K16, 0, 0, EBPFMM_FORBIDDEN },
		{ "the default says so",
		  { .sizes = K4 | K64, .benefit = { [4] = 50 } },
		  true, K4 | K64, K64 | M2, 4, K64, EBPFMM_DEFAULT },
		{ "benefits do not wrap",
		  { .sizes = K4 | K64 | M2,
		    .benefit = { [4] = 1, [9] = UINT32_MAX } },
		  false, K4 | K64 | M2, K64 | M2, 9, K64 | M2, EBPFMM_BEST },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct ebpfmm_decision decision =
			ebpfmm_decide(&table[i].region, table[i].is_default,
				      table[i].fitting, table[i].admissible);

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
		cmocka_unit_test(test_fitting),
		cmocka_unit_test(test_fitting_exhaustive),
		cmocka_unit_test(test_decide),
	};

	return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}
