/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opening files of a container's root, all of which the tenant controls.
 */
#ifndef EBPFMM_ROOTFS_H
#define EBPFMM_ROOTFS_H

#include "base/error.h"

/**
 * ebpfmm_rootfs_open - open a regular file inside a root for reading
 * @rootfd: directory that is the root; absolute symlinks and ".." stay in it
 * @path: absolute path as the container sees it
 * @err: begins with @path; code is ENOENT or ENOTDIR when it does not exist
 *
 * Uses openat2(2) with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS. An O_PATH descriptor
 * shows first whether it is a regular file, so that opening a FIFO or device cannot block
 * or have side effects. Files of procfs, sysfs and the like, which a container may have
 * mounted, are refused in the same way.
 *
 * Return: a descriptor (O_RDONLY | O_CLOEXEC), or -1 with @err set.
 */
int ebpfmm_rootfs_open(int rootfd, const char *path, struct ebpfmm_error *err);

#endif /* EBPFMM_ROOTFS_H */
