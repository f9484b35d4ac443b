// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/page_size.h"
#include "show/heat_print.h"
#include "show/page.h"
#include "show/page_bands.h"

/* Colder spaces are only counted. */
#define SHOWN		0.001
/* Bands of all spaces together, about, and of one. */
#define ALL_BANDS	1600U
#define MAX_BANDS	128U
#define LEAST_BANDS	8U
/* Of what is longer, the middle is left out. */
#define MAX_NAME	256U
#define MAX_NOTE	768U
/* Values from 0 to 1 are two digits of base 64. */
#define DIGITS		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define ALWAYS		4095

/**
 * struct making - a page on its way
 * @page: what it is made of
 * @object: what it becomes
 * @index: by space of the set, its index in "regions"; SIZE_MAX if it is not there
 * @drawn: the least share of a space that is drawn
 * @target: bands of a space
 * @columns: values from left to right
 */
struct making {
	const struct ebpfmm_page *page;
	struct json_object *object;
	size_t *index;
	double drawn;
	size_t target;
	size_t columns;
};

static int append(struct json_object *array, struct json_object *value)
{
	if (value && !json_object_array_add(array, value))
		return 0;
	json_object_put(value);
	return -1;
}

/* Return: a new array that is a member, or NULL without memory. */
static struct json_object *add_array(struct json_object *object, const char *key)
{
	struct json_object *array = json_object_new_array();

	return ebpfmm_json_add(object, key, array) ? NULL : array;
}

/* Return: a new object that is at the end of an array, or NULL without memory. */
static struct json_object *append_object(struct json_object *array)
{
	struct json_object *object = json_object_new_object();

	return append(array, object) ? NULL : object;
}

/* Printable ASCII, so that no name looks like another one, of less than @room characters. */
static struct json_object *text_json(const char *from, size_t room)
{
	char text[MAX_NOTE];
	size_t length = strlen(from);

	if (length < room)
		snprintf(text, room, "%s", from);
	else
		snprintf(text, room, "%.*s...%s", (int)(room / 2 - 2), from,
			 from + length - (room / 2 - 2));
	ebpfmm_printable(text);
	return json_object_new_string(text);
}

static int add_name(struct json_object *object, const char *key, const char *name)
{
	return name ? ebpfmm_json_add(object, key, text_json(name, MAX_NAME)) :
		      json_object_object_add(object, key, NULL);
}

/* --- the recordings ------------------------------------------------------------------- */

static int add_file(struct json_object *array, const struct ebpfmm_set_file *file)
{
	const struct ebpfmm_recording_header *header = &file->header;
	struct json_object *object = append_object(array);

	return !object || add_name(object, "file", file->name) ||
	       ebpfmm_json_add_number(object, "start_ms", header->start_ns / 1000000) ||
	       add_name(object, "kernel", header->kernel) ||
	       add_name(object, "cpu", header->cpu) ||
	       add_name(object, "tool", header->tool) ||
	       ebpfmm_json_add_number(object, "memory", header->memory) ||
	       ebpfmm_json_add_number(object, "us", file->end_us) ||
	       ebpfmm_json_add_number(object, "sampling_us", header->sampling_us) ||
	       ebpfmm_json_add_number(object, "aggregation_us", header->aggregation_us) ||
	       ebpfmm_json_add(object, "ended", json_object_new_boolean(file->ended)) ||
	       ebpfmm_json_add(object, "truncated", json_object_new_boolean(file->truncated)) ||
	       ebpfmm_json_add_number(object, "processes", file->processes) ||
	       ebpfmm_json_add_number(object, "lost", file->lost) ? -1 : 0;
}

static int add_files(const struct making *making)
{
	const struct ebpfmm_set *set = making->page->set;
	struct json_object *files = add_array(making->object, "recordings");

	for (size_t i = 0; files && i < set->nfiles; i++)
		if (add_file(files, &set->files[i]))
			return -1;
	return files ? 0 : -1;
}

/* --- the map --------------------------------------------------------------------------- */

/* What was accessed at all is not told as never. */
static void encode(const double *values, size_t count, char *text)
{
	for (size_t i = 0; i < count; i++) {
		unsigned int value = (unsigned int)(values[i] * ALWAYS + 0.5);

		if (!value && values[i] > 0)
			value = 1;
		*text++ = DIGITS[value / 64];
		*text++ = DIGITS[value % 64];
	}
	*text = '\0';
}

static struct json_object *row_json(const double *values, size_t columns, bool folded)
{
	char text[2 * EBPFMM_PAGE_MAX_COLUMNS + 1] = "";
	bool any = false;

	for (size_t i = 0; i < columns; i++)
		any |= values[i] > 0;
	if (any)
		encode(values, columns, text);
	/* What no page of was ever accessed needs no values. */
	return json_object_new_string(folded ? "-" : text);
}

static int add_rows(const struct making *making, struct json_object *map,
		    const struct page_bands *bands, const double *grid)
{
	struct json_object *edges = add_array(map, "edges");
	struct json_object *rows = edges ? add_array(map, "rows") : NULL;

	if (!rows || append(edges, json_object_new_uint64(0)))
		return -1;
	for (size_t b = 0; b < bands->count; b++)
		if (append(edges, json_object_new_uint64(bands->edges[b + 1])) ||
		    append(rows, row_json(&grid[b * making->columns], making->columns,
					  bands->folded[b])))
			return -1;
	return 0;
}

static int add_map(const struct making *making, struct json_object *region, size_t index)
{
	const struct ebpfmm_page *page = making->page;
	const struct ebpfmm_heat_space *found = &page->heat->spaces[index];
	_cleanup_(page_bands_free) struct page_bands bands = {};
	struct json_object *map = json_object_new_object();
	_cleanup_free_ double *grid = NULL;
	struct ebpfmm_error err = {};

	if (ebpfmm_json_add(region, "map", map) ||
	    page_bands_find(page->set, &page->set->spaces[found->space],
			    found->bytes / page->set->files[0].header.page_size, making->target,
			    &bands))
		return -1;
	grid = calloc(bands.count * making->columns, sizeof(*grid));
	if (!grid || ebpfmm_heat_bands(page->set, page->heat, index, bands.edges, bands.count,
				       making->columns, grid, &err))
		return -1;
	return add_rows(making, map, &bands, grid);
}

/* --- regions ---------------------------------------------------------------------------- */

static int add_label(struct json_object *object, const struct ebpfmm_page *page, size_t space)
{
	char label[EBPFMM_SPACE_LABEL];

	ebpfmm_space_label(&page->set->spaces[space].space, label);
	return ebpfmm_json_add(object, "label", json_object_new_string(label));
}

static int add_region(const struct making *making, struct json_object *array, size_t index)
{
	const struct ebpfmm_heat_space *found = &making->page->heat->spaces[index];
	const struct ebpfmm_recording_space *space = &making->page->set->spaces[found->space].space;
	struct json_object *object = append_object(array);

	if (!object || ebpfmm_json_add_number(object, "program", space->program) ||
	    add_label(object, making->page, found->space) ||
	    ebpfmm_json_add(object, "down",
			    json_object_new_boolean(space->kind == EBPFMM_SPACE_STACK ||
						    space->down)) ||
	    ebpfmm_heat_add(object, making->page->set, found))
		return -1;
	return found->share >= making->drawn ? add_map(making, object, index) : 0;
}

/* Return: 0 also if there is nothing to be counted. */
static int add_others(struct json_object *array, size_t program, size_t count, double share)
{
	struct json_object *object = count ? append_object(array) : NULL;

	if (!count)
		return 0;
	return !object || ebpfmm_json_add_number(object, "program", program) ||
	       ebpfmm_json_add_number(object, "count", count) ||
	       ebpfmm_json_add_rounded(object, "share", share, 4) ? -1 : 0;
}

static int add_regions(const struct making *making)
{
	const struct ebpfmm_heat *heat = making->page->heat;
	const struct ebpfmm_set *set = making->page->set;
	struct json_object *regions = add_array(making->object, "regions");
	struct json_object *others = regions ? add_array(making->object, "others") : NULL;
	size_t listed = 0, last = 0, count = 0;
	double share = 0;

	for (size_t i = 0; others && i < heat->nspaces; i++) {
		const struct ebpfmm_heat_space *found = &heat->spaces[i];
		size_t program = set->spaces[found->space].space.program;

		if (program != last) {
			if (add_others(others, last, count, share))
				return -1;
			last = program;
			count = 0;
			share = 0;
		}
		if (found->share >= SHOWN) {
			making->index[found->space] = listed++;
			if (add_region(making, regions, i))
				return -1;
		} else {
			count++;
			share += found->share;
		}
	}
	return others ? add_others(others, last, count, share) : -1;
}

static int add_programs(const struct making *making)
{
	const struct ebpfmm_set *set = making->page->set;
	struct json_object *programs = add_array(making->object, "programs");

	for (size_t i = 0; programs && i < set->nprograms; i++)
		if (append(programs, text_json(set->programs[i].path, MAX_NAME)))
			return -1;
	return programs ? 0 : -1;
}

/* As many spaces as can be drawn, and how finely. */
static void choose(struct making *making)
{
	const struct ebpfmm_heat *heat = making->page->heat;
	size_t count;

	making->drawn = SHOWN / 2;
	do {
		making->drawn *= 2;
		count = 0;
		for (size_t i = 0; i < heat->nspaces; i++)
			count += heat->spaces[i].share >= making->drawn;
	} while (count > EBPFMM_PAGE_MAX_DRAWN);
	making->target = count ? ALL_BANDS / count : MAX_BANDS;
	if (making->target > MAX_BANDS)
		making->target = MAX_BANDS;
	if (making->target < LEAST_BANDS)
		making->target = LEAST_BANDS;
	making->columns = heat->intervals < EBPFMM_PAGE_MAX_COLUMNS ? (size_t)heat->intervals :
								     EBPFMM_PAGE_MAX_COLUMNS;
	if (!making->columns)
		making->columns = 1;
}

/* --- proposals ---------------------------------------------------------------------------- */

static int add_proposal(const struct making *making, struct json_object *array,
			const struct ebpfmm_page_proposal *proposal)
{
	const struct ebpfmm_page *page = making->page;
	size_t space = proposal->spaces[0];
	struct json_object *object = append_object(array);
	struct json_object *regions = object ? add_array(object, "regions") : NULL;

	if (!regions || add_label(object, page, space) ||
	    ebpfmm_json_add_number(object, "program", page->set->spaces[space].space.program) ||
	    ebpfmm_json_add_number(object, "alike", proposal->nspaces) ||
	    ebpfmm_json_add_number(object, "first", proposal->first) ||
	    ebpfmm_json_add_number(object, "end", proposal->end) ||
	    ebpfmm_json_add_string(object, "size", ebpfmm_order_name(proposal->order)) ||
	    ebpfmm_json_add_number(object, "bytes", 4096ULL << proposal->order) ||
	    ebpfmm_json_add_number(object, "used", proposal->used) ||
	    ebpfmm_json_add_rounded(object, "worth_ns", proposal->worth_ns, 4))
		return -1;
	for (size_t i = 0; i < proposal->nspaces; i++) {
		size_t index = making->index[proposal->spaces[i]];

		if (index != SIZE_MAX && append(regions, json_object_new_uint64(index)))
			return -1;
	}
	return 0;
}

static int add_proposals(const struct making *making)
{
	const struct ebpfmm_page *page = making->page;
	struct json_object *proposals = add_array(making->object, "proposals");

	for (size_t i = 0; proposals && i < page->nproposals; i++)
		if (add_proposal(making, proposals, &page->proposals[i]))
			return -1;
	return proposals ? 0 : -1;
}

static int add_notes(const struct making *making)
{
	const struct ebpfmm_page *page = making->page;
	struct json_object *notes = add_array(making->object, "notes");
	size_t count = page->nnotes < EBPFMM_PAGE_MAX_NOTES ? page->nnotes : EBPFMM_PAGE_MAX_NOTES;

	for (size_t i = 0; notes && i < count; i++)
		if (append(notes, text_json(page->notes[i], MAX_NOTE)))
			return -1;
	return notes ? ebpfmm_json_add_number(making->object, "more_notes", page->nnotes - count) :
		       -1;
}

static int add_all(struct making *making)
{
	const struct ebpfmm_page *page = making->page;
	struct json_object *object = making->object;

	choose(making);
	return ebpfmm_json_add_string(object, "version", EBPFMM_VERSION) ||
	       ebpfmm_json_add_number(object, "us", page->heat->recorded_us) ||
	       ebpfmm_json_add_number(object, "longest_us", page->heat->longest_us) ||
	       ebpfmm_json_add_number(object, "page_size",
				      page->set->files[0].header.page_size) ||
	       ebpfmm_json_add_number(object, "columns", making->columns) ||
	       ebpfmm_json_add_number(object, "horizon_us", page->horizon_ns / 1000) ||
	       (page->why_none ?
		ebpfmm_json_add(object, "why_none", text_json(page->why_none, MAX_NOTE)) :
		json_object_object_add(object, "why_none", NULL)) ||
	       add_files(making) || add_programs(making) || add_regions(making) ||
	       add_proposals(making) || add_notes(making) ? -1 : 0;
}

struct json_object *ebpfmm_page_json(const struct ebpfmm_page *page)
{
	_cleanup_(json_object_putp) struct json_object *object = json_object_new_object();
	_cleanup_free_ size_t *index = calloc(page->set->nspaces + 1, sizeof(*index));
	struct making making = { .page = page, .object = object, .index = index };

	if (!object || !index)
		return NULL;
	for (size_t i = 0; i < page->set->nspaces; i++)
		index[i] = SIZE_MAX;
	return add_all(&making) ? NULL : take_ptr(object);
}
