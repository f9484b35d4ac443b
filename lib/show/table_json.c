// SPDX-License-Identifier: GPL-2.0-only
/*
 * A translated profile as JSON: what the columns show, and more.
 */
#include "show/table_json.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "base/page_size.h"
#include "show/print.h"

static void add(struct json_object *object, const char *key,
		struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static void add_string(struct json_object *object, const char *key,
		       const char *value)
{
	add(object, key, value ? json_object_new_string(value) : NULL);
}

static void add_hex(struct json_object *object, const char *key, uint64_t value)
{
	char text[sizeof("0x") + 16];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	add_string(object, key, text);
}

static void add_benefit(struct json_object *object,
			const struct ebpfmm_region *region)
{
	struct json_object *benefit = json_object_new_object();
	double touched = (double)region->touched / EBPFMM_TOUCHED_ONE;
	unsigned int order;
	char text[32];

	for (order = 0; order < EBPFMM_ORDERS; order++)
		if (region->sizes & (1U << order))
			add(benefit, ebpfmm_order_name(order),
			    json_object_new_int64(
				    region->benefit[EBPFMM_BENEFIT(order)]));
	add(object, "benefit_ns", benefit);
	/* Three digits: a share is not known any better. */
	snprintf(text, sizeof(text), "%.3g", touched);
	add(object, "touched", json_object_new_double_s(touched, text));
}

static void add_extent(struct json_object *object,
		       const struct ebpfmm_region *region)
{
	uint64_t length = (uint64_t)(region->end - region->start)
			  << EBPFMM_PAGE_SHIFT;

	add_hex(object, "start", (uint64_t)region->start << EBPFMM_PAGE_SHIFT);
	if (region->end == OPEN_END) {
		add(object, "end", NULL);
		add(object, "length", NULL);
		return;
	}
	add_hex(object, "end", (uint64_t)region->end << EBPFMM_PAGE_SHIFT);
	add(object, "length", json_object_new_uint64(length));
}

/* The ELF file that it is in, and where there what was asked for begins. */
static void add_place(struct json_object *object, const struct row *row)
{
	const struct ebpfmm_elf_location *location = &row->origin->location;

	if (!row->object)
		return;
	add_string(object, "object", row->object);
	add_hex(object, "asked_start", row->origin->bytes.start);
	add_hex(object, "asked_end", row->origin->bytes.end);
	if (!row->origin->located)
		return;
	add_string(object, "section",
		   location->section[0] ? location->section : NULL);
	add_hex(object, "section_offset", location->offset);
	if (location->in_file)
		add_hex(object, "file_offset", location->file_offset);
	else
		add(object, "file_offset", NULL);
}

static void add_fits(struct json_object *object, const struct row *row)
{
	static const char *const words[] = {
		[FIT_YES] = "yes", [FIT_MAYBE] = "maybe", [FIT_SHORT] = "no",
		[FIT_ASKEW] = "no",
	};
	struct json_object *fits = json_object_new_object();
	unsigned int order;

	for (order = 0; order < EBPFMM_ORDERS; order++)
		if (EBPFMM_SUPPORTED_ORDERS & (1U << order))
			add_string(fits, ebpfmm_order_name(order),
				   words[row_fit(row, order)]);
	add(object, "fits", fits);
}

static void add_warning(const char *text, void *data)
{
	json_object_array_add(data, json_object_new_string(text));
}

static void add_row(const struct row *row, void *data)
{
	struct json_object *object = json_object_new_object();
	struct json_object *warnings = json_object_new_array();
	char *text = NULL;
	size_t size;
	FILE *stream;

	add(object, "index", json_object_new_int(row->region->source));
	stream = open_memstream(&text, &size);
	if (stream) {
		print_anchor(stream, row);
		fclose(stream);
	}
	add_string(object, "anchor", text ?: "?");
	free(text);
	add_string(object, "space", row_space_name(row));
	add_place(object, row);
	add_extent(object, row->region);
	add_benefit(object, row->region);
	add_fits(object, row);
	each_warning(row, true, add_warning, warnings);
	add(object, "warnings", warnings);
	json_object_array_add(data, object);
}

static struct json_object *json_program(const struct view *view, size_t index)
{
	const struct ebpfmm_program *program = &view->header->programs[index];
	const struct ebpfmm_region *fallback = default_of(view, index);
	struct json_object *object = json_object_new_object();
	struct json_object *regions = json_object_new_array();

	add_string(object, "exe", view->profile->programs[index].exe);
	add(object, "position_independent",
	    json_object_new_boolean(view->table->bias_align[index] != 0));
	add_hex(object, "start_code", program->start_code);
	add_hex(object, "image_start", program->image_start);
	add_hex(object, "image_end", program->image_end);
	each_row(view, index, add_row, regions);
	add(object, "regions", regions);
	if (fallback) {
		struct json_object *entry = json_object_new_object();

		add_benefit(entry, fallback);
		add(object, "default", entry);
	}
	return object;
}

void table_print_json(const struct view *view, FILE *out)
{
	const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	const struct ebpfmm_header *header = view->header;
	struct json_object *object = json_object_new_object();
	struct json_object *programs = json_object_new_array();
	struct json_object *limits = json_object_new_object();
	unsigned int order;
	size_t i;

	add_string(object, "name", header->name);
	for (i = 0; i < header->nprograms; i++)
		json_object_array_add(programs, json_program(view, i));
	add(object, "programs", programs);
	for (order = 0; order < EBPFMM_ORDERS; order++)
		if (header->limit[order] != UINT64_MAX)
			add(limits, ebpfmm_order_name(order),
			    json_object_new_uint64(header->limit[order]));
	add(object, "limits", limits);
	fprintf(out, "%s\n", json_object_to_json_string_ext(object, flags));
	json_object_put(object);
}
