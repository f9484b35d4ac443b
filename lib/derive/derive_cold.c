// SPDX-License-Identifier: GPL-2.0-only
/*
 * The anchor for mappings that grow matches nearly all mappings of the program. Those that are
 * cold and do not grow have anchors of their own before it, which give them 4K.
 */
#include <stdlib.h>
#include <string.h>

#include "derive/derive_entries.h"

#define PAGE	(1ULL << EBPFMM_PAGE_SHIFT)

int derive_mark_cold(const struct ebpfmm_derive_input *input,
		     const struct derive_entry *entries, size_t n, unsigned char *whole)
{
	_cleanup_free_ bool *picked = calloc(input->nspaces + 1, sizeof(*picked));
	size_t i;

	if (!picked)
		return -1;
	for (i = 0; i < n; i++)
		picked[entries[i].pick.line] = true;
	for (i = 0; i < input->nspaces; i++)
		if (!picked[i] && input->spaces[i].kind == EBPFMM_DERIVE_MAPPING)
			whole[i] = DERIVE_COLD;
	return 0;
}

static uint64_t resident(const struct ebpfmm_derive_space *space)
{
	uint64_t pages = 0;
	size_t i;

	if (!space->has_resident)
		return space->pages;
	for (i = 0; i < space->nresident; i++)
		pages += space->resident[i].pages;
	return pages;
}

/* A cold mapping, and how much memory it has. */
struct cold {
	size_t space;
	uint64_t pages;
};

static int largest_first(const void *a, const void *b)
{
	const struct cold *x = a, *y = b;

	if (x->pages != y->pages)
		return x->pages < y->pages ? 1 : -1;
	return x->space < y->space ? -1 : 1;
}

/* Whether the region for mappings that grow would be for it, if there were no others. */
static bool is_met(const struct ebpfmm_profile_region *region, const char *exe,
		   const struct ebpfmm_derive_space *space)
{
	/* Of what grows only the name counts. */
	const struct ebpfmm_profile_region large = {
		.min_size = space->grows ? 0 : region->min_size, .max_size = UINT64_MAX };

	if (space->grows && !region->name)
		return !strcmp(space->exe, exe);
	return derive_matches(&large, region->name, exe, space);
}

static struct cold *find_cold(const struct ebpfmm_derive_input *input, const char *exe,
			      const struct ebpfmm_profile_region *region,
			      const unsigned char *whole, size_t *n)
{
	struct cold *list = calloc(input->nspaces + 1, sizeof(*list));
	size_t i;

	*n = 0;
	for (i = 0; list && i < input->nspaces; i++) {
		const struct ebpfmm_derive_space *space = &input->spaces[i];

		if (whole[i] == DERIVE_COLD && is_met(region, exe, space))
			list[(*n)++] = (struct cold){ i, resident(space) };
	}
	if (list && *n)
		qsort(list, *n, sizeof(*list), largest_first);
	return list;
}

/* Whether one of the anchors so far takes it. */
static bool is_named(const struct ebpfmm_profile_program *program, const char *exe,
		     const struct ebpfmm_derive_space *space)
{
	size_t i;

	for (i = 0; i < program->nregions; i++) {
		const struct ebpfmm_profile_region *region = &program->regions[i];

		if (region->kind == EBPFMM_ANCHOR_MAPPING && !region->nth &&
		    derive_matches(region, region->name, exe, space))
			return true;
	}
	return false;
}

int derive_keep_cold(const struct ebpfmm_derive_input *input, const unsigned char *whole,
		     size_t grown, const struct ebpfmm_profile_region *region,
		     struct ebpfmm_profile_program *program, size_t *room,
		     struct ebpfmm_derived *out, struct ebpfmm_error *err)
{
	const char *exe = input->spaces[grown].exe;
	size_t n, i, left = 0;
	_cleanup_free_ struct cold *list = find_cold(input, exe, region, whole, &n);

	if (!list)
		return ebpfmm_fail(err, ENOMEM, "regions");
	for (i = 0; i < n; i++) {
		const struct ebpfmm_derive_space *space = &input->spaces[list[i].space];
		struct ebpfmm_profile_region *next = &program->regions[program->nregions];
		const struct ebpfmm_derive_origin all = {
			.space = list[i].space, .end = space->pages };
		struct ebpfmm_error why = {};
		int ret;

		if (is_named(program, exe, space))
			continue;
		*next = (struct ebpfmm_profile_region){};
		ret = *room ? derive_name(input, whole, &all, 0, UINT64_MAX, next, &why) : 1;
		if (ret < 0) {
			*err = why;
			return -1;
		}
		if (ret) {
			left++;
			continue;
		}
		next->benefit = (struct ebpfmm_benefit){ 1, EBPFMM_TOUCHED_ONE, {} };
		program->nregions++;
		--*room;
	}
	return left && derive_note(out, "%zu cold mappings of %s get the pages of those that "
				   "grow: no anchor tells them apart, or there is no room for it",
				   left, exe) ? ebpfmm_fail(err, ENOMEM, "notes") : 0;
}
