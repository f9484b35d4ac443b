/* SPDX-License-Identifier: GPL-2.0-only */
/* What record.c shares with record_text.c and record_list.c. */
#ifndef EBPFMM_RECORD_PRIVATE_H
#define EBPFMM_RECORD_PRIVATE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "life/record.h"

#define RECORD_SUFFIX		".json"
/* Of a record that is being written. */
#define RECORD_TMP_SUFFIX	".json.tmp"

/**
 * ebpfmm_record_id_valid - can a record have an id?
 * @id: of a container, or '@' and the id of a cgroup, as operators' records have it
 *
 * Return: whether it can.
 */
bool ebpfmm_record_id_valid(const char *id);

/**
 * ebpfmm_record_id_of_cgroup - the id of the record that a cgroup is said to have
 * @records: where it would be
 * @cgroup_id: of the cgroup
 * @id: the result; what is said may not be true any more
 *
 * Return: 0, or -1 with errno set; ENOENT when there is none.
 */
int ebpfmm_record_id_of_cgroup(const struct ebpfmm_records *records, uint64_t cgroup_id,
			       char id[NAME_MAX + 1]);

/**
 * ebpfmm_record_to_text - a record as JSON
 * @record: the record
 *
 * Return: the text, to be freed with free(); NULL when there is no memory.
 */
char *ebpfmm_record_to_text(const struct ebpfmm_record *record);

/**
 * ebpfmm_record_from_text - the record that JSON is
 * @text: the JSON
 * @id: that it has to have
 * @out: to be freed with ebpfmm_record_free(); only set on success
 *
 * Return: 0; -EBADMSG when @text is no record with this @id; -EPROTONOSUPPORT when
 * it is one of another version that cannot be read; or -ENOMEM.
 */
int ebpfmm_record_from_text(const char *text, const char *id,
			    struct ebpfmm_record *out);

#endif /* EBPFMM_RECORD_PRIVATE_H */
