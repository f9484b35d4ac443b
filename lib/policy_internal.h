/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two halves of policy.h share. */
#ifndef EBPFMM_POLICY_INTERNAL_H
#define EBPFMM_POLICY_INTERNAL_H

#include "policy.h"

#define EBPFMM_LINK_PREFIX "cgroup-"

/**
 * struct ebpfmm_policy - the pinned objects, open
 * @dirfd: the pin directory, which stays that of these objects
 * @ops: the struct_ops map
 * @small: storage of small tables
 * @large: storage of large tables
 * @files: program of the iterator over open files
 * @mapped: program of the iterator over mapped files
 * @events: the ring buffer of decisions
 * @tracing: whose decisions go there
 * @costs: what pages cost on this node, struct ebpfmm_costs
 * @format: EBPFMM_FORMAT of who loaded it
 */
struct ebpfmm_policy {
	int dirfd;
	int ops;
	int small;
	int large;
	int files;
	int mapped;
	int events;
	int tracing;
	int costs;
	uint32_t format;
};

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
