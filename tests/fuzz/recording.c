// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: any bytes as a recording. What is accepted must keep the promises that
 * reports rely on, and be the same when it is written and read again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derive/derive_recorded.h"
#include "recording/heat.h"
#include "recording/read.h"
#include "recording/set.h"
#include "recording/write.h"
#include "require.h"
#include "show/heat_print.h"
#include "show/page.h"

/* Little, so that running out of it is tried, too. */
#define MAX_MEMORY	(1U << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FILE *open_bytes(const void *bytes, size_t size)
{
	FILE *file = size ? fmemopen((void *)bytes, size, "r") : fopen("/dev/null", "r");

	require(file);
	return file;
}

static void check_row(const struct ebpfmm_set *set, const struct ebpfmm_set_row *row)
{
	uint64_t next = 0;

	require(row->space < set->nspaces && row->file < set->nfiles);
	require(row->time_us <= EBPFMM_RECORDING_MAX_US);
	require(row->nruns <= EBPFMM_RECORDING_MAX_RUNS);
	require(row->first_run + row->nruns <= set->nruns);
	for (size_t i = 0; i < row->nruns; i++) {
		const struct ebpfmm_recording_run *run = &set->runs[row->first_run + i];

		require(run->pages && run->first >= next);
		require(!row->resident || run->count <= run->pages);
		next = run->first + run->pages;
	}
	require(next <= set->spaces[row->space].pages);
	require(next <= EBPFMM_RECORDING_MAX_PAGE);
}

static void check_set(const struct ebpfmm_set *set)
{
	size_t rows = 0;

	for (size_t i = 0; i < set->nprograms; i++)
		require(set->programs[i].path[0] == '/');
	for (size_t i = 0; i < set->nspaces; i++) {
		const struct ebpfmm_set_space *space = &set->spaces[i];
		bool mapping = space->space.kind == EBPFMM_SPACE_MAPPING;

		require(space->space.program < set->nprograms);
		require(mapping == !!space->space.size && mapping == !!space->space.rank);
		require(!space->space.name || space->space.name[0]);
		for (size_t j = 0; j < space->accesses + space->resident; j++) {
			const struct ebpfmm_set_row *row = &set->rows[space->first_row + j];

			require(row->space == i && row->resident == (j >= space->accesses));
			check_row(set, row);
		}
		rows += space->accesses + space->resident;
	}
	require(rows == set->nrows);
}

/* Nothing that a recording has in it is markup of the page. */
static void check_page(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat)
{
	struct ebpfmm_page page = { .set = set, .heat = heat };
	struct json_object *json = ebpfmm_page_json(&page);
	char *data = json ? ebpfmm_page_script(json_object_to_json_string(json)) : NULL;

	require(data && !strpbrk(data, "<>&"));
	require(strlen(data) < 4 << 20);
	free(data);
	json_object_put(json);
}

/* What reports and profiles are made of. */
static void use(const struct ebpfmm_set *set)
{
	struct ebpfmm_derive_input input = { .name = "fuzz", .horizon_ns = 600000000000 };
	struct ebpfmm_derived *derived = NULL;
	struct ebpfmm_recorded recorded;
	struct ebpfmm_error err = {};
	struct json_object *json;
	struct ebpfmm_heat heat;
	FILE *nowhere = fopen("/dev/null", "w");

	require(nowhere && !ebpfmm_heat_find(set, &heat, &err));
	require(heat.nspaces == set->nspaces);
	for (size_t i = 0; i < heat.nspaces; i++) {
		require(heat.spaces[i].share >= 0 && heat.spaces[i].share <= 1.000001);
		require(heat.spaces[i].hot <= heat.spaces[i].bytes);
	}
	ebpfmm_heat_print(set, &heat, nowhere);
	json = ebpfmm_heat_json(set, &heat);
	require(json);
	json_object_put(json);
	check_page(set, &heat);
	ebpfmm_heat_free(&heat);
	fclose(nowhere);

	if (!ebpfmm_recorded_read(set, NULL, &recorded, &err)) {
		input.spaces = recorded.spaces;
		input.nspaces = recorded.nspaces;
		input.recorded_ns = recorded.recorded_ns;
		input.walk_ns[EBPFMM_ORDERS - 1] = EBPFMM_DERIVE_WALK_NS;
		input.costs.zero_ns = EBPFMM_DEFAULT_ZERO_NS;
		input.costs.fault_ns = EBPFMM_DEFAULT_FAULT_NS;
		if (ebpfmm_derive(&input, &derived, &err))
			require_message(&err);
		ebpfmm_derived_free(derived);
	} else {
		require_message(&err);
	}
	ebpfmm_recorded_free(&recorded);
}

/* Twice, as a recording merged with itself has the same programs and spaces. */
static void load(const uint8_t *data, size_t size)
{
	struct ebpfmm_set set = { .max_memory = MAX_MEMORY };
	size_t programs = 0, spaces = 0;

	for (int time = 0; time < 2; time++) {
		struct ebpfmm_error err = {};
		FILE *file = open_bytes(data, size);
		int ret = ebpfmm_set_add(&set, "fuzz", file, &err);

		fclose(file);
		if (ret) {
			require_message(&err);
			break;
		}
		check_set(&set);
		require(!time || (programs == set.nprograms && spaces == set.nspaces));
		programs = set.nprograms;
		spaces = set.nspaces;
		use(&set);
	}
	ebpfmm_set_free(&set);
}

/* Return: what was read as it is written, or NULL; to be freed. */
static char *copy(const void *data, size_t size, size_t *length,
		  struct ebpfmm_recording_extent *extent)
{
	struct ebpfmm_recording_writer writer = {};
	struct ebpfmm_error err = {};
	FILE *file = open_bytes(data, size);
	char *bytes = NULL;
	int ret;

	writer.file = open_memstream(&bytes, length);
	require(writer.file);
	ret = ebpfmm_recording_read(file, &ebpfmm_recording_writer_ops, &writer, extent, &err);
	fclose(file);
	fclose(writer.file);
	if (!ret)
		return bytes;
	require_message(&err);
	free(bytes);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ebpfmm_recording_extent extent, again;
	size_t length, length_again;
	char *first, *second;

	load(data, size);
	first = copy(data, size, &length, &extent);
	if (!first)
		return 0;
	second = copy(first, length, &length_again, &again);
	require(second && length == length_again && !memcmp(first, second, length));
	require(extent.ended == again.ended && !again.truncated);
	free(first);
	free(second);
	return 0;
}
