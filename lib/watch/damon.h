/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DAMON, the kernel's monitor of memory accesses, through its directory in sysfs.
 *
 * The directory is one for the whole node, and who changes the number of threads in it
 * removes what others have put there. So it is used only while nobody else uses it, and
 * left as it was found: empty.
 */
#ifndef EBPFMM_WATCH_DAMON_H
#define EBPFMM_WATCH_DAMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define EBPFMM_DAMON_DIR	"/sys/kernel/mm/damon/admin/kdamonds"

/**
 * struct ebpfmm_damon - DAMON while it is ours
 * @dir: descriptor of EBPFMM_DAMON_DIR
 * @lock: held as long
 * @made: whether there is a thread's directory
 * @targets: number of processes that it was told
 */
struct ebpfmm_damon {
	int dir;
	int lock;
	bool made;
	size_t targets;
};

/**
 * struct ebpfmm_damon_rate - how closely it looks
 * @sampling_us: time between two looks at a page
 * @aggregation_us: time after which it tells what it has seen
 * @min_regions: into how many parts it divides memory, at least
 * @max_regions: and at most
 */
struct ebpfmm_damon_rate {
	uint64_t sampling_us;
	uint64_t aggregation_us;
	unsigned int min_regions;
	unsigned int max_regions;
};

/**
 * ebpfmm_damon_open - take DAMON
 * @damon: filled in, to be released with ebpfmm_damon_close() in any case
 * @rate: how closely to look
 * @err: the kernel has no DAMON, somebody uses it, or what failed
 *
 * What an earlier process of ours has left there is removed first.
 *
 * Return: 0, or -1 with @err set and nothing changed.
 */
int ebpfmm_damon_open(struct ebpfmm_damon *damon, const struct ebpfmm_damon_rate *rate,
		      struct ebpfmm_error *err);

/**
 * ebpfmm_damon_watch - watch these processes from now on, and no others
 * @damon: DAMON
 * @pids: the processes; the index of each is its number in what DAMON tells
 * @count: their number, at least 1
 * @err: what failed, such as that one of them does not exist any more
 *
 * Starts the thread unless it runs already.
 *
 * Return: 0, or -1 with @err set. The thread may have ended then.
 */
int ebpfmm_damon_watch(struct ebpfmm_damon *damon, const pid_t *pids, size_t count,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_damon_thread - get DAMON's thread
 * @damon: DAMON
 *
 * Return: its id, or 0 if it does not run, such as because all processes have ended.
 */
pid_t ebpfmm_damon_thread(const struct ebpfmm_damon *damon);

/**
 * ebpfmm_damon_cpu_us - how long DAMON's thread has been on a CPU
 * @thread: its id, or 0
 *
 * Return: microseconds, in steps of a tick; 0 if it does not run.
 */
uint64_t ebpfmm_damon_cpu_us(pid_t thread);

/**
 * ebpfmm_damon_close - stop the thread, and leave DAMON as it was
 * @damon: may be closed already
 */
void ebpfmm_damon_close(struct ebpfmm_damon *damon);

/**
 * ebpfmm_damon_sweep - find what a process of ours has left that was killed
 * @clear: also remove it
 *
 * Return: whether there was something.
 */
bool ebpfmm_damon_sweep(bool clear);

#endif /* EBPFMM_WATCH_DAMON_H */
