/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loaded policies of all versions of this program: the one of this version, and those
 * of other formats, which run side by side. Of the others only that is known which
 * docs/architecture.md guarantees for all formats: the cgroups they are attached to, and
 * how to detach them.
 *
 * The caller must hold the lock of the records for functions that change something.
 */
#ifndef EBPFMM_POLICIES_H
#define EBPFMM_POLICIES_H

#include "kernel/policy.h"

/**
 * struct ebpfmm_policies - the loaded policies
 * @ours: the one of this version's format, NULL if it is not loaded
 * @each: all of them, @ours first
 * @count: number of entries in @each
 * @lent: @ours belongs to the caller and is not closed with them
 */
struct ebpfmm_policies {
	struct ebpfmm_policy *ours;
	struct ebpfmm_policy **each;
	size_t count;
	bool lent;
};

/**
 * ebpfmm_policies_open - open all loaded policies
 * @out: to be closed with ebpfmm_policies_close(), also after a failure
 * @err: what failed
 *
 * Needs no lock.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policies_open(struct ebpfmm_policies *out, struct ebpfmm_error *err);

/**
 * ebpfmm_policies_open_beside - as ebpfmm_policies_open(), with one that is open already
 * @policy: the one of this version; the caller keeps it, and keeps it open as long as
 *	@out. If another one has been pinned since, that one is opened instead
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
 * ebpfmm_policies_find - find the policy that is attached to a cgroup
 * @policies: the open policies
 * @id: the cgroup's id
 * @out: the policy; belongs to @policies
 * @err: what failed
 *
 * Return: 1, 0 when none is, or -1 with @err set.
 */
int ebpfmm_policies_find(const struct ebpfmm_policies *policies, uint64_t id,
			 struct ebpfmm_policy **out, struct ebpfmm_error *err);

/**
 * ebpfmm_policies_count - count the cgroups that a policy is attached to
 * @policy: the policy
 * @err: what failed
 *
 * Return: the number, or -1 with @err set.
 */
int ebpfmm_policies_count(struct ebpfmm_policy *policy, struct ebpfmm_error *err);

/**
 * ebpfmm_policies_attach - as ebpfmm_policy_attach(), whatever policy the cgroup has now
 * @policies: the open policies, with @ours loaded
 * @cgroup: the cgroup
 * @table: the translated profile
 * @err: what failed; the cgroup is unchanged then
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policies_attach(const struct ebpfmm_policies *policies,
			   const struct ebpfmm_cgroup *cgroup,
			   const struct ebpfmm_table *table, struct ebpfmm_error *err);

/**
 * ebpfmm_policies_detach - detach the policy of a cgroup, whatever its format
 * @policies: the open policies
 * @id: the cgroup's id; the cgroup may no longer exist
 * @err: what failed; code is ENOENT when it had none
 *
 * A policy of another format is removed when it is detached from its last cgroup.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policies_detach(const struct ebpfmm_policies *policies, uint64_t id,
			   struct ebpfmm_error *err);

/**
 * ebpfmm_policies_sweep - remove policies of other formats that are attached to no cgroup
 * @policies: the open policies
 * @remove: if false, only count them
 * @err: what failed
 *
 * Return: the number of such policies, or -1 with @err set.
 */
int ebpfmm_policies_sweep(const struct ebpfmm_policies *policies, bool remove,
			  struct ebpfmm_error *err);

/**
 * ebpfmm_policies_unload - unpin this version's policy, and unused ones of other formats
 * @err: this version's is still attached to a cgroup, or what failed
 *
 * Logs one line for each policy that stays.
 *
 * Return: 0 (also when none was loaded), or -1 with @err set.
 */
int ebpfmm_policies_unload(struct ebpfmm_error *err);

#endif /* EBPFMM_POLICIES_H */
