/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The annotations of a container that select its profile.
 *
 *	ebpfmm.profile			name of a profile; empty: none
 *	ebpfmm.profile/<container>	the same for one container of a pod
 *	ebpfmm.required			"true": refuse to start without a policy
 *	ebpfmm.required/<container>	the same for one container of a pod
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

/**
 * struct ebpfmm_choice - the profile of a container
 * @profile: name of the profile, hostile; NULL for none. Lives as long as the annotations
 * @required: a failure must stop the container; also valid after an error
 */
struct ebpfmm_choice {
	const char *profile;
	bool required;
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

#endif /* EBPFMM_HOOK_CHOICE_H */
