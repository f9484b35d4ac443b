/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life cycle of a policy, as the hook and the command use it. Each function that
 * changes something holds the lock while it does so.
 *
 * Theory of operation: an attachment is made in the order record, storage, link, pin of
 * the link, and undone in the order link, storage, record. A process that is killed in
 * between leaves a record, by which ebpfmm_life_gc() finds what to remove. While the lock
 * is held, nobody else is attaching, so a record whose cgroup no longer exists or has no
 * pinned link belongs to something unfinished. Each attachment also checks a few records,
 * in turn.
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
 * struct ebpfmm_leftovers - leftovers of processes that were killed
 * @links: pinned links whose cgroup no longer exists
 * @records: records of cgroups that no longer exist or have no pinned link
 * @files: incomplete records and pin directories
 * @formats: policies of other versions that are no longer attached to any cgroup
 */
struct ebpfmm_leftovers {
	unsigned int links;
	unsigned int records;
	unsigned int files;
	unsigned int formats;
};

/**
 * ebpfmm_life_load - load and pin the policy unless it is loaded already
 * @all: log a line if the measured costs are missing, outdated or unusable; if false,
 *	only if they are unusable
 * @err: what failed
 *
 * Also gives it the measured costs of pages, or the defaults.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_life_load(bool all, struct ebpfmm_error *err);

/**
 * ebpfmm_life_unload - unpin the policy
 * @err: still attached to some cgroup, or what failed
 *
 * See ebpfmm_policies_unload().
 *
 * Return: 0 (also when it was not loaded), or -1 with @err set.
 */
int ebpfmm_life_unload(struct ebpfmm_error *err);

/**
 * ebpfmm_life_attach - attach a policy to a cgroup, or replace it
 * @container: the container's id; NULL when an operator attaches
 * @cgroup: the cgroup
 * @profile: name of the profile, for display
 * @table: the translated profile
 * @policy: the open policy of this version; belongs to the caller
 * @err: what failed; the cgroup is unchanged then
 *
 * If the policy was unloaded and loaded again since it was opened, the new one is
 * attached. A policy of another format is replaced in the same way.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_life_attach(const char *container, const struct ebpfmm_cgroup *cgroup,
		       const char *profile, const struct ebpfmm_table *table,
		       struct ebpfmm_policy *policy, struct ebpfmm_error *err);

/**
 * ebpfmm_life_detach - detach the policy of a cgroup, whatever its format
 * @id: the cgroup's id; the cgroup may no longer exist
 * @err: what failed; code is ENOENT when it had no policy
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_life_detach(uint64_t id, struct ebpfmm_error *err);

/**
 * ebpfmm_life_end - detach the policy of a container that has ended
 * @container: the container's id, hostile
 * @err: what failed
 *
 * Return: 1 when something was undone, 0 when there was nothing to undo, or -1 with
 * @err set.
 */
int ebpfmm_life_end(const char *container, struct ebpfmm_error *err);

/**
 * ebpfmm_life_gc - find and remove leftovers
 * @clear: if false, only count
 * @found: what was found
 * @err: what failed
 *
 * Takes the lock, also to count: otherwise an attachment in progress would look like a
 * leftover. To count, it waits only some seconds for the lock.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_life_gc(bool clear, struct ebpfmm_leftovers *found,
		   struct ebpfmm_error *err);

/**
 * ebpfmm_life_owner - get the record of a cgroup's policy
 * @cgroup_id: id of the cgroup
 * @out: its record, to be freed with ebpfmm_record_free()
 * @err: code is ENOENT when there is no record
 *
 * Needs no lock, so that a stuck holder does not block it.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_life_owner(uint64_t cgroup_id, struct ebpfmm_record *out,
		      struct ebpfmm_error *err);

#endif /* EBPFMM_LIFECYCLE_H */
