/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a policy has decided in one cgroup, and what came of it: from the table
 * with its counters to columns, JSON and OpenMetrics.
 */
#ifndef EBPFMM_STATS_H
#define EBPFMM_STATS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/bpf_types.h"
#include "profile/profile.h"
#include "table/table.h"

/**
 * struct ebpfmm_stats - what is known of one cgroup
 * @cgroup: path of its directory, hostile
 * @id: its id
 * @container: id of the container, NULL if an operator attached the policy
 * @profile: name of the profile, NULL if there is no record of it
 * @format: of the policy
 * @table: as the policy has it at the moment; NULL if its format is not ours, which
 *	cannot be read
 * @source: what @table was translated from, NULL if that is not known any more
 * @changed: the installed profile of that name is not, or not any more, the one that
 *	@table was translated from
 * @has_bytes: whether @bytes is known
 * @bytes: anonymous memory of the cgroup and those below it in pages of each
 *	order, as the kernel accounts for it
 */
struct ebpfmm_stats {
	const char *cgroup;
	uint64_t id;
	const char *container;
	const char *profile;
	uint32_t format;
	const struct ebpfmm_table *table;
	const struct ebpfmm_profile *source;
	bool changed;
	bool has_bytes;
	uint64_t bytes[EBPFMM_ORDERS];
};

/**
 * ebpfmm_stats_profile - what to call the profile
 * @stats: the cgroup
 *
 * Return: what its record says, or else its table, or else "-".
 */
const char *ebpfmm_stats_profile(const struct ebpfmm_stats *stats);

/**
 * ebpfmm_stats_sum - decisions of all CPUs
 * @header: with the counters of each
 *
 * Return: their sum.
 */
struct ebpfmm_counters ebpfmm_stats_sum(const struct ebpfmm_header *header);

/**
 * ebpfmm_stats_lost - what pages of an order were worth when they were not chosen
 * @header: with the sums
 * @order: the order
 * @mean: their mean net benefit, nanoseconds; may be negative
 *
 * Return: of how many decisions @mean is, modulo 2^32; 0: it is not set.
 */
uint32_t ebpfmm_stats_lost(const struct ebpfmm_header *header, unsigned int order,
			   double *mean);

/**
 * ebpfmm_stats_columns - print them for people
 * @stats: the cgroup
 * @out: output stream
 */
void ebpfmm_stats_columns(const struct ebpfmm_stats *stats, FILE *out);

/**
 * ebpfmm_stats_describe - a cgroup's policy as JSON, without what it decided
 * @stats: the cgroup
 *
 * Return: an object, which the caller owns.
 */
struct json_object *ebpfmm_stats_describe(const struct ebpfmm_stats *stats);

/**
 * ebpfmm_stats_json - all of it as JSON
 * @stats: the cgroup
 *
 * Return: an object, which the caller owns.
 */
struct json_object *ebpfmm_stats_json(const struct ebpfmm_stats *stats);

#endif /* EBPFMM_STATS_H */
