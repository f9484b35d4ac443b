// SPDX-License-Identifier: GPL-2.0-only
/* The model of TLBs by which bench/worth/counted counts page walks: worked examples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "../../bench/tlb/tlb.h"

#define PAGE	4096ULL
#define M	(1ULL << 20)

/* Two entries for any page size; behind them two sets of two. */
static const struct tlb_machine tiny = {
	.name = "tiny", .coalesced = 1U << 2,
	.first = { { 1U | 1U << 2 | 1U << TLB_2M, 2, 2 } },
	.second = { { 1U | 1U << 2 | 1U << TLB_2M, 4, 2 } },
};

static struct tlb *tlb;
static struct tlb_counts counts;

static void begin(const struct tlb_machine *machine)
{
	tlb = tlb_new(machine);
	assert_non_null(tlb);
	counts = (struct tlb_counts){};
}

static void access_page(uint64_t address, unsigned int page, unsigned int contiguous,
			unsigned int folio)
{
	if (!tlb_lookup(tlb, address, &counts))
		tlb_fill(tlb, address, page, contiguous, folio, &counts);
}

static void expect(uint64_t accesses, uint64_t second, uint64_t walks_4k)
{
	assert_int_equal(counts.accesses, accesses);
	assert_int_equal(counts.second, second);
	assert_int_equal(counts.walks[0], walks_4k);
}

/* What was used longest ago leaves; the second level still has it. */
static void test_levels(void **state)
{
	(void)state;
	begin(&tiny);
	access_page(0, 0, 0, 0);
	access_page(PAGE - 1, 0, 0, 0);
	expect(2, 0, 1);
	access_page(PAGE, 0, 0, 0);
	access_page(0, 0, 0, 0);
	access_page(2 * PAGE, 0, 0, 0);
	expect(5, 0, 3);
	/* Page 1 has left the first level, page 0 has not. */
	access_page(0, 0, 0, 0);
	expect(6, 0, 3);
	access_page(PAGE, 0, 0, 0);
	expect(7, 1, 3);
	tlb_free(tlb);
}

/* Pages 0, 2 and 4 are in one set of the second level, which has room for two. */
static void test_sets(void **state)
{
	(void)state;
	begin(&tiny);
	for (int page = 0; page < 6; page += 2)
		access_page(page * PAGE, 0, 0, 0);
	expect(3, 0, 3);
	access_page(0, 0, 0, 0);
	expect(4, 0, 4);
	/* The same pages again and again: each time the one that has left. */
	for (int i = 0; i < 4; i++)
		for (int page = 2; page < 8; page += 2)
			access_page(page % 6 * PAGE, 0, 0, 0);
	assert_int_equal(counts.walks[0], 16);
	tlb_flush(tlb);
	access_page(0, 0, 0, 0);
	assert_int_equal(counts.walks[0], 17);
	tlb_free(tlb);
}

static void test_large(void **state)
{
	(void)state;
	begin(&tiny);
	for (int i = 0; i < 512; i++)
		access_page(4 * M + i * PAGE, TLB_2M, 0, 0);
	expect(512, 0, 0);
	assert_int_equal(counts.walks[TLB_2M], 1);
	access_page(2 * M, TLB_2M, 0, 0);
	access_page(6 * M, TLB_2M, 0, 0);
	assert_int_equal(counts.walks[TLB_2M], 3);
	tlb_free(tlb);
}

/* The machine knows 16K; 8K and 64K of contiguous memory are nothing to it. */
static void test_coalesced(void **state)
{
	struct tlb_machine hinted = tiny;

	(void)state;
	begin(&tiny);
	for (int i = 0; i < 4; i++)
		access_page(4 * PAGE + i * PAGE, 0, 1U << 1 | 1U << 2 | 1U << 4, 0);
	expect(4, 0, 0);
	assert_int_equal(counts.walks[2], 1);
	access_page(0, 0, 1U << 1 | 1U << 4, 0);
	assert_int_equal(counts.walks[0], 1);
	tlb_free(tlb);

	hinted.hinted = true;
	begin(&hinted);
	access_page(0, 0, 1U << 2, 0);
	access_page(4 * PAGE, 0, 1U << 2, 1U << 2);
	assert_int_equal(counts.walks[0], 1);
	assert_int_equal(counts.walks[2], 1);
	tlb_free(tlb);
}

/* Each machine can be made, holds what it coalesces, and holds as much as it says. */
static void test_machines(void **state)
{
	(void)state;
	for (const struct tlb_machine *machine = tlb_machines; machine->name; machine++) {
		unsigned int held = 0, entries = 0;

		for (unsigned int i = 0; i < TLB_ARRAYS; i++) {
			held |= machine->second[i].orders;
			if (machine->second[i].orders & 1)
				entries += machine->second[i].entries;
			if (!machine->first[i].orders)
				continue;
			assert_int_equal(machine->first[i].entries % machine->first[i].ways, 0);
		}
		assert_int_equal(machine->coalesced & ~held, 0);
		assert_int_equal(held & (1U | 1U << TLB_2M), 1U | 1U << TLB_2M);
		begin(machine);
		for (int turn = 0; turn < 2; turn++)
			for (uint64_t page = 0; page < entries; page++)
				access_page(page * PAGE, 0, 0, 0);
		assert_int_equal(counts.walks[0], entries);
		assert_int_equal(counts.accesses, 2 * entries);
		tlb_free(tlb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_coalesced),
		cmocka_unit_test(test_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
