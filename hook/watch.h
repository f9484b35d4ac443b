/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An exit status in time, whatever becomes of the work.
 */
#ifndef EBPFMM_HOOK_WATCH_H
#define EBPFMM_HOOK_WATCH_H

#include <stdint.h>

#include "base/error.h"

/**
 * ebpfmm_watch_fn - says that the work has failed
 * @why: it took too long, or crashed
 * @data: what ebpfmm_watch_begin() was given
 *
 * Runs in a thread of its own, once at most, while the work hangs.
 *
 * Return: the exit status of this process, which ends then.
 */
typedef int ebpfmm_watch_fn(const char *why, void *data);

/**
 * ebpfmm_watch_begin - end this process if its work does not end
 * @deadline: from ebpfmm_deadline()
 * @fail: called when that has passed or the caller has crashed
 * @data: for @fail; must stay valid
 * @err: what failed
 *
 * Once in a process. To be called by the thread that does the work.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_watch_begin(int64_t deadline, ebpfmm_watch_fn *fail, void *data,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_watch_end - the work has ended
 *
 * Does not return if it is too late for that: the process ends as it was told to.
 */
void ebpfmm_watch_end(void);

#endif /* EBPFMM_HOOK_WATCH_H */
