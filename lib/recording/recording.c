// SPDX-License-Identifier: GPL-2.0-only
#include "recording/recording.h"

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
