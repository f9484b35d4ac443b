/* SPDX-License-Identifier: GPL-2.0-only */
/* The units of systemd, as systemctl(1) knows them. */
#ifndef EBPFMM_UNIT_H
#define EBPFMM_UNIT_H

#include "base/error.h"

/* Size of a unit's name: systemd permits 255 bytes. */
#define EBPFMM_UNIT_SIZE 256

/**
 * ebpfmm_unit_name - complete and check the name of a unit
 * @given: the name; without the suffix of a type of units, that of a service
 * @name: the whole name
 * @err: what is no name of one unit, as systemd.unit(5) has them
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_unit_name(const char *given, char name[EBPFMM_UNIT_SIZE], struct ebpfmm_error *err);

/**
 * ebpfmm_unit_cgroup - find the cgroup of a unit of the system's manager
 * @unit: its name, as for ebpfmm_unit_name()
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
