/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attaching a profile to a cgroup: the steps that the hook and the command share.
 */
#ifndef EBPFMM_ATTACHMENT_H
#define EBPFMM_ATTACHMENT_H

#include "base/error.h"
#include "kernel/cgroup.h"
#include "profile/profile.h"

/**
 * struct ebpfmm_attachment - a profile, and the cgroup to attach it to
 * @container: the container's id; NULL when an operator attaches
 * @cgroup: the cgroup
 * @profile: the profile
 * @rootfd: the root that the programs of the profile are in
 * @debug_dir: directory of debug files, which must exist; NULL for EBPFMM_DEBUG_DIR,
 *	which need not exist
 * @load: loads the policy if it is not loaded; NULL for ebpfmm_life_load() in this
 *	process
 * @confirm: called before the policy is attached; if it fails, nothing is attached; may
 *	be NULL
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
 * ebpfmm_attach_profile - translate a profile and attach it to a cgroup
 * @attachment: the profile and the cgroup
 * @err: what failed; the cgroup is unchanged then
 *
 * The steps are "policy", which opens the policy, "translation", and "attaching", which
 * also writes the record. Only the last one holds the lock.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_attach_profile(const struct ebpfmm_attachment *attachment,
			  struct ebpfmm_error *err);

#endif /* EBPFMM_ATTACHMENT_H */
