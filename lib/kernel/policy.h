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
 *		events, tracing		what is being told to whom, see struct ebpfmm_event
 *		costs			what pages cost on this node, struct ebpfmm_costs
 *		format			a map that holds EBPFMM_FORMAT of the loader
 *		cgroup-<id>		one link for each cgroup
 *
 * A format's directory appears and goes in one step: it is filled as ebpfmm-new and
 * emptied as ebpfmm-old, so that it is whole whenever it is there. Versions before
 * format 6 have pinned all of it right below ebpfmm.
 *
 * This is about the policy of our own format but where it says otherwise; policies.h is
 * about those of all.
 *
 * Functions that change something are to be called with the lock of the
 * records held; lifecycle.h does so and is what programs use.
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
 * ebpfmm_policy_supported - has this kernel the hook?
 * @err: why not
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_supported(struct ebpfmm_error *err);

/**
 * ebpfmm_policy_load - load and pin the policy unless it is already
 * @err: what failed; nothing is left pinned then
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_load(struct ebpfmm_error *err);

/**
 * ebpfmm_policy_sweep - count and remove what a killed load or unload left, of any format
 * @remove: false only counts
 * @err: what failed
 *
 * Return: number of half-made directories, or -1 with @err set.
 */
int ebpfmm_policy_sweep(bool remove, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_peek - open the pinned policy if it is loaded
 * @out: to be closed with ebpfmm_policy_close(); NULL when it is not loaded
 * @err: what failed
 *
 * Needs no lock. What it is needed for is opened when it is: without the lock,
 * that may fail because the policy was unloaded meanwhile.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_peek(struct ebpfmm_policy **out, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_is_ours - is it of our format?
 * @policy: the open policy
 *
 * Return: whether it is.
 */
bool ebpfmm_policy_is_ours(const struct ebpfmm_policy *policy);

/**
 * ebpfmm_policy_format - the format of a policy
 * @policy: the open policy
 *
 * Return: the number; 0 if it does not say.
 */
uint32_t ebpfmm_policy_format(const struct ebpfmm_policy *policy);

/**
 * ebpfmm_policy_check_format - as ebpfmm_policy_is_ours(), with what can be done
 * @policy: the open policy
 * @err: which format it has
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_check_format(const struct ebpfmm_policy *policy,
			       struct ebpfmm_error *err);

/**
 * ebpfmm_policy_check_whole - is all there that was pinned?
 * @policy: the open policy
 * @err: what is not
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_check_whole(struct ebpfmm_policy *policy, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_close - close
 * @policy: may be NULL
 */
void ebpfmm_policy_close(struct ebpfmm_policy *policy);
EBPFMM_CLEANUP(struct ebpfmm_policy *, ebpfmm_policy_close)

/**
 * ebpfmm_policy_identify - which file a descriptor is; an ebpfmm_identify_fn
 * @fd: descriptor of this process
 * @mapped: the file behind a mapping of it, instead
 * @file: filled in
 * @policy: struct ebpfmm_policy *
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_identify(int fd, bool mapped, struct ebpfmm_file *file,
			   void *policy, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_attach - give a cgroup a policy that has none or ours
 * @policy: the open policy
 * @cgroup: where to
 * @table: the translated profile
 * @err: what failed; the cgroup is as it was then
 *
 * Replacing is atomic for faults. Counters carry over; decisions made while
 * the table is being replaced may go uncounted.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_attach(struct ebpfmm_policy *policy,
			 const struct ebpfmm_cgroup *cgroup,
			 const struct ebpfmm_table *table,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_policy_adopt - finish a replacement of another format's policy by ours
 * @policy: ours
 * @from: the other one, with a link to the cgroup
 * @id: the cgroup's id
 * @err: what failed
 *
 * Who was killed at it may have left a link to our program among the other's pins. Any
 * other link stays where it is.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_adopt(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
			uint64_t id, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_detach - take a cgroup's policy away
 * @policy: the open policy, of any format
 * @id: the cgroup's id; the cgroup may be gone
 * @err: what failed; code is ENOENT when it had no policy
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_detach(struct ebpfmm_policy *policy, uint64_t id,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_policy_is_attached - is it what a cgroup has?
 * @policy: the open policy, of any format
 * @id: the cgroup's id
 * @err: why that cannot be said
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
 * ebpfmm_policy_each - call for each cgroup id that has a pinned link
 * @policy: the open policy, of any format
 * @fn: called with the id and whether the link is still attached (it is not
 *	when the cgroup was removed); a nonzero return value ends the walk
 * @data: for @fn
 * @err: what failed
 *
 * Return: 0, what @fn returned, or -1 with @err set.
 */
int ebpfmm_policy_each(struct ebpfmm_policy *policy,
		       int (*fn)(uint64_t id, bool attached, void *data),
		       void *data, struct ebpfmm_error *err);

#endif /* EBPFMM_POLICY_H */
