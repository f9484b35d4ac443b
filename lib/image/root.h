/* SPDX-License-Identifier: GPL-2.0-only */
/* A container's root as a place to read files of, and how they are told apart. */
#ifndef EBPFMM_ROOT_H
#define EBPFMM_ROOT_H

#include <stdbool.h>

#include "base/bpf_types.h"
#include "base/error.h"

/**
 * ebpfmm_identify_fn - tells which file a descriptor is, as the kernel sees it
 * @fd: descriptor of an open regular file
 * @mapped: the file that is mapped when this one is, which is another one on
 *	overlayfs; false for the file itself, as it is in mm->exe_file
 * @file: to be filled in
 * @data: as in struct ebpfmm_root
 * @err: set on failure
 *
 * Return: 0, or -1 with @err set.
 */
typedef int ebpfmm_identify_fn(int fd, bool mapped, struct ebpfmm_file *file,
			       void *data, struct ebpfmm_error *err);

struct ebpfmm_cache;

/**
 * struct ebpfmm_root - a container's root, and how its files are read
 * @rootfd: directory that is the root
 * @debugfd: the operator's directory of debug files; -1 for none
 * @identify: tells files apart; NULL takes what stat(2) says (ebpfmm resolve),
 *	which is not what the policy needs
 * @data: for @identify
 * @cache: what is known of its files from before; NULL for none
 * @locate: also tell where in their files names are; @cache is not used then
 */
struct ebpfmm_root {
	int rootfd;
	int debugfd;
	ebpfmm_identify_fn *identify;
	void *data;
	struct ebpfmm_cache *cache;
	bool locate;
};

#endif /* EBPFMM_ROOT_H */
