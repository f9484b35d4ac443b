// SPDX-License-Identifier: GPL-2.0-only
#include "recording/recording.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const kinds[EBPFMM_SPACE_KINDS] = {
	[EBPFMM_SPACE_IMAGE] = "image",
	[EBPFMM_SPACE_OBJECT] = "object",
	[EBPFMM_SPACE_HEAP] = "heap",
	[EBPFMM_SPACE_STACK] = "stack",
	[EBPFMM_SPACE_MAPPING] = "mapping",
};

const char *ebpfmm_space_kind_name(enum ebpfmm_space_kind kind)
{
	return kinds[kind];
}

int ebpfmm_parse_space_kind(const char *name)
{
	for (int kind = 0; kind < EBPFMM_SPACE_KINDS; kind++)
		if (!strcmp(name, kinds[kind]))
			return kind;
	return -1;
}

/* In the largest unit that divides it. */
static void print_size(uint64_t bytes, char *text, size_t room)
{
	static const char *const units[] = { "", "K", "M", "G" };
	size_t unit = 0;

	for (; bytes && !(bytes % 1024) && unit < 3; unit++)
		bytes /= 1024;
	snprintf(text, room, "%" PRIu64 "%s", bytes, units[unit]);
}

void ebpfmm_space_label(const struct ebpfmm_recording_space *space,
			char label[EBPFMM_SPACE_LABEL])
{
	const char *name = space->name ? space->name : "", *down = space->down ? " down" : "";
	char size[24];
	int length;

	if (space->kind != EBPFMM_SPACE_MAPPING) {
		snprintf(label, EBPFMM_SPACE_LABEL, "%s%s%s", kinds[space->kind],
			 *name ? " " : "", name);
	} else {
		print_size(space->size, size, sizeof(size));
		length = snprintf(NULL, 0, " %s #%u%s", size, space->rank, down);
		/* Of a long name the end is cut, not what follows it. */
		snprintf(label, EBPFMM_SPACE_LABEL, "mapping%s%.*s %s #%u%s", *name ? " " : "",
			 EBPFMM_SPACE_LABEL - length - 10, name, size, space->rank, down);
	}
	ebpfmm_printable(label);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

bool ebpfmm_same_program(const struct ebpfmm_recording_program *a,
			 const struct ebpfmm_recording_program *b)
{
	return !strcmp(a->path, b->path) && same_text(a->build_id, b->build_id) &&
	       (a->build_id || a->size == b->size);
}

bool ebpfmm_same_space(const struct ebpfmm_recording_space *a,
		       const struct ebpfmm_recording_space *b)
{
	return a->program == b->program && a->kind == b->kind && a->size == b->size &&
	       a->rank == b->rank && a->down == b->down && same_text(a->name, b->name);
}

int ebpfmm_recording_row_check(const struct ebpfmm_recording_row *row, bool resident,
			       struct ebpfmm_error *err)
{
	uint64_t next = 0;

	for (size_t i = 0; i < row->nruns; i++) {
		const struct ebpfmm_recording_run *run = &row->runs[i];

		if (!run->pages)
			return ebpfmm_fail(err, 0, "runs[%zu]: has no pages", i);
		if (run->first < next)
			return ebpfmm_fail(err, 0, "runs[%zu]: begins before the end of "
					   "the one before", i);
		if (run->first > EBPFMM_RECORDING_MAX_PAGE - run->pages)
			return ebpfmm_fail(err, 0, "runs[%zu]: ends beyond any address "
					   "space", i);
		if (resident && run->count > run->pages)
			return ebpfmm_fail(err, 0, "runs[%zu]: has more resident pages "
					   "than pages", i);
		next = run->first + run->pages;
	}
	return 0;
}
