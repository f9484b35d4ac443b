/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was done for a container, in /run/ebpfmm/<container-id>.json, written
 * before it is done: so that poststop, when pid and cgroup are gone, and gc,
 * when a hook was killed, know what to undo. Also the lock that orders those
 * who change anything.
 */
#ifndef EBPFMM_RECORD_H
#define EBPFMM_RECORD_H

#include <stdint.h>

#include "error.h"

#define EBPFMM_RUN_DIR "/run/ebpfmm"

/**
 * struct ebpfmm_record - one container
 * @id: the container's id: at most 128 of letters, digits, '_', '.', '-', '+'
 * @cgroup_id: id of its cgroup
 * @cgroup_path: path of its cgroup
 * @profile: name of the profile
 */
struct ebpfmm_record {
	char *id;
	uint64_t cgroup_id;
	char *cgroup_path;
	char *profile;
};

/**
 * ebpfmm_record_lock - wait for and take the lock
 * @err: what failed
 *
 * Return: a descriptor whose closing (also by death) releases the lock, or -1.
 */
int ebpfmm_record_lock(struct ebpfmm_error *err);

/**
 * ebpfmm_record_write - write a record, durably against being killed half-way
 * @record: the record
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_record_write(const struct ebpfmm_record *record,
			struct ebpfmm_error *err);

/**
 * ebpfmm_record_read - read a container's record
 * @id: the container's id, hostile
 * @out: to be freed with ebpfmm_record_free()
 * @err: code is ENOENT when there is none
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_record_read(const char *id, struct ebpfmm_record *out,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_record_remove - remove a container's record
 * @id: the container's id
 * @err: what failed
 *
 * Return: 0 (also when there was none), or -1 with @err set.
 */
int ebpfmm_record_remove(const char *id, struct ebpfmm_error *err);

/**
 * ebpfmm_record_each - call for each record, and remove what is no whole one
 * @fn: called with each record; a nonzero return value ends the walk
 * @data: for @fn
 * @err: what failed
 *
 * To be called with the lock held: half-written files are leftovers then.
 *
 * Return: 0, what @fn returned, or -1 with @err set.
 */
int ebpfmm_record_each(int (*fn)(const struct ebpfmm_record *record,
				 void *data),
		       void *data, struct ebpfmm_error *err);

/**
 * ebpfmm_record_free - free what a record holds
 * @record: not itself freed
 */
void ebpfmm_record_free(struct ebpfmm_record *record);

#endif /* EBPFMM_RECORD_H */
