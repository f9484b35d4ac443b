/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of a policy as a whole: what hook and command call. Each function
 * that changes something takes the lock for as long as it does.
 *
 * Theory of operation: an attachment is made in the order record, storage,
 * link, pin of the link, and undone in the order link, storage, record. So
 * whoever dies in between leaves a record, and ebpfmm_life_gc() finds by it what
 * there is to clear: a record whose cgroup is gone or has no pinned link is that
 * of something unfinished, as nobody else is at work while the lock is held.
 * Before every attachment the same is done for a few records, in turn.
 */
#ifndef EBPFMM_LIFECYCLE_H
#define EBPFMM_LIFECYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/cgroup.h"
#include "kernel/policy.h"
#include "life/record.h"
#include "table/table.h"

/**
 * struct ebpfmm_leftovers - what was left behind by the dead
 * @links: pinned links whose cgroup is gone
 * @records: records of cgroups that are gone or were not attached to the end
 * @files: half-written records and half-made pin directories
 * @formats: policies of other versions that are on no cgroup any more
 */
struct ebpfmm_leftovers {
	unsigned int links;
	unsigned int records;
	unsigned int files;
	unsigned int formats;
};

/**
 * ebpfmm_life_load - load and pin the policy unless it is already
 * @all: say in the log if costs are not up to date, or that there are none; false: only
 *	if there are some that cannot be used
 * @err: what failed
 *
 * Also has it reckon with what pages were measured to cost, or with defaults.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_life_load(bool all, struct ebpfmm_error *err);

/**
 * ebpfmm_life_unload - unpin the policy
 * @err: still attached to some cgroup, or what failed
 *
 * As ebpfmm_policies_unload().
 *
 * Return: 0 (also when it was not loaded), or -1 with @err set.
 */
int ebpfmm_life_unload(struct ebpfmm_error *err);

/**
 * ebpfmm_life_attach - give a cgroup a policy, or another one
 * @container: the container's id; NULL when an operator attaches
 * @cgroup: where to
 * @profile: name of the profile, for people
 * @table: the translated profile
 * @policy: our policy, open; stays the caller's
 * @err: what failed; the cgroup is unchanged then
 *
 * If the policy was unloaded since it was opened, and loaded again, that one is attached.
 * One of another format that the cgroup has is replaced as one of ours is.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_life_attach(const char *container, const struct ebpfmm_cgroup *cgroup,
		       const char *profile, const struct ebpfmm_table *table,
		       struct ebpfmm_policy *policy, struct ebpfmm_error *err);

/**
 * ebpfmm_life_detach - take a cgroup's policy away, of whatever format
 * @id: the cgroup's id; the cgroup may be gone
 * @err: what failed; code is ENOENT when it had no policy
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_life_detach(uint64_t id, struct ebpfmm_error *err);

/**
 * ebpfmm_life_end - undo what was done for a container
 * @container: the container's id, hostile
 * @err: what failed
 *
 * Return: 1 when something was undone, 0 when there was nothing (any more), or
 * -1 with @err set.
 */
int ebpfmm_life_end(const char *container, struct ebpfmm_error *err);

/**
 * ebpfmm_life_gc - find and clear leftovers
 * @clear: if false, only count
 * @found: what was found
 * @err: what failed
 *
 * Nobody must be at work, or what they have begun would be taken for left behind: so
 * to count needs the lock, too, but waits for it only some seconds.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_life_gc(bool clear, struct ebpfmm_leftovers *found,
		   struct ebpfmm_error *err);

/**
 * ebpfmm_life_owner - for whom a cgroup has its policy
 * @cgroup_id: id of the cgroup
 * @out: its record, to be freed with ebpfmm_record_free()
 * @err: code is ENOENT when there is no record
 *
 * Needs no lock: who holds it for ever keeps nobody from looking.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_life_owner(uint64_t cgroup_id, struct ebpfmm_record *out,
		      struct ebpfmm_error *err);

#endif /* EBPFMM_LIFECYCLE_H */
