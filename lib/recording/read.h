/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a recording line by line, in memory that does not depend on its length. */
#ifndef EBPFMM_READ_H
#define EBPFMM_READ_H

#include <stdio.h>

#include "recording/recording.h"

/**
 * struct ebpfmm_recording_extent - how much of a recording was there
 * @lines: complete ones
 * @truncated: whether something followed them that was cut off; it is ignored
 * @ended: whether the last line is the one that tells the end
 */
struct ebpfmm_recording_extent {
	uint64_t lines;
	bool truncated;
	bool ended;
};

/**
 * ebpfmm_recording_read - read a recording
 * @file: read from where it stands to its end
 * @ops: is told what there is
 * @ctx: handed on to @ops
 * @extent: filled in
 * @err: begins with "line N: ", for what is damaged and for what @ops refuses
 *
 * A last line without a newline was cut off while it was written: it is no error. All
 * else that does not agree with ebpfmm-recording(5) is one.
 *
 * Return: 0, or -1 with @err set; @ops has been told what comes before.
 */
int ebpfmm_recording_read(FILE *file, const struct ebpfmm_recording_ops *ops, void *ctx,
			  struct ebpfmm_recording_extent *extent,
			  struct ebpfmm_error *err);

#endif /* EBPFMM_READ_H */
