/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings on the command line. */
#ifndef EBPFMM_CTL_RECORDINGS_H
#define EBPFMM_CTL_RECORDINGS_H

#include "command.h"
#include "recording/set.h"

/**
 * ctl_recordings - read the recordings that operands name
 * @args: the arguments; what is unusual about a recording is logged
 * @set: filled in, to be released with ebpfmm_set_free() in any case
 * @err: begins with the name of the file
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_recordings(const struct ctl_args *args, struct ebpfmm_set *set,
		   struct ebpfmm_error *err);

/**
 * ctl_damo - make a recording of what damo(1) recorded
 * @args: with --damo and --maps
 * @output: name of the recording
 * @err: begins with the name of the file
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_damo(const struct ctl_args *args, const char *output, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_RECORDINGS_H */
