/* SPDX-License-Identifier: GPL-2.0-only */
/* Profiles on the command line. */
#ifndef EBPFMM_CTL_PROFILES_H
#define EBPFMM_CTL_PROFILES_H

#include <stdbool.h>

#include "base/error.h"
#include "profile/profile.h"

/**
 * ctl_profile_is_path - tell a path from the name of an installed profile
 * @operand: of the command line
 *
 * Return: whether ctl_profile() takes it for a path.
 */
bool ctl_profile_is_path(const char *operand);

/**
 * ctl_profile - load the profile that an operand names
 * @operand: path of a file, or name of an installed profile if it has no '/' and is
 *	not a regular file
 * @out: to be freed with ebpfmm_profile_free()
 * @err: what is wrong
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_profile(const char *operand, struct ebpfmm_profile **out,
		struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_PROFILES_H */
