// SPDX-License-Identifier: GPL-2.0-only
#include "show/print.h"

#include <inttypes.h>

void print_bytes(FILE *out, uint64_t bytes)
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

void print_length(FILE *out, const struct ebpfmm_region *region)
{
	if (region->end == EBPFMM_OPEN_END)
		fputs("whole", out);
	else
		print_bytes(out, (uint64_t)(region->end - region->start)
					 << EBPFMM_PAGE_SHIFT);
}

void print_clean(FILE *out, const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length && text[i]; i++)
		fputc(text[i] < ' ' || text[i] > '~' ? '?' : text[i], out);
}

static void print_mapping(FILE *out, const struct ebpfmm_profile_region *from)
{
	if (from->name) {
		fputs(" \"", out);
		print_clean(out, from->name, SIZE_MAX);
		fputc('"', out);
	}
	if (from->min_size) {
		fputs(" from ", out);
		print_bytes(out, from->min_size);
	}
	if (from->max_size != UINT64_MAX) {
		fputs(" to ", out);
		print_bytes(out, from->max_size);
	}
	if (from->nth)
		fprintf(out, " nth %u", from->nth);
}

void print_anchor(FILE *out, const struct ebpfmm_row *row)
{
	switch (row->from->kind) {
	case EBPFMM_ANCHOR_SYMBOL:
		fputs("symbol ", out);
		print_clean(out, row->from->name, SIZE_MAX);
		break;
	case EBPFMM_ANCHOR_SECTION:
		fputs("section ", out);
		print_clean(out, row->from->name, SIZE_MAX);
		break;
	case EBPFMM_ANCHOR_HEAP:
	case EBPFMM_ANCHOR_STACK:
		fputs(ebpfmm_row_space_name(row), out);
		break;
	case EBPFMM_ANCHOR_MAPPING:
		fputs("mapping", out);
		print_mapping(out, row->from);
		break;
	}
}

char *format_anchor(const struct ebpfmm_row *row)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	print_anchor(out, row);
	fclose(out);
	return text;
}
