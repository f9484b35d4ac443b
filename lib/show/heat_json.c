// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "base/json.h"
#include "base/page_size.h"
#include "show/heat_print.h"

/* Colder spaces have no map. */
#define MAPPED		0.001
#define MAX_BANDS	32
#define MAX_COLUMNS	64

static int add(struct json_object *array, struct json_object *value)
{
	if (value && !json_object_array_add(array, value))
		return 0;
	json_object_put(value);
	return -1;
}

/* Names were made valid when they were recorded. */
static int add_text(struct json_object *object, const char *key, const char *text)
{
	return text ? ebpfmm_json_add(object, key, json_object_new_string(text)) :
		      json_object_object_add(object, key, NULL);
}

static struct json_object *file_json(const struct ebpfmm_set_file *file)
{
	_cleanup_(json_object_putp) struct json_object *object = json_object_new_object();

	if (!object || ebpfmm_json_add_string(object, "file", file->name) ||
	    ebpfmm_json_add_number(object, "us", file->end_us) ||
	    ebpfmm_json_add_number(object, "sampling_us", file->header.sampling_us) ||
	    ebpfmm_json_add_number(object, "aggregation_us", file->header.aggregation_us) ||
	    ebpfmm_json_add(object, "ended", json_object_new_boolean(file->ended)) ||
	    ebpfmm_json_add(object, "truncated", json_object_new_boolean(file->truncated)) ||
	    ebpfmm_json_add_number(object, "lost", file->lost))
		return NULL;
	return take_ptr(object);
}

static struct json_object *map_json(const struct ebpfmm_set *set,
				    const struct ebpfmm_heat *heat, size_t index)
{
	_cleanup_(json_object_putp) struct json_object *map = json_object_new_array();
	uint64_t pages = heat->spaces[index].bytes / set->files[0].header.page_size;
	size_t bands = pages < MAX_BANDS ? (size_t)pages : MAX_BANDS;
	size_t columns = heat->intervals < MAX_COLUMNS ? (size_t)heat->intervals : MAX_COLUMNS;
	double grid[MAX_BANDS * MAX_COLUMNS];

	columns = columns ? columns : 1;
	ebpfmm_heat_grid(set, heat, index, bands, columns, grid);
	for (size_t b = 0; map && b < bands; b++) {
		struct json_object *row = json_object_new_array();

		if (add(map, row))
			return NULL;
		for (size_t c = 0; c < columns; c++) {
			double rounded = (double)(long)(grid[b * columns + c] * 1000 + 0.5) / 1000;
			char text[16];

			snprintf(text, sizeof(text), "%.3g", rounded);
			if (add(row, json_object_new_double_s(rounded, text)))
				return NULL;
		}
	}
	return take_ptr(map);
}

int ebpfmm_heat_add(struct json_object *object, const struct ebpfmm_set *set,
		    const struct ebpfmm_heat_space *found)
{
	int seen = set->spaces[found->space].space.seen;

	return ebpfmm_json_add_number(object, "size", found->bytes) ||
	       (found->has_resident ?
		ebpfmm_json_add_number(object, "resident", found->resident) :
		json_object_object_add(object, "resident", NULL)) ||
	       ebpfmm_json_add_number(object, "hot", found->hot) ||
	       ebpfmm_json_add_rounded(object, "share", found->share, 4) ||
	       ebpfmm_json_add_string(object, "seen", seen < 0 ? NULL :
				      ebpfmm_order_name((unsigned int)seen)) ? -1 : 0;
}

static struct json_object *space_json(const struct ebpfmm_set *set,
				      const struct ebpfmm_heat *heat, size_t index)
{
	_cleanup_(json_object_putp) struct json_object *object = json_object_new_object();
	const struct ebpfmm_heat_space *found = &heat->spaces[index];
	const struct ebpfmm_recording_space *space = &set->spaces[found->space].space;
	const char *path = set->programs[space->program].path;

	if (!object || add_text(object, "program", path) ||
	    ebpfmm_json_add_string(object, "kind", ebpfmm_space_kind_name(space->kind)) ||
	    add_text(object, "name", space->name) ||
	    ebpfmm_json_add_number(object, "rank", space->rank) ||
	    ebpfmm_json_add(object, "down", json_object_new_boolean(space->down)) ||
	    ebpfmm_heat_add(object, set, found))
		return NULL;
	if (found->share >= MAPPED && ebpfmm_json_add(object, "map", map_json(set, heat, index)))
		return NULL;
	return take_ptr(object);
}

struct json_object *ebpfmm_heat_json(const struct ebpfmm_set *set,
				     const struct ebpfmm_heat *heat)
{
	_cleanup_(json_object_putp) struct json_object *object = json_object_new_object();
	struct json_object *files = json_object_new_array(), *spaces;

	if (!object || ebpfmm_json_add(object, "recordings", files) ||
	    ebpfmm_json_add_number(object, "us", heat->recorded_us))
		return NULL;
	spaces = json_object_new_array();
	if (ebpfmm_json_add(object, "regions", spaces))
		return NULL;
	for (size_t i = 0; i < set->nfiles; i++)
		if (add(files, file_json(&set->files[i])))
			return NULL;
	for (size_t i = 0; i < heat->nspaces; i++)
		if (add(spaces, space_json(set, heat, i)))
			return NULL;
	return take_ptr(object);
}
