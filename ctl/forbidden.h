/* SPDX-License-Identifier: GPL-2.0-only */
/* Who forbids page sizes that a profile names, at an address and in a cgroup. */
#ifndef EBPFMM_CTL_FORBIDDEN_H
#define EBPFMM_CTL_FORBIDDEN_H

#include <json-c/json.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/bpf_types.h"
#include "show/stats.h"

/**
 * ctl_forbidden_there_columns - print who forbids sizes at an address, a line each
 * @explanation: what the policy decides there
 * @pid: the process
 * @out: output stream
 */
void ctl_forbidden_there_columns(const struct ebpfmm_explanation *explanation, pid_t pid,
				 FILE *out);

/**
 * ctl_forbidden_there_json - add them to an explanation: "forbidden"
 * @explanation: what the policy decides there
 * @pid: the process
 * @object: the explanation
 */
void ctl_forbidden_there_json(const struct ebpfmm_explanation *explanation, pid_t pid,
			      struct json_object *object);

/**
 * ctl_forbidden_columns - print who forbids sizes that a cgroup's profile names, wherever
 * @stats: the cgroup
 * @out: output stream
 */
void ctl_forbidden_columns(const struct ebpfmm_stats *stats, FILE *out);

/**
 * ctl_forbidden_json - add what ctl_forbidden_columns() prints: "forbidden"
 * @stats: the cgroup
 * @object: its statistics
 */
void ctl_forbidden_json(const struct ebpfmm_stats *stats, struct json_object *object);

#endif /* EBPFMM_CTL_FORBIDDEN_H */
