/* SPDX-License-Identifier: GPL-2.0-only */
/* Printing an explanation of a decision, as columns and as JSON. */
#ifndef EBPFMM_EXPLANATION_H
#define EBPFMM_EXPLANATION_H

#include <json-c/json.h>
#include <stdio.h>

#include "base/bpf_types.h"
#include "show/stats.h"

/**
 * ebpfmm_explain_columns - print an explanation as columns
 * @explanation: the explanation
 * @stats: the cgroup; its profile names the region, if it is known
 * @out: output stream
 */
void ebpfmm_explain_columns(const struct ebpfmm_explanation *explanation,
			    const struct ebpfmm_stats *stats, FILE *out);

/**
 * ebpfmm_explain_json - convert an explanation to JSON
 * @explanation: the explanation
 * @stats: the cgroup
 *
 * Return: an object, which the caller owns.
 */
struct json_object *
ebpfmm_explain_json(const struct ebpfmm_explanation *explanation,
		    const struct ebpfmm_stats *stats);

#endif /* EBPFMM_EXPLANATION_H */
