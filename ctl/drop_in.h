/* SPDX-License-Identifier: GPL-2.0-only */
/* Drop-ins of systemd. */
#ifndef EBPFMM_CTL_DROP_IN_H
#define EBPFMM_CTL_DROP_IN_H

#include "base/error.h"
#include "command.h"

/**
 * ctl_print_drop_in - print a drop-in that attaches a profile whenever a unit starts
 * @args: the arguments of attach; only services run commands
 * @err: what is wrong
 *
 * The cgroup of a service is new at each start, and the old one's policy ends with it. So a
 * command of the service attaches the profile before it runs its program, see
 * systemd.service(5). The profile is given by its path, as a name would be looked up in the
 * service's working directory first.
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_print_drop_in(const struct ctl_args *args, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_DROP_IN_H */
