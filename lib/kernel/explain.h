/* SPDX-License-Identifier: GPL-2.0-only */
/* Explaining what the policy would decide now for an address of a process. */
#ifndef EBPFMM_EXPLAIN_H
#define EBPFMM_EXPLAIN_H

#include <stdint.h>
#include <sys/types.h>

#include "base/bpf_types.h"
#include "base/error.h"
#include "kernel/cgroup.h"
#include "kernel/policy.h"

/**
 * ebpfmm_explain - run the policy's own code to see what it would decide
 * @policy: the open policy
 * @cgroup: the cgroup whose profile to use
 * @pid: a process in it or below it
 * @address: any address of the process
 * @orders: bitmap of the orders in question, such as those that policies of cgroups below have
 *	selected; EBPFMM_SUPPORTED_ORDERS if there is none
 * @out: filled in; @out->outcome is EBPFMM_EXPLAINED
 * @err: why there is no answer: no such process, a process outside the cgroup,
 *	nothing mapped there, no anonymous memory, no profile
 *
 * Does not disturb the process or change counters. The answer assumes that no page
 * around the address exists yet. It is the answer of this cgroup's profile alone: of what
 * it selects, policies of cgroups above can take sizes away, and one below decides first.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_explain(struct ebpfmm_policy *policy,
		   const struct ebpfmm_cgroup *cgroup, pid_t pid,
		   uint64_t address, unsigned int orders, struct ebpfmm_explanation *out,
		   struct ebpfmm_error *err);

#endif /* EBPFMM_EXPLAIN_H */
