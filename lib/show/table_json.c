// SPDX-License-Identifier: GPL-2.0-only
/*
 * A translated profile as JSON: what the columns show, and more.
 */
#include "show/table_json.h"

#include <json-c/json.h>

#include "base/json.h"
#include "base/page_size.h"
#include "show/print.h"

static void add_benefit(struct json_object *object,
			const struct ebpfmm_region *region)
{
	struct json_object *benefit = json_object_new_object();
	double touched = (double)region->touched / EBPFMM_TOUCHED_ONE;
	unsigned int order;

	for (order = 0; order < EBPFMM_ORDERS; order++)
		if (region->sizes & (1U << order))
			ebpfmm_json_add(benefit, ebpfmm_order_name(order),
					json_object_new_int64(
						region->benefit[EBPFMM_BENEFIT(order)]));
	ebpfmm_json_add(object, "benefit_ns", benefit);
	/* Three digits: a share is not known any better. */
	ebpfmm_json_add_rounded(object, "touched", touched, 3);
}

static void add_extent(struct json_object *object,
		       const struct ebpfmm_region *region)
{
	uint64_t length = (uint64_t)(region->end - region->start)
			  << EBPFMM_PAGE_SHIFT;

	ebpfmm_json_add_hex(object, "start", (uint64_t)region->start << EBPFMM_PAGE_SHIFT);
	if (region->end == EBPFMM_OPEN_END) {
		ebpfmm_json_add_string(object, "end", NULL);
		ebpfmm_json_add_string(object, "length", NULL);
		return;
	}
	ebpfmm_json_add_hex(object, "end", (uint64_t)region->end << EBPFMM_PAGE_SHIFT);
	ebpfmm_json_add_number(object, "length", length);
}

/* The ELF file that it is in, and where there what was asked for begins. */
static void add_place(struct json_object *object, const struct ebpfmm_row *row)
{
	const struct ebpfmm_elf_location *location = &row->origin->location;

	if (!row->object)
		return;
	ebpfmm_json_add_string(object, "object", row->object);
	ebpfmm_json_add_hex(object, "asked_start", row->origin->bytes.start);
	ebpfmm_json_add_hex(object, "asked_end", row->origin->bytes.end);
	if (!row->origin->located)
		return;
	ebpfmm_json_add_string(object, "section",
			       location->section[0] ? location->section : NULL);
	ebpfmm_json_add_hex(object, "section_offset", location->offset);
	if (location->in_file)
		ebpfmm_json_add_hex(object, "file_offset", location->file_offset);
	else
		ebpfmm_json_add_string(object, "file_offset", NULL);
}

static void add_fits(struct json_object *object, const struct ebpfmm_row *row)
{
	static const char *const words[] = {
		[EBPFMM_FIT_YES] = "yes", [EBPFMM_FIT_MAYBE] = "maybe", [EBPFMM_FIT_SHORT] = "no",
		[EBPFMM_FIT_ASKEW] = "no",
	};
	struct json_object *fits = json_object_new_object();
	unsigned int order;

	for (order = 0; order < EBPFMM_ORDERS; order++)
		if (EBPFMM_SUPPORTED_ORDERS & (1U << order))
			ebpfmm_json_add_string(fits, ebpfmm_order_name(order),
					       words[ebpfmm_row_fit(row, order)]);
	ebpfmm_json_add(object, "fits", fits);
}

static void add_warning(const char *text, void *data)
{
	json_object_array_add(data, json_object_new_string(text));
}

static void add_row(const struct ebpfmm_row *row, void *data)
{
	struct json_object *object = json_object_new_object();
	struct json_object *warnings = json_object_new_array();
	_cleanup_free_ char *anchor = format_anchor(row);

	ebpfmm_json_add(object, "index", json_object_new_int(row->region->source));
	ebpfmm_json_add_string(object, "anchor", anchor ?: "?");
	ebpfmm_json_add_string(object, "space", ebpfmm_row_space_name(row));
	add_place(object, row);
	add_extent(object, row->region);
	add_benefit(object, row->region);
	add_fits(object, row);
	ebpfmm_row_each_warning(row, true, add_warning, warnings);
	ebpfmm_json_add(object, "warnings", warnings);
	json_object_array_add(data, object);
}

static struct json_object *json_program(const struct ebpfmm_view *view, size_t index)
{
	const struct ebpfmm_program *program = &view->header->programs[index];
	const struct ebpfmm_region *fallback = ebpfmm_table_default(view, index);
	struct json_object *object = json_object_new_object();
	struct json_object *regions = json_object_new_array();

	ebpfmm_json_add_string(object, "exe", view->profile->programs[index].exe);
	ebpfmm_json_add(object, "position_independent",
			json_object_new_boolean(view->table->bias_align[index] != 0));
	ebpfmm_json_add_hex(object, "start_code", program->start_code);
	ebpfmm_json_add_hex(object, "image_start", program->image_start);
	ebpfmm_json_add_hex(object, "image_end", program->image_end);
	ebpfmm_row_each(view, index, add_row, regions);
	ebpfmm_json_add(object, "regions", regions);
	if (fallback) {
		struct json_object *entry = json_object_new_object();

		add_benefit(entry, fallback);
		ebpfmm_json_add(object, "default", entry);
	}
	return object;
}

void table_print_json(const struct ebpfmm_view *view, FILE *out)
{
	const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	const struct ebpfmm_header *header = view->header;
	struct json_object *object = json_object_new_object();
	struct json_object *programs = json_object_new_array();
	struct json_object *limits = json_object_new_object();
	unsigned int order;
	size_t i;

	ebpfmm_json_add_string(object, "name", view->profile->name);
	for (i = 0; i < header->nprograms; i++)
		json_object_array_add(programs, json_program(view, i));
	ebpfmm_json_add(object, "programs", programs);
	for (order = 0; order < EBPFMM_ORDERS; order++)
		if (header->limit[order] != UINT64_MAX)
			ebpfmm_json_add_number(limits, ebpfmm_order_name(order),
					       header->limit[order]);
	ebpfmm_json_add(object, "limits", limits);
	fprintf(out, "%s\n", json_object_to_json_string_ext(object, flags));
	json_object_put(object);
}
