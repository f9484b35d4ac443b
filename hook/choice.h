/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The annotations of a container that select its profile, and whether it is recorded.
 *
 *	ebpfmm.profile			name of a profile; empty: none
 *	ebpfmm.profile/<container>	the same for one container of a pod
 *	ebpfmm.required			"true": refuse to start without a policy
 *	ebpfmm.required/<container>	the same for one container of a pod
 *	ebpfmm.record			name of a recording to make; empty: none
 *	ebpfmm.record/<container>	the same for one container of a pod
 *
 * Engines pass a pod's annotations to each of its containers and to its sandbox, which
 * only holds namespaces and gets no policy. Podman does so without the container's name,
 * and `podman kube generate` adds `/<container>` to each annotation.
 */
#ifndef EBPFMM_HOOK_CHOICE_H
#define EBPFMM_HOOK_CHOICE_H

#include <json-c/json.h>
#include <stdbool.h>

#include "base/error.h"
#include "config/permissions.h"

/**
 * struct ebpfmm_choice - the profile of a container, and its recording
 * @profile: name of the profile, hostile; NULL for none. Lives as long as the annotations
 * @no_profile: why @profile is not permitted; its message is empty if it is
 * @required: a failure must stop the container; also valid after an error
 * @no_required: what to add to the reason of a failure, as the container asked to be
 *	stopped and may not; or an empty message
 * @record: name of the recording, hostile; likewise
 * @no_record: why @record could not be read, or is not permitted; its message is empty if
 *	neither. A recording never keeps a container from its profile
 *
 * ebpfmm_permit() finds out what is not permitted.
 */
struct ebpfmm_choice {
	const char *profile;
	struct ebpfmm_error no_profile;
	bool required;
	struct ebpfmm_error no_required;
	const char *record;
	struct ebpfmm_error no_record;
};

/**
 * ebpfmm_choose - read the annotations
 * @first: object of annotations, or NULL
 * @second: fallback for annotations that @first lacks; object or NULL
 * @out: filled in
 * @err: an annotation that is not a string, an `ebpfmm.required` other than true or
 *	false, or only profiles for single containers of a pod while the name of this
 *	container is not known
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_choose(struct json_object *first, struct json_object *second,
		  struct ebpfmm_choice *out, struct ebpfmm_error *err);

/**
 * ebpfmm_choose_asker - read what the engine tells of a container in annotations
 * @first: as for ebpfmm_choose()
 * @second: as for ebpfmm_choose()
 * @out: its namespace and its image; the cgroup stays as it is
 * @err: an annotation that is not a string, or two that contradict each other
 *
 * CRI-O and containerd set theirs last, so that a pod cannot replace them. But it can have
 * those of the other engine. So whoever has both, and not alike, is unknown.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_choose_asker(struct json_object *first, struct json_object *second,
			struct ebpfmm_asker *out, struct ebpfmm_error *err);

/**
 * ebpfmm_chosen - check whether there is anything to do for a container
 * @choice: from ebpfmm_choose()
 *
 * Return: false if it has neither a profile nor a recording.
 */
static inline bool ebpfmm_chosen(const struct ebpfmm_choice *choice)
{
	return choice->profile || choice->record || choice->no_record.message[0];
}

#endif /* EBPFMM_HOOK_CHOICE_H */
