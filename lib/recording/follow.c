// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings that were there before. mmap(2) fills the address space downwards, and the kernel
 * merges what is new with the mapping above it: so a mapping of malloc grows downwards.
 * Counted from its present start, all that was seen of it before would be somewhere else.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "recording/places.h"

static bool same_name(const struct ebpfmm_recording_space *a,
		      const struct ebpfmm_recording_space *b)
{
	return a->name && b->name ? !strcmp(a->name, b->name) : a->name == b->name;
}

/* Whether an area is where a mapping of this name began. */
static bool is_begin(const struct ebpfmm_places *places, const struct ebpfmm_area *area,
		     const struct ebpfmm_recording_space *space)
{
	const struct ebpfmm_recording_space *other = &places->spaces[area->space];

	return other->kind == EBPFMM_SPACE_MAPPING && !other->down && same_name(other, space);
}

/* Cut an area: its space begins at @base, and what is below is a space that goes down. */
static int split(struct ebpfmm_places *places, size_t at, uint64_t base,
		 struct ebpfmm_error *err)
{
	struct ebpfmm_recording_space *below = &places->spaces[places->nspaces];
	struct ebpfmm_area *area = &places->areas[at];

	*below = places->spaces[area->space];
	below->down = true;
	if (below->name) {
		below->name = strdup(below->name);
		if (!below->name)
			return ebpfmm_fail(err, ENOMEM, "maps");
	}
	memmove(area + 1, area, (places->nareas++ - at) * sizeof(*area));
	area[0].end = base;
	area[0].space = places->nspaces;
	area[1].start = base;
	places->bases[area[1].space] = places->bases[places->nspaces++] = base;
	return 0;
}

/* Have room for each area to be cut. */
static int make_room(struct ebpfmm_places *places)
{
	size_t spaces = places->nspaces + places->nareas, areas = 2 * places->nareas;
	void *larger;

	larger = reallocarray(places->spaces, spaces, sizeof(*places->spaces));
	if (!larger)
		return -1;
	places->spaces = larger;
	larger = reallocarray(places->bases, spaces, sizeof(*places->bases));
	if (!larger)
		return -1;
	places->bases = larger;
	larger = reallocarray(places->areas, areas, sizeof(*places->areas));
	if (!larger)
		return -1;
	places->areas = larger;
	return 0;
}

int ebpfmm_places_follow(struct ebpfmm_places *places, const struct ebpfmm_places *before,
			 size_t **was, struct ebpfmm_error *err)
{
	_cleanup_free_ size_t *list = calloc(places->nspaces + places->nareas + 1,
					     sizeof(*list));
	size_t i, j, first = 0;

	if (!list || (places->nareas && make_room(places)))
		return ebpfmm_fail(err, ENOMEM, "maps");
	for (i = 0; i < places->nspaces + places->nareas; i++)
		list[i] = SIZE_MAX;
	for (i = 0; i < places->nareas; i++) {
		size_t space = places->areas[i].space;
		uint64_t start = places->areas[i].start, end = places->areas[i].end;

		if (places->spaces[space].kind != EBPFMM_SPACE_MAPPING)
			continue;
		while (first < before->nareas && before->areas[first].start < start)
			first++;
		for (j = first; j < before->nareas && before->areas[j].start < end; j++)
			if (is_begin(before, &before->areas[j], &places->spaces[space]))
				break;
		if (j == before->nareas || before->areas[j].start >= end)
			continue;
		list[space] = before->areas[j].space;
		if (before->areas[j].start == start)
			continue;
		if (split(places, i, before->areas[j].start, err))
			return -1;
		list[places->nspaces - 1] = list[space];
		i++;
	}
	*was = take_ptr(list);
	return 0;
}
