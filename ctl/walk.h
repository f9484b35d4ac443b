/* SPDX-License-Identifier: GPL-2.0-only */
/* Iterating over the cgroups that have a policy. */
#ifndef EBPFMM_CTL_WALK_H
#define EBPFMM_CTL_WALK_H

#include <stdbool.h>

#include "base/error.h"
#include "kernel/cgroup.h"
#include "kernel/policies.h"
#include "show/stats.h"

/**
 * struct ctl_walk - which cgroups to visit, and what to read of each
 * @cgroup: the only cgroup to visit, as an operator names it; NULL for all
 * @bytes: read its memory by page size
 * @source: find the profile that its table was translated from, if it is still installed
 * @ask: called for each cgroup first, with its policy; a nonzero return value, with an
 *	error, ends the walk; may be NULL
 * @fn: called for each cgroup; its statistics are freed when it returns
 * @data: for these two
 */
struct ctl_walk {
	const char *cgroup;
	bool bytes;
	bool source;
	int (*ask)(struct ebpfmm_policy *policy, const struct ebpfmm_cgroup *cgroup,
		   void *data, struct ebpfmm_error *err);
	void (*fn)(const struct ebpfmm_stats *stats, void *data);
	void *data;
};

/**
 * ctl_walk - visit cgroups
 * @walk: which ones, and what to read
 * @err: what failed, such as that the only one has no policy
 *
 * Skips a cgroup that is removed in the meantime, unless it is the only one.
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_walk(const struct ctl_walk *walk, struct ebpfmm_error *err);

/**
 * ctl_find_policy - find the policy of a cgroup, if it has this version's format
 * @policies: opened; to be closed with ebpfmm_policies_close() in any case
 * @path: the cgroup, as an operator names it
 * @id: its id
 * @out: the policy; belongs to @policies
 * @err: the cgroup has none, or one of another format; or what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_find_policy(struct ebpfmm_policies *policies, const char *path, uint64_t id,
		    struct ebpfmm_policy **out, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_WALK_H */
