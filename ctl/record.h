/* SPDX-License-Identifier: GPL-2.0-only */
/* What recordings of an operator and recordings that annotations ask for share. */
#ifndef EBPFMM_CTL_RECORD_H
#define EBPFMM_CTL_RECORD_H

#include <signal.h>

#include "command.h"
#include "watch/damon.h"

/* How closely DAMON looks. */
extern const struct ebpfmm_damon_rate ctl_record_rate;

/**
 * ctl_record_stopped - let signals end a recording
 *
 * Those that the caller ignores stay ignored, as nohup(1) requires.
 *
 * Return: becomes the signal that should end it.
 */
const volatile sig_atomic_t *ctl_record_stopped(void);

/**
 * ctl_record_release - have signals do again what they do by default
 *
 * For a child that becomes another program.
 */
void ctl_record_release(void);

/**
 * ctl_record_container - record a container for its whole life
 * @args: with --cgroup, --container and --name
 * @err: wrong usage
 *
 * Everything else that fails goes to the system's log, as the hook starts this.
 *
 * Return: 0, 1, or CTL_USAGE with @err set.
 */
int ctl_record_container(const struct ctl_args *args, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_RECORD_H */
