/* SPDX-License-Identifier: GPL-2.0-only */
/* What record.c shares with record_text.c. */
#ifndef EBPFMM_RECORD_PRIVATE_H
#define EBPFMM_RECORD_PRIVATE_H

#include "life/record.h"

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
