/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finding the cgroup that a policy is to be attached to.
 */
#ifndef EBPFMM_CGROUP_H
#define EBPFMM_CGROUP_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/**
 * struct ebpfmm_cgroup - an open cgroup v2 directory
 * @fd: descriptor of the directory
 * @id: the cgroup's id, as bpf_get_current_cgroup_id() returns it
 * @path: absolute path of the directory; allocated
 */
struct ebpfmm_cgroup {
	int fd;
	uint64_t id;
	char *path;
};

/**
 * ebpfmm_cgroup_supported - check whether this node uses cgroup v2
 * @err: why not
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_cgroup_supported(struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_of_pid - the cgroup of a container, found from its process
 * @pid: the container's first process, as in the OCI state
 * @id: the container's id
 * @out: to be closed with ebpfmm_cgroup_close()
 * @err: no cgroup v2, no such process, or a cgroup that is the root or contains
 *	this process, and so covers more than the container
 *
 * Reads /proc/PID/cgroup and applies ebpfmm_cgroup_lift().
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_cgroup_of_pid(pid_t pid, const char *id, struct ebpfmm_cgroup *out,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_name - the path of a container's cgroup below the root of cgroup v2
 * @pid: the container's first process, as in the OCI state
 * @id: the container's id
 * @err: as for ebpfmm_cgroup_of_pid()
 *
 * The same cgroup as that of ebpfmm_cgroup_of_pid(), which is not opened.
 *
 * Return: the path, allocated, such as "/machine.slice/libpod-ID.scope"; or NULL with @err
 * set.
 */
char *ebpfmm_cgroup_name(pid_t pid, const char *id, struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_lift - get from the cgroup of a container's process to the container's
 * @path: cgroup of the process, as in /proc/PID/cgroup; shortened in place
 * @own: cgroup of this process, which the result must not contain
 * @id: the container's id
 *
 * The container's cgroup is named by its id: ID or PREFIX-ID, as Podman's libpod-ID and
 * libpod-payload-ID. A scope of systemd, PREFIX-ID.scope, counts more than what is below it:
 * crun may put the process into a sub-cgroup of any name there (`run.oci.systemd.subgroup`),
 * and processes that `exec` starts may be beside it. Else the lowest such name counts, and
 * the search ends at a service, a slice, and a scope of another name: these have processes
 * of others. What contains @own is never taken. If nothing is named by @id, the result is
 * the cgroup of the process, even below a scope, as that may be somebody else's.
 */
void ebpfmm_cgroup_lift(char *path, const char *own, const char *id);

/**
 * ebpfmm_cgroup_open - open a cgroup by path
 * @path: absolute path of the directory, or a path below the mount of cgroup v2
 * @out: to be closed with ebpfmm_cgroup_close()
 * @err: begins with @path
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_cgroup_open(const char *path, struct ebpfmm_cgroup *out,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_open_id - open a cgroup by id
 * @id: its id
 * @out: to be closed with ebpfmm_cgroup_close()
 * @err: code is ENOENT or ESTALE when it no longer exists
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_cgroup_open_id(uint64_t id, struct ebpfmm_cgroup *out,
			  struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_path - find the cgroup directory of a process
 * @pid: the process; 0 for the root of cgroup v2
 * @err: no cgroup v2, no such process, or one outside this cgroup namespace
 *
 * This function and those below also work if cgroup v1 controls memory.
 *
 * Return: absolute path of the directory, allocated; or NULL with @err set.
 */
char *ebpfmm_cgroup_path(pid_t pid, struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_make - create an empty cgroup
 * @parent: absolute path of the parent cgroup
 * @name: its name; an existing cgroup is used if it is empty
 * @out: to be closed with ebpfmm_cgroup_close(), after ebpfmm_cgroup_remove()
 * @err: begins with its path; code is EBUSY when it is not empty
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_cgroup_make(const char *parent, const char *name, struct ebpfmm_cgroup *out,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_remove - kill the processes of a cgroup, and remove it
 * @cgroup: has no cgroup below it; may no longer exist
 * @err: begins with its path
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_cgroup_remove(const struct ebpfmm_cgroup *cgroup,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_first_pid - find a process in a cgroup or below it
 * @cgroup: the cgroup
 *
 * Return: its pid, or 0 when none is visible.
 */
pid_t ebpfmm_cgroup_first_pid(const struct ebpfmm_cgroup *cgroup);

/**
 * ebpfmm_cgroup_close - close a cgroup and free its path
 * @cgroup: may have been closed before
 */
void ebpfmm_cgroup_close(struct ebpfmm_cgroup *cgroup);

#endif /* EBPFMM_CGROUP_H */
