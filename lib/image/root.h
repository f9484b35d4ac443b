/* SPDX-License-Identifier: GPL-2.0-only */
/* A container's root, and how its files are identified and read. */
#ifndef EBPFMM_ROOT_H
#define EBPFMM_ROOT_H

#include <stdbool.h>

#include "base/bpf_types.h"
#include "base/error.h"

/**
 * ebpfmm_identify_fn - identifies the file of a descriptor, as the kernel has it
 * @fd: descriptor of an open regular file
 * @mapped: identify the file that a mapping of it refers to, which differs on overlayfs;
 *	false for the file that mm->exe_file refers to
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
 * @identify: identifies files; NULL uses stat(2) (ebpfmm resolve), which is not enough
 *	for the policy
 * @data: for @identify
 * @cache: the cache of its files; NULL for none
 * @locate: also look up the locations of names in their files; @cache is not used then
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
