// SPDX-License-Identifier: GPL-2.0-only
/*
 * What damo recorded, with what was mapped meanwhile, as a recording; and recordings
 * laid one upon another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recording/damo.h"
#include "recording/places.h"
#include "recording/set.h"
#include "recording/write.h"

/* As the kernel writes it, of a program that is position-independent. */
#define IMAGE	"555500000000-555500001000 r--p 00000000 fe:01 7     /usr/bin/x\n" \
		"555500001000-555500003000 r-xp 00001000 fe:01 7     /usr/bin/x\n" \
		"555500003000-555500004000 rw-p 00003000 fe:01 7     /usr/bin/x\n" \
		"555500004000-555500006000 rw-p 00000000 00:00 0 \n"
#define HEAP	"555501000000-555501021000 rw-p 00000000 00:00 0     [heap]\n"
#define POOLS	"7f0000000000-7f0000002000 rw-p 00000000 00:00 0 \n" \
		"7f0000003000-7f0000005000 rw-p 00000000 00:00 0 \n" \
		"7f0000006000-7f0000008000 rw-p 00000000 00:00 0     [anon:a pool]\n" \
		"7f0000009000-7f000000b000 r--s 00000000 fe:01 8     /var/data file\n"
#define OBJECT	"7f0000100000-7f0000101000 r-xp 00000000 fe:01 9     /lib/y.so\n" \
		"7f0000101000-7f0000102000 rw-p 00001000 fe:01 9     /lib/y.so\n" \
		"7f0000103000-7f0000106000 rw-p 00000000 00:00 0 \n"
#define TOP	"7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0     [stack]\n" \
		"7ffc00030000-7ffc00034000 r--p 00000000 00:00 0     [vvar]\n" \
		"7ffc00034000-7ffc00036000 r-xp 00000000 00:00 0     [vdso]\n" \
		"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n"
#define MAPS	IMAGE HEAP POOLS OBJECT TOP

/* As damo 2.8 writes it; ' is for ". */
#define INTERVALS	"'intervals':{'sample_us':'5000','aggr_us':'100000'," \
			"'ops_update_us':'1000000','intervals_goal':{'access_bp':'0.000000'," \
			"'aggrs':'0','min_sample_us':'0','max_sample_us':'0'}}"
#define REGION(start, end, samples) \
	"{'start':'" start "','end':'" end "','nr_accesses':{'samples':" samples \
	",'percent':null},'age':{'usec':null,'aggr_intervals':'3'},'sz_filter_passed':'0 B'}"
#define SNAPSHOT(start, end, regions) \
	"{'start_time':'" start "','end_time':'" end "','regions':[" regions \
	"],'total_bytes':'1'}"
#define RECORD(target, snapshots) \
	"{'kdamond_idx':null,'context_idx':null," INTERVALS ",'scheme_idx':null," \
	"'target_id':" target ",'scheme_filters':[],'snapshots':[" snapshots "]}"

/* The image's last page and half of its zeroed part; the heap; the stack's lower end. */
#define FIRST	SNAPSHOT("1000000000", "1100000000", \
		REGION("93,823,560,593,408", "93,823,560,601,600", "4") "," \
		REGION("93823577358336", "93823577362432", "20") "," \
		REGION("140720308486144", "140720308490240", "1"))
/* All from the first pool to what lies behind the file; and one that is nowhere. */
#define SECOND	SNAPSHOT("1100000000", "1200000000", \
		REGION("139637976727552", "139637976776704", "7") "," \
		REGION("4096", "8192", "1") "," REGION("8192", "12288", "0"))
#define BOTH	"[" RECORD("18446623435582458880", FIRST "," SECOND) "]"

static const char spaces_told[] =
	"{'recording':{'version':1,'minor':1,'tool':'damo','start_ns':0,'machine':{'memory':0},"
	"'page_size':4096,'sampling_us':5000,'aggregation_us':100000}}\n"
	"{'program':{'id':0,'path':'/usr/bin/x','size':0,'mtime_ns':0}}\n"
	"{'space':{'id':0,'program':0,'kind':'image','seen':'unknown'}}\n"
	"{'space':{'id':1,'program':0,'kind':'heap','seen':'unknown'}}\n"
	"{'space':{'id':2,'program':0,'kind':'mapping','size':8192,'rank':2,'seen':'unknown'}}\n"
	"{'space':{'id':3,'program':0,'kind':'mapping','size':8192,'rank':1,'seen':'unknown'}}\n"
	"{'space':{'id':4,'program':0,'kind':'mapping','name':'a pool','size':8192,'rank':1,"
	"'seen':'unknown'}}\n"
	"{'space':{'id':5,'program':0,'kind':'mapping','name':'/var/data file','size':8192,"
	"'rank':1,'seen':'unknown'}}\n"
	"{'space':{'id':6,'program':0,'kind':'object','name':'/lib/y.so','seen':'unknown'}}\n"
	"{'space':{'id':7,'program':0,'kind':'mapping','size':12288,'rank':1,'seen':'unknown'}}\n"
	"{'space':{'id':8,'program':0,'kind':'stack','seen':'unknown'}}\n";

static const char rows_told[] =
	"{'interval':{'us':100000,'space':0,'runs':[3,2,4]}}\n"
	"{'interval':{'us':100000,'space':1,'runs':[0,1,20]}}\n"
	"{'interval':{'us':100000,'space':8,'runs':[32,1,1]}}\n"
	"{'interval':{'us':200000,'space':2,'runs':[0,2,7]}}\n"
	"{'interval':{'us':200000,'space':3,'runs':[0,2,7]}}\n"
	"{'interval':{'us':200000,'space':4,'runs':[0,2,7]}}\n"
	"{'interval':{'us':200000,'space':5,'runs':[0,2,7]}}\n"
	"{'end':{'us':200000,'intervals':7,'runs':7,'lost':1,'processes':1}}\n";

static char *quoted(const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	for (char *at = copy; *at; at++)
		if (*at == '\'')
			*at = '"';
	return copy;
}

/* Return: a recording with ' for ", or NULL with @err set; to be freed. */
static char *import(const char *text, const char *maps, const char *exe,
		    const char *target, struct ebpfmm_error *err)
{
	char *json = quoted(text), *bytes = NULL;
	const struct ebpfmm_damo source = {
		.text = json, .length = strlen(json), .maps = maps,
		.maps_length = strlen(maps), .exe = exe, .target = target,
	};
	struct ebpfmm_recording_writer writer = {};
	size_t length;
	int ret;

	assert_non_null(writer.file = open_memstream(&bytes, &length));
	ret = ebpfmm_damo_read(&source, &ebpfmm_recording_writer_ops, &writer, err);
	fclose(writer.file);
	free(json);
	for (char *at = bytes; *at; at++)
		if (*at == '"')
			*at = '\'';
	if (!ret)
		return bytes;
	free(bytes);
	return NULL;
}

static void test_example(void **state)
{
	struct ebpfmm_error err = {};
	char *bytes = import(BOTH, MAPS, NULL, NULL, &err);

	(void)state;
	if (!bytes)
		fail_msg("%s", err.message);
	assert_memory_equal(bytes, spaces_told, strlen(spaces_told));
	assert_string_equal(bytes + strlen(spaces_told), rows_told);
	free(bytes);
}

/* Numbers as such, the older form, percent, and records of others. */
static void test_forms(void **state)
{
	struct ebpfmm_error err = {};
	char *bytes = import(
		"[{'target_id':1,'snapshots':[]},"
		"{'target_id':0," INTERVALS ",'snapshots':[{'start_time':5000,'end_time':7000,"
		"'regions':[{'start':139637976727552,'end':139637976731648,'nr_accesses':9},"
		"{'start':139637976731648,'end':139637976735744,'nr_accesses':"
		"{'samples':null,'percent':50}}]}]}]", MAPS, "/lib/y.so", "0", &err);

	(void)state;
	if (!bytes)
		fail_msg("%s", err.message);
	assert_non_null(strstr(bytes, "'path':'/lib/y.so'"));
	assert_non_null(strstr(bytes, "'us':2,'space':2,'runs':[0,1,9,0,1,10]}}\n{'end'"));
	free(bytes);
}

static const struct {
	const char *text;
	const char *maps;
	const char *message;
} wrong[] = {
	{ "x\234", MAPS, "is compressed: have damo write it with --output_type json" },
	{ "", MAPS, "line 1, column 1: unexpected end of data" },
	{ "{}", MAPS, "records: must be an array, as damo writes it" },
	{ "[]", MAPS, "records: there is none" },
	{ "[1]", MAPS, "records[0].intervals.sample_us: must be a number from 0 to 4294967295" },
	{ "[{'intervals':{'sample_us':9,'aggr_us':'8'}}]", MAPS,
	  "records[0].intervals: aggr_us is less than sample_us, or both are 0" },
	{ "[" RECORD("0", "") "," RECORD("1", "") "]", MAPS,
	  "records[1].target_id: is `1` here and `0` before: the maps are of one process, "
	  "so say which" },
	{ "[" RECORD("0", SNAPSHOT("2", "1", "")) "]", MAPS,
	  "records[0].snapshots[0].end_time: is before start_time" },
	{ "[" RECORD("0", SNAPSHOT("1 s", "2", "")) "]", MAPS,
	  "records[0].snapshots[0].start_time: must be a number from 0 to 9007199254740991000" },
	{ "[" RECORD("0", SNAPSHOT("1", "2", "7")) "]", MAPS, "records[0].snapshots[0]."
	  "regions[0].start: must be a number from 0 to 144115188075855872" },
	{ "[" RECORD("0", SNAPSHOT("1", "2", REGION("2", "1", "0"))) "]", MAPS,
	  "records[0].snapshots[0].regions[0].end: is below the start" },
	{ "[" RECORD("0", SNAPSHOT("1", "2", REGION("1", "2", "-1"))) "]", MAPS,
	  "records[0].snapshots[0].regions[0].nr_accesses.samples: must be a number from 0 "
	  "to 4294967295" },
	{ "[" RECORD("0", SNAPSHOT("1", "2", REGION("4", "9", "1") "," REGION("1", "5", "1")))
	  "]", MAPS, "records[0].snapshots[0].regions: two overlap, at 0x4" },
	{ BOTH, "", "maps: there is no mapping" },
	{ BOTH, IMAGE "rubbish\n", "maps: line 5: is not as in /proc/PID/maps" },
	{ BOTH, IMAGE IMAGE, "maps: line 5: begins before the end of the one before" },
	{ BOTH, IMAGE "555600000001-555600001000 rw-p 00000000 00:00 0",
	  "maps: line 5: is no range of pages" },
	{ BOTH, HEAP, "maps: no file is mapped to be executed" },
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct ebpfmm_error err = {};
		char *bytes = import(wrong[i].text, wrong[i].maps, NULL, NULL, &err);

		if (bytes)
			fail_msg("accepted: %s", wrong[i].text);
		if (strcmp(err.message, wrong[i].message))
			fail_msg("%s\n  says: %s\n  not:  %s", wrong[i].text, err.message,
				 wrong[i].message);
	}
}

static void test_wrong_choice(void **state)
{
	struct ebpfmm_error err = {};

	(void)state;
	assert_null(import(BOTH, MAPS, "/bin/z", NULL, &err));
	assert_string_equal(err.message, "maps: `/bin/z` is not mapped");
	assert_null(import(BOTH, MAPS, NULL, "7", &err));
	assert_string_equal(err.message, "records: there is none with the target_id 7");
}

/* Regions that share a page do not make runs that overlap; the stack counts down. */
static void test_unaligned(void **state)
{
	struct ebpfmm_error err = {};
	char *bytes = import("[" RECORD("0", SNAPSHOT("0", "1000",
		REGION("139637976727552", "139637976727800", "3") ","
		REGION("139637976727800", "139637976727904", "8") ","
		REGION("139637976727904", "139637976731748", "5") ","
		REGION("140720308617216", "140720308621312", "9"))) "]", MAPS, NULL, NULL, &err);

	(void)state;
	if (!bytes)
		fail_msg("%s", err.message);
	assert_non_null(strstr(bytes, "'space':2,'runs':[0,1,3,0,1,5]}}\n"));
	assert_non_null(strstr(bytes, "'space':8,'runs':[0,1,9]}}\n"));
	free(bytes);
}

/* --- sets ------------------------------------------------------------------------- */

#define HEADER	"{'recording':{'version':1,'minor':0,'page_size':4096," \
		"'sampling_us':5000,'aggregation_us':100000}}\n"
#define X	"'path':'/usr/bin/x','size':5"
#define SEEN(id, seen) "{'space':{'id':" id ",'program':0,'kind':'heap','seen':'" seen "'}}\n"
#define POOL(id, program, rank) "{'space':{'id':" id ",'program':" program "," \
		"'kind':'mapping','size':8192,'rank':" rank ",'seen':'4K'}}\n"
#define ONE	HEADER "{'program':{'id':0," X ",'build_id':'aa'}}\n" SEEN("0", "4K") \
		POOL("1", "0", "1") \
		"{'interval':{'us':200000,'space':0,'runs':[4,2,1]}}\n" \
		"{'resident':{'us':200000,'space':0,'runs':[0,9,8]}}\n" \
		"{'interval':{'us':100000,'space':0,'runs':[1,1,2,1,1,3]}}\n"
/* Another file of the same path; spaces in another order; cut off. */
#define OTHER	HEADER "{'program':{'id':0," X ",'build_id':'bb'}}\n" \
		"{'program':{'id':1," X ",'build_id':'aa'}}\n" \
		POOL("0", "1", "1") POOL("1", "1", "2") POOL("2", "0", "1") \
		"{'space':{'id':3,'program':1,'kind':'heap','seen':'2M'}}\n" \
		"{'interval':{'us':100000,'space':3,'runs':[9,3,5]}}\n{'inter"

static int add(struct ebpfmm_set *set, const char *name, const char *text,
	       struct ebpfmm_error *err)
{
	char *bytes = quoted(text);
	FILE *file = fmemopen(bytes, strlen(bytes), "r");
	int ret;

	assert_non_null(file);
	ret = ebpfmm_set_add(set, name, file, err);
	fclose(file);
	free(bytes);
	return ret;
}

static void test_merge(void **state)
{
	struct ebpfmm_set set = {};
	const struct ebpfmm_set_space *heap;
	const struct ebpfmm_set_row *rows;
	struct ebpfmm_error err = {};

	(void)state;
	if (add(&set, "one", ONE, &err) || add(&set, "other", OTHER, &err))
		fail_msg("%s", err.message);
	assert_int_equal(set.nfiles, 2);
	assert_int_equal(set.nprograms, 2);
	assert_int_equal(set.nspaces, 4);
	assert_string_equal(set.programs[0].build_id, "aa");
	assert_string_equal(set.programs[1].build_id, "bb");
	heap = &set.spaces[0];
	assert_int_equal(heap->space.kind, EBPFMM_SPACE_HEAP);
	assert_int_equal(heap->space.seen, EBPFMM_SEEN_UNKNOWN);
	assert_int_equal(heap->pages, 12);
	assert_int_equal(heap->accesses, 3);
	assert_int_equal(heap->resident, 1);
	rows = set.rows + heap->first_row;
	/* By file and time, whatever the order in the file. */
	assert_int_equal(rows[0].time_us, 100000);
	assert_int_equal(rows[0].nruns, 2);
	assert_int_equal(set.runs[rows[0].first_run + 1].first, 3);
	assert_int_equal(rows[1].time_us, 200000);
	assert_int_equal(rows[2].file, 1);
	assert_int_equal(set.runs[rows[2].first_run].first, 9);
	assert_true(rows[3].resident);
	assert_int_equal(set.runs[rows[3].first_run].count, 8);
	assert_int_equal(set.spaces[3].space.program, 1);
	assert_false(set.files[0].truncated);
	assert_true(set.files[1].truncated);
	assert_int_equal(set.files[0].end_us, 200000);
	ebpfmm_set_free(&set);
	assert_int_equal(set.nfiles, 0);
}

static void test_merge_damo(void **state)
{
	char *json = quoted(BOTH);
	const struct ebpfmm_damo source = { .text = json, .length = strlen(json),
					    .maps = MAPS, .maps_length = strlen(MAPS) };
	struct ebpfmm_set set = {};
	struct ebpfmm_error err = {};

	(void)state;
	if (ebpfmm_set_add_damo(&set, "a", &source, &err) ||
	    ebpfmm_set_add_damo(&set, "b", &source, &err))
		fail_msg("%s", err.message);
	assert_int_equal(set.nprograms, 1);
	assert_int_equal(set.nspaces, 9);
	assert_int_equal(set.nrows, 14);
	assert_int_equal(set.files[1].lost, 1);
	assert_true(set.files[1].ended);
	ebpfmm_set_free(&set);
	free(json);
}

static void test_set_refused(void **state)
{
	struct ebpfmm_set set = {};
	struct ebpfmm_error err = {};

	(void)state;
	assert_int_equal(add(&set, "bad", HEADER "x\n", &err), -1);
	assert_string_equal(err.message, "bad: line 2: column 1: unexpected character");
	ebpfmm_set_free(&set);

	assert_int_equal(add(&set, "one", ONE, &err), 0);
	assert_int_equal(add(&set, "64K", "{'recording':{'version':1,'minor':0,"
			     "'page_size':65536,'sampling_us':1,'aggregation_us':1}}\n", &err), -1);
	assert_string_equal(err.message, "64K: line 1: page_size: is not that of one");
	ebpfmm_set_free(&set);
}

/* Looking for a space among very many takes too long. */
static void test_set_spaces(void **state)
{
	struct ebpfmm_set set = {};
	struct ebpfmm_error err = {};
	unsigned int last = 0;

	(void)state;
	for (unsigned int file = 0; file < 4; file++) {
		struct ebpfmm_recording_writer writer = {};
		struct ebpfmm_recording_space space = { .kind = EBPFMM_SPACE_MAPPING };
		const struct ebpfmm_recording_program program = { .path = "/x" };
		char *bytes = NULL;
		size_t length;
		FILE *stream = open_memstream(&bytes, &length);
		const struct ebpfmm_recording_header header = {
			.page_size = 4096, .sampling_us = 1, .aggregation_us = 1,
		};

		assert_non_null(stream);
		ebpfmm_recording_start(&writer, stream, &header, NULL);
		ebpfmm_recording_put_program(&writer, &program, NULL, NULL);
		for (unsigned int i = 0; i < EBPFMM_SET_MAX_SPACES / 3; i++) {
			space.size = 4096 * (1 + file);
			space.rank = i + 1;
			ebpfmm_recording_put_space(&writer, &space, NULL, NULL);
		}
		fclose(stream);
		stream = fmemopen(bytes, length, "r");
		if (!ebpfmm_set_add(&set, "many", stream, &err))
			last = file;
		fclose(stream);
		free(bytes);
	}
	assert_int_equal(last, 2);
	assert_non_null(strstr(err.message, "more than 32768 different spaces"));
	ebpfmm_set_free(&set);
}

/* Wherever memory ends there is an error, and nothing is leaked. */
static void test_set_memory(void **state)
{
	struct ebpfmm_error err;
	struct ebpfmm_set set;
	uint64_t max = 1;

	(void)state;
	for (;; max += max / 8 + 1) {
		int ret;

		err.message[0] = '\0';
		set = (struct ebpfmm_set){ .max_memory = max };
		ret = add(&set, "one", ONE, &err);
		assert_true(set.room.bytes <= max);
		ebpfmm_set_free(&set);
		if (!ret)
			break;
		assert_non_null(strstr(err.message, "bytes of memory"));
	}
	assert_true(max > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_wrong_choice),
		cmocka_unit_test(test_unaligned),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_merge_damo),
		cmocka_unit_test(test_set_refused),
		cmocka_unit_test(test_set_spaces),
		cmocka_unit_test(test_set_memory),
	};

	return cmocka_run_group_tests_name("damo", tests, NULL, NULL);
}
