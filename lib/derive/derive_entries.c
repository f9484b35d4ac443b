// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plan in the order of a profile: which regions share an anchor, and which ones a profile
 * has no room for.
 */
#include <stdlib.h>
#include <string.h>

#include "derive/derive_entries.h"

/*
 * Mappings with a name come before those without, and those that grow behind those that do
 * not: the first anchor that matches counts.
 */
static int class_of(const struct ebpfmm_derive_space *space)
{
	if (space->kind != EBPFMM_DERIVE_MAPPING)
		return space->kind * 4;
	return space->kind * 4 + !space->name * 2 + space->grows;
}

/* By program, the most valuable one first; then by kind, space and page. */
static int by_program(const void *a, const void *b)
{
	const struct derive_entry *x = a, *y = b;

	if (x->program_value != y->program_value)
		return x->program_value < y->program_value ? 1 : -1;
	if (x->program != y->program)
		return x->program < y->program ? -1 : 1;
	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	if (x->pick.line != y->pick.line)
		return x->pick.line < y->pick.line ? -1 : 1;
	return (x->pick.start > y->pick.start) - (x->pick.start < y->pick.start);
}

static struct derive_entry *make_entries(const struct ebpfmm_derive_input *input,
				  const struct derive_plan *plan)
{
	struct derive_entry *entries = calloc(plan->n + 1, sizeof(*entries));
	size_t i, j;

	for (i = 0; entries && i < plan->n; i++) {
		const struct ebpfmm_derive_space *space = &input->spaces[plan->picks[i].line];

		entries[i].pick = plan->picks[i];
		entries[i].class = class_of(space);
		entries[i].program = i;
		for (j = 0; j < plan->n; j++) {
			const struct derive_pick *other = &plan->picks[j];
			bool same = !strcmp(input->spaces[other->line].exe, space->exe);

			if (same && j < entries[i].program)
				entries[i].program = j;
			if (same)
				entries[i].program_value += other->value;
			if (other->line == plan->picks[i].line)
				entries[i].space_value += other->value;
		}
	}
	if (entries)
		qsort(entries, plan->n, sizeof(*entries), by_program);
	return entries;
}

static bool is_object(const struct ebpfmm_derive_space *space)
{
	return space->kind == EBPFMM_DERIVE_IMAGE && space->object;
}

static bool is_mapping(const struct ebpfmm_derive_space *space)
{
	return space->kind == EBPFMM_DERIVE_MAPPING;
}

/* Of the spaces of a kind, keep the @most that are worth most. */
static int limit_spaces(const struct ebpfmm_derive_input *input, struct derive_entry *entries,
			size_t n, bool (*is)(const struct ebpfmm_derive_space *space),
			size_t most, const char *what, struct ebpfmm_derived *out)
{
	size_t i, j, left = 0;

	for (i = 0; i < n; i++) {
		size_t before = 0, line = entries[i].pick.line, last = SIZE_MAX;

		if (!is(&input->spaces[line]) || entries[i].leader)
			continue;
		/* Entries of a space are next to each other. */
		for (j = 0; j < n; j++) {
			size_t other = entries[j].pick.line;

			if (other == last || !is(&input->spaces[other]) ||
			    entries[j].leader)
				continue;
			last = other;
			before += entries[j].space_value > entries[i].space_value ||
				  (entries[j].space_value == entries[i].space_value &&
				   other < line);
		}
		entries[i].dropped |= before >= most;
		left += before >= most;
	}
	return left ? derive_note(out, "%zu regions are left out: a profile can have %zu %s",
				  left, most, what) : 0;
}

/* By space, the order if it is all one region, but for parts of blocks at its ends. */
static void find_whole(const struct ebpfmm_derive_input *input,
		       const struct derive_line *lines, const struct derive_entry *entries,
		       size_t n, unsigned char *whole)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct derive_pick *pick = &entries[i].pick;
		const struct derive_line *line = &lines[pick->line];
		unsigned int order = line->tracks[pick->track].order;

		if (pick->start - line->start < 1ULL << order &&
		    line->end - pick->end < 1ULL << order &&
		    line->end - line->start == input->spaces[pick->line].pages)
			whole[pick->line] = (unsigned char)order;
	}
}

/* Mappings that an anchor need not tell apart, as they have the same answer. */
static int find_alike(const struct ebpfmm_derive_input *input, const unsigned char *whole,
		      struct derive_entry *entries, size_t n, struct ebpfmm_error *err)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		size_t line = entries[i].pick.line;
		const struct ebpfmm_derive_space *space = &input->spaces[line];
		const struct ebpfmm_derive_origin origin = {
			.space = line, .order = whole[line], .end = space->pages };
		struct ebpfmm_profile_region region = {};
		struct ebpfmm_error why = {};
		int ret;

		if (!is_mapping(space) || !whole[line] || entries[i].leader)
			continue;
		ret = derive_name(input, whole, &origin, 0, UINT64_MAX, &region, &why);
		for (j = i + 1; !ret && !region.nth && j < n; j++) {
			if (!entries[j].leader &&
			    derive_matches(&region, region.name, space->exe,
					   &input->spaces[entries[j].pick.line])) {
				entries[j].leader = i + 1;
				entries[i].space_value += entries[j].space_value;
			}
		}
		free(region.name);
		if (ret < 0) {
			*err = why;
			return -1;
		}
	}
	return 0;
}

int derive_entries(const struct ebpfmm_derive_input *input, const struct derive_line *lines,
		   const struct derive_plan *plan, unsigned char *whole,
		   struct ebpfmm_derived *out, struct derive_entry **entries,
		   struct ebpfmm_error *err)
{
	*entries = make_entries(input, plan);
	if (!*entries)
		return ebpfmm_fail(err, ENOMEM, "regions");
	find_whole(input, lines, *entries, plan->n, whole);
	if (find_alike(input, whole, *entries, plan->n, err))
		return -1;
	if (limit_spaces(input, *entries, plan->n, is_mapping, EBPFMM_MAX_MAPPINGS,
			 "different mappings", out) ||
	    limit_spaces(input, *entries, plan->n, is_object, EBPFMM_MAX_OBJECTS,
			 "shared objects", out))
		return ebpfmm_fail(err, ENOMEM, "notes");
	return 0;
}
