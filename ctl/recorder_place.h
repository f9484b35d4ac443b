/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the process is that records a container: in a cgroup that is neither the
 * container's nor its engine's. Where systemd runs the node, that is a service; elsewhere,
 * all of these processes share one cgroup below the root.
 */
#ifndef EBPFMM_CTL_RECORDER_PLACE_H
#define EBPFMM_CTL_RECORDER_PLACE_H

#include <stdbool.h>

#include "base/error.h"

/**
 * recorder_is_apart - check whether this process is where it should be
 *
 * Return: false if systemd runs the node and has not started this process as a service.
 */
bool recorder_is_apart(void);

/**
 * recorder_start_apart - have systemd start a command as a service
 * @container: id of the container, for the name of the service
 * @args: arguments of this program, up to NULL
 * @err: what failed
 *
 * Return: 0 when systemd has accepted the service, or -1 with @err set.
 */
int recorder_start_apart(const char *container, const char *const *args,
			 struct ebpfmm_error *err);

/**
 * recorder_begin - give way to others, but no more than that
 *
 * The hook has the process loaded when nobody else wants the CPU. It may be waited for from here
 * on, as it takes locks.
 */
void recorder_begin(void);

/**
 * recorder_enter - become a process that harms nobody
 * @err: what failed
 *
 * Enters the cgroup, unless systemd has made one, and is killed before others if memory is
 * short. For half a second, that is a cgroup that gets only the CPU time that nobody else wants.
 *
 * Return: 0, or -1 with @err set.
 */
int recorder_enter(struct ebpfmm_error *err);

/**
 * recorder_leave - leave the cgroup, and remove it if nobody else is there
 */
void recorder_leave(void);

/**
 * recorder_sweep - find cgroups that killed processes have left
 * @clear: also remove them
 *
 * Return: how many there are without processes.
 */
unsigned int recorder_sweep(bool clear);

#endif /* EBPFMM_CTL_RECORDER_PLACE_H */
