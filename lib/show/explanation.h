/* SPDX-License-Identifier: GPL-2.0-only */
/* What would be decided for an address of a process, and why, for people and programs. */
#ifndef EBPFMM_EXPLANATION_H
#define EBPFMM_EXPLANATION_H

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>

#include "base/bpf_types.h"
#include "show/stats.h"

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

#endif /* EBPFMM_EXPLANATION_H */
