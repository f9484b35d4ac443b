// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a plan to a profile: programs, regions with names and numbers, and the origin of
 * each number.
 */
#include <stdlib.h>
#include <string.h>

#include "derive/derive_entries.h"

#include "../../bpf/price.h"

#define PAGE	(1ULL << EBPFMM_PAGE_SHIFT)

/* Does a size pay without the page faults that it saves, and if a block must be made? */
static bool repays(const struct ebpfmm_benefit *benefit, const struct ebpfmm_costs *costs,
		   unsigned int order, bool heat_only, int64_t *net)
{
	struct ebpfmm_costs all = *costs;
	struct ebpfmm_region row = { .touched = benefit->touched };

	row.benefit[EBPFMM_BENEFIT(order)] = benefit->ns[order];
	if (heat_only)
		all.fault_ns = 0;
	*net = ebpfmm_price(&row, &all, order, heat_only).net;
	return *net > 0;
}

/* Mean over the blocks of a size that are in use. */
static void set_benefit(const struct derive_track *track, const struct derive_sum *sum,
			struct ebpfmm_derive_origin *origin, struct ebpfmm_benefit *benefit)
{
	double ns = (double)sum->walks * track->walk_ns / (double)sum->used + 0.5;

	origin->capped |= ns >= UINT32_MAX;
	benefit->ns[track->order] = ns >= UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
	origin->walks[track->order] = sum->walks;
	origin->used[track->order] = sum->used;
	origin->walk_ns[track->order] = track->walk_ns / origin->stretch;
}

static void clear_region(struct ebpfmm_profile_region *region)
{
	free(region->name);
	free(region->object);
	*region = (struct ebpfmm_profile_region){};
}

/* State while regions are made, one after the other. */
struct making {
	const struct ebpfmm_derive_input *input;
	const struct derive_line *lines;
	const unsigned char *whole;
	const struct derive_entry *entries;
	size_t n;
	double scale;
	uint64_t floor;
	size_t room;	/* how many more different mappings a profile can have */
	struct ebpfmm_derived *out;
};

/* Sums over a region: those of all mappings that it is for. */
static struct derive_sum sum_of(const struct making *making, size_t index, unsigned int track)
{
	struct derive_sum all = {};
	size_t i;

	for (i = index; i < making->n; i++) {
		const struct derive_pick *pick = &making->entries[i].pick;
		struct derive_sum sum;

		if (i != index && making->entries[i].leader != index + 1)
			continue;
		sum = derive_sum(&making->lines[pick->line].tracks[track], pick->start,
				 pick->end);
		if (__builtin_add_overflow(all.walks, sum.walks, &all.walks))
			all.walks = UINT64_MAX;
		all.used += sum.used;
		all.resident += sum.resident;
		all.value += sum.value;
	}
	return all;
}

static int set_alike(const struct making *making, size_t index,
		     struct ebpfmm_derive_origin *origin)
{
	size_t i;

	origin->alike = calloc(making->n - index, sizeof(*origin->alike));
	for (i = index; origin->alike && i < making->n; i++) {
		if (i == index || making->entries[i].leader == index + 1)
			origin->alike[origin->nalike++] = making->entries[i].pick.line;
	}
	return origin->alike ? 0 : -1;
}

/*
 * The numbers of a region. Smaller sizes that pay as well are named for when there is no
 * block of the best one, unless the policy would like them better.
 */
static bool set_numbers(const struct making *making, size_t index,
			struct ebpfmm_derive_origin *origin, struct ebpfmm_benefit *benefit)
{
	const struct ebpfmm_derive_input *input = making->input;
	const struct derive_pick *pick = &making->entries[index].pick;
	const struct derive_line *line = &making->lines[pick->line];
	const struct derive_track *track = &line->tracks[pick->track];
	struct derive_sum sum = sum_of(making, index, pick->track);
	int64_t net, best;
	unsigned int t;

	if (!sum.used)
		return false;
	origin->order = track->order;
	origin->blocks = sum.used;
	origin->resident = sum.resident;
	origin->value = sum.value;
	benefit->sizes = (uint16_t)(1 | 1U << track->order);
	benefit->touched = (uint16_t)((double)sum.resident * EBPFMM_TOUCHED_ONE /
				      (double)(sum.used << track->order) + 0.5);
	set_benefit(track, &sum, origin, benefit);
	if (!repays(benefit, &input->costs, track->order, true, &net))
		return false;
	repays(benefit, &input->costs, track->order, false, &best);
	for (t = 0; t < pick->track; t++) {
		unsigned int order = line->tracks[t].order;

		sum = sum_of(making, index, t);
		if (!sum.used)
			continue;
		set_benefit(&line->tracks[t], &sum, origin, benefit);
		if (repays(benefit, &input->costs, order, true, &net) &&
		    (repays(benefit, &input->costs, order, false, &net), net < best))
			benefit->sizes |= (uint16_t)(1U << order);
		else
			benefit->ns[order] = 0;
	}
	return true;
}

/*
 * The pages before the first whole block and behind the last one come along: where blocks
 * begin is another place next time. Not in images, whose places are fixed by symbols.
 */
static void set_place(const struct ebpfmm_derive_input *input,
		      const struct derive_line *line, const struct derive_entry *before,
		      const struct derive_entry *entry, const struct derive_entry *behind,
		      struct ebpfmm_derive_origin *origin)
{
	const struct derive_pick *pick = &entry->pick;
	uint64_t size = 1ULL << line->tracks[pick->track].order;

	origin->space = pick->line;
	origin->first = pick->start - line->start;
	origin->end = pick->end - line->start;
	if (input->spaces[pick->line].kind == EBPFMM_DERIVE_IMAGE)
		return;
	if (!before && origin->first < size)
		origin->first = 0;
	if (!behind && line->end - pick->end < size)
		origin->end = line->end - line->start;
}

static bool same_space(const struct derive_entry *a, const struct derive_entry *b)
{
	return a->pick.line == b->pick.line;
}

/* 0; 1 if it is left out, which is noted; -1 with @err set. */
static int make_region(struct making *making, size_t i, struct ebpfmm_derive_origin *origin,
		       struct ebpfmm_profile_region *region, struct ebpfmm_error *err)
{
	const struct derive_entry *entry = &making->entries[i];
	const struct derive_entry *before = i && same_space(entry - 1, entry) ? entry - 1 : NULL;
	const struct derive_entry *behind =
		i + 1 < making->n && same_space(entry + 1, entry) ? entry + 1 : NULL;
	const struct derive_line *line = &making->lines[entry->pick.line];
	struct ebpfmm_error why = {};
	char label[DERIVE_LABEL];
	uint64_t ceiling;
	int ret;

	if (!before)
		making->floor = 0;
	origin->scale = making->scale;
	origin->stretch = (double)making->input->horizon_ns /
			  (double)making->input->recorded_ns;
	set_place(making->input, line, before, entry, behind, origin);
	ceiling = behind ? (behind->pick.start - line->start) * PAGE : UINT64_MAX;
	if (!set_numbers(making, i, origin, &region->benefit))
		return 1;
	ret = derive_name(making->input, making->whole, origin, making->floor, ceiling,
			  region, &why);
	if (ret < 0) {
		*err = why;
		return -1;
	}
	if (ret)
		return derive_note(making->out, "pages %llu to %llu of %s are left out: %s",
				   (unsigned long long)origin->first,
				   (unsigned long long)origin->end,
				   derive_label(making->input, origin->space, label),
				   why.message) ? ebpfmm_fail(err, ENOMEM, "notes") : 1;
	if (set_alike(making, i, origin))
		return ebpfmm_fail(err, ENOMEM, "origins");
	/* A symbol's own end is at most the slack, or the next region, further on. */
	making->floor = behind && !region->has_length ? ceiling : origin->end * PAGE;
	return 0;
}

static int make_program(struct making *making, size_t *next,
			struct ebpfmm_profile *profile, struct ebpfmm_error *err)
{
	struct ebpfmm_profile_program *program = &profile->programs[profile->nprograms];
	size_t start = *next, which = making->entries[start].program;
	struct ebpfmm_derived *out = making->out;

	while (*next < making->n && making->entries[*next].program == which)
		++*next;
	program->regions = calloc(*next - start + making->room, sizeof(*program->regions));
	program->exe = strdup(making->input->spaces[making->entries[start].pick.line].exe);
	/* What is in no region is cold. */
	program->has_default = true;
	program->fallback = (struct ebpfmm_benefit){ 1, EBPFMM_TOUCHED_ONE, {} };
	profile->nprograms++;
	if (!program->regions || !program->exe)
		return ebpfmm_fail(err, ENOMEM, "regions");
	for (; start < *next; start++) {
		struct ebpfmm_derive_origin *origin = &out->origins[out->norigins];
		struct ebpfmm_profile_region region = {};
		int ret = 1;

		*origin = (struct ebpfmm_derive_origin){ .program = profile->nprograms - 1 };
		if (!making->entries[start].dropped && !making->entries[start].leader)
			ret = make_region(making, start, origin, &region, err);
		if (!ret && making->input->spaces[origin->space].grows &&
		    derive_keep_cold(making->input, making->whole, origin->space, &region,
				     program, &making->room, out, err))
			ret = -1;
		if (ret) {
			clear_region(&region);
			if (ret < 0)
				return -1;
			continue;
		}
		origin->region = program->nregions;
		program->regions[program->nregions++] = region;
		out->norigins++;
		out->value += origin->value;
		if (origin->order == DERIVE_LARGE)
			out->large += origin->blocks * (PAGE << DERIVE_LARGE);
	}
	/* Nothing was left of it. */
	if (!program->nregions) {
		free(program->regions);
		free(program->exe);
		*program = (struct ebpfmm_profile_program){};
		profile->nprograms--;
	}
	return 0;
}

/* How many more different mappings a profile can have. */
static size_t count_room(const struct derive_entry *entries, size_t n,
			 const struct ebpfmm_derive_input *input)
{
	size_t room = EBPFMM_MAX_MAPPINGS, last = SIZE_MAX, i;

	/* Entries of a space are next to each other. */
	for (i = 0; room && i < n; i++) {
		const struct derive_entry *entry = &entries[i];

		if (entry->dropped || entry->leader || entry->pick.line == last ||
		    input->spaces[entry->pick.line].kind != EBPFMM_DERIVE_MAPPING)
			continue;
		last = entry->pick.line;
		room--;
	}
	return room;
}

int derive_profile(const struct ebpfmm_derive_input *input, const struct derive_line *lines,
		   const struct derive_plan *plan, double scale,
		   struct ebpfmm_derived *out, struct ebpfmm_error *err)
{
	_cleanup_free_ struct derive_entry *entries = NULL;
	_cleanup_free_ unsigned char *whole = calloc(input->nspaces + 1, 1);
	struct making making = { input, lines, whole, NULL, plan->n, scale, 0, 0, out };
	struct ebpfmm_profile *profile;
	size_t next = 0;
	int order;

	profile = calloc(1, sizeof(*profile));
	out->profile = profile;
	out->origins = calloc(plan->n + 1, sizeof(*out->origins));
	if (!whole || !profile || !out->origins)
		return ebpfmm_fail(err, ENOMEM, "regions");
	for (order = 0; order < EBPFMM_ORDERS; order++)
		profile->limit[order] = UINT64_MAX;
	profile->name = strdup(input->name ? input->name : "derived");
	profile->own_name = profile->name ? strdup(profile->name) : NULL;
	profile->programs = calloc(EBPFMM_MAX_PROGRAMS, sizeof(*profile->programs));
	if (!profile->own_name || !profile->programs)
		return ebpfmm_fail(err, ENOMEM, "regions");
	if (derive_entries(input, lines, plan, whole, out, &entries, err))
		return -1;
	if (derive_mark_cold(input, entries, plan->n, whole))
		return ebpfmm_fail(err, ENOMEM, "regions");
	making.entries = entries;
	making.room = count_room(entries, plan->n, input);
	while (next < plan->n && profile->nprograms < EBPFMM_MAX_PROGRAMS) {
		if (make_program(&making, &next, profile, err))
			return -1;
	}
	if (next < plan->n &&
	    derive_note(out, "%zu regions are left out: a profile can have %d programs",
			plan->n - next, EBPFMM_MAX_PROGRAMS))
		return ebpfmm_fail(err, ENOMEM, "notes");
	return 0;
}
