// SPDX-License-Identifier: GPL-2.0-only
/*
 * The regions of a translated profile, and what comes of each of them.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/page_size.h"
#include "table/table_rows.h"

/* Any load bias is a multiple of this when there is none. */
#define NO_BIAS		(1ULL << 47)

static const struct {
	const char *name;
	const char *sign;
	const char *depends;	/* what decides how pages are aligned in it */
} spaces[] = {
	[ROW_IMAGE] = { "image", "", "the load address" },
	[ROW_HEAP] = { "heap", "+", "where the heap starts" },
	[ROW_STACK] = { "stack", "-", "where the stack starts" },
	[ROW_OBJECT] = { "object", "", "where the object is loaded" },
	[ROW_MAPPING] = { "mapping", "+", "where the mapping starts" },
};

const char *row_space_name(const struct row *row)
{
	return spaces[row->space].name;
}

const char *row_sign(const struct row *row)
{
	return spaces[row->space].sign;
}

/* --- going through -------------------------------------------------------------- */

static void each_in_span(const struct view *view, size_t program, struct row row,
			 const struct ebpfmm_span *span, row_fn *fn, void *data)
{
	const struct ebpfmm_profile_program *from =
		view->profile ? &view->profile->programs[program] : NULL;
	size_t i;

	row.before = EBPFMM_NO_REGION;
	for (i = span->first; i < (size_t)span->first + span->count; i++) {
		row.region = &view->table->large.regions[i];
		row.from = from ? &from->regions[row.region->source] : NULL;
		row.origin = &view->table->origin[i];
		if (row.space == ROW_OBJECT && from)
			row.object = row.from->object;
		fn(&row, data);
		row.before = row.region->source;
	}
}

void each_row(const struct view *view, size_t index, row_fn *fn, void *data)
{
	const struct ebpfmm_program *program = &view->header->programs[index];
	uint64_t align = view->table->bias_align[index] ?: NO_BIAS;
	struct row row = {
		.space = ROW_IMAGE,
		.object = view->profile ? view->profile->programs[index].exe : NULL,
		.align = align >> EBPFMM_PAGE_SHIFT,
	};
	size_t i;

	each_in_span(view, index, row, &program->image, fn, data);

	row.align = 1;
	row.object = NULL;
	row.space = ROW_HEAP;
	each_in_span(view, index, row, &program->heap, fn, data);
	row.space = ROW_STACK;
	each_in_span(view, index, row, &program->stack, fn, data);
	row.space = ROW_MAPPING;
	for (i = 0; i < program->mappings.count; i++)
		each_in_span(view, index, row,
			     &view->header->mappings[program->mappings.first + i].regions,
			     fn, data);
	row.space = ROW_OBJECT;
	for (i = 0; i < program->objects.count; i++)
		each_in_span(view, index, row,
			     &view->header->objects[program->objects.first + i].regions,
			     fn, data);
}

const struct ebpfmm_region *default_of(const struct view *view, size_t program)
{
	uint16_t n = view->header->programs[program].default_region;

	return n == EBPFMM_NO_REGION ? NULL : &view->table->large.regions[n];
}

/* --- what comes of it ----------------------------------------------------------- */

/*
 * A page of 1 << order pages lies at a multiple of its own size. The base is
 * only known to be a multiple of row->align pages.
 */
enum fit row_fit(const struct row *row, unsigned int order)
{
	uint64_t page = 1ULL << order;
	uint64_t length = row->region->end - row->region->start;
	uint64_t align = row->align < page ? row->align : page;
	/* Pages to skip to an aligned place, in the best and the worst case. */
	uint64_t best = -(uint64_t)row->region->start & (align - 1);
	uint64_t worst = best + page - align;

	if (length < page)
		return FIT_SHORT;
	if (best + page > length)
		return FIT_ASKEW;
	return worst + page > length ? FIT_MAYBE : FIT_YES;
}

__attribute__((format(printf, 3, 4)))
static void warn(warning_fn *fn, void *data, const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return;
	fn(text, data);
	free(text);
}

/* One warning for all of the region's sizes of which the same is to be said. */
static void warn_of_sizes(const struct row *row, enum fit fit, const char *why,
			  warning_fn *fn, void *data)
{
	char sizes[EBPFMM_ORDERS * sizeof("256K, ")] = "";
	unsigned int order;

	for (order = 1; order < EBPFMM_ORDERS; order++) {
		if (!(row->region->sizes & (1U << order)) ||
		    row_fit(row, order) != fit)
			continue;
		if (sizes[0])
			strcat(sizes, ", ");
		strcat(sizes, ebpfmm_order_name(order));
	}
	if (sizes[0])
		warn(fn, data, "%s: %s%s", sizes, why,
		     fit == FIT_MAYBE ? spaces[row->space].depends : "");
}

void each_warning(const struct row *row, bool maybe, warning_fn *fn, void *data)
{
	const struct ebpfmm_origin *origin = row->origin;

	if (origin->part.start > origin->bytes.start)
		warn(fn, data,
		     "its first %" PRIu64 " of %" PRIu64 " bytes are in pages mapped from the file",
		     origin->part.start - origin->bytes.start,
		     origin->bytes.end - origin->bytes.start);
	if (row->region->start > origin->part.start >> EBPFMM_PAGE_SHIFT)
		warn(fn, data, "its first page is that of regions[%u], too, and belongs to that",
		     row->before);
	warn_of_sizes(row, FIT_SHORT, "the region is too short", fn, data);
	warn_of_sizes(row, FIT_ASKEW, "no aligned page in the region", fn, data);
	if (maybe)
		warn_of_sizes(row, FIT_MAYBE, "depends on ", fn, data);
}

/**
 * struct named - warnings on their way out
 * @program: the program that they are of
 * @region: the region that they are of
 * @fn: gets them with the names of both
 * @data: for @fn
 */
struct named {
	size_t program;
	unsigned int region;
	warning_fn *fn;
	void *data;
};

static void name_warning(const char *text, void *data)
{
	struct named *named = data;

	warn(named->fn, named->data, "programs[%zu].regions[%u]: %s",
	     named->program, named->region, text);
}

static void name_row(const struct row *row, void *data)
{
	struct named *named = data;

	named->region = row->region->source;
	each_warning(row, false, name_warning, named);
}

void ebpfmm_table_each_warning(const struct ebpfmm_table *table,
			       const struct ebpfmm_profile *profile,
			       void (*fn)(const char *text, void *data),
			       void *data)
{
	struct view view = {
		.table = table,
		.header = &table->large.header,
		.profile = profile,
	};
	struct named named = { .fn = fn, .data = data };

	for (; named.program < view.header->nprograms; named.program++)
		each_row(&view, named.program, name_row, &named);
}
