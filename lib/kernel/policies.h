/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policies of all versions of this program that are loaded: ours, and those of other
 * formats, which run side by side. Of those only is known what docs/architecture.md
 * says of all formats: which cgroups they are on, and how they are taken away.
 *
 * Functions that change something are to be called with the lock of the records held.
 */
#ifndef EBPFMM_POLICIES_H
#define EBPFMM_POLICIES_H

#include "kernel/policy.h"

/**
 * struct ebpfmm_policies - those that are loaded
 * @ours: that of our format, NULL if it is not loaded
 * @each: all of them, ours first
 * @count: how many
 * @lent: @ours is not to be closed with them
 */
struct ebpfmm_policies {
	struct ebpfmm_policy *ours;
	struct ebpfmm_policy **each;
	size_t count;
	bool lent;
};

/**
 * ebpfmm_policies_open - open all that are loaded
 * @out: to be closed with ebpfmm_policies_close(), also after a failure
 * @err: what failed
 *
 * Needs no lock to read.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policies_open(struct ebpfmm_policies *out, struct ebpfmm_error *err);

/**
 * ebpfmm_policies_open_beside - as ebpfmm_policies_open(), with one that is open already
 * @policy: ours; stays the caller's, and open for as long as @out. If it is not what is
 *	pinned any more, what is pinned now is opened instead
 * @out: to be closed with ebpfmm_policies_close(), also after a failure
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policies_open_beside(struct ebpfmm_policy *policy, struct ebpfmm_policies *out,
				struct ebpfmm_error *err);

/**
 * ebpfmm_policies_close - close them
 * @policies: may be all zero
 */
void ebpfmm_policies_close(struct ebpfmm_policies *policies);

/**
 * ebpfmm_policies_find - which of them is attached to a cgroup
 * @policies: the open policies
 * @id: the cgroup's id
 * @out: the policy; stays @policies'
 * @err: why that cannot be said
 *
 * Return: 1, 0 when none is, or -1 with @err set.
 */
int ebpfmm_policies_find(const struct ebpfmm_policies *policies, uint64_t id,
			 struct ebpfmm_policy **out, struct ebpfmm_error *err);

/**
 * ebpfmm_policies_count - how many cgroups a policy is attached to
 * @policy: the policy
 * @err: why that cannot be said
 *
 * Return: the number, or -1 with @err set.
 */
int ebpfmm_policies_count(struct ebpfmm_policy *policy, struct ebpfmm_error *err);

/**
 * ebpfmm_policies_attach - as ebpfmm_policy_attach(), whichever the cgroup has now
 * @policies: the open policies, of which ours is loaded
 * @cgroup: where to
 * @table: the translated profile
 * @err: what failed; the cgroup is as it was then
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policies_attach(const struct ebpfmm_policies *policies,
			   const struct ebpfmm_cgroup *cgroup,
			   const struct ebpfmm_table *table, struct ebpfmm_error *err);

/**
 * ebpfmm_policies_detach - take a cgroup's policy away, whichever it is
 * @policies: the open policies
 * @id: the cgroup's id; the cgroup may be gone
 * @err: what failed; code is ENOENT when it had none
 *
 * A policy of another format goes with the last cgroup that it is on.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policies_detach(const struct ebpfmm_policies *policies, uint64_t id,
			   struct ebpfmm_error *err);

/**
 * ebpfmm_policies_sweep - count and remove those of other formats that are on no cgroup
 * @policies: the open policies
 * @remove: false only counts
 * @err: what failed
 *
 * Return: how many, or -1 with @err set.
 */
int ebpfmm_policies_sweep(const struct ebpfmm_policies *policies, bool remove,
			  struct ebpfmm_error *err);

/**
 * ebpfmm_policies_unload - unpin our policy, and those of others that are on no cgroup
 * @err: ours is still attached to some cgroup, or what failed
 *
 * Of those that stay, logs one line.
 *
 * Return: 0 (also when none was loaded), or -1 with @err set.
 */
int ebpfmm_policies_unload(struct ebpfmm_error *err);

#endif /* EBPFMM_POLICIES_H */
