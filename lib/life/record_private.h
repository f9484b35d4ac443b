/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by record.c, record_text.c and record_list.c. */
#ifndef EBPFMM_RECORD_PRIVATE_H
#define EBPFMM_RECORD_PRIVATE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "life/record.h"

#define RECORD_SUFFIX		".json"
/* The suffix of a record that is being written. */
#define RECORD_TMP_SUFFIX	".json.tmp"

/**
 * ebpfmm_record_id_valid - check the syntax of a record's id
 * @id: id of a container, or for an operator's attachment '@' and the id of a cgroup
 *
 * Return: true if it is valid.
 */
bool ebpfmm_record_id_valid(const char *id);

/**
 * ebpfmm_record_id_of_cgroup - look up the id of a cgroup's record
 * @records: the directory
 * @cgroup_id: id of the cgroup
 * @id: the result, which may be outdated
 *
 * Return: 0, or -1 with errno set; ENOENT when there is none.
 */
int ebpfmm_record_id_of_cgroup(const struct ebpfmm_records *records, uint64_t cgroup_id,
			       char id[NAME_MAX + 1]);

/**
 * ebpfmm_record_to_text - convert a record to JSON
 * @record: the record
 *
 * Return: the text, to be freed with free(); NULL when there is no memory.
 */
char *ebpfmm_record_to_text(const struct ebpfmm_record *record);

/**
 * ebpfmm_record_from_text - parse the JSON of a record
 * @text: the JSON
 * @id: the id that the record must have
 * @out: to be freed with ebpfmm_record_free(); only set on success
 *
 * Return: 0; -EBADMSG when @text is not a record with this @id; -EPROTONOSUPPORT when
 * it is a record of another version that cannot be read; or -ENOMEM.
 */
int ebpfmm_record_from_text(const char *text, const char *id,
			    struct ebpfmm_record *out);

#endif /* EBPFMM_RECORD_PRIVATE_H */
