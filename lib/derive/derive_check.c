// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether what a profile is to be derived from makes sense. After this, sums of page
 * walks fit 64 bits: a block of at most 2^9 pages saves fewer than 2^29 in an interval.
 */
#include <math.h>

#include "derive/derive_private.h"

#define MAX_INTERVALS	(1ULL << 34)

/* The end of pages that begin at or after @from and end in the space; 0 if they do not. */
static uint64_t check_extent(const struct ebpfmm_derive_space *space, uint64_t from,
			     uint64_t first, uint64_t pages)
{
	if (first < from || !pages || first > space->pages || pages > space->pages - first)
		return 0;
	return first + pages;
}

static int check_interval(const struct ebpfmm_derive_input *input,
			  const struct ebpfmm_derive_space *space,
			  const struct ebpfmm_derive_interval *interval,
			  struct ebpfmm_error *err)
{
	uint64_t from = 0;
	size_t i;

	if (input->ninputs && interval->input >= input->ninputs)
		return ebpfmm_fail(err, 0, "there is no recording %zu", interval->input);
	for (i = 0; i < interval->nruns; i++) {
		const struct ebpfmm_derive_run *run = &interval->runs[i];

		from = check_extent(space, from, run->first, run->pages);
		if (!from)
			return ebpfmm_fail(err, 0, "run %zu is empty, overlaps the one "
					   "before it, or is not in the space", i);
		if (run->samples > EBPFMM_DERIVE_MAX_SAMPLES || run->seen > run->samples)
			return ebpfmm_fail(err, 0, "run %zu has %u accesses in %u samples",
					   i, run->seen, run->samples);
	}
	return 0;
}

static int check_space(const struct ebpfmm_derive_input *input,
		       const struct ebpfmm_derive_space *space, struct ebpfmm_error *err)
{
	uint64_t from = 0;
	size_t i;

	if (!space->exe)
		return ebpfmm_fail(err, 0, "has no program");
	if (space->pages > EBPFMM_DERIVE_MAX_PAGES)
		return ebpfmm_fail(err, 0, "is larger than memory can be");
	if (space->skew >= 1U << DERIVE_LARGE)
		return ebpfmm_fail(err, 0, "its skew is %u, not below %u", space->skew,
				   1U << DERIVE_LARGE);
	if (space->nintervals > MAX_INTERVALS)
		return ebpfmm_fail(err, 0, "has too many intervals");
	for (i = 0; i < space->nintervals; i++) {
		if (check_interval(input, space, &space->intervals[i], err))
			return ebpfmm_prefix(err, "interval %zu: ", i);
	}
	for (i = 0; i < space->nresident; i++) {
		from = check_extent(space, from, space->resident[i].first,
				    space->resident[i].pages);
		if (!from)
			return ebpfmm_fail(err, 0, "resident extent %zu is empty, overlaps "
					   "the one before it, or is not in the space", i);
	}
	return 0;
}

static bool sensible(double value)
{
	return isfinite(value) && value >= 0 && value <= 1e19;
}

int derive_check(const struct ebpfmm_derive_input *input, struct ebpfmm_error *err)
{
	char label[DERIVE_LABEL];
	unsigned int order;
	size_t i;

	if (!input->recorded_ns)
		return ebpfmm_fail(err, 0, "recorded time: is 0");
	if (!sensible(input->region_ns) || !sensible(input->gain_ns))
		return ebpfmm_fail(err, 0, "gain: is negative, too large or no number");
	for (order = 0; order < EBPFMM_ORDERS; order++) {
		if (!sensible(input->walk_ns[order]) || input->walk_ns[order] > 1e9 ||
		    (input->walk_ns[order] > 0 && input->walk_ns[order] < 0.000001))
			return ebpfmm_fail(err, 0, "page walk, order %u: %g ns", order,
					   input->walk_ns[order]);
	}
	if (input->nspaces > EBPFMM_DERIVE_MAX_SPACES)
		return ebpfmm_fail(err, 0, "more than %u spaces", EBPFMM_DERIVE_MAX_SPACES);
	for (i = 0; i < input->nspaces; i++) {
		if (check_space(input, &input->spaces[i], err))
			return ebpfmm_prefix(err, "%s: ", derive_label(input, i, label));
	}
	return 0;
}
