// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names for regions: what stays the same when the program is built or run again. A symbol
 * that is about the region; the symbol around it; the section; an area; a mapping by as
 * few properties as tell it from the process's other ones.
 */
#include <stdlib.h>
#include <string.h>

#include "derive/derive_private.h"

#define PAGE		(1ULL << EBPFMM_PAGE_SHIFT)
#define SLACK		16	/* a mapping may be a sixteenth smaller or larger next time */

/* Bytes of a space, and how far from them a symbol may begin and end. */
struct place {
	uint64_t from;
	uint64_t to;
	uint64_t slack;
	uint64_t floor;
	uint64_t ceiling;
};

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a < b ? b - a : a - b;
}

static bool symbol_end(const struct ebpfmm_derive_symbol *symbol, uint64_t *end)
{
	return symbol->name && *symbol->name && symbol->size &&
	       !__builtin_add_overflow(symbol->offset, symbol->size, end);
}

/* A profile refuses a name that two symbols have. */
static bool is_unique(const struct ebpfmm_derive_symbol *symbols, size_t n, size_t index)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i != index && symbols[i].name &&
		    !strcmp(symbols[i].name, symbols[index].name) &&
		    symbols[i].offset != symbols[index].offset)
			return false;
	}
	return true;
}

/* How badly a symbol fits as a whole; UINT64_MAX: not at all. */
static uint64_t misfit(const struct ebpfmm_derive_symbol *symbol, const struct place *place)
{
	uint64_t end;

	if (!symbol_end(symbol, &end) || symbol->offset < place->floor ||
	    end > place->ceiling || distance(symbol->offset, place->from) > place->slack ||
	    distance(end, place->to) > place->slack)
		return UINT64_MAX;
	return distance(symbol->offset, place->from) + distance(end, place->to);
}

/* The size of a symbol that has all of a place but the slack; UINT64_MAX: it has not. */
static uint64_t around(const struct ebpfmm_derive_symbol *symbol, const struct place *place)
{
	uint64_t end, outside;

	if (!symbol_end(symbol, &end) || symbol->offset >= place->to || end <= place->from)
		return UINT64_MAX;
	outside = symbol->offset > place->from ? symbol->offset - place->from : 0;
	outside += end < place->to ? place->to - end : 0;
	return outside > place->slack ? UINT64_MAX : symbol->size;
}

typedef uint64_t measure_fn(const struct ebpfmm_derive_symbol *symbol,
			    const struct place *place);

static const struct ebpfmm_derive_symbol *best(const struct ebpfmm_derive_symbol *symbols,
					       size_t n, const struct place *place,
					       measure_fn *measure)
{
	const struct ebpfmm_derive_symbol *found = NULL;
	uint64_t least = UINT64_MAX;
	size_t i;

	for (i = 0; i < n; i++) {
		uint64_t value = measure(&symbols[i], place);

		if (value < least && is_unique(symbols, n, i)) {
			least = value;
			found = &symbols[i];
		}
	}
	return found;
}

static int set_text(char **out, const char *text, struct ebpfmm_error *err)
{
	*out = strdup(text);
	return *out ? 0 : ebpfmm_fail(err, ENOMEM, "regions");
}

static int name_image(const struct ebpfmm_derive_space *space,
		      const struct place *place, struct ebpfmm_profile_region *region,
		      struct ebpfmm_error *err)
{
	const struct ebpfmm_derive_symbol *symbol;

	if (space->object && set_text(&region->object, space->object, err))
		return -1;
	region->kind = EBPFMM_ANCHOR_SYMBOL;
	symbol = best(space->symbols, space->nsymbols, place, misfit);
	if (symbol) {
		region->offset = 0;
		region->has_length = false;
		return set_text(&region->name, symbol->name, err);
	}
	symbol = best(space->symbols, space->nsymbols, place, around);
	if (!symbol) {
		region->kind = EBPFMM_ANCHOR_SECTION;
		symbol = best(space->sections, space->nsections, place, around);
	}
	if (!symbol) {
		ebpfmm_fail(err, 0, "no symbol and no section has it");
		return 1;
	}
	region->offset = place->from > symbol->offset ? place->from - symbol->offset : 0;
	region->length = place->to < symbol->offset + symbol->size ?
				 place->to - symbol->offset : symbol->size;
	region->length -= region->offset;
	region->has_length = region->offset || region->length != symbol->size;
	return set_text(&region->name, symbol->name, err);
}

/* glibc begins its names with a space, which a profile leaves out. */
static const char *anon_name(const struct ebpfmm_derive_space *space)
{
	return space->name && space->name[0] == ' ' ? space->name + 1 : space->name;
}

static bool has_name(const struct ebpfmm_derive_space *space)
{
	return space->name && *anon_name(space);
}

bool derive_matches(const struct ebpfmm_profile_region *region, const char *name,
		    const char *exe, const struct ebpfmm_derive_space *space)
{
	uint64_t bytes = space->pages * PAGE;
	bool named = name && has_name(space) && !strcmp(anon_name(space), name);

	if (space->kind != EBPFMM_DERIVE_MAPPING || strcmp(space->exe, exe))
		return false;
	/* What grows has each size at some time, but only its name tells that it is meant. */
	if (space->grows)
		return named && !region->min_size && region->max_size == UINT64_MAX;
	return bytes >= region->min_size && bytes <= region->max_size && (!name || named);
}

/**
 * struct matching - the mappings that match as a space does
 * @all: how many, itself included
 * @alike: they have the same answer from end to end
 * @nth: the how manieth of them it is; 0: nobody knows
 */
struct matching {
	uint64_t all;
	bool alike;
	uint64_t nth;
};

static struct matching count(const struct ebpfmm_derive_input *input,
			     const unsigned char *whole, size_t index, const char *name,
			     const struct ebpfmm_profile_region *region)
{
	const struct ebpfmm_derive_space *space = &input->spaces[index];
	struct matching matching = { 0, whole[index], 1 };
	bool known = space->rank;
	size_t i;

	for (i = 0; i < input->nspaces; i++) {
		const struct ebpfmm_derive_space *other = &input->spaces[i];

		if (!derive_matches(region, name, space->exe, other))
			continue;
		matching.all++;
		matching.alike &= whole[i] == whole[index];
		known &= i == index || (other->rank && other->rank != space->rank);
		matching.nth += other->rank < space->rank;
	}
	if (!known)
		matching.nth = 0;
	return matching;
}

static int name_mapping(const struct ebpfmm_derive_input *input, const unsigned char *whole,
			size_t index, struct ebpfmm_profile_region *region,
			struct ebpfmm_error *err)
{
	const struct ebpfmm_derive_space *space = &input->spaces[index];
	const char *name = has_name(space) ? anon_name(space) : NULL;
	uint64_t bytes = space->pages * PAGE, slack = bytes / SLACK / PAGE * PAGE;
	struct matching matching = {};
	int step;

	region->kind = EBPFMM_ANCHOR_MAPPING;
	/* By name; by a size that it may differ from; by its very size; by rank. */
	for (step = name ? 0 : 1; step < 3; step++) {
		region->min_size = step == 2 ? bytes : step ? bytes - slack : 0;
		region->max_size = step == 2 ? bytes : step ? bytes + slack : UINT64_MAX;
		matching = count(input, whole, index, name, region);
		if (matching.all == 1 || matching.alike)
			return name ? set_text(&region->name, name, err) : 0;
	}
	if (!matching.nth || matching.nth > EBPFMM_MAX_NTH) {
		ebpfmm_fail(err, 0, "other mappings are like it, and its rank among them %s",
			    matching.nth ? "is too high" : "is not known");
		return 1;
	}
	region->nth = (uint16_t)matching.nth;
	return name ? set_text(&region->name, name, err) : 0;
}

/* By name, or all that are large enough for one page. */
static int name_grown(const struct ebpfmm_derive_space *space, unsigned int order,
		      struct ebpfmm_profile_region *region, struct ebpfmm_error *err)
{
	region->kind = EBPFMM_ANCHOR_MAPPING;
	region->min_size = has_name(space) ? 0 : PAGE << order;
	return has_name(space) ? set_text(&region->name, anon_name(space), err) : 0;
}

int derive_name(const struct ebpfmm_derive_input *input, const unsigned char *whole,
		const struct ebpfmm_derive_origin *origin, uint64_t floor, uint64_t ceiling,
		struct ebpfmm_profile_region *region, struct ebpfmm_error *err)
{
	const struct ebpfmm_derive_space *space = &input->spaces[origin->space];
	struct place place = {
		.from = origin->first * PAGE,
		.to = origin->end * PAGE,
		.floor = floor,
		.ceiling = ceiling,
	};

	place.slack = (place.to - place.from) / 10;
	if (place.slack < PAGE << origin->order)
		place.slack = PAGE << origin->order;
	region->max_size = UINT64_MAX;
	region->offset = place.from;
	region->length = place.to - place.from;
	region->has_length = true;
	switch (space->kind) {
	case EBPFMM_DERIVE_IMAGE:
		return name_image(space, &place, region, err);
	case EBPFMM_DERIVE_HEAP:
		region->kind = EBPFMM_ANCHOR_HEAP;
		return 0;
	case EBPFMM_DERIVE_STACK:
		region->kind = EBPFMM_ANCHOR_STACK;
		return 0;
	case EBPFMM_DERIVE_MAPPING:
		break;
	}
	/* All of it, whatever its size is next time. */
	region->has_length = !space->grows && (origin->first || origin->end != space->pages);
	if (space->grows)
		return name_grown(space, origin->order, region, err);
	return name_mapping(input, whole, origin->space, region, err);
}
