/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finding the cgroup that a policy belongs on.
 */
#ifndef EBPFMM_CGROUP_H
#define EBPFMM_CGROUP_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/**
 * struct ebpfmm_cgroup - an open cgroup v2 directory
 * @fd: descriptor of the directory
 * @id: the cgroup's id, as bpf_get_current_cgroup_id() would give it
 * @path: absolute path of the directory; allocated
 */
struct ebpfmm_cgroup {
	int fd;
	uint64_t id;
	char *path;
};

/**
 * ebpfmm_cgroup_supported - does this node run on cgroup v2?
 * @err: why not
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_cgroup_supported(struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_of_pid - the cgroup of a container, found from its process
 * @pid: the container's first process, as in the OCI state
 * @out: to be closed with ebpfmm_cgroup_close()
 * @err: no cgroup v2, no such process, or a cgroup that is the root or that
 *	holds ourselves, which would reach further than the container
 *
 * Read from /proc; as ebpfmm_cgroup_lift() has it.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_cgroup_of_pid(pid_t pid, struct ebpfmm_cgroup *out,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_lift - from the cgroup of a container's process to the container's own
 * @path: of the process, as in /proc/PID/cgroup; cut in place
 * @own: ours, which must not be in what is left
 *
 * With systemd's manager crun may put the process into a sub-cgroup of the scope: of the
 * name "container" up to 1.21, by `run.oci.systemd.subgroup` of any. Who comes by `exec`
 * may be beside it, so the scope is meant. With `--cgroups=split` it is podman's
 * "libpod-payload-ID", which is beside the engine's processes in a unit. Beyond a
 * service or a slice nothing is looked for.
 */
void ebpfmm_cgroup_lift(char *path, const char *own);

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
 * ebpfmm_cgroup_path - where a process is
 * @pid: the process; 0 for the root of cgroup v2
 * @err: no cgroup v2, no such process, or one outside our cgroup namespace
 *
 * Unlike the rest, this and what follows also work beside cgroup v1.
 *
 * Return: absolute path of the directory, allocated; or NULL with @err set.
 */
char *ebpfmm_cgroup_path(pid_t pid, struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_make - make an empty cgroup
 * @parent: absolute path of the cgroup that it shall be in
 * @name: its name; one that is there already is taken if it is empty
 * @out: to be closed with ebpfmm_cgroup_close(), after ebpfmm_cgroup_remove()
 * @err: begins with its path; code is EBUSY when something is in it
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_cgroup_make(const char *parent, const char *name, struct ebpfmm_cgroup *out,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_remove - kill what is in a cgroup, and remove it
 * @cgroup: has no cgroup below it; may be gone
 * @err: begins with its path
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_cgroup_remove(const struct ebpfmm_cgroup *cgroup,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_cgroup_first_pid - some process of a cgroup or of one below it
 * @cgroup: the cgroup
 *
 * Return: its pid, or 0 when there is none that we can see.
 */
pid_t ebpfmm_cgroup_first_pid(const struct ebpfmm_cgroup *cgroup);

/**
 * ebpfmm_cgroup_close - close and free
 * @cgroup: may have been closed before
 */
void ebpfmm_cgroup_close(struct ebpfmm_cgroup *cgroup);

#endif /* EBPFMM_CGROUP_H */
