// SPDX-License-Identifier: GPL-2.0-only
#include "show/stats.h"

#include "show/stats_private.h"

const char *ebpfmm_stats_profile(const struct ebpfmm_stats *stats)
{
	if (stats->profile)
		return stats->profile;
	return stats->table ? stats->table->large.header.name : "-";
}

void ebpfmm_stats_compare(struct ebpfmm_stats *stats, const struct ebpfmm_profile *installed)
{
	if (ebpfmm_table_is_from(stats->table, installed))
		stats->source = installed;
	else
		stats->changed = true;
}

struct ebpfmm_counters ebpfmm_stats_sum(const struct ebpfmm_header *header)
{
	struct ebpfmm_counters total = {};

	for (int s = 0; s < EBPFMM_STRIPES; s++) {
		for (int o = 0; o < EBPFMM_ORDERS; o++)
			total.order[o] += header->counters[s].order[o];
		for (int r = 0; r < EBPFMM_REASONS; r++)
			total.reason[r] += header->counters[s].reason[r];
	}
	return total;
}

uint32_t ebpfmm_stats_lost(const struct ebpfmm_header *header, unsigned int order,
			   double *mean)
{
	uint32_t samples = header->lost.samples[order];

	if (samples)
		*mean = (double)header->lost.net[order] / samples;
	return samples;
}

struct ebpfmm_view stats_view(const struct ebpfmm_stats *stats)
{
	return ebpfmm_table_view(stats->table, stats->source);
}

static void add_row(const struct ebpfmm_row *row, void *data)
{
	uint32_t *sum = data;

	*sum += row->region->decisions;
}

uint32_t stats_program_sum(const struct ebpfmm_view *view, size_t program)
{
	const struct ebpfmm_region *fallback = ebpfmm_table_default(view, program);
	uint32_t sum = view->header->programs[program].outside;

	if (fallback)
		sum += fallback->decisions;
	ebpfmm_row_each(view, program, add_row, &sum);
	return sum;
}
