// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of a profile as a whole: two parts that conflict, or more parts than the policy's
 * table can hold. Regions of different symbols and sections are compared when they are
 * translated.
 */
#include <string.h>

#include "profile/profile_internal.h"

#define PAGE	(1ULL << EBPFMM_PAGE_SHIFT)

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same_anchor(const struct ebpfmm_profile_region *a,
			const struct ebpfmm_profile_region *b)
{
	return a->kind == b->kind && same_text(a->name, b->name) &&
	       same_text(a->object, b->object) &&
	       a->min_size == b->min_size && a->max_size == b->max_size &&
	       a->nth == b->nth;
}

static uint64_t last_byte(const struct ebpfmm_profile_region *region)
{
	return region->has_length ? region->offset + (region->length - 1) :
				    UINT64_MAX;
}

static bool overlap(const struct ebpfmm_profile_region *a,
		    const struct ebpfmm_profile_region *b)
{
	return a->offset <= last_byte(b) && b->offset <= last_byte(a);
}

/* The smallest and the largest mapping, in whole pages. */
static uint64_t least_pages(const struct ebpfmm_profile_region *region)
{
	return region->min_size ? (region->min_size - 1) / PAGE + 1 : 1;
}

static uint64_t most_pages(const struct ebpfmm_profile_region *region)
{
	return region->max_size / PAGE;
}

/* Whether @first matches every name that @second matches, for some sizes. */
static bool covers_name(const struct ebpfmm_profile_region *first,
			const struct ebpfmm_profile_region *second)
{
	return first->kind == EBPFMM_ANCHOR_MAPPING &&
	       second->kind == EBPFMM_ANCHOR_MAPPING &&
	       (!first->name || same_text(first->name, second->name));
}

static bool covers(const struct ebpfmm_profile_region *first,
		   const struct ebpfmm_profile_region *second)
{
	return covers_name(first, second) &&
	       least_pages(first) <= least_pages(second) &&
	       most_pages(first) >= most_pages(second);
}

/*
 * Whether @first leaves nothing for @second, as matchers are tried in order. A matcher with
 * `nth` takes a single mapping; two of them take the same one only if all else is equal.
 */
static bool shadows(const struct ebpfmm_profile_region *first,
		    const struct ebpfmm_profile_region *second)
{
	return covers(first, second) &&
	       (!first->nth ||
		(first->nth == second->nth && covers(second, first)));
}

/* Whether earlier matchers together leave nothing for a region's matcher. */
static bool shadowed_together(const struct ebpfmm_profile_region *regions,
			      size_t index)
{
	const struct ebpfmm_profile_region *region = &regions[index];
	uint64_t pages = least_pages(region);
	size_t i = 0;

	while (i < index && pages <= most_pages(region)) {
		const struct ebpfmm_profile_region *first = &regions[i++];

		if (covers_name(first, region) && !first->nth &&
		    least_pages(first) <= pages && most_pages(first) >= pages) {
			pages = most_pages(first) + 1;
			i = 0;
		}
	}
	return pages > most_pages(region);
}

/**
 * check_region - compare a region with those before it
 * @regions: the regions of a program
 * @index: index of the region
 * @mappings: increased if the region has a matcher of its own
 * @err: relative to the program
 *
 * Return: 0, or -1 with @err set.
 */
static int check_region(const struct ebpfmm_profile_region *regions,
			size_t index, size_t *mappings,
			struct ebpfmm_error *err)
{
	const struct ebpfmm_profile_region *region = &regions[index];
	bool seen = false;
	size_t i;

	for (i = 0; i < index; i++) {
		if (same_anchor(&regions[i], region)) {
			seen = true;
			if (overlap(&regions[i], region))
				return ebpfmm_fail(err, 0, "regions[%zu]: overlaps "
						   "regions[%zu]", index, i);
		} else if (!seen && shadows(&regions[i], region)) {
			/* A matcher that occurred before keeps its place in the order. */
			return ebpfmm_fail(err, 0, "regions[%zu].anchor.mapping: "
					   "regions[%zu] comes first and takes "
					   "every such mapping", index, i);
		}
	}
	if (region->kind != EBPFMM_ANCHOR_MAPPING || seen)
		return 0;
	if (shadowed_together(regions, index))
		return ebpfmm_fail(err, 0, "regions[%zu].anchor.mapping: earlier "
				   "regions take every such mapping", index);
	if (++*mappings > EBPFMM_MAX_MAPPINGS)
		return ebpfmm_fail(err, 0, "regions[%zu].anchor.mapping: more than "
				   "%d different mappings in the profile", index,
				   EBPFMM_MAX_MAPPINGS);
	return 0;
}

static int check_program(const struct ebpfmm_profile *profile, size_t index,
			 size_t *rows, size_t *mappings,
			 struct ebpfmm_error *err)
{
	const struct ebpfmm_profile_program *program = &profile->programs[index];
	size_t i;

	for (i = 0; i < index; i++) {
		if (!strcmp(profile->programs[i].exe, program->exe))
			return ebpfmm_fail(err, 0, "exe: \"%.80s\" is already "
					   "the program of programs[%zu]", program->exe, i);
	}

	*rows += program->nregions;
	if (*rows > EBPFMM_LARGE_REGIONS)
		return ebpfmm_fail(err, 0, "regions: more than %d regions and "
				   "defaults in the profile",
				   EBPFMM_LARGE_REGIONS);
	for (i = 0; i < program->nregions; i++) {
		if (check_region(program->regions, i, mappings, err))
			return -1;
	}

	*rows += program->has_default;
	if (*rows > EBPFMM_LARGE_REGIONS)
		return ebpfmm_fail(err, 0, "default: more than %d regions and "
				   "defaults in the profile",
				   EBPFMM_LARGE_REGIONS);
	return 0;
}

int profile_check_conflicts(const struct ebpfmm_profile *profile,
			    struct ebpfmm_error *err)
{
	size_t rows = 0, mappings = 0, i;

	for (i = 0; i < profile->nprograms; i++) {
		if (check_program(profile, i, &rows, &mappings, err))
			return ebpfmm_prefix(err, "programs[%zu].", i);
	}
	return 0;
}
