/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy object in the kernel: loaded and pinned once per boot, attached
 * to any number of cgroups.
 *
 *	/sys/fs/bpf/ebpfmm/		0700
 *	    <format>/			0700, of each format that is loaded
 *		ops			the struct_ops map
 *		small, large		cgroup storages
 *		files, mapped		programs of the iterators over open and mapped files
 *		events, tracing		the ring buffer of decisions, and what goes into it
 *		costs			what pages cost on this node, struct ebpfmm_costs
 *		format			a map that holds EBPFMM_FORMAT of the loader
 *		cgroup-<id>		one link for each cgroup
 *
 * A format's directory appears and disappears atomically: it is filled under the name
 * ebpfmm-new and emptied under the name ebpfmm-old, so that it is complete whenever it
 * exists. Versions before format 6 pin directly below ebpfmm.
 *
 * Unless stated otherwise, these functions handle the policy of this version's format;
 * those of policies.h handle all formats.
 *
 * The caller must hold the lock of the records for functions that change something.
 * Programs use lifecycle.h, which takes it.
 */
#ifndef EBPFMM_POLICY_H
#define EBPFMM_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/cgroup.h"
#include "table/table.h"

#define EBPFMM_TEXT_OF(number) #number
#define EBPFMM_NUMBER_TEXT(number) EBPFMM_TEXT_OF(number)
#define EBPFMM_PIN_TOP "/sys/fs/bpf/ebpfmm"
#define EBPFMM_PIN_DIR EBPFMM_PIN_TOP "/" EBPFMM_NUMBER_TEXT(EBPFMM_FORMAT)

struct ebpfmm_policy;

/**
 * ebpfmm_policy_supported - check whether this kernel has the hook
 * @err: why not
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_supported(struct ebpfmm_error *err);

/**
 * ebpfmm_policy_load - load and pin the policy unless it is loaded already
 * @err: what failed; nothing is left pinned then
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_load(struct ebpfmm_error *err);

/**
 * ebpfmm_policy_sweep - remove leftovers of a killed load or unload, of any format
 * @remove: if false, only count them
 * @err: what failed
 *
 * Return: number of incomplete directories, or -1 with @err set.
 */
int ebpfmm_policy_sweep(bool remove, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_peek - open the pinned policy if it is loaded
 * @out: to be closed with ebpfmm_policy_close(); NULL when it is not loaded
 * @err: what failed
 *
 * Needs no lock. Pinned objects are opened when they are first used: without the lock,
 * that may fail because the policy was unloaded in the meantime.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_peek(struct ebpfmm_policy **out, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_is_ours - check whether a policy has this version's format
 * @policy: the open policy
 *
 * Return: true if it does.
 */
bool ebpfmm_policy_is_ours(const struct ebpfmm_policy *policy);

/**
 * ebpfmm_policy_format - the format of a policy
 * @policy: the open policy
 *
 * Return: the number; 0 if the policy does not record it.
 */
uint32_t ebpfmm_policy_format(const struct ebpfmm_policy *policy);

/**
 * ebpfmm_policy_check_format - fail unless ebpfmm_policy_is_ours()
 * @policy: the open policy
 * @err: the format it has, and what can be done with it
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_check_format(const struct ebpfmm_policy *policy,
			       struct ebpfmm_error *err);

/**
 * ebpfmm_policy_check_whole - check that no pin of the policy is missing
 * @policy: the open policy
 * @err: what is missing
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_check_whole(struct ebpfmm_policy *policy, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_close - close a policy
 * @policy: may be NULL
 */
void ebpfmm_policy_close(struct ebpfmm_policy *policy);
EBPFMM_CLEANUP(struct ebpfmm_policy *, ebpfmm_policy_close)

/**
 * ebpfmm_policy_identify - identify the file of a descriptor; an ebpfmm_identify_fn
 * @fd: descriptor of this process
 * @mapped: identify the file behind a mapping of it instead
 * @file: filled in
 * @policy: struct ebpfmm_policy *
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_identify(int fd, bool mapped, struct ebpfmm_file *file,
			   void *policy, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_attach - attach the policy to a cgroup, or replace its table
 * @policy: the open policy
 * @cgroup: the cgroup, which has no policy or this one
 * @table: the translated profile
 * @err: what failed; the cgroup is unchanged then
 *
 * Page faults see the old table or the new one. Counters carry over; decisions made
 * during the replacement may not be counted.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_attach(struct ebpfmm_policy *policy,
			 const struct ebpfmm_cgroup *cgroup,
			 const struct ebpfmm_table *table,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_policy_adopt - finish an interrupted replacement of another format's policy
 * @policy: the policy of this version
 * @from: the other one, with a link to the cgroup
 * @id: the cgroup's id
 * @err: what failed
 *
 * A process that was killed during the replacement may have left a link to this
 * version's program among the pins of the other one. Any other link stays where it is.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_adopt(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
			uint64_t id, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_detach - detach the policy from a cgroup
 * @policy: the open policy, of any format
 * @id: the cgroup's id; the cgroup may no longer exist
 * @err: what failed; code is ENOENT when it had no policy
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_detach(struct ebpfmm_policy *policy, uint64_t id,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_policy_is_attached - check whether the policy is attached to a cgroup
 * @policy: the open policy, of any format
 * @id: the cgroup's id
 * @err: what failed
 *
 * Return: 1 when its link is pinned and attached, 0 when not, or -1 with @err set.
 */
int ebpfmm_policy_is_attached(struct ebpfmm_policy *policy, uint64_t id,
			      struct ebpfmm_error *err);

/**
 * ebpfmm_policy_get - read a cgroup's table and counters
 * @policy: the open policy
 * @cgroup: the cgroup
 * @table: filled in
 * @err: code is ENOENT when it does not have this policy
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_get(struct ebpfmm_policy *policy,
		      const struct ebpfmm_cgroup *cgroup,
		      struct ebpfmm_table *table, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_each - call a function for each cgroup that has a pinned link
 * @policy: the open policy, of any format
 * @fn: called with the cgroup's id and whether the link is still attached (it is
 *	not when the cgroup was removed); a nonzero return value ends the walk
 * @data: for @fn
 * @err: what failed
 *
 * Return: 0, what @fn returned, or -1 with @err set.
 */
int ebpfmm_policy_each(struct ebpfmm_policy *policy,
		       int (*fn)(uint64_t id, bool attached, void *data),
		       void *data, struct ebpfmm_error *err);

#endif /* EBPFMM_POLICY_H */
