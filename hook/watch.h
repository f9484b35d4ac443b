/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A watchdog: it ensures an exit status in time, even if the work hangs or crashes.
 */
#ifndef EBPFMM_HOOK_WATCH_H
#define EBPFMM_HOOK_WATCH_H

#include <stdint.h>

#include "base/error.h"

/**
 * ebpfmm_watch_fn - reports that the work has failed
 * @why: it timed out or crashed
 * @data: as passed to ebpfmm_watch_begin()
 *
 * Called at most once, in a thread of its own, while the work hangs.
 *
 * Return: the status to exit this process with.
 */
typedef int ebpfmm_watch_fn(const char *why, void *data);

/**
 * ebpfmm_watch_begin - exit this process if its work hangs or crashes
 * @deadline: from ebpfmm_deadline()
 * @fail: called when the deadline has passed or the caller has crashed
 * @data: for @fail; must stay valid
 * @err: what failed
 *
 * Call it once in a process, in the thread that does the work.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_watch_begin(int64_t deadline, ebpfmm_watch_fn *fail, void *data,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_watch_end - stop the watchdog, because the work has ended
 *
 * Does not return if the work has already failed: the process exits with that status.
 */
void ebpfmm_watch_end(void);

#endif /* EBPFMM_HOOK_WATCH_H */
