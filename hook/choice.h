/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which profile the annotations of a container ask for.
 *
 *	ebpfmm.profile			name of a profile; empty: none
 *	ebpfmm.profile/<container>	the same for one container of a pod
 *	ebpfmm.required			"true": no container without its policy
 *	ebpfmm.required/<container>	the same for one container of a pod
 *
 * In a pod, engines give the pod's annotations to each of its containers and
 * to its sandbox, which only holds namespaces and is never meant. Podman does so
 * without telling a container its name, and `podman kube generate` adds
 * `/<container>` to each annotation.
 */
#ifndef EBPFMM_HOOK_CHOICE_H
#define EBPFMM_HOOK_CHOICE_H

#include <json-c/json.h>
#include <stdbool.h>

#include "base/error.h"

/**
 * struct ebpfmm_choice - what is asked for
 * @profile: name of the profile, hostile; NULL when none is asked for.
 *	Lives as long as the annotations
 * @required: a failure must refuse the container; meaningful after an error, too
 */
struct ebpfmm_choice {
	const char *profile;
	bool required;
};

/**
 * ebpfmm_choose - read the annotations
 * @first: object of annotations, or NULL
 * @second: asked for what @first does not have; object or NULL
 * @out: filled in
 * @err: an annotation that is no string, an `ebpfmm.required` that is neither
 *	true nor false, or profiles for containers of a pod only, where nothing tells
 *	which one this is
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_choose(struct json_object *first, struct json_object *second,
		  struct ebpfmm_choice *out, struct ebpfmm_error *err);

#endif /* EBPFMM_HOOK_CHOICE_H */
