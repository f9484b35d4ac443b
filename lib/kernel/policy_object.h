/* SPDX-License-Identifier: GPL-2.0-only */
/* Access to the pinned objects of a policy. */
#ifndef EBPFMM_POLICY_OBJECT_H
#define EBPFMM_POLICY_OBJECT_H

#include "base/error.h"
#include "kernel/policy.h"

/**
 * enum ebpfmm_pin - the pinned objects, except links
 * @EBPFMM_PIN_OPS: the struct_ops map
 * @EBPFMM_PIN_SMALL: storage of small tables
 * @EBPFMM_PIN_LARGE: storage of large tables
 * @EBPFMM_PIN_FILES: program of the iterator over open files
 * @EBPFMM_PIN_MAPPED: program of the iterator over mapped files
 * @EBPFMM_PIN_EVENTS: the ring buffer of decisions
 * @EBPFMM_PIN_TRACING: which cgroup's decisions go there, struct ebpfmm_tracing
 * @EBPFMM_PIN_COSTS: what pages cost on this node, struct ebpfmm_costs
 * @EBPFMM_PIN_FORMAT: a map with EBPFMM_FORMAT of the version that loaded it
 * @EBPFMM_PINS: their number
 */
enum ebpfmm_pin {
	EBPFMM_PIN_OPS,
	EBPFMM_PIN_SMALL,
	EBPFMM_PIN_LARGE,
	EBPFMM_PIN_FILES,
	EBPFMM_PIN_MAPPED,
	EBPFMM_PIN_EVENTS,
	EBPFMM_PIN_TRACING,
	EBPFMM_PIN_COSTS,
	EBPFMM_PIN_FORMAT,
	EBPFMM_PINS,
};

/**
 * ebpfmm_policy_pin - get a pinned object, opening it on first use
 * @policy: the open policy
 * @pin: which one
 * @err: what failed
 *
 * Return: a descriptor that belongs to @policy, or -1 with @err set.
 */
int ebpfmm_policy_pin(struct ebpfmm_policy *policy, enum ebpfmm_pin pin,
		      struct ebpfmm_error *err);

#endif /* EBPFMM_POLICY_OBJECT_H */
