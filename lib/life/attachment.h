/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a profile to a policy on a cgroup: the steps that hook and command have in common.
 */
#ifndef EBPFMM_ATTACHMENT_H
#define EBPFMM_ATTACHMENT_H

#include "base/error.h"
#include "kernel/cgroup.h"
#include "profile/profile.h"

/**
 * struct ebpfmm_attachment - a profile, and the cgroup that is to have it
 * @container: the container's id; NULL when an operator attaches
 * @cgroup: the cgroup
 * @profile: the profile
 * @rootfd: the root that the programs of the profile are in
 * @debug_dir: directory of debug files, which must be there; NULL: EBPFMM_DEBUG_DIR, if
 *	it is there
 * @load: loads the policy if nobody has; NULL: ebpfmm_life_load() does, in this process
 * @confirm: called before the cgroup gets the policy, which it does not get after a
 *	failure; may be NULL
 * @step: called at the end of each step, with its name, a literal; may be NULL
 * @data: for these three
 */
struct ebpfmm_attachment {
	const char *container;
	const struct ebpfmm_cgroup *cgroup;
	const struct ebpfmm_profile *profile;
	int rootfd;
	const char *debug_dir;
	int (*load)(void *data, struct ebpfmm_error *err);
	int (*confirm)(void *data, struct ebpfmm_error *err);
	void (*step)(void *data, const char *name);
	void *data;
};

/**
 * ebpfmm_attach_profile - translate a profile and give it to a cgroup
 * @attachment: see there
 * @err: what failed; the cgroup is unchanged then
 *
 * The steps are "policy", which opens it, "translation", and "attaching", which also
 * writes the record. Only the last one holds the lock.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_attach_profile(const struct ebpfmm_attachment *attachment,
			  struct ebpfmm_error *err);

#endif /* EBPFMM_ATTACHMENT_H */
