// SPDX-License-Identifier: GPL-2.0-only
/* What page walks cost: the chain that is chased, what the times say, and the room for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "costs/calibrate_place.h"
#include "costs/measure.h"
#include "scratch.h"

#define PAGE 4096
#define LINES 64

/* One pointer in each page; all are one cycle, and lines have equal shares of it. */
static void expect_cycle(size_t pages, unsigned short seed)
{
	unsigned short seeds[3] = { seed, 1, 2 };
	uint32_t *places = calloc(pages, sizeof(*places));
	unsigned int *visits = calloc(pages, sizeof(*visits)), lines[LINES] = {};
	char *memory = aligned_alloc(PAGE, pages * PAGE);
	void **start, **at;
	size_t i, neighbours = 0;

	assert_non_null(memory);
	start = at = ebpfmm_chase_make(memory, pages, places, seeds);
	for (i = 0; i < pages; i++) {
		size_t place = (size_t)((char *)at - memory), next;

		assert_in_range(place, 0, pages * PAGE - sizeof(*at));
		assert_int_equal(place % LINES, 0);
		visits[place / PAGE]++;
		lines[place % PAGE / LINES]++;
		at = *at;
		next = (size_t)((char *)at - memory);
		neighbours += next / PAGE == place / PAGE + 1;
	}
	assert_ptr_equal(at, start);
	for (i = 0; i < pages; i++)
		assert_int_equal(visits[i], 1);
	for (i = 0; i < LINES; i++)
		assert_in_range(lines[i], pages / LINES, (pages + LINES - 1) / LINES);
	/* In random order, hardly a page is followed by the next one. */
	if (pages > 1000)
		assert_in_range(neighbours, 0, pages / 100);
	free(memory);
	free(visits);
	free(places);
}

static void chain_is_one_cycle(void **state)
{
	static const size_t sizes[] = { 2, 3, 64, 65, 1000, 8192 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (unsigned short seed = 0; seed < 3; seed++)
			expect_cycle(sizes[i], seed);
}

/* The places in pages do not go with the addresses of pages, or large pages lose caches. */
static void lines_are_spread(void **state)
{
	enum { PAGES = 4096, SETS = 1024 };
	unsigned short seed[3] = { 1, 2, 3 };
	static uint32_t places[PAGES];
	static unsigned int sets[SETS];
	char *memory = aligned_alloc(PAGE, PAGES * PAGE);
	void **at = ebpfmm_chase_make(memory, PAGES, places, seed);
	size_t used = 0;

	(void)state;
	for (size_t i = 0; i < PAGES; i++, at = *at)
		sets[(size_t)((char *)at - memory) / LINES % SETS]++;
	for (size_t i = 0; i < SETS; i++)
		used += sets[i] > 0;
	/* Of 4 balls for each of the sets, one in 55 remains without any. */
	assert_in_range(used, SETS * 95 / 100, SETS);
	free(memory);
}

static void gains_and_spreads(void **state)
{
	static const struct {
		const char *what;
		struct ebpfmm_chase rounds[EBPFMM_WALK_ROUNDS];
		size_t n;
		uint32_t saves, spread;
		bool busy;
	} cases[] = {
		{ "one round, without noise", { { 100, 60, 100 } }, 1, 40, 0, false },
		{ "three rounds", { { 100, 60, 101 }, { 102, 61, 101 }, { 99, 59, 101 } },
		  3, 41, 2, false },
		{ "no gain", { { 100, 100, 100 }, { 100, 100, 100 }, { 100, 100, 100 } },
		  3, 0, 0, false },
		{ "a loss", { { 100, 140, 101 }, { 100, 140, 101 }, { 100, 140, 101 } },
		  3, 0, 1, false },
		{ "4K differ as much from 4K",
		  { { 100, 95, 110 }, { 110, 95, 100 }, { 100, 95, 110 } }, 3, 0, 12, false },
		{ "the same, more often",
		  { { 100, 95, 110 }, { 110, 95, 100 }, { 100, 95, 110 }, { 100, 95, 110 },
		    { 110, 95, 100 }, { 100, 95, 110 }, { 100, 95, 110 }, { 110, 95, 100 },
		    { 100, 95, 110 } }, 9, 10, 7, false },
		{ "4K differ so much from 4K that there may be a gain",
		  { { 300, 250, 340 }, { 340, 330, 270 }, { 350, 260, 300 } }, 3, 0, 0, true },
		{ "one round of nine was disturbed",
		  { { 100, 60, 101 }, { 100, 60, 101 }, { 100, 60, 101 }, { 100, 60, 101 },
		    { 900, 60, 101 }, { 100, 60, 101 }, { 100, 60, 101 }, { 100, 60, 101 },
		    { 100, 60, 101 } }, 9, 41, 1, false },
		{ "one that favours small pages",
		  { { 100, 60, 101 }, { 100, 60, 101 }, { 100, 60, 101 }, { 100, 60, 101 },
		    { 100, 900, 101 }, { 100, 60, 101 }, { 100, 60, 101 }, { 100, 60, 101 },
		    { 100, 60, 101 } }, 9, 41, 1, false },
		{ "the gain itself is spread",
		  { { 100, 50, 100 }, { 100, 99, 100 }, { 100, 20, 100 }, { 100, 140, 100 },
		    { 100, 95, 100 } }, 5, 0, 0, true },
		{ "a busy node, in nine rounds",
		  { { 272, 204, 256 }, { 251, 179, 280 }, { 302, 230, 343 }, { 320, 204, 313 },
		    { 342, 212, 336 }, { 274, 194, 327 }, { 295, 200, 318 }, { 397, 218, 370 },
		    { 361, 194, 319 } }, 9, 107, 27, false },
		{ "more than can be", { { 1e9, 1, 1e9 } }, 1, EBPFMM_WALK_NS_MAX, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ebpfmm_walk walk;
		bool busy;

		ebpfmm_solve_walk(cases[i].rounds, cases[i].n, &walk);
		busy = walk.state == EBPFMM_WALK_BUSY;
		if (walk.saves_ns != cases[i].saves || walk.spread_ns != cases[i].spread ||
		    busy != cases[i].busy)
			fail_msg("%s: state %d, saves %u, spread %u", cases[i].what, walk.state,
				 walk.saves_ns, walk.spread_ns);
	}
}

static void put_number(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}

/* The nearest limit above counts; without the controller there is none. */
static void room_below_limits(void **state)
{
	char path[sizeof(scratch) + 8];

	(void)state;
	strcpy(path, in_scratch("a/b/c"));
	mkdir(in_scratch("a"), 0700);
	mkdir(in_scratch("a/b"), 0700);
	mkdir(path, 0700);
	assert_true(ebpfmm_place_room(path) == UINT64_MAX);
	put_number("a/memory.max", "max\n");
	put_number("a/memory.current", "1000\n");
	assert_true(ebpfmm_place_room(path) == UINT64_MAX);
	put_number("a/memory.max", "5000\n");
	assert_true(ebpfmm_place_room(path) == 4000);
	put_number("a/b/memory.max", "7000\n");
	put_number("a/b/memory.current", "10\n");
	assert_true(ebpfmm_place_room(path) == 4000);
	put_number("a/b/memory.max", "15\n");
	assert_true(ebpfmm_place_room(path) == 5);
	put_number("a/b/memory.current", "20\n");
	assert_true(ebpfmm_place_room(path) == 0);
	/* Its own limit is the measurement's own affair. */
	put_number("a/b/c/memory.max", "1\n");
	put_number("a/b/c/memory.current", "0\n");
	put_number("a/b/memory.current", "5\n");
	assert_true(ebpfmm_place_room(path) == 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_is_one_cycle),
		cmocka_unit_test(lines_are_spread),
		cmocka_unit_test(gains_and_spreads),
		cmocka_unit_test(room_below_limits),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
