// SPDX-License-Identifier: GPL-2.0-only
/*
 * From recordings to what a profile can be derived from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "derive/derive_recorded.h"
#include "set_text.h"

#define HEADER	"{'recording':{'version':1,'minor':0,'page_size':4096,'sampling_us':5000," \
		"'aggregation_us':100000}}\n"
#define PROGRAM	"{'program':{'id':0,'path':'/bin/x','size':1}}\n"
#define HEAP	"{'space':{'id':0,'program':0,'kind':'heap','seen':'4K'}}\n"
#define MAPPING(id, keys)	"{'space':{'id':" #id ",'program':0,'kind':'mapping'," keys \
				",'seen':'4K'}}\n"
#define ENDED	"{'end':{'us':400000,'intervals':0,'runs':0,'lost':0}}\n"

static void read_set(const struct ebpfmm_set *set, struct ebpfmm_recorded *recorded)
{
	struct ebpfmm_error err = {};

	if (ebpfmm_recorded_read(set, NULL, recorded, &err))
		fail_msg("%s", err.message);
}

static bool has_note(const struct ebpfmm_recorded *recorded, const char *text)
{
	for (size_t i = 0; i < recorded->nnotes; i++)
		if (strstr(recorded->notes[i], text))
			return true;
	return false;
}

static void test_rows(void **state)
{
	struct ebpfmm_recorded recorded;
	struct ebpfmm_set set = {};

	(void)state;
	set_text(&set, "a", HEADER PROGRAM HEAP
		 "{'interval':{'us':100000,'space':0,'runs':[3,2,21,0,7,7,0,3,9]}}\n"
		 "{'resident':{'us':100000,'space':0,'runs':[0,4,4,0,4,2,8,2,2]}}\n"
		 "{'resident':{'us':200000,'space':0,'runs':[3,4,4]}}\n"
		 "{'interval':{'us':300000,'space':0,'runs':[0,18,5]}}\n"
		 "{'end':{'us':400000,'intervals':2,'runs':4,'lost':0}}\n");
	set_text(&set, "b", HEADER PROGRAM HEAP
		 "{'interval':{'us':200000,'space':0,'runs':[0,1,1]}}\n");
	read_set(&set, &recorded);
	/* The second one was interrupted: it took until the last that it tells. */
	assert_int_equal(recorded.recorded_ns, 600000000);
	assert_int_equal(recorded.ninputs, 2);
	assert_string_equal(recorded.inputs[1], "b");
	assert_int_equal(recorded.nspaces, 1);
	assert_int_equal(recorded.nnotes, 0);
	assert_int_equal(recorded.spaces[0].kind, EBPFMM_DERIVE_HEAP);
	assert_string_equal(recorded.spaces[0].label, "heap of /bin/x");
	assert_int_equal(recorded.spaces[0].pages, 18);
	assert_int_equal(recorded.spaces[0].nintervals, 3);
	assert_int_equal(recorded.spaces[0].intervals[0].nruns, 2);
	/* More accesses than samples there cannot be. */
	assert_int_equal(recorded.spaces[0].intervals[0].runs[0].first, 3);
	assert_int_equal(recorded.spaces[0].intervals[0].runs[0].seen, 20);
	assert_int_equal(recorded.spaces[0].intervals[0].runs[0].samples, 20);
	/* Of pages 5 to 12 those up to 8 are in memory at some time: 7 x 7 / 3 = 16. */
	assert_int_equal(recorded.spaces[0].intervals[0].runs[1].pages, 3);
	assert_int_equal(recorded.spaces[0].intervals[0].runs[1].seen, 16);
	assert_int_equal(recorded.spaces[0].intervals[0].runs[1].first, 5);
	/* After the last look. */
	assert_int_equal(recorded.spaces[0].intervals[1].runs[0].pages, 18);
	assert_int_equal(recorded.spaces[0].intervals[1].runs[0].seen, 5);
	assert_int_equal(recorded.spaces[0].intervals[2].input, 1);
	assert_int_equal(recorded.spaces[0].intervals[2].time_us, 200000);
	/* 0 to 4, 4 to 6, 3 to 7, 16 to 18. */
	assert_true(recorded.spaces[0].has_resident);
	assert_int_equal(recorded.spaces[0].nresident, 2);
	assert_int_equal(recorded.spaces[0].resident[0].first, 0);
	assert_int_equal(recorded.spaces[0].resident[0].pages, 7);
	assert_int_equal(recorded.spaces[0].resident[1].first, 16);
	assert_int_equal(recorded.spaces[0].resident[1].pages, 2);
	ebpfmm_recorded_free(&recorded);
	ebpfmm_set_free(&set);
}

/* What no policy decides about is left out; what is hot of that is told. */
static void test_left_out(void **state)
{
	struct ebpfmm_recorded recorded;
	struct ebpfmm_set set = {};

	(void)state;
	set_text(&set, "a", HEADER PROGRAM HEAP
		 "{'space':{'id':1,'program':0,'kind':'mapping','name':'/data','size':8192,"
		 "'rank':1,'seen':'4K'}}\n"
		 "{'space':{'id':2,'program':0,'kind':'mapping','name':'[anon_shmem:x]',"
		 "'size':8192,'rank':1,'seen':'4K'}}\n"
		 "{'space':{'id':3,'program':0,'kind':'image','seen':'4K'}}\n"
		 "{'space':{'id':4,'program':0,'kind':'mapping','name':'pool','size':8192,"
		 "'rank':1,'seen':'2M'}}\n"
		 "{'interval':{'us':100000,'space':1,'runs':[0,1,20]}}\n"
		 "{'interval':{'us':100000,'space':3,'runs':[0,1,20]}}\n"
		 "{'interval':{'us':100000,'space':4,'runs':[0,1,20]}}\n");
	read_set(&set, &recorded);
	assert_int_equal(recorded.nspaces, 2);
	assert_string_equal(recorded.spaces[1].label, "mapping pool 8K #1 of /bin/x");
	assert_int_equal(recorded.nnotes, 3);
	assert_true(has_note(&recorded, "mapping /data 8K #1 of /bin/x is left out, with 33.3 %"));
	assert_true(has_note(&recorded, "image of /bin/x is left out"));
	assert_true(has_note(&recorded, "pool 8K #1 of /bin/x was seen through pages of 2M"));
	ebpfmm_recorded_free(&recorded);
	ebpfmm_set_free(&set);
}

static int find_file(const struct ebpfmm_recording_program *program, const char *object,
		     struct ebpfmm_recorded_file *file, void *data, struct ebpfmm_error *err)
{
	static const struct ebpfmm_derive_symbol symbols[] = { { "table", 12 * 4096, 81920 } };
	static const struct ebpfmm_derive_extent anonymous[] = { { 10, 20 }, { 40, 5 } };

	assert_string_equal(program->path, "/bin/x");
	++*(int *)data;
	if (object)
		return ebpfmm_fail(err, 0, "%s: is gone", object);
	*file = (struct ebpfmm_recorded_file){ symbols, 1, NULL, 0, anonymous, 2 };
	return 0;
}

/* Of a file, what is anonymous memory counts; a cold one is not looked for. */
static void test_files(void **state)
{
	int asked = 0;
	const struct ebpfmm_recorded_files files = { find_file, &asked };
	struct ebpfmm_recorded recorded;
	struct ebpfmm_error err = {};
	struct ebpfmm_set set = {};

	(void)state;
	set_text(&set, "a", HEADER PROGRAM
		 "{'space':{'id':0,'program':0,'kind':'image','seen':'4K'}}\n"
		 "{'space':{'id':1,'program':0,'kind':'object','name':'/lib/y','seen':'4K'}}\n"
		 "{'space':{'id':2,'program':0,'kind':'object','name':'/lib/z','seen':'4K'}}\n"
		 "{'interval':{'us':100000,'space':0,'runs':[0,4,20,4,4,20,10,25,20,5,1,20]}}\n"
		 "{'interval':{'us':100000,'space':1,'runs':[0,9,20]}}\n");
	if (ebpfmm_recorded_read(&set, &files, &recorded, &err))
		fail_msg("%s", err.message);
	assert_int_equal(asked, 2);
	assert_int_equal(recorded.nspaces, 1);
	assert_int_equal(recorded.spaces[0].kind, EBPFMM_DERIVE_IMAGE);
	assert_null(recorded.spaces[0].object);
	assert_int_equal(recorded.spaces[0].nsymbols, 1);
	/* 0 to 4 and 52 to 53 are no part of it; of 8 to 12 there are two pages. */
	assert_int_equal(recorded.spaces[0].intervals[0].nruns, 2);
	assert_int_equal(recorded.spaces[0].intervals[0].runs[0].first, 10);
	assert_int_equal(recorded.spaces[0].intervals[0].runs[0].pages, 2);
	/* 22 to 47: what is in the first of the two parts. */
	assert_int_equal(recorded.spaces[0].intervals[0].runs[1].first, 22);
	assert_int_equal(recorded.spaces[0].intervals[0].runs[1].pages, 8);
	assert_int_equal(recorded.nnotes, 1);
	assert_true(has_note(&recorded, "object /lib/y of /bin/x is left out"));
	assert_true(has_note(&recorded, "/lib/y: is gone"));
	ebpfmm_recorded_free(&recorded);
	ebpfmm_set_free(&set);
}

/* A rank among the nameless mappings is none among all mappings of that size. */
static void test_ranks(void **state)
{
	struct ebpfmm_recorded recorded;
	struct ebpfmm_set set = {};

	(void)state;
	set_text(&set, "a", HEADER PROGRAM HEAP
		 "{'space':{'id':1,'program':0,'kind':'mapping','size':8192,'rank':2,"
		 "'seen':'4K'}}\n"
		 "{'space':{'id':2,'program':0,'kind':'mapping','name':'pool','size':8192,"
		 "'rank':1,'seen':'4K'}}\n"
		 "{'space':{'id':3,'program':0,'kind':'mapping','size':4096,'rank':3,"
		 "'seen':'4K'}}\n"
		 "{'space':{'id':4,'program':0,'kind':'mapping','name':'/file','size':4096,"
		 "'rank':1,'seen':'4K'}}\n" ENDED);
	read_set(&set, &recorded);
	assert_int_equal(recorded.nspaces, 4);
	assert_int_equal(recorded.spaces[1].rank, 0);
	assert_int_equal(recorded.spaces[1].pages, 2);
	assert_int_equal(recorded.spaces[2].rank, 1);
	assert_int_equal(recorded.spaces[3].rank, 3);
	ebpfmm_recorded_free(&recorded);
	ebpfmm_set_free(&set);
}

/*
 * Mappings that were seen to grow, upwards or downwards, lie one behind the other in one space,
 * each in blocks of its own; one with a name is apart.
 */
static void test_grown(void **state)
{
	const struct ebpfmm_derive_space *space;
	struct ebpfmm_recorded recorded;
	struct ebpfmm_set set = {};

	(void)state;
	set_text(&set, "a", HEADER PROGRAM HEAP
		 MAPPING(1, "'size':8192,'rank':1") MAPPING(2, "'size':4096,'rank':1")
		 MAPPING(3, "'size':8192,'rank':1,'down':true")
		 MAPPING(4, "'name':'pool','size':4096,'rank':1")
		 MAPPING(5, "'size':8192,'rank':2")
		 "{'interval':{'us':100000,'space':1,'runs':[0,2,20]}}\n"
		 "{'interval':{'us':100000,'space':2,'runs':[3,700,11]}}\n"
		 "{'interval':{'us':100000,'space':4,'runs':[0,2,20]}}\n"
		 "{'interval':{'us':200000,'space':3,'runs':[1,4,7,1,2,8]}}\n"
		 "{'interval':{'us':100000,'space':5,'runs':[0,1,20]}}\n"
		 "{'resident':{'us':200000,'space':1,'runs':[0,2,2]}}\n"
		 "{'resident':{'us':200000,'space':2,'runs':[0,703,500]}}\n"
		 "{'resident':{'us':200000,'space':3,'runs':[0,8,8]}}\n");
	read_set(&set, &recorded);
	/* The heap, the one that did not grow, those without a name, that with one. */
	assert_int_equal(recorded.nspaces, 4);
	assert_false(recorded.spaces[1].grows);
	assert_int_equal(recorded.sources[recorded.first[1]], 5);
	space = &recorded.spaces[2];
	assert_true(space->grows);
	assert_string_equal(space->label, "mappings that grow of /bin/x");
	assert_int_equal(recorded.first[3] - recorded.first[2], 3);
	assert_int_equal(recorded.sources[recorded.first[2] + 2], 3);
	/* 2 pages, 703 and 8, each in blocks of 512. */
	assert_int_equal(space->pages, 512 + 1024 + 512);
	assert_int_equal(space->nintervals, 3);
	assert_int_equal(space->intervals[0].runs[0].first, 0);
	assert_int_equal(space->intervals[1].runs[0].first, 515);
	assert_int_equal(space->intervals[1].runs[0].pages, 700);
	assert_int_equal(space->intervals[2].runs[0].first, 1537);
	assert_int_equal(space->intervals[2].runs[1].first, 1542);
	assert_int_equal(space->intervals[2].runs[1].seen, 8);
	assert_true(space->has_resident);
	assert_int_equal(space->nresident, 3);
	assert_int_equal(space->resident[1].first, 512);
	assert_int_equal(space->resident[1].pages, 500);
	assert_int_equal(space->resident[2].first, 1536);
	space = &recorded.spaces[3];
	assert_string_equal(space->label, "mappings that grow, named pool of /bin/x");
	assert_false(space->has_resident);
	ebpfmm_recorded_free(&recorded);
	ebpfmm_set_free(&set);
}

/* Of two builds of a program that were recorded, the one that did more counts. */
static void test_builds(void **state)
{
	struct ebpfmm_recorded recorded;
	struct ebpfmm_set set = {};

	(void)state;
	set_text(&set, "a", HEADER "{'program':{'id':0,'path':'/bin/x','build_id':'00'}}\n" HEAP
		 "{'interval':{'us':100000,'space':0,'runs':[0,1,20]}}\n");
	set_text(&set, "b", HEADER "{'program':{'id':0,'path':'/bin/x','build_id':'01'}}\n" HEAP
		 "{'interval':{'us':100000,'space':0,'runs':[0,2,20]}}\n");
	read_set(&set, &recorded);
	assert_int_equal(recorded.nspaces, 1);
	assert_int_equal(recorded.spaces[0].pages, 2);
	assert_int_equal(recorded.nnotes, 1);
	assert_true(has_note(&recorded, "/bin/x: of several builds"));
	ebpfmm_recorded_free(&recorded);
	ebpfmm_set_free(&set);
}

static void test_errors(void **state)
{
	static const struct {
		const char *text;
		const char *reason;
	} examples[] = {
		{ HEADER, "no time passed" },
		{ "{'recording':{'version':1,'minor':0,'page_size':16384,'sampling_us':5000,"
		  "'aggregation_us':100000}}\n" ENDED, "a: has pages of 16384 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct ebpfmm_recorded recorded;
		struct ebpfmm_error err = {};
		struct ebpfmm_set set = {};

		set_text(&set, "a", examples[i].text);
		if (!ebpfmm_recorded_read(&set, NULL, &recorded, &err))
			fail_msg("%s: accepted", examples[i].reason);
		if (!strstr(err.message, examples[i].reason))
			fail_msg("%s", err.message);
		ebpfmm_recorded_free(&recorded);
		ebpfmm_set_free(&set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_ranks),
		cmocka_unit_test(test_grown),
		cmocka_unit_test(test_builds),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
