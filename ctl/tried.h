/* SPDX-License-Identifier: GPL-2.0-only */
/* Layouts on the command line, and results of trials. */
#ifndef EBPFMM_CTL_TRIED_H
#define EBPFMM_CTL_TRIED_H

#include <json-c/json.h>
#include <stdio.h>

#include "try/try.h"

/**
 * ctl_layout - read a layout
 * @name: 4K, 64K, 2M, or a profile as for ctl_profile()
 * @trial: its answer and its profile are set
 * @profile: to be freed with ebpfmm_profile_free(), or NULL
 * @err: there is no such profile, or it is wrong
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_layout(const char *name, struct ebpfmm_trial *trial, struct ebpfmm_profile **profile,
	       struct ebpfmm_error *err);

/**
 * ctl_print_tried - print the result of a trial
 * @layout: name of the layout
 * @tried: the result
 * @profile: the profile, or NULL
 * @out: output stream
 */
void ctl_print_tried(const char *layout, const struct ebpfmm_tried *tried,
		     const struct ebpfmm_profile *profile, FILE *out);

/**
 * ctl_json_tried - the result of a trial as JSON
 * @layout: name of the layout
 * @tried: the result
 * @profile: the profile, or NULL
 *
 * Return: to be released with json_object_put().
 */
struct json_object *ctl_json_tried(const char *layout, const struct ebpfmm_tried *tried,
				   const struct ebpfmm_profile *profile);

#endif /* EBPFMM_CTL_TRIED_H */
