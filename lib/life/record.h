/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of attachments: which cgroup has a policy, and for which container. A record is
 * written below /run/ebpfmm before the policy is attached. So poststop, when the process
 * and the cgroup no longer exist, and gc, after a hook was killed, know what to undo.
 *
 *	/run/ebpfmm/			0700
 *		lock			held by a process that changes something
 *		<container-id>.json	one for each container that has a policy
 *		@<cgroup-id>.json	one for each cgroup that an operator attached to;
 *					or a link to the record of the cgroup's
 *					container
 *		*.json.tmp		incomplete: left by a process that was killed
 *
 * An operator's attachment has a record for the same reason as a container's: without
 * it, storage that was written before its link was pinned cannot be found. A container's
 * id cannot contain '@', so the two never collide.
 *
 * Each record has a version. In every version it is a JSON object with "version", "id"
 * and "cgroup_id", which is enough to undo the attachment. So records of other versions
 * can be read that far, and are not leftovers as long as they are in use.
 *
 * Records are accessed through struct ebpfmm_records, which holds the lock; readers of
 * single records need no lock.
 */
#ifndef EBPFMM_RECORD_H
#define EBPFMM_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define EBPFMM_CONTAINER_ID_MAX 128

/**
 * struct ebpfmm_record - one attachment
 * @id: the container's id, or ebpfmm_record_operator_id() of the cgroup
 * @cgroup_id: id of the cgroup
 * @cgroup_path: path of the cgroup, for display; NULL if another version wrote the record
 * @profile: name of the profile, for display; likewise
 * @digest: ebpfmm_digest() of its text; 0 if another version wrote the record
 */
struct ebpfmm_record {
	char *id;
	uint64_t cgroup_id;
	char *cgroup_path;
	char *profile;
	uint64_t digest;
};

/**
 * struct ebpfmm_records - the directory of records
 * @dirfd: the directory
 * @lockfd: descriptor of the lock, which close(2) or exit releases; -1 without the lock
 */
struct ebpfmm_records {
	int dirfd;
	int lockfd;
};

/* Initialiser of records that are not open. */
#define EBPFMM_NO_RECORDS ((struct ebpfmm_records){ .dirfd = -1, .lockfd = -1 })

/**
 * ebpfmm_container_id_valid - check the syntax of a container's id
 * @id: hostile
 *
 * Return: true if it consists of 1 to EBPFMM_CONTAINER_ID_MAX letters, digits, '_',
 * '.', '-' and '+'.
 */
bool ebpfmm_container_id_valid(const char *id);

/**
 * ebpfmm_record_operator_id - get the id of the record of an operator's attachment
 * @cgroup_id: id of the cgroup
 *
 * Return: allocated, or NULL without memory.
 */
char *ebpfmm_record_operator_id(uint64_t cgroup_id);

/**
 * ebpfmm_records_open - wait for the lock and open the records
 * @dir: the directory, created if it does not exist; EBPFMM_RUN_DIR
 * @out: to be closed with ebpfmm_records_close()
 * @err: what failed; code is ETIMEDOUT if the lock is held for a minute, with its holder
 *
 * Not recursive: a second call in the same process waits for the first. A signal that
 * the program handles ends the wait, with EINTR.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_records_open(const char *dir, struct ebpfmm_records *out,
			struct ebpfmm_error *err);

/**
 * ebpfmm_records_hold - as ebpfmm_records_open(), for a reader that keeps writers out
 * @dir: the directory, created if it does not exist; EBPFMM_RUN_DIR
 * @out: to be closed with ebpfmm_records_close()
 * @err: what failed; code is ETIMEDOUT if the lock is held for some seconds, with its
 *	holder
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_records_hold(const char *dir, struct ebpfmm_records *out,
			struct ebpfmm_error *err);

/**
 * ebpfmm_records_peek - open the records to read single ones, without the lock
 * @dir: the directory; EBPFMM_RUN_DIR
 * @out: to be closed with ebpfmm_records_close()
 * @err: what failed; code is ENOENT when there are none
 *
 * Each record is read as it was before a concurrent change or after it; a record that is
 * being written or removed either exists or does not.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_records_peek(const char *dir, struct ebpfmm_records *out,
			struct ebpfmm_error *err);

/**
 * ebpfmm_records_close - close the records and release the lock
 * @records: from ebpfmm_records_open(), _hold() or _peek()
 */
void ebpfmm_records_close(struct ebpfmm_records *records);

/**
 * ebpfmm_record_write - write or replace a record atomically
 * @records: the locked directory
 * @record: the record
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_record_write(const struct ebpfmm_records *records,
			const struct ebpfmm_record *record,
			struct ebpfmm_error *err);

/**
 * ebpfmm_record_read - read a record
 * @records: the directory
 * @id: id of the record, hostile
 * @out: to be freed with ebpfmm_record_free()
 * @err: code is ENOENT when there is none, EBADMSG when it is not a valid record,
 *	EPROTONOSUPPORT when it is from another version and lacks a required member
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_record_read(const struct ebpfmm_records *records, const char *id,
		       struct ebpfmm_record *out, struct ebpfmm_error *err);

/**
 * ebpfmm_record_of_cgroup - read the record of a cgroup
 * @records: the directory
 * @cgroup_id: id of the cgroup
 * @out: to be freed with ebpfmm_record_free(); all zero when there is none
 * @err: what failed
 *
 * If a cgroup has two records, reads the one that was written last.
 *
 * Return: 1, 0 when there is none, or -1 with @err set.
 */
int ebpfmm_record_of_cgroup(const struct ebpfmm_records *records,
			    uint64_t cgroup_id, struct ebpfmm_record *out,
			    struct ebpfmm_error *err);

/**
 * ebpfmm_record_remove - remove a record, and the link to it by its cgroup
 * @records: the locked directory
 * @record: as it was read or written; only its two ids are used
 * @err: what failed
 *
 * Return: 0 (also when there was none), or -1 with @err set.
 */
int ebpfmm_record_remove(const struct ebpfmm_records *records,
			 const struct ebpfmm_record *record,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_record_each - call a function for each record
 * @records: the locked directory
 * @fn: called with each record, which it may remove; a nonzero return value
 *	ends the walk
 * @data: for @fn
 * @err: what failed
 *
 * Skips files that are not records; ebpfmm_record_sweep() removes them. Both skip records
 * of unknown versions that cannot be read, and log a line.
 *
 * Return: 0, what @fn returned, or -1 with @err set.
 */
int ebpfmm_record_each(const struct ebpfmm_records *records,
		       int (*fn)(const struct ebpfmm_record *record,
				 void *data),
		       void *data, struct ebpfmm_error *err);

/**
 * ebpfmm_record_sweep - remove incomplete and broken records
 * @records: the locked directory, so that nobody is writing
 * @remove: if false, only count
 * @err: what failed
 *
 * Return: number of such files, or -1 with @err set.
 */
int ebpfmm_record_sweep(const struct ebpfmm_records *records, bool remove,
			struct ebpfmm_error *err);

/**
 * ebpfmm_record_sweep_few - check a limited number of records
 * @records: the locked directory
 * @max: maximum number of files to check
 * @fn: called with each record among them, which it may remove; a nonzero return
 *	value ends the walk
 * @data: for @fn
 * @err: what failed
 *
 * Each call continues where the previous one, by any process, stopped, so that every
 * record gets its turn. If there are at most @max files, each call checks all of them.
 * Incomplete and broken records among them are removed.
 *
 * Return: 0, what @fn returned, or -1 with @err set.
 */
int ebpfmm_record_sweep_few(const struct ebpfmm_records *records, unsigned int max,
			    int (*fn)(const struct ebpfmm_record *record,
				      void *data),
			    void *data, struct ebpfmm_error *err);

/**
 * ebpfmm_record_free - free what a record holds
 * @record: not itself freed; may be all zero
 */
void ebpfmm_record_free(struct ebpfmm_record *record);

#endif /* EBPFMM_RECORD_H */
