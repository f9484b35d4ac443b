// SPDX-License-Identifier: GPL-2.0-only
#include "recording/places.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/text.h"

/* What is before the path, and a path each of whose bytes is an escape. */
#define MAX_LINE	(128U + 4 * 4096U)
#define MAX_MAPPINGS	EBPFMM_RECORDING_MAX_SPACES

/**
 * struct mapping - a line
 * @start: its first address
 * @end: the address behind it
 * @writable: whether it can be written to
 * @executable: whether it can be executed
 * @private: whether it is not shared
 * @name: path or name, or NULL
 * @digest: of the name
 */
struct mapping {
	uint64_t start;
	uint64_t end;
	bool writable;
	bool executable;
	bool private;
	char *name;
	uint64_t digest;
};

struct mappings {
	struct mapping *list;
	size_t count;
};

static void mappings_free(struct mappings *mappings)
{
	for (size_t i = 0; i < mappings->count; i++)
		free(mappings->list[i].name);
	free(mappings->list);
}

/* --- lines ------------------------------------------------------------------------ */

/* The kernel puts the name behind blanks that align it. Return: NULL without memory. */
static char *parse_name(const char *text)
{
	static const char anon[] = "[anon:";
	size_t length = strlen(text);
	char *name, *copy;

	if (!strncmp(text, anon, strlen(anon)) && text[length - 1] == ']')
		copy = strndup(text + strlen(anon), length - strlen(anon) - 1);
	else
		copy = strdup(text);
	name = copy ? ebpfmm_text(copy) : NULL;
	free(copy);
	return name;
}

/* Return: 1, or 0 where it is none of the process's own; -1 with @err set. */
static int parse_line(const char *line, struct mapping *mapping, struct ebpfmm_error *err)
{
	unsigned int major, minor;
	char flags[5] = "";
	uint64_t offset, inode;
	int at = 0;

	*mapping = (struct mapping){};
	if (sscanf(line, "%16" SCNx64 "-%16" SCNx64 " %4s %16" SCNx64 " %8x:%8x %20" SCNu64 " %n",
		   &mapping->start, &mapping->end, flags, &offset, &major, &minor, &inode,
		   &at) != 7 || !at || strlen(flags) != 4)
		return ebpfmm_fail(err, 0, "is not as in /proc/PID/maps");
	line += at;
	/* [vdso] and the like are the kernel's. */
	if (*line == '[' && strcmp(line, "[heap]") && strcmp(line, "[stack]") &&
	    strncmp(line, "[anon", 5))
		return 0;
	if (mapping->start >= mapping->end || mapping->end > EBPFMM_RECORDING_MAX_BYTES ||
	    (mapping->start | mapping->end) % EBPFMM_PLACES_PAGE)
		return ebpfmm_fail(err, 0, "is no range of pages");
	mapping->writable = flags[1] == 'w';
	mapping->executable = flags[2] == 'x';
	mapping->private = flags[3] == 'p';
	if (!*line)
		return 1;
	mapping->name = parse_name(line);
	if (!mapping->name)
		return ebpfmm_fail(err, ENOMEM, "maps");
	if (!*mapping->name || strlen(mapping->name) > EBPFMM_RECORDING_MAX_TEXT) {
		free(mapping->name);
		return ebpfmm_fail(err, 0, "has a name that is empty or too long");
	}
	mapping->digest = ebpfmm_digest(mapping->name, strlen(mapping->name));
	return 1;
}

static int add_line(struct mappings *mappings, const char *text, size_t length,
		    struct ebpfmm_error *err)
{
	uint64_t last = mappings->count ? mappings->list[mappings->count - 1].end : 0;
	struct mapping *mapping = &mappings->list[mappings->count];
	char line[MAX_LINE];
	int ret;

	if (length >= sizeof(line))
		return ebpfmm_fail(err, 0, "is too long");
	if (memchr(text, '\0', length))
		return ebpfmm_fail(err, 0, "has a NUL in it");
	memcpy(line, text, length);
	line[length] = '\0';
	ret = parse_line(line, mapping, err);
	if (ret <= 0)
		return ret;
	if (mappings->count == MAX_MAPPINGS)
		ret = ebpfmm_fail(err, 0, "is one of more than %u mappings", MAX_MAPPINGS);
	else if (mapping->start < last)
		ret = ebpfmm_fail(err, 0, "begins before the end of the one before");
	if (ret < 0)
		free(mapping->name);
	else
		mappings->count++;
	return ret;
}

static int read_lines(const char *text, size_t length, struct mappings *mappings,
		      struct ebpfmm_error *err)
{
	const char *at = text, *end = text + length, *newline;

	for (size_t line = 1; at < end; line++, at = newline + 1) {
		newline = memchr(at, '\n', end - at);
		if (!newline)
			newline = end;
		if (add_line(mappings, at, newline - at, err) < 0)
			return ebpfmm_prefix(err, "line %zu: ", line);
	}
	return mappings->count ? 0 : ebpfmm_fail(err, 0, "there is no mapping");
}

/* --- spaces ----------------------------------------------------------------------- */

static const struct mapping *lowest_program(const struct mappings *mappings)
{
	for (size_t i = 0; i < mappings->count; i++) {
		const struct mapping *mapping = &mappings->list[i];

		if (mapping->executable && mapping->name && *mapping->name == '/')
			return mapping;
	}
	return NULL;
}

static int find_program(const struct mappings *mappings, const char *exe,
			struct ebpfmm_places *places, struct ebpfmm_error *err)
{
	const struct mapping *lowest = lowest_program(mappings);
	size_t i;

	if (exe)
		places->exe = ebpfmm_text(exe);
	else if (lowest)
		places->exe = strdup(lowest->name);
	else
		return ebpfmm_fail(err, 0, "no file is mapped to be executed");
	if (!places->exe)
		return ebpfmm_fail(err, ENOMEM, "maps");
	if (*places->exe != '/')
		return ebpfmm_fail(err, 0, "`%.128s` is no absolute path", places->exe);
	for (i = 0; i < mappings->count; i++)
		if (mappings->list[i].name && !strcmp(mappings->list[i].name, places->exe))
			return 0;
	return ebpfmm_fail(err, 0, "`%.128s` is not mapped", places->exe);
}

/* Whether a file is mapped to be executed anywhere. */
static bool is_object(const struct mappings *mappings, const struct mapping *mapping)
{
	for (size_t i = 0; i < mappings->count; i++) {
		const struct mapping *other = &mappings->list[i];

		if (other->executable && other->digest == mapping->digest && other->name &&
		    !strcmp(other->name, mapping->name))
			return true;
	}
	return false;
}

static enum ebpfmm_space_kind kind_of(const struct mappings *mappings,
				      const struct mapping *mapping, const char *exe)
{
	if (!mapping->name)
		return EBPFMM_SPACE_MAPPING;
	if (!strcmp(mapping->name, exe))
		return EBPFMM_SPACE_IMAGE;
	if (!strcmp(mapping->name, "[heap]"))
		return EBPFMM_SPACE_HEAP;
	if (!strcmp(mapping->name, "[stack]"))
		return EBPFMM_SPACE_STACK;
	if (*mapping->name == '/' && is_object(mappings, mapping))
		return EBPFMM_SPACE_OBJECT;
	return EBPFMM_SPACE_MAPPING;
}

/* Return: index of the space that a mapping is another part of, or SIZE_MAX. */
static size_t find_space(const struct ebpfmm_places *places,
			 const struct ebpfmm_recording_space *space, const uint64_t *digests,
			 uint64_t digest)
{
	if (space->kind == EBPFMM_SPACE_MAPPING)
		return SIZE_MAX;
	for (size_t i = 0; i < places->nspaces; i++) {
		const struct ebpfmm_recording_space *other = &places->spaces[i];

		if (other->kind == space->kind && digests[i] == digest &&
		    (!space->name || !strcmp(other->name, space->name)))
			return i;
	}
	return SIZE_MAX;
}

/* Whether a mapping is the zeroed data of what is right below. */
static bool is_zeroed(const struct mapping *below, const struct mapping *mapping,
		      enum ebpfmm_space_kind kind)
{
	return !mapping->name && mapping->private && mapping->writable &&
	       !mapping->executable && below->writable && below->end == mapping->start &&
	       (kind == EBPFMM_SPACE_IMAGE || kind == EBPFMM_SPACE_OBJECT);
}

static int add_mapping(struct ebpfmm_places *places, const struct mappings *mappings,
		       size_t i, uint64_t *digests, struct ebpfmm_error *err)
{
	const struct mapping *mapping = &mappings->list[i];
	struct ebpfmm_area *area = &places->areas[places->nareas];
	struct ebpfmm_recording_space space = { .seen = EBPFMM_SEEN_UNKNOWN };
	size_t found;

	*area = (struct ebpfmm_area){ mapping->start, mapping->end, 0 };
	found = i ? area[-1].space : SIZE_MAX;
	if (!i || !is_zeroed(mapping - 1, mapping, places->spaces[found].kind)) {
		space.kind = kind_of(mappings, mapping, places->exe);
		if (space.kind == EBPFMM_SPACE_OBJECT || space.kind == EBPFMM_SPACE_MAPPING)
			space.name = mapping->name;
		found = find_space(places, &space, digests, mapping->digest);
	}
	if (found == SIZE_MAX) {
		found = places->nspaces;
		if (space.kind == EBPFMM_SPACE_MAPPING)
			space.size = mapping->end - mapping->start;
		if (space.name) {
			space.name = strdup(space.name);
			if (!space.name)
				return ebpfmm_fail(err, ENOMEM, "maps");
		}
		places->spaces[found] = space;
		places->bases[found] = mapping->start;
		digests[found] = mapping->digest;
		places->nspaces++;
	}
	if (places->spaces[found].kind == EBPFMM_SPACE_STACK)
		places->bases[found] = mapping->end;
	area->space = found;
	places->nareas++;
	return 0;
}

/**
 * struct ranked - a mapping to be ranked among its like
 * @space: its space
 * @base: where it is
 */
struct ranked {
	struct ebpfmm_recording_space *space;
	uint64_t base;
};

static int compare_alike(const struct ebpfmm_recording_space *a,
			 const struct ebpfmm_recording_space *b)
{
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	if (!a->name || !b->name)
		return !!a->name - !!b->name;
	return strcmp(a->name, b->name);
}

static int compare_ranked(const void *one, const void *other)
{
	const struct ranked *a = one, *b = other;
	int order = compare_alike(a->space, b->space);

	/* The highest one first. */
	return order ? order : a->base > b->base ? -1 : a->base < b->base;
}

static int rank_mappings(struct ebpfmm_places *places, struct ebpfmm_error *err)
{
	_cleanup_free_ struct ranked *list = calloc(places->nspaces, sizeof(*list));
	size_t count = 0, i;

	if (!list)
		return ebpfmm_fail(err, ENOMEM, "maps");
	for (i = 0; i < places->nspaces; i++)
		if (places->spaces[i].kind == EBPFMM_SPACE_MAPPING)
			list[count++] = (struct ranked){ &places->spaces[i],
							 places->bases[i] };
	qsort(list, count, sizeof(*list), compare_ranked);
	for (i = 0; i < count; i++)
		list[i].space->rank = i && !compare_alike(list[i - 1].space, list[i].space) ?
				      list[i - 1].space->rank + 1 : 1;
	return 0;
}

static int make_spaces(const struct mappings *mappings, struct ebpfmm_places *places,
		       struct ebpfmm_error *err)
{
	_cleanup_free_ uint64_t *digests = calloc(mappings->count, sizeof(*digests));

	places->spaces = calloc(mappings->count, sizeof(*places->spaces));
	places->bases = calloc(mappings->count, sizeof(*places->bases));
	places->areas = calloc(mappings->count, sizeof(*places->areas));
	if (!digests || !places->spaces || !places->bases || !places->areas)
		return ebpfmm_fail(err, ENOMEM, "maps");
	for (size_t i = 0; i < mappings->count; i++)
		if (add_mapping(places, mappings, i, digests, err))
			return -1;
	return rank_mappings(places, err);
}

/* --- places ----------------------------------------------------------------------- */

int ebpfmm_places_parse(const char *text, size_t length, const char *exe,
			struct ebpfmm_places *places, struct ebpfmm_error *err)
{
	_cleanup_(mappings_free) struct mappings mappings = {};

	*places = (struct ebpfmm_places){};
	/* One more, for the line that is too many. */
	mappings.list = calloc(MAX_MAPPINGS + 1, sizeof(*mappings.list));
	if (!mappings.list)
		return ebpfmm_fail(err, ENOMEM, "maps");
	if (read_lines(text, length, &mappings, err) ||
	    find_program(&mappings, exe, places, err) ||
	    make_spaces(&mappings, places, err))
		return ebpfmm_prefix(err, "maps: ");
	return 0;
}

void ebpfmm_places_run(const struct ebpfmm_places *places, const struct ebpfmm_area *area,
		       uint64_t start, uint64_t end, struct ebpfmm_recording_run *run)
{
	uint64_t base = places->bases[area->space], first, behind;

	if (places->spaces[area->space].kind == EBPFMM_SPACE_STACK ||
	    places->spaces[area->space].down) {
		first = (base - end) / EBPFMM_PLACES_PAGE;
		behind = (base - start + EBPFMM_PLACES_PAGE - 1) / EBPFMM_PLACES_PAGE;
	} else {
		first = (start - base) / EBPFMM_PLACES_PAGE;
		behind = (end - base + EBPFMM_PLACES_PAGE - 1) / EBPFMM_PLACES_PAGE;
	}
	run->first = first;
	/* A run cannot be larger; no machine has so much memory. */
	run->pages = behind - first > UINT32_MAX ? UINT32_MAX : (uint32_t)(behind - first);
}

void ebpfmm_places_free(struct ebpfmm_places *places)
{
	for (size_t i = 0; i < places->nspaces; i++)
		free((char *)places->spaces[i].name);
	free(places->exe);
	free(places->spaces);
	free(places->bases);
	free(places->areas);
	*places = (struct ebpfmm_places){};
}
