// SPDX-License-Identifier: GPL-2.0-only
/* From a plan to calls of madvise(2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "try/advice.h"

#define M	(UINT64_C(1) << 20)

static void advise(struct ebpfmm_told *told, const struct ebpfmm_piece *pieces, size_t count,
		   bool deny, struct ebpfmm_calls *calls)
{
	struct ebpfmm_plan plan = {};

	for (size_t i = 0; i < count; i++)
		assert_int_equal(ebpfmm_plan_add(&plan, &pieces[i]), 0);
	free(calls->list);
	*calls = (struct ebpfmm_calls){};
	assert_int_equal(ebpfmm_advise(told, &plan, deny, calls), 0);
	ebpfmm_plan_free(&plan);
}

static void expect(const struct ebpfmm_calls *calls, size_t index, uint64_t start, uint64_t end,
		   int advice)
{
	assert_true(index < calls->count);
	assert_int_equal(calls->list[index].start, start);
	assert_int_equal(calls->list[index].length, end - start);
	assert_int_equal(calls->list[index].advice, advice);
}

static struct ebpfmm_piece piece(uint64_t start, uint64_t end, enum ebpfmm_try_answer answer)
{
	return (struct ebpfmm_piece){ start, end, answer, EBPFMM_TRY_MAPPING, EBPFMM_NO_REGION };
}

static void test_once(void **state)
{
	struct ebpfmm_piece pieces[] = { piece(8 * M, 16 * M, EBPFMM_ANSWER_2M) };
	struct ebpfmm_calls calls = {};
	struct ebpfmm_told told = {};

	(void)state;
	advise(&told, pieces, 1, false, &calls);
	assert_int_equal(calls.count, 1);
	expect(&calls, 0, 8 * M, 16 * M, MADV_HUGEPAGE);
	/* Nothing is said twice; what is new is said. */
	advise(&told, pieces, 1, false, &calls);
	assert_int_equal(calls.count, 0);
	pieces[0].end = 20 * M;
	advise(&told, pieces, 1, false, &calls);
	assert_int_equal(calls.count, 1);
	expect(&calls, 0, 16 * M, 20 * M, MADV_HUGEPAGE);
	/* New memory at an old address was told nothing. */
	assert_int_equal(ebpfmm_told_set(&told, 10 * M, 12 * M, EBPFMM_ADVICE_NONE), 0);
	advise(&told, pieces, 1, false, &calls);
	assert_int_equal(calls.count, 1);
	expect(&calls, 0, 10 * M, 12 * M, MADV_HUGEPAGE);
	/* What is not mapped any more is forgotten. */
	advise(&told, pieces, 0, false, &calls);
	assert_int_equal(told.count, 0);
	free(calls.list);
	ebpfmm_told_free(&told);
}

static void test_small(void **state)
{
	const struct ebpfmm_piece pieces[] = { piece(8 * M, 16 * M, EBPFMM_ANSWER_4K) };
	const struct ebpfmm_piece others[] = { piece(8 * M, 16 * M, EBPFMM_ANSWER_2M) };
	const struct ebpfmm_piece none[] = { piece(8 * M, 16 * M, EBPFMM_ANSWER_KERNEL) };
	struct ebpfmm_calls calls = {};
	struct ebpfmm_told told = {};

	(void)state;
	/* Single pages are what the kernel uses anyway, unless it or the program wants others. */
	advise(&told, pieces, 1, false, &calls);
	assert_int_equal(calls.count, 0);
	assert_int_equal(ebpfmm_told_set(&told, 10 * M, 12 * M, EBPFMM_ADVICE_ASKED), 0);
	advise(&told, pieces, 1, false, &calls);
	assert_int_equal(calls.count, 1);
	expect(&calls, 0, 10 * M, 12 * M, MADV_NOHUGEPAGE);
	advise(&told, pieces, 1, true, &calls);
	assert_int_equal(calls.count, 2);
	expect(&calls, 0, 8 * M, 10 * M, MADV_NOHUGEPAGE);
	expect(&calls, 1, 12 * M, 16 * M, MADV_NOHUGEPAGE);
	/* The program's refusal wins. */
	assert_int_equal(ebpfmm_told_set(&told, 8 * M, 16 * M, EBPFMM_ADVICE_REFUSED), 0);
	advise(&told, others, 1, false, &calls);
	assert_int_equal(calls.count, 0);
	/* What is in no region any more is as if it had never been. */
	assert_int_equal(ebpfmm_told_set(&told, 8 * M, 16 * M, EBPFMM_ADVICE_LARGE), 0);
	advise(&told, none, 1, false, &calls);
	assert_int_equal(calls.count, 1);
	expect(&calls, 0, 8 * M, 16 * M, MADV_NOHUGEPAGE);
	free(calls.list);
	ebpfmm_told_free(&told);
}

/* No mapping that is left has a whole block of 2M, and all neighbours differ. */
static void test_parts(void **state)
{
	const struct ebpfmm_piece pieces[] = { piece(2 * M, 9 * M, EBPFMM_ANSWER_64K) };
	const struct ebpfmm_piece larger[] = { piece(2 * M, 9 * M, EBPFMM_ANSWER_2M) };
	struct ebpfmm_calls calls = {};
	struct ebpfmm_told told = {};

	(void)state;
	advise(&told, pieces, 1, false, &calls);
	assert_int_equal(calls.count, 3);
	expect(&calls, 0, 2 * M, 9 * M, MADV_HUGEPAGE);
	expect(&calls, 1, 2 * M, 3 * M, MADV_DONTDUMP);
	expect(&calls, 2, 5 * M, 7 * M, MADV_DONTDUMP);
	advise(&told, larger, 1, false, &calls);
	assert_int_equal(calls.count, 2);
	expect(&calls, 0, 2 * M, 9 * M, MADV_DODUMP);
	expect(&calls, 1, 2 * M, 9 * M, MADV_HUGEPAGE);
	free(calls.list);
	ebpfmm_told_free(&told);
}

/* A process can have only so many mappings. */
static void test_reserved(void **state)
{
	struct ebpfmm_piece pieces[] = { piece(8 * M, 200 * 1024 * M, EBPFMM_ANSWER_64K) };
	struct ebpfmm_calls calls = {};
	struct ebpfmm_told told = {};

	(void)state;
	advise(&told, pieces, 1, false, &calls);
	assert_int_equal(calls.count, 0);
	advise(&told, pieces, 1, true, &calls);
	assert_int_equal(calls.count, 1);
	expect(&calls, 0, 8 * M, 200 * 1024 * M, MADV_NOHUGEPAGE);
	free(calls.list);
	ebpfmm_told_free(&told);
}

static void test_set(void **state)
{
	struct ebpfmm_told told = {}, copy;

	(void)state;
	assert_int_equal(ebpfmm_told_set(&told, 10, 20, EBPFMM_ADVICE_LARGE), 0);
	assert_int_equal(ebpfmm_told_set(&told, 30, 40, EBPFMM_ADVICE_LARGE), 0);
	assert_int_equal(ebpfmm_told_set(&told, 20, 30, EBPFMM_ADVICE_LARGE), 0);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.list[0].end, 40);
	assert_int_equal(ebpfmm_told_set(&told, 15, 35, EBPFMM_ADVICE_SMALL), 0);
	assert_int_equal(told.count, 3);
	assert_int_equal(told.list[1].start, 15);
	assert_int_equal(told.list[2].start, 35);
	assert_int_equal(ebpfmm_told_set(&told, 0, 50, EBPFMM_ADVICE_NONE), 0);
	assert_int_equal(told.count, 0);
	assert_int_equal(ebpfmm_told_set(&told, 5, 6, EBPFMM_ADVICE_SMALL), 0);
	assert_int_equal(ebpfmm_told_copy(&copy, &told), 0);
	assert_int_equal(copy.count, 1);
	ebpfmm_told_free(&copy);
	ebpfmm_told_free(&told);
}

static void told_is(const struct ebpfmm_told *told, uint64_t start, uint64_t end, int advice)
{
	for (size_t i = 0; i < told->count; i++)
		if (told->list[i].start == start) {
			assert_int_equal(told->list[i].end, end);
			assert_int_equal(told->list[i].advice, advice);
			return;
		}
	fail_msg("nothing begins there");
}

/* Memory takes along what it was told; what is added is like its end. */
static void test_move(void **state)
{
	const struct ebpfmm_piece pieces[] = { piece(33 * M, 41 * M, EBPFMM_ANSWER_64K) };
	struct ebpfmm_calls calls = {};
	struct ebpfmm_told told = {};

	(void)state;
	assert_int_equal(ebpfmm_told_set(&told, 0, 3 * M, EBPFMM_ADVICE_SMALL), 0);
	assert_int_equal(ebpfmm_told_set(&told, 3 * M, 9 * M, EBPFMM_ADVICE_LARGE), 0);
	assert_int_equal(ebpfmm_told_set(&told, 40 * M, 44 * M, EBPFMM_ADVICE_REFUSED), 0);
	assert_int_equal(ebpfmm_told_move(&told, 2 * M, 4 * M, 2 * M, 8 * M), 0);
	told_is(&told, 3 * M, 10 * M, EBPFMM_ADVICE_LARGE);
	assert_int_equal(ebpfmm_told_move(&told, 2 * M, 4 * M, 38 * M, 5 * M), 0);
	told_is(&told, 38 * M, 39 * M, EBPFMM_ADVICE_SMALL);
	told_is(&told, 39 * M, 43 * M, EBPFMM_ADVICE_LARGE);
	told_is(&told, 43 * M, 44 * M, EBPFMM_ADVICE_REFUSED);
	/* Nothing is known of the end: it was told nothing. */
	assert_int_equal(ebpfmm_told_move(&told, 9 * M, 2 * M, 38 * M, 4 * M), 0);
	told_is(&told, 38 * M, 39 * M, EBPFMM_ADVICE_LARGE);
	told_is(&told, 42 * M, 43 * M, EBPFMM_ADVICE_LARGE);
	/* What becomes smaller leaves alone what is behind it. */
	assert_int_equal(ebpfmm_told_set(&told, 46 * M, 52 * M, EBPFMM_ADVICE_REFUSED), 0);
	assert_int_equal(ebpfmm_told_move(&told, 39 * M, 4 * M, 44 * M, 2 * M), 0);
	told_is(&told, 46 * M, 52 * M, EBPFMM_ADVICE_REFUSED);
	ebpfmm_told_free(&told);

	/* Parts that are too small for blocks may have got large enough. */
	assert_int_equal(ebpfmm_told_set(&told, 2 * M, 8 * M, EBPFMM_ADVICE_PARTS), 0);
	assert_int_equal(ebpfmm_told_move(&told, 2 * M, 6 * M, 33 * M, 8 * M), 0);
	told_is(&told, 33 * M, 41 * M, EBPFMM_ADVICE_SHIFTED);
	advise(&told, pieces, 1, false, &calls);
	expect(&calls, 0, 33 * M, 41 * M, MADV_DODUMP);
	expect(&calls, 1, 33 * M, 41 * M, MADV_HUGEPAGE);
	expect(&calls, 2, 33 * M, 35 * M, MADV_DONTDUMP);
	told_is(&told, 33 * M, 41 * M, EBPFMM_ADVICE_PARTS);
	assert_int_equal(ebpfmm_told_move(&told, 33 * M, 8 * M, 45 * M, 9 * M), 0);
	told_is(&told, 45 * M, 53 * M, EBPFMM_ADVICE_PARTS);
	told_is(&told, 53 * M, 54 * M, EBPFMM_ADVICE_SHIFTED);
	free(calls.list);
	ebpfmm_told_free(&told);
}

/* What advice has split is one mapping for a profile. */
static void test_join(void **state)
{
	static struct ebpfmm_try_area list[] = {
		{ .start = 2 * M, .end = 4 * M, .anonymous = true, .usable = true, .name = "" },
		{ .start = 4 * M, .end = 6 * M, .anonymous = true, .usable = true, .name = "" },
		{ .start = 6 * M, .end = 8 * M, .anonymous = true, .usable = true, .name = "a" },
		{ .start = 8 * M, .end = 9 * M, .anonymous = true, .usable = true, .name = "a" },
		{ .start = 9 * M, .end = 10 * M, .anonymous = true, .usable = true, .name = "a",
		  .access = "r--" },
	};
	struct ebpfmm_try_areas areas = { .list = list, .count = 5 };
	struct ebpfmm_told told = {};

	(void)state;
	assert_int_equal(ebpfmm_told_set(&told, 2 * M, 4 * M, EBPFMM_ADVICE_LARGE), 0);
	assert_int_equal(ebpfmm_told_set(&told, 8 * M, 9 * M, EBPFMM_ADVICE_REFUSED), 0);
	assert_int_equal(ebpfmm_told_set(&told, 9 * M, 10 * M, EBPFMM_ADVICE_LARGE), 0);
	ebpfmm_told_join(&told, &areas);
	/* The program itself has split what it can access in another way. */
	assert_int_equal(areas.count, 4);
	assert_int_equal(list[0].end, 6 * M);
	assert_int_equal(list[1].end, 8 * M);
	ebpfmm_told_free(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
