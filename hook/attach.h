/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attaching a policy to a container that is being created.
 */
#ifndef EBPFMM_HOOK_ATTACH_H
#define EBPFMM_HOOK_ATTACH_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "steps.h"

/**
 * struct ebpfmm_job - a container and what it asks for
 * @id: the container's id, valid
 * @pid: its first process
 * @root: path of its root in the mount namespace of that process
 * @profile: name of the profile, hostile; NULL for none
 * @record: name of the recording, hostile; NULL for none
 * @deadline: from ebpfmm_deadline()
 * @steps: records the time of each step; may be NULL
 */
struct ebpfmm_job {
	const char *id;
	pid_t pid;
	const char *root;
	const char *profile;
	const char *record;
	int64_t deadline;
	struct ebpfmm_steps *steps;
};

/**
 * ebpfmm_hook_attach - find, translate and attach a container's profile
 * @job: the container and its profile
 * @err: what failed; nothing is attached then
 *
 * Logs what it attached.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_hook_attach(const struct ebpfmm_job *job, struct ebpfmm_error *err);

/**
 * ebpfmm_hook_attach_small - let a container without a profile have 4K pages only
 * @job: the container; its profile is not looked at
 * @err: what failed; nothing is attached then
 *
 * Seen through a larger page, all of it looks accessed. Logs what it attached.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_hook_attach_small(const struct ebpfmm_job *job, struct ebpfmm_error *err);

#endif /* EBPFMM_HOOK_ATTACH_H */
