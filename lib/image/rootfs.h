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
 * @err: begins with @path; code is ENOENT or ENOTDIR when it is not there
 *
 * openat2(2) with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS. Nothing but a
 * regular file is opened for reading: a FIFO or device is recognised by an
 * O_PATH descriptor first, and cannot block or have a side effect; so is a file
 * of procfs, sysfs and the like, which a container may have mounted.
 *
 * Return: a descriptor (O_RDONLY | O_CLOEXEC), or -1 with @err set.
 */
int ebpfmm_rootfs_open(int rootfd, const char *path, struct ebpfmm_error *err);

#endif /* EBPFMM_ROOTFS_H */
