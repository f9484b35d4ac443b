/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files that show what was decided share. Not for others. */
#ifndef EBPFMM_STATS_PRIVATE_H
#define EBPFMM_STATS_PRIVATE_H

#include "show/stats.h"
#include "table/table_rows.h"

/**
 * stats_view - the table as those see it who go through its regions
 * @stats: the cgroup
 */
struct ebpfmm_view stats_view(const struct ebpfmm_stats *stats);

/**
 * stats_program_sum - decisions of one program
 * @view: the table
 * @program: its index
 *
 * Return: the sum of its regions, its default and what is outside, modulo 2^32.
 */
uint32_t stats_program_sum(const struct ebpfmm_view *view, size_t program);

#endif /* EBPFMM_STATS_PRIVATE_H */
