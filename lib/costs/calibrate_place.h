/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroup of the measurement.
 *
 * On a node that systemd manages, cgroups belong to systemd, which delegates one on request
 * (https://systemd.io/CGROUP_DELEGATION). So the cgroup is a scope directly below the root,
 * where no policy can be above it. Elsewhere it is below the caller's own cgroup, or below
 * the root if the caller's cgroup cannot have it or a policy applies there.
 */
#ifndef EBPFMM_CALIBRATE_PLACE_H
#define EBPFMM_CALIBRATE_PLACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "kernel/cgroup.h"

/**
 * struct ebpfmm_place - the place of a process that measures
 * @cgroup: its cgroup, without other processes; not open if there is none
 * @scope: path of its scope; NULL if systemd did not make one
 */
struct ebpfmm_place {
	struct ebpfmm_cgroup cgroup;
	char *scope;
};

/**
 * ebpfmm_place_make - put a process into a cgroup of its own
 * @parent: parent cgroup, as for ebpfmm_cgroup_open(); NULL for the default above
 * @pid: the process
 * @max: its memory limit in bytes, if the memory controller is available
 * @note: open file; the path of the cgroup is written to it before the cgroup is made
 * @out: to be removed with ebpfmm_place_remove(), also on failure
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_place_make(const char *parent, pid_t pid, size_t max, int note,
		      struct ebpfmm_place *out, struct ebpfmm_error *err);

/**
 * ebpfmm_place_room - how much memory the cgroups above a cgroup leave to it
 * @path: absolute path of the cgroup
 *
 * Return: bytes below the nearest memory.max; UINT64_MAX if there is none.
 */
uint64_t ebpfmm_place_room(const char *path);

/**
 * ebpfmm_place_remove - kill the processes of the cgroup, remove it and free
 * @place: from ebpfmm_place_make()
 * @note: as there; emptied when the cgroup is removed
 * @err: begins with the path of what is left
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_place_remove(struct ebpfmm_place *place, int note, struct ebpfmm_error *err);

/**
 * ebpfmm_place_sweep - remove the leftovers of a killed measurement
 * @note: as for ebpfmm_place_make(), with its lock held
 * @remove: if false, only count
 *
 * A scope leaves nothing behind: systemd removes it when its last process exits.
 *
 * Return: 1 when there was a cgroup, 0 otherwise.
 */
int ebpfmm_place_sweep(int note, bool remove);

#endif /* EBPFMM_CALIBRATE_PLACE_H */
