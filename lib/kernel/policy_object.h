/* SPDX-License-Identifier: GPL-2.0-only */
/* The pinned objects of a policy, for those who read or write what is in them. */
#ifndef EBPFMM_POLICY_OBJECT_H
#define EBPFMM_POLICY_OBJECT_H

#include "base/error.h"
#include "kernel/policy.h"

/**
 * enum ebpfmm_pin - the pinned objects, but for links
 * @EBPFMM_PIN_OPS: the struct_ops map
 * @EBPFMM_PIN_SMALL: storage of small tables
 * @EBPFMM_PIN_LARGE: storage of large tables
 * @EBPFMM_PIN_FILES: program of the iterator over open files
 * @EBPFMM_PIN_MAPPED: program of the iterator over mapped files
 * @EBPFMM_PIN_EVENTS: the ring buffer of decisions
 * @EBPFMM_PIN_TRACING: whose decisions go there
 * @EBPFMM_PIN_COSTS: what pages cost on this node, struct ebpfmm_costs
 * @EBPFMM_PIN_FORMAT: EBPFMM_FORMAT of who loaded it, in a map
 * @EBPFMM_PINS: how many there are
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
 * ebpfmm_policy_pin - a pinned object, opened when it is first asked for
 * @policy: the open policy
 * @pin: which one
 * @err: what failed
 *
 * Return: a descriptor that stays @policy's, or -1 with @err set.
 */
int ebpfmm_policy_pin(struct ebpfmm_policy *policy, enum ebpfmm_pin pin,
		      struct ebpfmm_error *err);

#endif /* EBPFMM_POLICY_OBJECT_H */
