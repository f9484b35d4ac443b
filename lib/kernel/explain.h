/* SPDX-License-Identifier: GPL-2.0-only */
/* Asking what would be decided now for an address of a process. */
#ifndef EBPFMM_EXPLAIN_H
#define EBPFMM_EXPLAIN_H

#include <stdint.h>
#include <sys/types.h>

#include "base/bpf_types.h"
#include "base/error.h"
#include "kernel/cgroup.h"
#include "kernel/policy.h"

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

#endif /* EBPFMM_EXPLAIN_H */
