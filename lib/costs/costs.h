/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The costs of pages on this node, which the policy weighs benefits against, and their
 * transfer to the loaded policy.
 */
#ifndef EBPFMM_COSTS_H
#define EBPFMM_COSTS_H

#include <stdint.h>

#include "base/bpf_types.h"
#include "base/error.h"
#include "kernel/policy.h"

/* The maximum of each that is accepted, nanoseconds. */
#define EBPFMM_ZERO_NS_MAX	100000U
#define EBPFMM_FAULT_NS_MAX	10000000U
#define EBPFMM_COMPACT_NS_MAX	1000000000U

/**
 * ebpfmm_costs_default - get the default costs
 * @costs: filled in
 */
void ebpfmm_costs_default(struct ebpfmm_costs *costs);

/**
 * ebpfmm_costs_compact - set the costs of compaction from that of one page
 * @costs: its @compact_ns is filled in; with 0 for orders that are not larger page sizes
 * @page_ns: time to free one page of a larger block by compaction, nanoseconds
 *
 * A block of 2^o pages costs 2^o times as much as one page; see
 * ebpfmm_measure_compaction() for the reason.
 */
void ebpfmm_costs_compact(struct ebpfmm_costs *costs, uint32_t page_ns);

/**
 * ebpfmm_costs_check - check that costs are plausible
 * @costs: the costs
 * @err: names the key of the file, and its bounds
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_costs_check(const struct ebpfmm_costs *costs, struct ebpfmm_error *err);

/**
 * ebpfmm_costs_use - give costs to the loaded policy
 * @policy: the open policy
 * @costs: checked costs
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_costs_use(struct ebpfmm_policy *policy, const struct ebpfmm_costs *costs,
		     struct ebpfmm_error *err);

/**
 * ebpfmm_costs_in_use - read the costs that the loaded policy uses
 * @policy: the open policy
 * @costs: filled in
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_costs_in_use(struct ebpfmm_policy *policy, struct ebpfmm_costs *costs,
			struct ebpfmm_error *err);

#endif /* EBPFMM_COSTS_H */
