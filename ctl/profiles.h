/* SPDX-License-Identifier: GPL-2.0-only */
/* Profiles as named on a command line. */
#ifndef EBPFMM_CTL_PROFILES_H
#define EBPFMM_CTL_PROFILES_H

#include "base/error.h"
#include "command.h"
#include "image/root.h"
#include "profile/profile.h"

/**
 * ctl_profile - load the profile that an operand names
 * @operand: path of a file, or the name of an installed profile when it has no
 *	'/' and there is no such file
 * @out: to be freed with ebpfmm_profile_free()
 * @err: what is wrong
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_profile(const char *operand, struct ebpfmm_profile **out,
		struct ebpfmm_error *err);

/**
 * ctl_debug_dir - open the operator's directory of debug files
 * @args: may name one, which must be there then
 * @fd: to be closed; -1 when there is none
 * @err: what is wrong
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_debug_dir(const struct ctl_args *args, int *fd, struct ebpfmm_error *err);

/**
 * ctl_close_root - close what a root and its debug files are read by
 * @how: each descriptor may be -1; what is known from before is left alone
 */
void ctl_close_root(struct ebpfmm_root *how);

#endif /* EBPFMM_CTL_PROFILES_H */
