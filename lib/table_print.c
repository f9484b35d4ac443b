// SPDX-License-Identifier: GPL-2.0-only
/*
 * Printing a translated profile, in columns or as JSON. Both show the same
 * regions in the same order, that of the table.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "translate.h"

#define OPEN_END	UINT32_MAX
/* Any load bias is a multiple of this when there is none. */
#define NO_BIAS		(1ULL << 47)

enum space { IMAGE, HEAP, STACK, MAPPING };

static const struct {
	const char *name;
	const char *sign;	/* before addresses: how they count */
	const char *depends;	/* what decides how pages are aligned in it */
} spaces[] = {
	[IMAGE] = { "image", "", "the load address" },
	[HEAP] = { "heap", "+", "where the heap starts" },
	[STACK] = { "stack", "-", "where the stack starts" },
	[MAPPING] = { "mapping", "+", "where the mapping starts" },
};

/*
 * One region and where it is. @index is its place in the table, @program that
 * of its program; @align the alignment of its base in pages; @mapping is NULL
 * unless @space is MAPPING.
 */
struct row {
	const struct ebpfmm_region *region;
	const struct ebpfmm_mapping *mapping;
	enum space space;
	size_t program;
	size_t index;
	uint64_t align;
};

/*
 * What all rows need to know.
 */
struct view {
	const struct ebpfmm_table *table;
	const struct ebpfmm_header *header;
	const struct ebpfmm_profile *profile;
};

enum fit { FITS, DEPENDS, TOO_SHORT, NEVER_ALIGNED };

/*
 * Does a page of 1 << order pages, which lies at a multiple of its own size,
 * fit into the region? The base is only known to be a multiple of align pages.
 */
static enum fit fit(const struct row *row, unsigned int order)
{
	uint64_t page = 1ULL << order;
	uint64_t length = row->region->end - row->region->start;
	uint64_t align = row->align < page ? row->align : page;
	/* Pages to skip to an aligned place, in the best and the worst case. */
	uint64_t best = -(uint64_t)row->region->start & (align - 1);
	uint64_t worst = best + page - align;

	if (length < page)
		return TOO_SHORT;
	if (best + page > length)
		return NEVER_ALIGNED;
	return worst + page > length ? DEPENDS : FITS;
}

/* The warning about an order in a region, or NULL. */
static char *warning(const struct row *row, unsigned int order)
{
	const char *name = ebpfmm_order_name(order);
	char *text = NULL;
	int n = 0;

	switch (fit(row, order)) {
	case FITS:
		return NULL;
	case DEPENDS:
		n = asprintf(&text, "%s: depends on %s", name,
			     spaces[row->space].depends);
		break;
	case TOO_SHORT:
		n = asprintf(&text, "%s: the region is too short", name);
		break;
	case NEVER_ALIGNED:
		n = asprintf(&text, "%s: no aligned page in the region", name);
		break;
	}
	return n < 0 ? NULL : text;
}

static bool named(const struct row *row, unsigned int order)
{
	return row->region->sizes & (1U << order);
}

/* Bytes in the largest unit that divides them. */
static void print_bytes(FILE *out, uint64_t bytes)
{
	static const char units[] = "\0KMG";
	unsigned int unit = 0;

	while (bytes && !(bytes % 1024) && unit < 3) {
		bytes /= 1024;
		unit++;
	}
	fprintf(out, "%" PRIu64, bytes);
	if (unit)
		fputc(units[unit], out);
}

/* What may be hostile, without what could steer a terminal. */
static void print_clean(FILE *out, const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length && text[i]; i++)
		fputc(text[i] < ' ' || text[i] > '~' ? '?' : text[i], out);
}

static const struct ebpfmm_profile_region *source_of(const struct view *view,
						     const struct row *row)
{
	if (!view->profile)
		return NULL;
	return &view->profile->programs[row->program]
			.regions[view->table->large.regions[row->index].source];
}

static void print_anchor(FILE *out, const struct view *view,
			 const struct row *row)
{
	const struct ebpfmm_profile_region *from = source_of(view, row);
	const struct ebpfmm_mapping *mapping = row->mapping;

	if (row->space == IMAGE && from) {
		fputs(from->kind == EBPFMM_ANCHOR_SYMBOL ? "symbol " :
							   "section ", out);
		print_clean(out, from->name, SIZE_MAX);
		return;
	}
	fputs(spaces[row->space].name, out);
	if (row->space != MAPPING)
		return;
	if (mapping->name_len) {
		fputs(" \"", out);
		print_clean(out, mapping->name, sizeof(mapping->name));
		fputc('"', out);
	}
	if (mapping->min_size) {
		fputs(" from ", out);
		print_bytes(out, mapping->min_size);
	}
	if (mapping->max_size != UINT64_MAX) {
		fputs(" to ", out);
		print_bytes(out, mapping->max_size);
	}
}

static void print_address(FILE *out, const struct row *row, uint32_t page)
{
	if (page == OPEN_END)
		fputs("end", out);
	else
		fprintf(out, "%s0x%" PRIx64, spaces[row->space].sign,
			(uint64_t)page << EBPFMM_PAGE_SHIFT);
}

static void print_sizes(FILE *out, const struct ebpfmm_region *region)
{
	const char *separator = "";
	unsigned int order;

	for (order = 0; order < EBPFMM_ORDERS; order++) {
		if (!(region->sizes & (1U << order)))
			continue;
		fprintf(out, "%s%s=%u", separator, ebpfmm_order_name(order),
			region->benefit[order]);
		separator = " ";
	}
	if (region->touched != EBPFMM_TOUCHED_ONE)
		fprintf(out, " touched=%.3g",
			(double)region->touched / EBPFMM_TOUCHED_ONE);
}

/* --- rows ------------------------------------------------------------------ */

typedef void row_fn(const struct view *view, const struct row *row, void *data);

static void each_in_span(const struct view *view, struct row row,
			 const struct ebpfmm_span *span, row_fn *fn, void *data)
{
	size_t i;

	for (i = 0; i < span->count; i++) {
		row.index = span->first + i;
		row.region = &view->table->large.regions[row.index];
		fn(view, &row, data);
	}
}

static void each_row(const struct view *view, size_t index, row_fn *fn,
		     void *data)
{
	const struct ebpfmm_program *program = &view->header->programs[index];
	struct row row = { .program = index, .align = 1 };
	size_t i;

	row.space = IMAGE;
	if (view->profile) {
		uint64_t align = view->table->bias_align[index] ?: NO_BIAS;

		row.align = align >> EBPFMM_PAGE_SHIFT;
	}
	each_in_span(view, row, &program->image, fn, data);

	row.align = 1;
	row.space = HEAP;
	each_in_span(view, row, &program->heap, fn, data);
	row.space = STACK;
	each_in_span(view, row, &program->stack, fn, data);
	row.space = MAPPING;
	for (i = 0; i < program->mappings.count; i++) {
		row.mapping = &view->header->mappings[program->mappings.first + i];
		each_in_span(view, row, &row.mapping->regions, fn, data);
	}
}

static const struct ebpfmm_region *default_of(const struct view *view,
					      size_t index)
{
	uint16_t n = view->header->programs[index].default_region;

	return n == EBPFMM_NO_REGION ? NULL : &view->table->large.regions[n];
}

/* --- columns ---------------------------------------------------------------- */

#define COLUMNS		7

static const char titles[] =
	"REGION\tANCHOR\tSTART\tEND\tLENGTH\tBENEFIT-NS\tREMARKS\n";

/* Writes a row as write_aligned() wants it. */
static void print_row(const struct view *view, const struct row *row, void *data)
{
	const struct ebpfmm_region *region = row->region;
	const char *separator = "";
	unsigned int order;
	FILE *out = data;

	if (view->profile)
		fprintf(out, "%u", view->table->large.regions[row->index].source);
	else
		fputc('-', out);
	fputc('\t', out);
	print_anchor(out, view, row);
	fputc('\t', out);
	print_address(out, row, region->start);
	fputc('\t', out);
	print_address(out, row, region->end);
	fputc('\t', out);
	if (region->end == OPEN_END)
		fputs("whole", out);
	else
		print_bytes(out, (uint64_t)(region->end - region->start)
					 << EBPFMM_PAGE_SHIFT);
	fputc('\t', out);
	print_sizes(out, region);
	fputc('\t', out);
	for (order = 1; order < EBPFMM_ORDERS; order++) {
		char *text = named(row, order) ? warning(row, order) : NULL;

		if (!text)
			continue;
		fprintf(out, "%s%s", separator, text);
		separator = "; ";
		free(text);
	}
	fputc('\n', out);
}

/* Write lines of COLUMNS cells, which end in a tab or newline, aligned. */
static void write_aligned(const char *text, FILE *out)
{
	size_t width[COLUMNS] = {};
	size_t column = 0, length;
	const char *at;

	for (at = text; *at; at += length + 1) {
		length = strcspn(at, "\t\n");
		if (length > width[column])
			width[column] = length;
		column = at[length] == '\n' ? 0 : column + 1;
	}
	column = 0;
	for (at = text; *at; at += length + 1) {
		length = strcspn(at, "\t\n");
		if (length)
			fprintf(out, "  %.*s", (int)length, at);
		if (at[length] == '\n') {
			fputc('\n', out);
			column = 0;
			continue;
		}
		/* The column of remarks may be empty: no blanks before it. */
		if (column + 2 < COLUMNS || at[length + 1] != '\n')
			fprintf(out, "%*s", (int)(width[column] - length), "");
		column++;
	}
}

static void print_program(const struct view *view, size_t index, FILE *out)
{
	const struct ebpfmm_program *program = &view->header->programs[index];
	const struct ebpfmm_region *fallback = default_of(view, index);
	char *text = NULL;
	size_t size;
	FILE *rows;

	if (view->profile) {
		print_clean(out, view->profile->programs[index].exe, SIZE_MAX);
		fputs(view->table->bias_align[index] ?
			      ", position-independent" : ", fixed address", out);
	} else {
		fputs("a program", out);
	}
	/* Without an inode nobody asked the kernel which file it is. */
	if (program->file.ino)
		fprintf(out, ", inode %" PRIu64 " on %u:%u",
			(uint64_t)program->file.ino, program->file.dev >> 20,
			program->file.dev & 0xfffff);
	fprintf(out, ", image 0x%" PRIx64 "-0x%" PRIx64 "\n",
		(uint64_t)program->image_start, (uint64_t)program->image_end);

	rows = open_memstream(&text, &size);
	if (!rows)
		return;
	fputs(titles, rows);
	each_row(view, index, print_row, rows);
	if (fallback) {
		fputs("default\t-\t-\t-\t-\t", rows);
		print_sizes(rows, fallback);
		fputs("\t\n", rows);
	}
	if (!fclose(rows))
		write_aligned(text, out);
	free(text);
}

static void print_columns(const struct view *view, FILE *out)
{
	const struct ebpfmm_header *header = view->header;
	unsigned int order;
	size_t i;

	fputs("profile ", out);
	print_clean(out, header->name, sizeof(header->name));
	fprintf(out, ": %u program%s, %u region%s\n",
		header->nprograms, header->nprograms == 1 ? "" : "s",
		header->nregions, header->nregions == 1 ? "" : "s");
	for (order = 0; order < EBPFMM_ORDERS; order++) {
		if (header->limit[order] == UINT64_MAX)
			continue;
		fprintf(out, "limit %s: ", ebpfmm_order_name(order));
		print_bytes(out, header->limit[order]);
		fputc('\n', out);
	}
	for (i = 0; i < header->nprograms; i++) {
		fputc('\n', out);
		print_program(view, i, out);
	}
}

/* --- JSON ------------------------------------------------------------------- */

static void add(struct json_object *object, const char *key,
		struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static void add_hex(struct json_object *object, const char *key, uint64_t value)
{
	char text[sizeof("0x") + 16];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	add(object, key, json_object_new_string(text));
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
			    json_object_new_int64(region->benefit[order]));
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

static void add_json_row(const struct view *view, const struct row *row,
			 void *data)
{
	struct json_object *object = json_object_new_object();
	struct json_object *warnings = json_object_new_array();
	struct json_object *regions = data;
	char *text = NULL;
	unsigned int order;
	size_t size;
	FILE *stream;

	if (view->profile) {
		uint16_t source = view->table->large.regions[row->index].source;

		add(object, "index", json_object_new_int(source));
	}
	stream = open_memstream(&text, &size);
	if (stream) {
		print_anchor(stream, view, row);
		fclose(stream);
	}
	add(object, "anchor", json_object_new_string(text ?: "?"));
	free(text);
	add(object, "space", json_object_new_string(spaces[row->space].name));
	add_extent(object, row->region);
	add_benefit(object, row->region);
	for (order = 1; order < EBPFMM_ORDERS; order++) {
		text = named(row, order) ? warning(row, order) : NULL;
		if (text)
			json_object_array_add(warnings,
					      json_object_new_string(text));
		free(text);
	}
	add(object, "warnings", warnings);
	json_object_array_add(regions, object);
}

static struct json_object *json_program(const struct view *view, size_t index)
{
	const struct ebpfmm_program *program = &view->header->programs[index];
	const struct ebpfmm_region *fallback = default_of(view, index);
	struct json_object *object = json_object_new_object();
	struct json_object *regions = json_object_new_array();

	if (view->profile) {
		const char *exe = view->profile->programs[index].exe;
		bool moved = view->table->bias_align[index] != 0;

		add(object, "exe", json_object_new_string(exe));
		add(object, "position_independent",
		    json_object_new_boolean(moved));
	}
	if (program->file.ino) {
		add(object, "ino", json_object_new_uint64(program->file.ino));
		add(object, "dev", json_object_new_int64(program->file.dev));
	}
	add_hex(object, "start_code", program->start_code);
	add_hex(object, "image_start", program->image_start);
	add_hex(object, "image_end", program->image_end);
	each_row(view, index, add_json_row, regions);
	add(object, "regions", regions);
	if (fallback) {
		struct json_object *entry = json_object_new_object();

		add_benefit(entry, fallback);
		add(object, "default", entry);
	}
	return object;
}

static void print_json(const struct view *view, FILE *out)
{
	const int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
			  JSON_C_TO_STRING_NOSLASHESCAPE;
	const struct ebpfmm_header *header = view->header;
	struct json_object *object = json_object_new_object();
	struct json_object *programs = json_object_new_array();
	struct json_object *limits = json_object_new_object();
	unsigned int order;
	size_t i;

	add(object, "name", json_object_new_string(header->name));
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

void ebpfmm_table_print(const struct ebpfmm_table *table,
			const struct ebpfmm_profile *profile, int json,
			FILE *out)
{
	struct view view = {
		.table = table,
		.header = &table->large.header,
		.profile = profile,
	};

	if (json)
		print_json(&view, out);
	else
		print_columns(&view, out);
}
