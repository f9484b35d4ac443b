/* SPDX-License-Identifier: GPL-2.0-only */
/* What would be decided for an address of a process, and why, for people and programs. */
#ifndef EBPFMM_EXPLANATION_H
#define EBPFMM_EXPLANATION_H

#include <json-c/json.h>
#include <stdio.h>

#include "base/bpf_types.h"
#include "show/stats.h"

/**
 * ebpfmm_explain_columns - print it for people
 * @explanation: an answer
 * @stats: the cgroup that was asked; its profile names the region, if it is known
 * @out: output stream
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
