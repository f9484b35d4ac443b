// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way from heat to a profile, step by step.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/page_size.h"
#include "derive/derive_private.h"
#include "profile/profile_write.h"

/* The table counts pages of a space in 32 bits; whole blocks of 2M. */
#define TABLE_PAGES	(UINT32_MAX & ~((1ULL << DERIVE_LARGE) - 1))
#define GAP_BLOCKS	4	/* a region is worth so many pages that nobody needs */

static int heat_space(const struct ebpfmm_derive_input *input,
		      const struct ebpfmm_derive_space *space, struct derive_line *line,
		      uint64_t *steps)
{
	unsigned int order;

	line->start = space->skew;
	line->end = space->skew + space->pages;
	if (line->end > TABLE_PAGES)
		line->end = TABLE_PAGES;
	line->whole = space->grows;
	for (order = 1; order < EBPFMM_ORDERS; order++) {
		struct derive_track *track = &line->tracks[line->ntracks];

		if (!(EBPFMM_SUPPORTED_ORDERS & 1U << order) || input->walk_ns[order] <= 0)
			continue;
		track->order = order;
		track->zero_ns = input->costs.zero_ns;
		track->block_ns = input->costs.compact_ns[order];
		line->ntracks++;
		if (derive_heat(space, line->end, track, steps))
			return -1;
	}
	return 0;
}

/* All page walks that the largest of the sizes saves, nanoseconds, as recorded. */
static double floors(const struct ebpfmm_derive_input *input,
		     const struct derive_line *lines)
{
	double sum = 0;
	size_t i, j;

	for (i = 0; i < input->nspaces; i++) {
		const struct derive_track *track;

		if (!lines[i].ntracks)
			continue;
		track = &lines[i].tracks[lines[i].ntracks - 1];
		for (j = 0; j < track->n; j++)
			sum += (double)track->stretches[j].blocks *
			       (double)track->stretches[j].walks *
			       input->walk_ns[track->order];
	}
	return sum;
}

/* What a page walk is worth, and from that what each place is. */
static int value_lines(const struct ebpfmm_derive_input *input, struct derive_line *lines,
		       double scale)
{
	double stretch = (double)input->horizon_ns / (double)input->recorded_ns;
	unsigned int t;
	size_t i;

	for (i = 0; i < input->nspaces; i++) {
		for (t = 0; t < lines[i].ntracks; t++)
			lines[i].tracks[t].walk_ns =
				input->walk_ns[lines[i].tracks[t].order] * scale * stretch;
		if (derive_line_ready(&lines[i]))
			return -1;
	}
	return 0;
}

/* Regions besides those that are chosen: a default for each program, and for cold mappings. */
static size_t other_regions(const struct ebpfmm_derive_input *input)
{
	size_t n = input->nspaces < EBPFMM_MAX_PROGRAMS ? input->nspaces : EBPFMM_MAX_PROGRAMS;
	size_t i;

	for (i = 0; i < input->nspaces; i++)
		if (input->spaces[i].grows)
			return n + (input->nspaces < EBPFMM_MAX_MAPPINGS ? input->nspaces :
									   EBPFMM_MAX_MAPPINGS);
	return n;
}

static struct derive_bounds bounds_of(const struct ebpfmm_derive_input *input)
{
	size_t most = input->max_regions && input->max_regions < EBPFMM_LARGE_REGIONS ?
			      input->max_regions : EBPFMM_LARGE_REGIONS;
	size_t others = other_regions(input);
	unsigned int largest = DERIVE_LARGE;
	struct derive_bounds bounds = {
		.region_ns = input->region_ns,
		.regions = most > others ? most - others : 1,
		.large = UINT64_MAX,
	};

	/* Of the largest size that can be named: smaller ones alone bring less. */
	while (largest > 1 && input->walk_ns[largest] <= 0)
		largest--;
	if (bounds.region_ns <= 0)
		bounds.region_ns = GAP_BLOCKS *
			((double)((1U << largest) - 1) * input->costs.zero_ns +
			 input->costs.compact_ns[largest] + 1);
	if (input->has_budget)
		bounds.large = input->budget >> (EBPFMM_PAGE_SHIFT + DERIVE_LARGE);
	return bounds;
}

/* Is it measured that a size brings nothing? */
static bool is_worthless(const struct ebpfmm_derive_input *input, unsigned int order)
{
	return EBPFMM_SUPPORTED_ORDERS & 1U << order && input->walk_ns[order] <= 0 &&
	       !(input->unknown & 1U << order);
}

/* Of the sizes, those that bring nothing are worth a word. */
static int note_sizes(const struct ebpfmm_derive_input *input, struct ebpfmm_derived *out)
{
	unsigned int order;

	for (order = 1; order < EBPFMM_ORDERS; order++) {
		if (is_worthless(input, order) &&
		    derive_note(out, "%s is not named: it saves nothing on this CPU",
				ebpfmm_order_name(order)))
			return -1;
	}
	return 0;
}

/* What is handed out is what a reader of the file gets, checked as theirs is. */
static int read_back(struct ebpfmm_derived *out, struct ebpfmm_error *err)
{
	_cleanup_(json_object_putp) struct json_object *json = NULL;
	struct ebpfmm_profile *profile = NULL;
	const char *text;

	if (!out->norigins) {
		ebpfmm_profile_free(out->profile);
		out->profile = NULL;
		return derive_note(out, "there is no profile: nothing repays") ?
			       ebpfmm_fail(err, ENOMEM, "notes") : 0;
	}
	json = ebpfmm_profile_json(out->profile);
	text = json ? json_object_to_json_string(json) : NULL;
	if (!text)
		return ebpfmm_fail(err, ENOMEM, "profile");
	if (ebpfmm_profile_parse(text, strlen(text), &profile, err))
		return -1;
	ebpfmm_profile_free(out->profile);
	out->profile = profile;
	return 0;
}

static int derive_lines(const struct ebpfmm_derive_input *input, struct derive_line *lines,
			struct derive_plan *plan, struct ebpfmm_derived *out,
			struct ebpfmm_error *err)
{
	struct derive_bounds bounds = bounds_of(input), none;
	char label[DERIVE_LABEL];
	double scale = 1, sum;
	size_t i;

	for (i = 0; i < input->nspaces; i++) {
		if (heat_space(input, &input->spaces[i], &lines[i], &out->steps))
			return ebpfmm_fail(err, ENOMEM, "heat");
	}
	sum = floors(input, lines);
	if (input->has_gain && sum > 0)
		scale = input->gain_ns / sum;
	none = bounds;
	none.regions = UINT64_MAX;
	none.large = UINT64_MAX;
	if (note_sizes(input, out) || value_lines(input, lines, scale) ||
	    derive_choose(lines, input->nspaces, &none, plan, &out->steps))
		return ebpfmm_fail(err, ENOMEM, "plan");
	out->all = derive_plan_value(plan);
	if ((plan->n > bounds.regions || derive_plan_large(lines, plan) > bounds.large) &&
	    derive_choose(lines, input->nspaces, &bounds, plan, &out->steps))
		return ebpfmm_fail(err, ENOMEM, "plan");
	for (i = 0; i < input->nspaces; i++) {
		if (lines[i].end == TABLE_PAGES &&
		    derive_note(out, "%s is larger than 16 TiB: a profile reaches no further",
				derive_label(input, i, label)))
			return ebpfmm_fail(err, ENOMEM, "notes");
	}
	if (derive_profile(input, lines, plan, scale, out, err) || read_back(out, err))
		return -1;
	return derive_sources(input, out) ? ebpfmm_fail(err, ENOMEM, "origins") : 0;
}

int ebpfmm_derive(const struct ebpfmm_derive_input *input, struct ebpfmm_derived **out,
		  struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_derived_freep) struct ebpfmm_derived *derived = NULL;
	struct derive_plan plan = {};
	struct derive_line *lines;
	size_t i;
	int ret;

	if (derive_check(input, err))
		return -1;
	derived = calloc(1, sizeof(*derived));
	lines = calloc(input->nspaces + 1, sizeof(*lines));
	if (derived && lines)
		ret = derive_lines(input, lines, &plan, derived, err);
	else
		ret = ebpfmm_fail(err, ENOMEM, "spaces");
	for (i = 0; lines && i < input->nspaces; i++)
		derive_line_clear(&lines[i]);
	free(lines);
	free(plan.picks);
	if (!ret)
		*out = take_ptr(derived);
	return ret;
}

void ebpfmm_derived_free(struct ebpfmm_derived *derived)
{
	size_t i;

	if (!derived)
		return;
	for (i = 0; derived->origins && i < derived->norigins; i++) {
		free(derived->origins[i].sources);
		free(derived->origins[i].alike);
	}
	for (i = 0; i < derived->nnotes; i++)
		free(derived->notes[i]);
	free(derived->origins);
	free(derived->notes);
	ebpfmm_profile_free(derived->profile);
	free(derived);
}
