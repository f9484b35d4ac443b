/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was done to which cgroup and for whom, in files below /run/ebpfmm,
 * written before it is done: so that poststop, when pid and cgroup are gone,
 * and gc, when a hook was killed, know what to undo.
 *
 *	/run/ebpfmm/			0700
 *		lock			held by whoever changes anything
 *		<container-id>.json	one for each container that has a policy
 *		@<cgroup-id>.json	one for each cgroup that an operator gave one;
 *					or a link to the record of the container
 *					that the cgroup is of
 *		*.json.tmp		half-written: left by a death
 *
 * An operator's attachment has a record for the same reason as a container's:
 * storage that was written while its link was not yet pinned can be found by
 * nothing else. '@' cannot be in a container's id, so the two never collide.
 *
 * Each record says its version. In all of them, for ever, it is a JSON object with
 * "version", "id" and "cgroup_id", which is enough to undo what was done: so the records
 * of other versions are read for these, and are no leftovers as long as they are in use.
 *
 * Records are reached only through struct ebpfmm_records, which is the lock; or only
 * a reader's, who needs none.
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
 * @cgroup_path: path of the cgroup, for people; NULL if another version wrote the record
 * @profile: name of the profile, for people; likewise
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
 * @lockfd: its lock; closing it, also by death, releases it. -1 without
 */
struct ebpfmm_records {
	int dirfd;
	int lockfd;
};

/* What is not open. */
#define EBPFMM_NO_RECORDS ((struct ebpfmm_records){ .dirfd = -1, .lockfd = -1 })

/**
 * ebpfmm_container_id_valid - can this be a container's id?
 * @id: hostile
 *
 * Return: whether it is 1 to EBPFMM_CONTAINER_ID_MAX of letters, digits, '_',
 * '.', '-' and '+'.
 */
bool ebpfmm_container_id_valid(const char *id);

/**
 * ebpfmm_record_operator_id - id of the record of an operator's attachment
 * @cgroup_id: id of the cgroup
 *
 * Return: allocated, or NULL without memory.
 */
char *ebpfmm_record_operator_id(uint64_t cgroup_id);

/**
 * ebpfmm_records_open - wait for the lock and open the records
 * @dir: the directory, created if it does not exist; EBPFMM_RUN_DIR
 * @out: to be closed with ebpfmm_records_close()
 * @err: what failed; of a lock that is held for a minute, code ETIMEDOUT and by whom
 *
 * Not recursive: a second call in the same process only waits. A signal that
 * the program handles ends the wait, with EINTR.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_records_open(const char *dir, struct ebpfmm_records *out,
			struct ebpfmm_error *err);

/**
 * ebpfmm_records_hold - as ebpfmm_records_open(), only to look while nobody writes
 * @dir: the directory, created if it does not exist; EBPFMM_RUN_DIR
 * @out: to be closed with ebpfmm_records_close()
 * @err: what failed; of a lock that is held for some seconds, code ETIMEDOUT and by whom
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_records_hold(const char *dir, struct ebpfmm_records *out,
			struct ebpfmm_error *err);

/**
 * ebpfmm_records_peek - open the records to read single ones, without the lock
 * @dir: the directory; EBPFMM_RUN_DIR
 * @out: to be closed with ebpfmm_records_close()
 * @err: code is ENOENT when there are none; or what failed
 *
 * Whoever holds the lock does not matter. Each record is whole, as it was before a
 * change or after it; one that is being made or removed is there or not.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_records_peek(const char *dir, struct ebpfmm_records *out,
			struct ebpfmm_error *err);

/**
 * ebpfmm_records_close - close, and release the lock
 * @records: from ebpfmm_records_open(), _hold() or _peek()
 */
void ebpfmm_records_close(struct ebpfmm_records *records);

/**
 * ebpfmm_record_write - write a record, or replace it, whole or not at all
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
 * @err: code is ENOENT when there is none, EBADMSG when it is no record, EPROTONOSUPPORT
 *	when it is one of another version that has not what all have
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
 * Of two records of one cgroup it is the one that was written last.
 *
 * Return: 1, 0 when there is none, or -1 with @err set.
 */
int ebpfmm_record_of_cgroup(const struct ebpfmm_records *records,
			    uint64_t cgroup_id, struct ebpfmm_record *out,
			    struct ebpfmm_error *err);

/**
 * ebpfmm_record_remove - remove a record, and what names it by its cgroup
 * @records: the locked directory
 * @record: as it was read or written; only its id and its cgroup's are looked at
 * @err: what failed
 *
 * Return: 0 (also when there was none), or -1 with @err set.
 */
int ebpfmm_record_remove(const struct ebpfmm_records *records,
			 const struct ebpfmm_record *record,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_record_each - call for each record
 * @records: the locked directory
 * @fn: called with each record, which it may remove; a nonzero return value
 *	ends the walk
 * @data: for @fn
 * @err: what failed
 *
 * Files that are no record are passed over; ebpfmm_record_sweep() is for them. Records
 * of which the version is not known, and that cannot be read, are passed over here and
 * there, with a line in the log.
 *
 * Return: 0, what @fn returned, or -1 with @err set.
 */
int ebpfmm_record_each(const struct ebpfmm_records *records,
		       int (*fn)(const struct ebpfmm_record *record,
				 void *data),
		       void *data, struct ebpfmm_error *err);

/**
 * ebpfmm_record_sweep - count and remove what is no whole record
 * @records: the locked directory: nobody is writing
 * @remove: if false, only count
 * @err: what failed
 *
 * Return: number of files that were half-written or are broken, or -1 with
 * @err set.
 */
int ebpfmm_record_sweep(const struct ebpfmm_records *records, bool remove,
			struct ebpfmm_error *err);

/**
 * ebpfmm_record_sweep_few - look at a few records, whatever their number
 * @records: the locked directory
 * @max: at how many files to look
 * @fn: called with each record among them, which it may remove; a nonzero return
 *	value ends the walk
 * @data: for @fn
 * @err: what failed
 *
 * Each call goes on where the last one, by any process, ended, so that all have
 * their turn; where there are at most @max files, each call sees all. Among those
 * it looks at, files that are no whole record are removed.
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
