/* SPDX-License-Identifier: GPL-2.0-only */
/* A cgroup for a trial, with a policy. */
#ifndef EBPFMM_TRY_PLACE_H
#define EBPFMM_TRY_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "kernel/cgroup.h"
#include "profile/profile.h"

/**
 * struct ebpfmm_try_place - the cgroup of a trial
 * @cgroup: the cgroup; not open if there is none
 * @note: names it, for ebpfmm_try_place_sweep(); locked as long as the trial takes
 */
struct ebpfmm_try_place {
	struct ebpfmm_cgroup cgroup;
	int note;
};

/**
 * ebpfmm_try_place_make - put a process into a cgroup of its own, and attach a profile to that
 * @pid: the process
 * @profile: the profile; its programs are in this process's root
 * @place: filled in, to be removed with ebpfmm_try_place_remove() in any case
 * @err: what failed
 *
 * The cgroup is below that of this process, whose limits hold for it as well.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_try_place_make(pid_t pid, const struct ebpfmm_profile *profile,
			  struct ebpfmm_try_place *place, struct ebpfmm_error *err);

/**
 * ebpfmm_try_place_remove - detach the policy, kill the cgroup's processes, and remove it
 * @place: from ebpfmm_try_place_make(), or with @note and the cgroup's @fd below 0
 */
void ebpfmm_try_place_remove(struct ebpfmm_try_place *place);

/**
 * ebpfmm_try_place_sweep - remove the cgroups of killed trials
 * @clear: if false, only count
 *
 * Return: their number.
 */
unsigned int ebpfmm_try_place_sweep(bool clear);

#endif /* EBPFMM_TRY_PLACE_H */
