// SPDX-License-Identifier: GPL-2.0-only
/*
 * A translated profile in columns. Below the regions of a program is said why
 * some of them get less than they ask for.
 */
#include "show/table_print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/page_size.h"
#include "show/print.h"
#include "show/table_json.h"
#include "table/table_rows.h"

#define COLUMNS		6
/* What would reach beyond it goes on in the next line. */
#define WIDTH		100
/* A longer cell, such as a long symbol, has a line of its own. */
#define MAX_CELL	32

static const char titles[] =
	"REGION\tANCHOR\tPLACE\tSTART\tLENGTH\tBENEFIT-NS\n";

/* A sign behind a size says that it does not fit, or not always. */
static const char fit_signs[] = {
	[EBPFMM_FIT_YES] = '\0', [EBPFMM_FIT_MAYBE] = '?', [EBPFMM_FIT_SHORT] = '!',
	[EBPFMM_FIT_ASKEW] = '!',
};

/**
 * struct output - the regions of a program on their way out
 * @rows: cells, each line ended by a newline, its cells apart by tabs
 * @warnings: lines
 * @object: the shared object that the last row was in, or NULL
 * @maybe: some size may fit
 * @row: the row that warnings are of
 */
struct output {
	FILE *rows;
	FILE *warnings;
	const char *object;
	bool maybe;
	const struct ebpfmm_row *row;
};

static void print_sizes(struct output *output, const struct ebpfmm_row *row,
			const struct ebpfmm_region *region)
{
	const char *separator = "";
	unsigned int order;

	for (order = 0; order < EBPFMM_ORDERS; order++) {
		enum ebpfmm_fit fit = row ? ebpfmm_row_fit(row, order) : EBPFMM_FIT_YES;

		if (!(region->sizes & (1U << order)))
			continue;
		fprintf(output->rows, "%s%s=%u", separator,
			ebpfmm_order_name(order),
			region->benefit[EBPFMM_BENEFIT(order)]);
		if (fit_signs[fit])
			fputc(fit_signs[fit], output->rows);
		output->maybe = output->maybe || fit == EBPFMM_FIT_MAYBE;
		separator = " ";
	}
	if (region->touched != EBPFMM_TOUCHED_ONE)
		fprintf(output->rows, " touched=%.3g",
			(double)region->touched / EBPFMM_TOUCHED_ONE);
}

static void print_place(FILE *out, const struct ebpfmm_origin *origin)
{
	const struct ebpfmm_elf_location *location = &origin->location;

	if (!origin->located) {
		fputc('-', out);
		return;
	}
	print_clean(out, location->section[0] ? location->section : "(segment)",
		    sizeof(location->section));
	fprintf(out, "+0x%" PRIx64, location->offset);
	if (location->in_file)
		fprintf(out, " file 0x%" PRIx64, location->file_offset);
}

static void print_warning(const char *text, void *data)
{
	struct output *output = data;

	fprintf(output->warnings, "  warning: regions[%u]: %s\n",
		output->row->region->source, text);
}

static void print_row(const struct ebpfmm_row *row, void *data)
{
	const struct ebpfmm_region *region = row->region;
	struct output *output = data;
	FILE *out = output->rows;

	if (row->space == EBPFMM_ROW_OBJECT &&
	    (!output->object || strcmp(output->object, row->object))) {
		fputs("in ", out);
		print_clean(out, row->object, SIZE_MAX);
		fputs(":\n", out);
		output->object = row->object;
	}
	fprintf(out, "%u\t", region->source);
	print_anchor(out, row);
	fputc('\t', out);
	print_place(out, row->origin);
	fprintf(out, "\t%s0x%" PRIx64 "\t", ebpfmm_row_sign(row),
		(uint64_t)region->start << EBPFMM_PAGE_SHIFT);
	print_length(out, region);
	fputc('\t', out);
	print_sizes(output, row, region);
	fputc('\n', out);
	output->row = row;
	ebpfmm_row_each_warning(row, false, print_warning, output);
}

/* --- alignment ------------------------------------------------------------------ */

static bool has_columns(const char *line)
{
	size_t length = strcspn(line, "\t\n");

	return line[length] == '\t';
}

static void measure(const char *text, size_t width[COLUMNS])
{
	size_t column, length;
	const char *at = text;

	while (*at) {
		if (!has_columns(at)) {
			at += strcspn(at, "\n") + 1;
			continue;
		}
		for (column = 0; column < COLUMNS; column++) {
			length = strcspn(at, "\t\n");
			if (length > width[column] && length <= MAX_CELL)
				width[column] = length;
			at += length + 1;
		}
	}
}

/* The last cell of a line, word by word, from column @start on. */
static void write_words(const char *cell, size_t length, size_t start, FILE *out)
{
	size_t used = start;

	while (length) {
		size_t word = strcspn(cell, " \n");

		if (used > start && used + 1 + word > WIDTH) {
			fprintf(out, "\n%*s", (int)start, "");
			used = start;
		} else if (used > start) {
			fputc(' ', out);
			used++;
		}
		fprintf(out, "%.*s", (int)word, cell);
		used += word;
		if (word < length)
			word++;
		cell += word;
		length -= word;
	}
}

static const char *write_line(const char *at, const size_t width[COLUMNS],
			      FILE *out)
{
	size_t column, length, start = 0;

	for (column = 0; column < COLUMNS - 1; column++) {
		length = strcspn(at, "\t\n");
		fprintf(out, "  %-*.*s", (int)width[column], (int)length, at);
		start += 2 + width[column];
		if (length > width[column])
			fprintf(out, "\n%*s", (int)start, "");
		at += length + 1;
	}
	length = strcspn(at, "\n");
	fputs("  ", out);
	write_words(at, length, start + 2, out);
	fputc('\n', out);
	return at + length + 1;
}

static void write_aligned(const char *text, FILE *out)
{
	size_t width[COLUMNS] = {};
	const char *at = text;

	measure(text, width);
	while (*at) {
		size_t length = strcspn(at, "\n");

		if (has_columns(at)) {
			at = write_line(at, width, out);
		} else {
			fprintf(out, "  %.*s\n", (int)length, at);
			at += length + 1;
		}
	}
}

/* --- programs ------------------------------------------------------------------- */

static void print_rows(const struct ebpfmm_view *view, size_t index,
		       struct output *output)
{
	const struct ebpfmm_region *fallback = ebpfmm_table_default(view, index);

	fputs(titles, output->rows);
	if (fallback) {
		fputs("default\t-\t-\t-\t-\t", output->rows);
		print_sizes(output, NULL, fallback);
		fputc('\n', output->rows);
	}
	ebpfmm_row_each(view, index, print_row, output);
}

static void print_program(const struct ebpfmm_view *view, size_t index, FILE *out)
{
	const struct ebpfmm_program *program = &view->header->programs[index];
	char *rows = NULL, *warnings = NULL;
	struct output output = {};
	size_t size;

	print_clean(out, view->profile->programs[index].exe, SIZE_MAX);
	fprintf(out, ": %s, image 0x%" PRIx64 "-0x%" PRIx64 "\n",
		view->table->bias_align[index] ? "position-independent" :
						 "fixed address",
		(uint64_t)program->image_start, (uint64_t)program->image_end);

	output.rows = open_memstream(&rows, &size);
	output.warnings = open_memstream(&warnings, &size);
	if (output.rows && output.warnings)
		print_rows(view, index, &output);
	if (output.rows && !fclose(output.rows))
		write_aligned(rows, out);
	if (output.warnings && !fclose(output.warnings))
		fputs(warnings, out);
	if (output.maybe)
		fputs("  ?: may fit, depending on where the kernel puts the memory\n", out);
	free(rows);
	free(warnings);
}

static void print_columns(const struct ebpfmm_view *view, FILE *out)
{
	const struct ebpfmm_header *header = view->header;
	unsigned int order;
	size_t i;

	fputs("profile ", out);
	print_clean(out, view->profile->name, SIZE_MAX);
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

void ebpfmm_table_print(const struct ebpfmm_table *table,
			const struct ebpfmm_profile *profile, int json,
			FILE *out)
{
	const struct ebpfmm_view view = ebpfmm_table_view(table, profile);

	if (json)
		table_print_json(&view, out);
	else
		print_columns(&view, out);
}
