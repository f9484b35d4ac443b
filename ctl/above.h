/* SPDX-License-Identifier: GPL-2.0-only */
/* What policies of cgroups above make of a decision. */
#ifndef EBPFMM_CTL_ABOVE_H
#define EBPFMM_CTL_ABOVE_H

#include <json-c/json.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bpf_types.h"

/**
 * struct ctl_above - a decision that policies of cgroups above can change
 * @cgroup: id of the cgroup whose policy has decided
 * @pid: the process
 * @explanation: the decision
 *
 * The kernel asks the policy of each cgroup above about the sizes that are left, until none is.
 * The first one that does not leave the decision to the kernel decides; those above it can only
 * take sizes away. One that leaves it to the kernel can take some away, too, by its limits.
 */
struct ctl_above {
	uint64_t cgroup;
	pid_t pid;
	const struct ebpfmm_explanation *explanation;
};

/**
 * ctl_above_columns - print which policies change the decision, a line each, to the standard
 *	output
 * @above: the decision
 *
 * A policy of another format cannot be asked, so that is printed, too. If asking fails, because
 * the process has ended or its memory has changed, a line says so.
 */
void ctl_above_columns(const struct ctl_above *above);

/**
 * ctl_above_json - add what ctl_above_columns() prints to an explanation: "above", and
 *	"above_error" if asking failed
 * @above: the decision
 * @object: the explanation
 */
void ctl_above_json(const struct ctl_above *above, struct json_object *object);

#endif /* EBPFMM_CTL_ABOVE_H */
