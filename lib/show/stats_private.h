/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files that print statistics. Not for other files. */
#ifndef EBPFMM_STATS_PRIVATE_H
#define EBPFMM_STATS_PRIVATE_H

#include "show/stats.h"
#include "table/table_rows.h"

/**
 * stats_view - get a view of the table, to iterate over its regions
 * @stats: the cgroup
 */
struct ebpfmm_view stats_view(const struct ebpfmm_stats *stats);

/**
 * stats_program_sum - sum up the decisions of one program
 * @view: the table
 * @program: its index
 *
 * Return: the sum of its regions, its default and faults outside both, modulo 2^32.
 */
uint32_t stats_program_sum(const struct ebpfmm_view *view, size_t program);

#endif /* EBPFMM_STATS_PRIVATE_H */
