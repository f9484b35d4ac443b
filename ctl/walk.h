/* SPDX-License-Identifier: GPL-2.0-only */
/* Going through the cgroups that have a policy. */
#ifndef EBPFMM_CTL_WALK_H
#define EBPFMM_CTL_WALK_H

#include <stdbool.h>

#include "base/error.h"
#include "kernel/cgroup.h"
#include "kernel/policies.h"
#include "show/stats.h"

/**
 * struct ctl_walk - what to go through, and what to find out of each
 * @cgroup: the only one that is wanted, as an operator names it; NULL for all
 * @bytes: find out in pages of which size its memory is
 * @source: find the profile that its table is from, if it is still installed
 * @ask: called for each before anything is found out, with its policy; a nonzero return
 *	value, with an error, ends the walk; may be NULL
 * @fn: called for each; what it gets is gone when it returns
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
 * ctl_walk - go through them
 * @walk: see there
 * @err: what failed, such as that the only one has no policy
 *
 * A cgroup that goes away meanwhile is passed over, unless it is the only one.
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_walk(const struct ctl_walk *walk, struct ebpfmm_error *err);

/**
 * ctl_find_policy - the policy of a cgroup, of which all can be read
 * @policies: opened by this; to be closed with ebpfmm_policies_close() in any case
 * @path: the cgroup, as an operator names it
 * @id: its id
 * @out: the policy; stays @policies'
 * @err: it has none, or that of another version; or what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_find_policy(struct ebpfmm_policies *policies, const char *path, uint64_t id,
		    struct ebpfmm_policy **out, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_WALK_H */
