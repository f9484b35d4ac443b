/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The statistics of a policy in one cgroup, as columns and as JSON.
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
 * struct ebpfmm_stats - one cgroup and its policy
 * @cgroup: path of its directory, hostile
 * @id: its id
 * @container: id of the container, NULL if an operator attached the policy
 * @profile: name of the profile, NULL if there is no record of it
 * @format: format of the policy
 * @table: the policy's current table; NULL if the policy has another format, which
 *	cannot be read
 * @source: the profile that @table was translated from, NULL if it is not known
 * @changed: the installed profile of that name differs from the one that @table was
 *	translated from
 * @has_bytes: whether @bytes is known
 * @bytes: anonymous memory of the cgroup and its descendants in pages of each order,
 *	as counted by the kernel
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
 * ebpfmm_stats_profile - get the name of the profile
 * @stats: the cgroup
 *
 * Return: the name in the record, or else in the table, or else "-".
 */
const char *ebpfmm_stats_profile(const struct ebpfmm_stats *stats);

/**
 * ebpfmm_stats_compare - find out whether a profile is the one that is in use
 * @stats: the cgroup, with its table; gets the profile as @source, or gets @changed
 * @installed: the installed profile of that name; must live as long as @stats
 */
void ebpfmm_stats_compare(struct ebpfmm_stats *stats, const struct ebpfmm_profile *installed);

/**
 * ebpfmm_stats_sum - sum up the decisions of all CPUs
 * @header: with the counters
 *
 * Return: their sum.
 */
struct ebpfmm_counters ebpfmm_stats_sum(const struct ebpfmm_header *header);

/**
 * ebpfmm_stats_lost - get the mean net benefit of an order when it was not chosen
 * @header: with the sums
 * @order: the order
 * @mean: the mean, nanoseconds; may be negative; not set if there are no samples
 *
 * Return: number of samples, modulo 2^32.
 */
uint32_t ebpfmm_stats_lost(const struct ebpfmm_header *header, unsigned int order,
			   double *mean);

/**
 * ebpfmm_stats_columns - print statistics as columns
 * @stats: the cgroup
 * @out: output stream
 */
void ebpfmm_stats_columns(const struct ebpfmm_stats *stats, FILE *out);

/**
 * ebpfmm_stats_describe - describe a cgroup's policy as JSON, without statistics
 * @stats: the cgroup
 *
 * Return: an object, which the caller owns.
 */
struct json_object *ebpfmm_stats_describe(const struct ebpfmm_stats *stats);

/**
 * ebpfmm_stats_json - convert statistics to JSON
 * @stats: the cgroup
 *
 * Return: an object, which the caller owns.
 */
struct json_object *ebpfmm_stats_json(const struct ebpfmm_stats *stats);

#endif /* EBPFMM_STATS_H */
