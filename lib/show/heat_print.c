// SPDX-License-Identifier: GPL-2.0-only
#include "show/heat_print.h"

#include <inttypes.h>
#include <string.h>

#include "base/page_size.h"
#include "show/print.h"

/* Colder spaces are only counted, and still colder ones than these have no picture. */
#define SHOWN		0.001
#define DRAWN		0.01

#define LABEL		34	/* characters */
#define MAX_BANDS	8
#define BAND_BYTES	(1ULL << 20)	/* at least, unless the space has one band */
#define MAX_COLUMNS	60

/* From never accessed to always. */
static const char levels[] = " .:-=+*#%@";

/* Up to this share of the samples is the first level above none; each is twice the last. */
#define COLDEST		(1.0 / 256)
#define STEP		2

/* With three digits: 1.50G. */
static void format_bytes(uint64_t bytes, char text[16])
{
	static const char *const units[] = { "", "K", "M", "G", "T", "P" };
	double value = (double)bytes;
	size_t unit = 0;

	for (; value >= 1024 && unit < 5; unit++)
		value /= 1024;
	snprintf(text, 16, unit && value < 10 && value != (double)(uint64_t)value ? "%.1f%s" : "%.0f%s",
		 value, units[unit]);
}

static void print_files(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat,
			FILE *out)
{
	const struct ebpfmm_recording_header *header = &set->files[0].header;

	fprintf(out, "%zu recording%s, %g s in all; looked at every %g ms, told every %g ms\n",
		set->nfiles, set->nfiles == 1 ? "" : "s", (double)heat->recorded_us / 1e6,
		(double)header->sampling_us / 1e3, (double)header->aggregation_us / 1e3);
}

static void print_label(const struct ebpfmm_set *set, const struct ebpfmm_heat_space *found,
			FILE *out)
{
	char label[EBPFMM_SPACE_LABEL];

	ebpfmm_space_label(&set->spaces[found->space].space, label);
	fprintf(out, "%-*s", LABEL, label);
}

static void print_space(const struct ebpfmm_set *set, const struct ebpfmm_heat_space *found,
			FILE *out)
{
	int seen = set->spaces[found->space].space.seen;
	char size[16], hot[16], resident[16] = "-";

	format_bytes(found->bytes, size);
	format_bytes(found->hot, hot);
	if (found->has_resident)
		format_bytes(found->resident, resident);
	fputs("  ", out);
	print_label(set, found, out);
	fprintf(out, " %7s %8s %7s %6.1f%%  %s\n", size, resident, hot, 100 * found->share,
		seen < 0 ? "unknown" : ebpfmm_order_name((unsigned int)seen));
}

static void print_others(size_t others, double share, FILE *out)
{
	char label[LABEL];

	if (!others)
		return;
	snprintf(label, sizeof(label), "%zu other%s", others, others == 1 ? "" : "s");
	fprintf(out, "  %-*s %7s %8s %7s %6.1f%%\n", LABEL, label, "", "", "", 100 * share);
}

static void print_table(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat,
			FILE *out)
{
	size_t others = 0, last = SIZE_MAX;
	double share = 0;

	for (size_t i = 0; i < heat->nspaces; i++) {
		const struct ebpfmm_heat_space *found = &heat->spaces[i];
		size_t program = set->spaces[found->space].space.program;

		if (program != last) {
			print_others(others, share, out);
			others = 0;
			share = 0;
			fputc('\n', out);
			print_clean(out, set->programs[program].path, SIZE_MAX);
			fprintf(out, "\n  %-*s %7s %8s %7s %7s  %s\n", LABEL, "REGION", "SIZE",
				"RESIDENT", "HOT", "SHARE", "SEEN");
			last = program;
		}
		if (found->share >= SHOWN) {
			print_space(set, found, out);
		} else {
			others++;
			share += found->share;
		}
	}
	print_others(others, share, out);
}

static char level_of(double value)
{
	size_t level = value > 0 ? 1 : 0;

	for (double least = COLDEST; value >= least && level && levels[level + 1]; level++)
		least *= STEP;
	return levels[level];
}

static size_t bands_of(const struct ebpfmm_heat_space *found)
{
	uint64_t bands = found->bytes / BAND_BYTES;

	return bands < 1 ? 1 : bands > MAX_BANDS ? MAX_BANDS : (size_t)bands;
}

static void draw_space(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat,
		       size_t index, size_t columns, FILE *out)
{
	const struct ebpfmm_heat_space *found = &heat->spaces[index];
	double grid[MAX_BANDS * MAX_COLUMNS];
	size_t bands = bands_of(found);

	ebpfmm_heat_grid(set, heat, index, bands, columns, grid);
	for (size_t b = 0; b < bands; b++) {
		char at[16] = "";

		fputs("  ", out);
		if (!b) {
			print_label(set, found, out);
		} else {
			format_bytes(found->bytes / bands * b, at);
			fprintf(out, "%*s%s", (int)(LABEL - strlen(at)), "+", at);
		}
		fputs(" |", out);
		for (size_t c = 0; c < columns; c++)
			fputc(level_of(grid[b * columns + c]), out);
		fputs("|\n", out);
	}
}

static void draw(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat, FILE *out)
{
	size_t columns = heat->intervals < MAX_COLUMNS ? (size_t)heat->intervals : MAX_COLUMNS;
	bool begun = false;

	if (!columns)
		columns = 1;
	for (size_t i = 0; i < heat->nspaces; i++) {
		if (heat->spaces[i].share < DRAWN)
			continue;
		if (!begun)
			fprintf(out, "\n  %-*s  time, %g s; from never to always accessed: \"%s\"\n",
				LABEL, "HEAT", (double)heat->longest_us / 1e6, levels);
		begun = true;
		draw_space(set, heat, i, columns, out);
	}
}

void ebpfmm_heat_print(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat,
		       FILE *out)
{
	print_files(set, heat, out);
	if (heat->accesses <= 0) {
		fputs("no access was seen\n", out);
		return;
	}
	print_table(set, heat, out);
	draw(set, heat, out);
}
