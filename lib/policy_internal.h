/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two halves of policy.h share. */
#ifndef EBPFMM_POLICY_INTERNAL_H
#define EBPFMM_POLICY_INTERNAL_H

#include "policy.h"

#define EBPFMM_LINK_PREFIX "cgroup-"

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
 * struct ebpfmm_policy - the loaded policy
 * @dirfd: the pin directory, which stays that of these objects
 * @fd: those that were needed so far; -1: not yet
 * @format: EBPFMM_FORMAT of who loaded it
 */
struct ebpfmm_policy {
	int dirfd;
	int fd[EBPFMM_PINS];
	uint32_t format;
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

/**
 * ebpfmm_pin_get - open a pinned object
 * @dirfd: the pin directory
 * @name: its name there
 *
 * Return: a descriptor, or -1 with errno set.
 */
int ebpfmm_pin_get(int dirfd, const char *name);

/**
 * ebpfmm_pin_put - pin an object
 * @dirfd: the pin directory
 * @name: its name there
 * @fd: the object
 *
 * Return: 0, or -1 with errno set.
 */
int ebpfmm_pin_put(int dirfd, const char *name, int fd);

/**
 * ebpfmm_pin_each_link - call for each pinned link
 * @dirfd: the pin directory
 * @fn: called with the cgroup's id and whether the link is attached; a nonzero
 *	return value ends the walk
 * @data: for @fn
 * @err: what failed
 *
 * Return: 0, what @fn returned, or -1 with @err set.
 */
int ebpfmm_pin_each_link(int dirfd,
			 int (*fn)(uint64_t id, bool attached, void *data),
			 void *data, struct ebpfmm_error *err);

#endif /* EBPFMM_POLICY_INTERNAL_H */
