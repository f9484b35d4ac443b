/* SPDX-License-Identifier: GPL-2.0-only */
/* The units of systemd, as systemctl(1) knows them. */
#ifndef EBPFMM_UNIT_H
#define EBPFMM_UNIT_H

#include "base/error.h"

/**
 * ebpfmm_unit_cgroup - find the cgroup of a unit
 * @unit: its name; without a suffix, that of a service
 * @path: its cgroup, relative to the mount point of cgroup version 2; to be freed
 * @err: if there is no such unit, or it does not run
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_unit_cgroup(const char *unit, char **path, struct ebpfmm_error *err);

/**
 * ebpfmm_unit_parse - find the cgroup in the output of systemctl(1)
 * @unit: name of the unit, for @err
 * @text: what `systemctl show` prints of its LoadState and ControlGroup; is modified
 * @path: as for ebpfmm_unit_cgroup()
 * @err: as for ebpfmm_unit_cgroup()
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_unit_parse(const char *unit, char *text, char **path, struct ebpfmm_error *err);

#endif /* EBPFMM_UNIT_H */
