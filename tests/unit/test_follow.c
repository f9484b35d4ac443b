// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which of what is mapped was there before, and what of it is new.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recording/places.h"

#define PROGRAM	"400000-401000 r-xp 00000000 08:01 5 /bin/x\n"

/* What is mapped before and after, and what the spaces of the latter are. */
static const struct example {
	const char *what;
	const char *before;
	const char *after;
	const char *found;
} examples[] = {
	{ "nothing changes", PROGRAM "700000-800000 rw-p 00000000 00:00 0\n",
	  PROGRAM "700000-800000 rw-p 00000000 00:00 0\n", "image; mapping 700000 was 1" },
	{ "it grows upwards", PROGRAM "700000-800000 rw-p 00000000 00:00 0\n",
	  PROGRAM "700000-900000 rw-p 00000000 00:00 0\n", "image; mapping 700000 was 1" },
	{ "it grows downwards", PROGRAM "700000-800000 rw-p 00000000 00:00 0\n",
	  PROGRAM "600000-800000 rw-p 00000000 00:00 0\n",
	  "image; down 600000-700000 from 700000 was 1; mapping 700000 was 1" },
	{ "with a name", PROGRAM "700000-800000 rw-p 00000000 00:00 0 [anon:a]\n",
	  PROGRAM "600000-800000 rw-p 00000000 00:00 0 [anon:a]\n",
	  "image; down 600000-700000 from 700000 was 1; mapping 700000 was 1" },
	{ "another name is another mapping",
	  PROGRAM "700000-800000 rw-p 00000000 00:00 0 [anon:a]\n",
	  PROGRAM "600000-800000 rw-p 00000000 00:00 0 [anon:b]\n",
	  "image; mapping 600000 is new" },
	{ "two become one",
	  PROGRAM "700000-800000 rw-p 00000000 00:00 0\n"
	  "900000-a00000 rw-p 00000000 00:00 0\n",
	  PROGRAM "700000-a00000 rw-p 00000000 00:00 0\n", "image; mapping 700000 was 1" },
	{ "two become one that begins below both",
	  PROGRAM "700000-800000 rw-p 00000000 00:00 0\n"
	  "900000-a00000 rw-p 00000000 00:00 0\n",
	  PROGRAM "600000-a00000 rw-p 00000000 00:00 0\n",
	  "image; down 600000-700000 from 700000 was 1; mapping 700000 was 1" },
	{ "it loses its begin", PROGRAM "700000-800000 rw-p 00000000 00:00 0\n",
	  PROGRAM "780000-800000 rw-p 00000000 00:00 0\n", "image; mapping 780000 is new" },
	{ "its middle is unmapped", PROGRAM "700000-800000 rw-p 00000000 00:00 0\n",
	  PROGRAM "700000-740000 rw-p 00000000 00:00 0\n"
	  "780000-800000 rw-p 00000000 00:00 0\n",
	  "image; mapping 700000 was 1; mapping 780000 is new" },
	{ "two grow", PROGRAM "700000-800000 rw-p 00000000 00:00 0\n"
	  "b00000-c00000 rw-p 00000000 00:00 0\n",
	  PROGRAM "600000-800000 rw-p 00000000 00:00 0\n"
	  "a00000-c00000 rw-p 00000000 00:00 0\n",
	  "image; down 600000-700000 from 700000 was 1; mapping 700000 was 1; "
	  "down a00000-b00000 from b00000 was 2; mapping b00000 was 2" },
	{ "the first look", NULL, PROGRAM "700000-800000 rw-p 00000000 00:00 0\n",
	  "image; mapping 700000 is new" },
};

static void parse(const char *text, struct ebpfmm_places *places)
{
	struct ebpfmm_error err = {};

	if (ebpfmm_places_parse(text, strlen(text), "/bin/x", places, &err))
		fail_msg("%s", err.message);
}

static void describe(const struct ebpfmm_places *places, const size_t *was, char *text,
		     size_t room)
{
	size_t length = 0;

	for (size_t i = 0; i < places->nareas; i++) {
		const struct ebpfmm_area *area = &places->areas[i];
		const struct ebpfmm_recording_space *space = &places->spaces[area->space];

		if (space->kind == EBPFMM_SPACE_IMAGE)
			length += snprintf(text + length, room - length, "image");
		else if (space->down)
			length += snprintf(text + length, room - length,
					   "; down %lx-%lx from %lx", area->start, area->end,
					   places->bases[area->space]);
		else
			length += snprintf(text + length, room - length, "; mapping %lx",
					   places->bases[area->space]);
		if (space->kind == EBPFMM_SPACE_MAPPING)
			length += was[area->space] == SIZE_MAX ?
				  snprintf(text + length, room - length, " is new") :
				  snprintf(text + length, room - length, " was %zu",
					   was[area->space]);
	}
}

static void test_examples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct ebpfmm_places before = {}, after;
		struct ebpfmm_error err = {};
		char text[512] = "";
		size_t *was;

		if (examples[i].before)
			parse(examples[i].before, &before);
		parse(examples[i].after, &after);
		assert_int_equal(ebpfmm_places_follow(&after, &before, &was, &err), 0);
		describe(&after, was, text, sizeof(text));
		if (strcmp(text, examples[i].found))
			fail_msg("%s: %s", examples[i].what, text);
		free(was);
		ebpfmm_places_free(&before);
		ebpfmm_places_free(&after);
	}
}

/* It grows, grows again and loses some: where it began stays where pages are counted from. */
static void test_again(void **state)
{
	static const char *const texts[] = {
		PROGRAM "700000-800000 rw-p 00000000 00:00 0\n",
		PROGRAM "600000-800000 rw-p 00000000 00:00 0\n",
		PROGRAM "500000-800000 rw-p 00000000 00:00 0\n",
		PROGRAM "680000-900000 rw-p 00000000 00:00 0\n" };
	static const uint64_t starts[] = { 0x700000, 0x600000, 0x500000, 0x680000 };
	struct ebpfmm_places before = {}, places;
	struct ebpfmm_recording_run run;
	struct ebpfmm_error err = {};
	size_t *was;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		parse(texts[i], &places);
		assert_int_equal(ebpfmm_places_follow(&places, &before, &was, &err), 0);
		free(was);
		ebpfmm_places_free(&before);
		before = places;
		if (!i)
			continue;
		assert_int_equal(places.nareas, 3);
		assert_int_equal(places.areas[1].start, starts[i]);
		assert_true(places.spaces[places.areas[1].space].down);
		/* The page right below the begin is page 0. */
		ebpfmm_places_run(&places, &places.areas[1], 0x6fe000, 0x700000, &run);
		assert_int_equal(run.first, 0);
		assert_int_equal(run.pages, 2);
		ebpfmm_places_run(&places, &places.areas[2], 0x700000, 0x701000, &run);
		assert_int_equal(run.first, 0);
	}
	ebpfmm_places_free(&before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
