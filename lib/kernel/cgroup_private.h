/* SPDX-License-Identifier: GPL-2.0-only */
/* What cgroup.c shares with cgroup_process.c. */
#ifndef EBPFMM_CGROUP_PRIVATE_H
#define EBPFMM_CGROUP_PRIVATE_H

#include <stdbool.h>

#include "kernel/cgroup.h"

/**
 * ebpfmm_cgroup_mount_point - find the mount point of cgroup v2
 * @err: it is not mounted, or there is no memory
 *
 * Return: an absolute path, allocated; or NULL with @err set.
 */
char *ebpfmm_cgroup_mount_point(struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_open_dir - open a cgroup by the path of its directory
 * @path: the directory
 * @out: to be closed with ebpfmm_cgroup_close()
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_cgroup_open_dir(const char *path, struct ebpfmm_cgroup *out,
			   struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_has_parent_step - check whether a path contains a step upwards
 * @path: the path
 *
 * Return: true if it contains "/..".
 */
bool ebpfmm_cgroup_has_parent_step(const char *path);

#endif /* EBPFMM_CGROUP_PRIVATE_H */
