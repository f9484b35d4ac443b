// SPDX-License-Identifier: GPL-2.0-only
/* What was decided in a cgroup, as JSON. */
#include <stdlib.h>

#include "base/json.h"
#include "base/page_size.h"
#include "show/print.h"
#include "show/reason.h"
#include "show/stats_private.h"

struct json_object *ebpfmm_stats_describe(const struct ebpfmm_stats *stats)
{
	struct json_object *object = json_object_new_object();
	const struct ebpfmm_header *header = stats->table ? &stats->table->large.header : NULL;

	ebpfmm_json_add_string(object, "cgroup", stats->cgroup);
	ebpfmm_json_add_number(object, "id", stats->id);
	ebpfmm_json_add_string(object, "container", stats->container);
	ebpfmm_json_add_string(object, "profile",
			       stats->profile || !header ? stats->profile : header->name);
	ebpfmm_json_add_number(object, "format", stats->format);
	if (!header)
		return object;
	ebpfmm_json_add_number(object, "programs", header->nprograms);
	ebpfmm_json_add_number(object, "regions", header->nregions);
	return object;
}

static void add_bytes(struct json_object *object, const struct ebpfmm_stats *stats)
{
	struct json_object *bytes = NULL;

	if (stats->has_bytes)
		bytes = json_object_new_object();
	for (unsigned int o = 0; bytes && o < EBPFMM_ORDERS; o++)
		if (EBPFMM_SUPPORTED_ORDERS & 1U << o)
			ebpfmm_json_add_number(bytes, ebpfmm_order_name(o), stats->bytes[o]);
	json_object_object_add(object, "bytes", bytes);
}

static struct json_object *json_reasons(const struct ebpfmm_counters *total)
{
	struct json_object *reasons = json_object_new_object();

	for (int r = 0; r < EBPFMM_REASONS; r++)
		ebpfmm_json_add_number(reasons, ebpfmm_reason_name(r), total->reason[r]);
	return reasons;
}

/* By size: each a member of its own object, as far as there is something to say. */
static void add_sizes(struct json_object *object, const struct ebpfmm_stats *stats,
		      const struct ebpfmm_counters *total)
{
	const struct ebpfmm_header *header = &stats->table->large.header;
	struct json_object *decisions = json_object_new_object();
	struct json_object *limits = json_object_new_object();
	struct json_object *lost = json_object_new_object(), *one;

	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++) {
		const char *name = ebpfmm_order_name(o);
		uint32_t samples;
		double mean;

		if (!(EBPFMM_SUPPORTED_ORDERS & 1U << o))
			continue;
		ebpfmm_json_add_number(decisions, name, total->order[o]);
		if (header->limit[o] != UINT64_MAX)
			ebpfmm_json_add_number(limits, name, header->limit[o]);
		samples = ebpfmm_stats_lost(header, o, &mean);
		if (!samples)
			continue;
		one = json_object_new_object();
		ebpfmm_json_add_rounded(one, "mean_net_ns", mean, 6);
		ebpfmm_json_add_number(one, "samples", samples);
		json_object_object_add(lost, name, one);
	}
	json_object_object_add(object, "decisions", decisions);
	json_object_object_add(object, "reasons", json_reasons(total));
	add_bytes(object, stats);
	json_object_object_add(object, "limits", limits);
	json_object_object_add(object, "lost", lost);
}

static void add_anchor(struct json_object *object, const struct ebpfmm_row *row)
{
	_cleanup_free_ char *text = NULL;

	if (!row->from)
		return;
	text = format_anchor(row);
	ebpfmm_json_add_string(object, "anchor", text);
}

static void add_row(const struct ebpfmm_row *row, void *data)
{
	const struct ebpfmm_region *region = row->region;
	struct json_object *object = json_object_new_object();

	ebpfmm_json_add_number(object, "region", region->source);
	ebpfmm_json_add_string(object, "space", ebpfmm_row_space_name(row));
	ebpfmm_json_add_hex(object, "start",
			 (uint64_t)region->start << EBPFMM_PAGE_SHIFT);
	if (region->end == EBPFMM_OPEN_END)
		json_object_object_add(object, "length", NULL);
	else
		ebpfmm_json_add_number(object, "length",
				(uint64_t)(region->end - region->start)
					   << EBPFMM_PAGE_SHIFT);
	add_anchor(object, row);
	ebpfmm_json_add_number(object, "decisions", region->decisions);
	json_object_array_add(data, object);
}

static struct json_object *json_program(const struct ebpfmm_view *view, size_t index)
{
	const struct ebpfmm_region *fallback = ebpfmm_table_default(view, index);
	struct json_object *object = json_object_new_object();
	struct json_object *regions = json_object_new_array();

	ebpfmm_json_add_number(object, "program", index);
	if (view->profile)
		ebpfmm_json_add_string(object, "exe", view->profile->programs[index].exe);
	ebpfmm_json_add_number(object, "decisions", stats_program_sum(view, index));
	ebpfmm_row_each(view, index, add_row, regions);
	json_object_object_add(object, "regions", regions);
	if (fallback)
		ebpfmm_json_add_number(object, "default", fallback->decisions);
	ebpfmm_json_add_number(object, "outside", view->header->programs[index].outside);
	return object;
}

struct json_object *ebpfmm_stats_json(const struct ebpfmm_stats *stats)
{
	struct json_object *object = ebpfmm_stats_describe(stats), *programs;
	struct ebpfmm_counters total;
	struct ebpfmm_view view;

	if (!stats->table) {
		add_bytes(object, stats);
		return object;
	}
	view = stats_view(stats);
	total = ebpfmm_stats_sum(view.header);
	programs = json_object_new_array();
	json_object_object_add(object, "profile_changed",
			       json_object_new_boolean(stats->changed));
	add_sizes(object, stats, &total);
	for (size_t i = 0; i < view.header->nprograms; i++)
		json_object_array_add(programs, json_program(&view, i));
	json_object_object_add(object, "by_program", programs);
	return object;
}
