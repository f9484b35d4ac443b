/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring what pages cost on this node, without harm to it.
 *
 * A child process measures in a cgroup of its own: no policy decides for it, and its
 * memory is limited. The process and its children are killed, and the cgroup is removed,
 * when the measurement ends, times out, or the caller gets a signal to terminate. If the
 * caller is killed by SIGKILL, the process dies with it. An empty cgroup then remains
 * until the next measurement or ebpfmm_calibrate_sweep(), unless systemd made it.
 */
#ifndef EBPFMM_CALIBRATE_H
#define EBPFMM_CALIBRATE_H

#include <stdbool.h>

#include "base/error.h"
#include "costs/costs_file.h"

/**
 * ebpfmm_calibrate - measure what pages cost
 * @cgroup: parent of the cgroup to measure in, which no policy may apply to; NULL for
 *	the default of calibrate_place.h
 * @record: filled in
 * @err: another measurement is running, there is not enough memory, or what failed
 *
 * Takes some seconds of one CPU, and at most 256 MiB, a sixteenth of the available memory,
 * or half of what the limits of the cgroups leave. Makes the kernel compact the memory of
 * one NUMA node. Handles SIGCHLD, SIGINT, SIGTERM and SIGHUP during that time; the latter
 * three terminate the caller as usual, after the clean-up.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_calibrate(const char *cgroup, struct ebpfmm_measurement *record,
		     struct ebpfmm_error *err);

/**
 * ebpfmm_calibrate_sweep - remove the leftovers of a killed measurement
 * @remove: if false, only count
 *
 * Return: 1 when there was a cgroup, 0 otherwise.
 */
int ebpfmm_calibrate_sweep(bool remove);

#endif /* EBPFMM_CALIBRATE_H */
