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
	[EBPFMM_ROW_IMAGE] = { "image", "", "the load address" },
	[EBPFMM_ROW_HEAP] = { "heap", "+", "where the heap starts" },
	[EBPFMM_ROW_STACK] = { "stack", "-", "where the stack starts" },
	[EBPFMM_ROW_OBJECT] = { "object", "", "where the object is loaded" },
	[EBPFMM_ROW_MAPPING] = { "mapping", "+", "where the mapping starts" },
};

struct ebpfmm_view ebpfmm_table_view(const struct ebpfmm_table *table,
				     const struct ebpfmm_profile *profile)
{
	return (struct ebpfmm_view){
		.table = table,
		.header = &table->large.header,
		.profile = profile,
	};
}

const char *ebpfmm_row_space_name(const struct ebpfmm_row *row)
{
	return spaces[row->space].name;
}

const char *ebpfmm_row_sign(const struct ebpfmm_row *row)
{
	return spaces[row->space].sign;
}

/* --- going through -------------------------------------------------------------- */

static void each_in_span(const struct ebpfmm_view *view, size_t program, struct ebpfmm_row row,
			 const struct ebpfmm_span *span, ebpfmm_row_fn *fn, void *data)
{
	const struct ebpfmm_profile_program *from =
		view->profile ? &view->profile->programs[program] : NULL;
	size_t i;

	row.before = EBPFMM_NO_REGION;
	for (i = span->first; i < (size_t)span->first + span->count; i++) {
		row.region = &view->table->large.regions[i];
		row.from = from ? &from->regions[row.region->source] : NULL;
		row.origin = &view->table->origin[i];
		if (row.space == EBPFMM_ROW_OBJECT && from)
			row.object = row.from->object;
		fn(&row, data);
		row.before = row.region->source;
	}
}

void ebpfmm_row_each(const struct ebpfmm_view *view, size_t index, ebpfmm_row_fn *fn,
		     void *data)
{
	const struct ebpfmm_program *program = &view->header->programs[index];
	uint64_t align = view->table->bias_align[index] ?: NO_BIAS;
	struct ebpfmm_row row = {
		.space = EBPFMM_ROW_IMAGE,
		.object = view->profile ? view->profile->programs[index].exe : NULL,
		.align = align >> EBPFMM_PAGE_SHIFT,
	};
	size_t i;

	each_in_span(view, index, row, &program->image, fn, data);

	row.align = 1;
	row.object = NULL;
	row.space = EBPFMM_ROW_HEAP;
	each_in_span(view, index, row, &program->heap, fn, data);
	row.space = EBPFMM_ROW_STACK;
	each_in_span(view, index, row, &program->stack, fn, data);
	row.space = EBPFMM_ROW_MAPPING;
	for (i = 0; i < program->mappings.count; i++)
		each_in_span(view, index, row,
			     &view->header->mappings[program->mappings.first + i].regions,
			     fn, data);
	row.space = EBPFMM_ROW_OBJECT;
	for (i = 0; i < program->objects.count; i++)
		each_in_span(view, index, row,
			     &view->header->objects[program->objects.first + i].regions,
			     fn, data);
}

const struct ebpfmm_region *ebpfmm_table_default(const struct ebpfmm_view *view, size_t program)
{
	uint16_t n = view->header->programs[program].default_region;

	return n == EBPFMM_NO_REGION ? NULL : &view->table->large.regions[n];
}

/* --- what comes of it ----------------------------------------------------------- */

/*
 * A page of 1 << order pages lies at a multiple of its own size. The base is
 * only known to be a multiple of row->align pages.
 */
enum ebpfmm_fit ebpfmm_row_fit(const struct ebpfmm_row *row, unsigned int order)
{
	uint64_t page = 1ULL << order;
	uint64_t length = row->region->end - row->region->start;
	uint64_t align = row->align < page ? row->align : page;
	/* Pages to skip to an aligned place, in the best and the worst case. */
	uint64_t best = -(uint64_t)row->region->start & (align - 1);
	uint64_t worst = best + page - align;

	if (length < page)
		return EBPFMM_FIT_SHORT;
	if (best + page > length)
		return EBPFMM_FIT_ASKEW;
	return worst + page > length ? EBPFMM_FIT_MAYBE : EBPFMM_FIT_YES;
}

__attribute__((format(printf, 3, 4)))
static void warn(ebpfmm_warning_fn *fn, void *data, const char *format, ...)
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
static void warn_of_sizes(const struct ebpfmm_row *row, enum ebpfmm_fit fit, const char *why,
			  ebpfmm_warning_fn *fn, void *data)
{
	char sizes[EBPFMM_ORDERS * sizeof("256K, ")] = "";
	unsigned int order;

	for (order = 1; order < EBPFMM_ORDERS; order++) {
		if (!(row->region->sizes & (1U << order)) ||
		    ebpfmm_row_fit(row, order) != fit)
			continue;
		if (sizes[0])
			strcat(sizes, ", ");
		strcat(sizes, ebpfmm_order_name(order));
	}
	if (sizes[0])
		warn(fn, data, "%s: %s%s", sizes, why,
		     fit == EBPFMM_FIT_MAYBE ? spaces[row->space].depends : "");
}

void ebpfmm_row_each_warning(const struct ebpfmm_row *row, bool maybe,
			     ebpfmm_warning_fn *fn, void *data)
{
	const struct ebpfmm_origin *origin = row->origin;

	if (origin->part.start > origin->bytes.start)
		warn(fn, data,
		     "its first %" PRIu64 " of %" PRIu64 " bytes are in pages mapped from the file",
		     origin->part.start - origin->bytes.start,
		     origin->bytes.end - origin->bytes.start);
	if (row->region->start > origin->part.start >> EBPFMM_PAGE_SHIFT)
		warn(fn, data, "its first page is also in regions[%u], and belongs to that region",
		     row->before);
	warn_of_sizes(row, EBPFMM_FIT_SHORT, "the region is too short", fn, data);
	warn_of_sizes(row, EBPFMM_FIT_ASKEW, "no aligned page in the region", fn, data);
	if (maybe)
		warn_of_sizes(row, EBPFMM_FIT_MAYBE, "depends on ", fn, data);
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
	ebpfmm_warning_fn *fn;
	void *data;
};

static void name_warning(const char *text, void *data)
{
	struct named *named = data;

	warn(named->fn, named->data, "programs[%zu].regions[%u]: %s",
	     named->program, named->region, text);
}

static void name_row(const struct ebpfmm_row *row, void *data)
{
	struct named *named = data;

	named->region = row->region->source;
	ebpfmm_row_each_warning(row, false, name_warning, named);
}

void ebpfmm_table_each_warning(const struct ebpfmm_table *table,
			       const struct ebpfmm_profile *profile,
			       void (*fn)(const char *text, void *data),
			       void *data)
{
	const struct ebpfmm_view view = ebpfmm_table_view(table, profile);
	struct named named = { .fn = fn, .data = data };

	for (; named.program < view.header->nprograms; named.program++)
		ebpfmm_row_each(&view, named.program, name_row, &named);
}
