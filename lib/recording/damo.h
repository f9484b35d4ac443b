/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What damo(1) recorded, as a recording. It knows addresses only: what was mapped at
 * them is in a copy of /proc/PID/maps that was made while it recorded.
 */
#ifndef EBPFMM_DAMO_H
#define EBPFMM_DAMO_H

#include "recording/recording.h"

#define EBPFMM_DAMO_MAX_SIZE	(128U << 20)	/* bytes of either text */
#define EBPFMM_DAMO_MAX_REGIONS	(1U << 20)	/* of one snapshot */

/**
 * struct ebpfmm_damo - what damo recorded, and what was mapped meanwhile
 * @text: what `damo record --output_type json` wrote, as of damo 2.8
 * @length: bytes of it
 * @maps: /proc/PID/maps of the process that was recorded
 * @maps_length: bytes of it
 * @exe: path of the program in its root; NULL: the executable file that is mapped
 *	at the lowest address
 * @target: target_id of the process, as damo writes it; NULL: there is only one
 */
struct ebpfmm_damo {
	const char *text;
	size_t length;
	const char *maps;
	size_t maps_length;
	const char *exe;
	const char *target;
};

/**
 * ebpfmm_damo_read - tell what damo recorded as ebpfmm_recording_read() would
 * @source: hostile
 * @ops: is told what there is; all programs and spaces come before the first row
 * @ctx: handed on to @ops
 * @err: begins with "records[N]…" or with "maps: line N: "
 *
 * What was accessed at addresses that are not in @source->maps counts as lost.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_damo_read(const struct ebpfmm_damo *source,
		     const struct ebpfmm_recording_ops *ops, void *ctx,
		     struct ebpfmm_error *err);

#endif /* EBPFMM_DAMO_H */
