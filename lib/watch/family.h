/* SPDX-License-Identifier: GPL-2.0-only */
/* Which processes are to be watched. */
#ifndef EBPFMM_WATCH_FAMILY_H
#define EBPFMM_WATCH_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* More are not watched. */
#define EBPFMM_FAMILY_MAX	1024U

/**
 * struct ebpfmm_family - processes
 * @pids: their ids
 * @count: their number
 */
struct ebpfmm_family {
	pid_t pids[EBPFMM_FAMILY_MAX];
	size_t count;
};

/**
 * ebpfmm_family_of_cgroup - find the processes of a cgroup and of those below it
 * @fd: descriptor of the cgroup's directory
 * @family: filled in
 */
void ebpfmm_family_of_cgroup(int fd, struct ebpfmm_family *family);

/**
 * ebpfmm_family_of_process - find a process and those that descend from it
 * @pid: the process
 * @itself: whether it belongs to them
 * @family: filled in; empty if the process has ended
 */
void ebpfmm_family_of_process(pid_t pid, bool itself, struct ebpfmm_family *family);

#endif /* EBPFMM_WATCH_FAMILY_H */
