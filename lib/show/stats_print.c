// SPDX-License-Identifier: GPL-2.0-only
/* What was decided in a cgroup, in columns. */
#include <inttypes.h>

#include "base/page_size.h"
#include "show/print.h"
#include "show/reason.h"
#include "show/stats_private.h"

static void print_optional(FILE *out, bool known, int width, uint64_t value)
{
	if (known)
		fprintf(out, " %*" PRIu64, width, value);
	else
		fprintf(out, " %*s", width, "-");
}

static void print_size(const struct ebpfmm_stats *stats, unsigned int order,
		       uint64_t decisions, FILE *out)
{
	const struct ebpfmm_header *header = &stats->table->large.header;
	uint64_t limit = header->limit[order];
	bool limited = limit != UINT64_MAX;
	uint32_t samples;
	double mean = 0;

	fprintf(out, "  %-13s %12" PRIu64, ebpfmm_order_name(order), decisions);
	print_optional(out, stats->has_bytes, 15, stats->bytes[order]);
	print_optional(out, limited, 15, limit);
	if (limited && limit && stats->has_bytes)
		fprintf(out, " %4.0f%%",
			100.0 * (double)stats->bytes[order] / (double)limit);
	else
		fprintf(out, " %5s", "-");
	samples = ebpfmm_stats_lost(header, order, &mean);
	if (samples)
		fprintf(out, " %12.0f %10" PRIu32 "\n", mean, samples);
	else
		fprintf(out, " %12s %10s\n", "-", "-");
}

static void print_sizes(const struct ebpfmm_stats *stats,
			const struct ebpfmm_counters *total, FILE *out)
{
	fprintf(out, "  %-13s %12s %15s %15s %5s %12s %10s\n", "SIZE", "DECISIONS",
		"BYTES", "LIMIT", "USED", "LOST-NS", "SAMPLES");
	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (EBPFMM_SUPPORTED_ORDERS & 1U << o)
			print_size(stats, o, total->order[o], out);
}

static void print_row(const struct ebpfmm_row *row, void *data)
{
	const struct ebpfmm_region *region = row->region;
	FILE *out = data;
	char place[32];

	snprintf(place, sizeof(place), "regions[%u]", region->source);
	fprintf(out, "  %-13s %12" PRIu32 "  %s %s0x%" PRIx64 " ", place,
		region->decisions, ebpfmm_row_space_name(row), ebpfmm_row_sign(row),
		(uint64_t)region->start << EBPFMM_PAGE_SHIFT);
	print_length(out, region);
	if (row->from) {
		fputs("  ", out);
		print_anchor(out, row);
	}
	fputc('\n', out);
}

static void print_program(const struct ebpfmm_view *view, size_t index, FILE *out)
{
	const struct ebpfmm_region *fallback = ebpfmm_table_default(view, index);

	fprintf(out, "  programs[%zu]", index);
	if (view->profile) {
		fputc(' ', out);
		print_clean(out, view->profile->programs[index].exe, SIZE_MAX);
	}
	fprintf(out, ": %" PRIu32 " decisions\n", stats_program_sum(view, index));
	ebpfmm_row_each(view, index, print_row, out);
	if (fallback)
		fprintf(out, "  %-13s %12" PRIu32 "\n", "default",
			fallback->decisions);
	fprintf(out, "  %-13s %12" PRIu32 "\n", "outside",
		view->header->programs[index].outside);
}

/* Only the kernel's count of its memory is known. */
static void print_others(const struct ebpfmm_stats *stats, FILE *out)
{
	fprintf(out, " (format %" PRIu32 ": only its own version can read its decisions)\n",
		stats->format);
	if (!stats->has_bytes)
		return;
	fprintf(out, "  %-13s %15s\n", "SIZE", "BYTES");
	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (EBPFMM_SUPPORTED_ORDERS & 1U << o)
			fprintf(out, "  %-13s %15" PRIu64 "\n", ebpfmm_order_name(o),
				stats->bytes[o]);
}

static void print_ours(const struct ebpfmm_stats *stats, FILE *out)
{
	const struct ebpfmm_view view = stats_view(stats);
	struct ebpfmm_counters total = ebpfmm_stats_sum(view.header);

	fputs(stats->changed ? " (the installed profile of this name has changed since)\n" : "\n",
	      out);
	print_sizes(stats, &total, out);
	fprintf(out, "  %-13s %12s\n", "REASON", "DECISIONS");
	for (int r = 0; r < EBPFMM_REASONS; r++)
		fprintf(out, "  %-13s %12" PRIu64 "\n", ebpfmm_reason_name(r),
			(uint64_t)total.reason[r]);
	for (size_t i = 0; i < view.header->nprograms; i++)
		print_program(&view, i, out);
}

void ebpfmm_stats_columns(const struct ebpfmm_stats *stats, FILE *out)
{
	print_clean(out, stats->cgroup, SIZE_MAX);
	fputs(": profile ", out);
	print_clean(out, ebpfmm_stats_profile(stats), SIZE_MAX);
	if (stats->table)
		print_ours(stats, out);
	else
		print_others(stats, out);
}
