/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What pages cost on this node: the values that the policy weighs benefits
 * against, and their way into the policy that is loaded.
 */
#ifndef EBPFMM_COSTS_H
#define EBPFMM_COSTS_H

#include <stdint.h>

#include "base/bpf_types.h"
#include "base/error.h"
#include "kernel/policy.h"

/* The most that is believed of each, nanoseconds. */
#define EBPFMM_ZERO_NS_MAX	100000U
#define EBPFMM_FAULT_NS_MAX	10000000U
#define EBPFMM_COMPACT_NS_MAX	1000000000U

/**
 * ebpfmm_costs_default - what is assumed until it is measured
 * @costs: filled in
 */
void ebpfmm_costs_default(struct ebpfmm_costs *costs);

/**
 * ebpfmm_costs_compact - set the price of compaction from that of one page
 * @costs: its @compact_ns is filled in: for 4K and what is no page size with 0
 * @page_ns: time to make one free page that adjoins others, nanoseconds
 *
 * The price of a block of 2^o pages is 2^o times that of one page; see
 * ebpfmm_measure_compaction() for what that means.
 */
void ebpfmm_costs_compact(struct ebpfmm_costs *costs, uint32_t page_ns);

/**
 * ebpfmm_costs_check - are these costs that a machine can have?
 * @costs: the costs
 * @err: names the key of the file that is wrong, and its bounds
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_costs_check(const struct ebpfmm_costs *costs, struct ebpfmm_error *err);

/**
 * ebpfmm_costs_use - have the loaded policy reckon with costs from now on
 * @policy: the open policy
 * @costs: checked costs
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_costs_use(struct ebpfmm_policy *policy, const struct ebpfmm_costs *costs,
		     struct ebpfmm_error *err);

/**
 * ebpfmm_costs_in_use - what the loaded policy reckons with
 * @policy: the open policy
 * @costs: filled in
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_costs_in_use(struct ebpfmm_policy *policy, struct ebpfmm_costs *costs,
			struct ebpfmm_error *err);

#endif /* EBPFMM_COSTS_H */
