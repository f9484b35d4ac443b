/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring what pages cost on this node, without harm to it.
 *
 * It is done by a process of its own in a cgroup of its own: no policy of another
 * cgroup decides for it, and what it can take is bounded. The process, and what it
 * has started, is killed and the cgroup removed when it is done, when it takes too
 * long, and when the caller is told to end. If the caller is killed outright, the
 * process dies with it, and the empty cgroup stays until the next time or
 * ebpfmm_calibrate_sweep(), if it was not systemd that made it.
 */
#ifndef EBPFMM_CALIBRATE_H
#define EBPFMM_CALIBRATE_H

#include <stdbool.h>

#include "base/error.h"
#include "costs/costs_file.h"

/**
 * ebpfmm_calibrate - measure what pages cost
 * @cgroup: below which its own one shall be, which no policy may govern; NULL as
 *	calibrate_place.h tells
 * @record: filled in
 * @err: somebody else measures, there is too little memory, or what failed
 *
 * Takes some seconds of one CPU, and at most 256 MiB or a sixteenth of the memory
 * that is available. Has the kernel compact the memory of one node. Waits for the
 * end of children, SIGINT, SIGTERM and SIGHUP meanwhile; the latter three end the
 * caller as they would have otherwise, after everything is put back.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_calibrate(const char *cgroup, struct ebpfmm_measurement *record,
		     struct ebpfmm_error *err);

/**
 * ebpfmm_calibrate_sweep - find what a killed measurement has left
 * @remove: false only counts
 *
 * Return: 1 when there was a cgroup, 0 otherwise.
 */
int ebpfmm_calibrate_sweep(bool remove);

#endif /* EBPFMM_CALIBRATE_H */
