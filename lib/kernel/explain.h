/* SPDX-License-Identifier: GPL-2.0-only */
/* What would be decided now for an address of a process, and why. */
#ifndef EBPFMM_EXPLAIN_H
#define EBPFMM_EXPLAIN_H

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/bpf_types.h"
#include "base/error.h"
#include "kernel/cgroup.h"
#include "kernel/policy.h"
#include "show/stats.h"

/**
 * ebpfmm_explain - ask the policy's own code what it would decide
 * @policy: the open policy
 * @cgroup: the cgroup whose profile is asked
 * @pid: a process in it or below it
 * @address: any address of the process
 * @out: filled in; @out->outcome is EBPFMM_EXPLAINED
 * @err: why there is no answer: no such process, none of the cgroup's, nothing
 *	mapped there, no anonymous memory, no profile
 *
 * Neither the process nor what is counted is disturbed. The answer is that for
 * memory around which nothing is populated yet, and of that cgroup's profile
 * alone: those of cgroups above can take sizes away, one below decides first.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_explain(struct ebpfmm_policy *policy,
		   const struct ebpfmm_cgroup *cgroup, pid_t pid,
		   uint64_t address, struct ebpfmm_explanation *out,
		   struct ebpfmm_error *err);

/**
 * struct ebpfmm_price - what makes up the net benefit of a page, nanoseconds
 * @benefit: what the profile says it saves
 * @faults: page faults that it saves
 * @zeroing: what is zeroed for it at once, besides the 4K that were needed
 * @block: compaction, where no free block is at hand
 * @net: all of it
 */
struct ebpfmm_price {
	int64_t benefit;
	int64_t faults;
	int64_t zeroing;
	int64_t block;
	int64_t net;
};

/**
 * ebpfmm_explain_price - the net benefit of an order in its parts
 * @explanation: an answer
 * @order: one that its region names
 *
 * Return: the parts.
 */
struct ebpfmm_price ebpfmm_explain_price(const struct ebpfmm_explanation *explanation,
					 unsigned int order);

/**
 * ebpfmm_explain_columns - print it for people
 * @explanation: an answer
 * @stats: the cgroup that was asked; its profile names the region, if it is known
 * @out: where to
 */
void ebpfmm_explain_columns(const struct ebpfmm_explanation *explanation,
			    const struct ebpfmm_stats *stats, FILE *out);

/**
 * ebpfmm_explain_json - the same as JSON
 * @explanation: an answer
 * @stats: the cgroup that was asked
 *
 * Return: an object, which the caller owns.
 */
struct json_object *
ebpfmm_explain_json(const struct ebpfmm_explanation *explanation,
		    const struct ebpfmm_stats *stats);

#endif /* EBPFMM_EXPLAIN_H */
