// SPDX-License-Identifier: GPL-2.0-only
/*
 * How large recordings are: a minute of a process of 10 GB, in which each of the thousand
 * regions that DAMON makes by default was accessed, stays below 10 MB. And the example of
 * ebpfmm-recording(5) is a recording.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recording/set.h"
#include "recording/write.h"

#define REGIONS		1000
#define INTERVALS	600
#define SPACES		8
#define SPACE_PAGES	(10ULL * 1000 * 1000 * 1000 / 4096 / SPACES)
#define RUNS		(REGIONS / SPACES)

static const struct ebpfmm_recording_header header = {
	.page_size = 4096, .sampling_us = 5000, .aggregation_us = 100000,
};

/* Runs as long as the space has room for so many, each one as far from the next. */
static void make_runs(struct ebpfmm_recording_run *runs)
{
	uint64_t share = SPACE_PAGES / RUNS;

	for (size_t i = 0; i < RUNS; i++) {
		uint32_t pages = 1 + (uint32_t)((uint64_t)rand() % (share - 1));

		runs[i] = (struct ebpfmm_recording_run){ share * i + share - pages, pages,
							 1 + (uint32_t)(rand() % 20) };
	}
}

static void write_minute(FILE *file)
{
	const struct ebpfmm_recording_program program = { .path = "/usr/bin/x" };
	struct ebpfmm_recording_run runs[RUNS];
	struct ebpfmm_recording_writer writer = {};
	struct ebpfmm_recording_row row = { .runs = runs, .nruns = RUNS };

	assert_int_equal(ebpfmm_recording_start(&writer, file, &header, NULL), 0);
	assert_int_equal(ebpfmm_recording_put_program(&writer, &program, NULL, NULL), 0);
	for (unsigned int i = 0; i < SPACES; i++) {
		const struct ebpfmm_recording_space space = {
			.kind = EBPFMM_SPACE_MAPPING, .size = SPACE_PAGES * 4096,
			.rank = i + 1,
		};

		assert_int_equal(ebpfmm_recording_put_space(&writer, &space, NULL, NULL), 0);
	}
	for (size_t i = 0; i < INTERVALS * SPACES; i++) {
		row.time_us = (i / SPACES + 1) * header.aggregation_us;
		row.space = i % SPACES;
		make_runs(runs);
		assert_int_equal(ebpfmm_recording_put_interval(&writer, &row, NULL), 0);
	}
	assert_int_equal(ebpfmm_recording_finish(&writer, row.time_us, 0, NULL), 0);
}

static void test_minute(void **state)
{
	struct ebpfmm_set set = {};
	struct ebpfmm_error err = {};
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	srand(1);
	write_minute(file);
	print_message("# %ld bytes\n", ftell(file));
	assert_true(ftell(file) > 1000 * 1000);
	assert_true(ftell(file) < 10 * 1000 * 1000);
	rewind(file);
	if (ebpfmm_set_add(&set, "minute", file, &err))
		fail_msg("%s", err.message);
	assert_int_equal(set.nrows, INTERVALS * SPACES);
	assert_int_equal(set.nruns, INTERVALS * RUNS * SPACES);
	assert_int_equal(set.spaces[7].accesses, INTERVALS);
	print_message("# %llu bytes in memory\n", (unsigned long long)set.room.bytes);
	ebpfmm_set_free(&set);
	fclose(file);
}

static const char manual[] =
	"{\"recording\":{\"version\":1,\"minor\":0,\"tool\":\"0.1.0\",\"page_size\":4096,"
	"\"sampling_us\":5000,\"aggregation_us\":100000}}\n"
	"{\"program\":{\"id\":0,\"path\":\"/usr/bin/redis-server\",\"size\":1810024}}\n"
	"{\"space\":{\"id\":0,\"program\":0,\"kind\":\"heap\",\"seen\":\"4K\"}}\n"
	"{\"interval\":{\"us\":100000,\"space\":0,\"runs\":[0,512,20,88,1,1]}}\n"
	"{\"resident\":{\"us\":100000,\"space\":0,\"runs\":[0,1024,900]}}\n"
	"{\"interval\":{\"us\":200000,\"space\":0,\"runs\":[0,512,19]}}\n"
	"{\"end\":{\"us\":200000,\"intervals\":2,\"runs\":3,\"lost\":0}}\n";

static void test_manual(void **state)
{
	struct ebpfmm_set set = {};
	struct ebpfmm_error err = {};
	FILE *file = fmemopen((void *)manual, strlen(manual), "r");

	(void)state;
	assert_non_null(file);
	if (ebpfmm_set_add(&set, "manual", file, &err))
		fail_msg("%s", err.message);
	assert_int_equal(set.runs[1].first, 600);
	assert_true(set.files[0].ended);
	ebpfmm_set_free(&set);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minute),
		cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests_name("recording size", tests, NULL, NULL);
}
