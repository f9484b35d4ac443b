/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroup that is measured in.
 *
 * Cgroups of a node that systemd runs are systemd's, who gives away what is asked for
 * (https://systemd.io/CGROUP_DELEGATION): so there it is in a scope, right below the
 * root, where no policy can be above it. Elsewhere it is below the caller's own cgroup,
 * or below the root where that one cannot have it or is governed by a policy.
 */
#ifndef EBPFMM_CALIBRATE_PLACE_H
#define EBPFMM_CALIBRATE_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "kernel/cgroup.h"

/**
 * struct ebpfmm_place - where a process is that measures
 * @cgroup: its cgroup, which has nobody else; not open if there is none
 * @scope: path of the scope that it is in; NULL where systemd has made none
 */
struct ebpfmm_place {
	struct ebpfmm_cgroup cgroup;
	char *scope;
};

/**
 * ebpfmm_place_make - put a process into a cgroup of its own
 * @parent: where it shall be, as for ebpfmm_cgroup_open(); NULL as told above
 * @pid: the process
 * @max: bytes of memory that it may have, where memory is accounted to cgroups
 * @note: open file, which has the path of the cgroup before there is one
 * @out: to be removed with ebpfmm_place_remove(), also on failure
 * @err: why not
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_place_make(const char *parent, pid_t pid, size_t max, int note,
		      struct ebpfmm_place *out, struct ebpfmm_error *err);

/**
 * ebpfmm_place_remove - kill who is there, remove it and free
 * @place: what ebpfmm_place_make() made
 * @note: as there; empty again when all is gone
 * @err: begins with the path of what is left
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_place_remove(struct ebpfmm_place *place, int note, struct ebpfmm_error *err);

/**
 * ebpfmm_place_sweep - find what a killed measurement has left
 * @note: as for ebpfmm_place_make(); nobody else uses it
 * @remove: false only counts
 *
 * Of a scope nothing is left: systemd removes it when nobody is in it any more.
 *
 * Return: 1 when there was a cgroup, 0 otherwise.
 */
int ebpfmm_place_sweep(int note, bool remove);

#endif /* EBPFMM_CALIBRATE_PLACE_H */
