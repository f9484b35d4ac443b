/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of recorded programs, in a root that is given. */
#ifndef EBPFMM_CTL_FILES_H
#define EBPFMM_CTL_FILES_H

#include "command.h"
#include "derive/derive_recorded.h"
#include "image/root.h"

struct ctl_listed;

/**
 * struct ctl_files - files that were looked at
 * @how: the root
 * @listed: the files; a list
 * @files: for ebpfmm_recorded_read()
 */
struct ctl_files {
	struct ebpfmm_root how;
	struct ctl_listed *listed;
	struct ebpfmm_recorded_files files;
};

/**
 * ctl_files_open - open the root that --rootfs names, and --debug-dir
 * @args: the arguments
 * @files: filled in, to be released with ctl_files_close() in any case
 * @err: begins with the directory
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_files_open(const struct ctl_args *args, struct ctl_files *files,
		   struct ebpfmm_error *err);

/**
 * ctl_files_close - release what was found
 * @files: zeroed or filled in
 */
void ctl_files_close(struct ctl_files *files);

#endif /* EBPFMM_CTL_FILES_H */
