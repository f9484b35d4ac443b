/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DAMON, the kernel's monitor of memory accesses, through its directory in sysfs.
 *
 * The directory is one for the whole node, and who changes the number of threads in it
 * removes what others have put there. So it is used only while nobody else uses it, and
 * left as it was found: empty. Recordings that are made at the same time share it: the first
 * one makes slots for all, each takes one, and the last one removes them.
 */
#ifndef EBPFMM_WATCH_DAMON_H
#define EBPFMM_WATCH_DAMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "watch/plan.h"

#define EBPFMM_DAMON_DIR	"/sys/kernel/mm/damon/admin/kdamonds"

/* How many recordings can be made at the same time. */
#define EBPFMM_DAMON_SLOTS	8

/**
 * struct ebpfmm_damon - DAMON while it is ours
 * @dir: descriptor of EBPFMM_DAMON_DIR
 * @slot: descriptor of the directory of the thread
 * @number: of the slot
 * @lock: of the slot, held as long
 * @targets: number of processes that it was told
 * @cpu_ns: how long threads that have ended were on a CPU
 */
struct ebpfmm_damon {
	int dir;
	int slot;
	unsigned int number;
	int lock;
	size_t targets;
	uint64_t cpu_ns;
};

/**
 * struct ebpfmm_damon_rate - how closely it looks
 * @sampling_us: time between two looks at a page
 * @aggregation_us: time after which it tells what it has seen
 * @regions: into how many parts memory is divided, at most
 */
struct ebpfmm_damon_rate {
	uint64_t sampling_us;
	uint64_t aggregation_us;
	unsigned int regions;
};

/**
 * ebpfmm_damon_open - take DAMON
 * @damon: filled in, to be released with ebpfmm_damon_close() in any case
 * @rate: how closely to look
 * @err: the kernel has no DAMON, somebody else uses it, no slot is free, or what failed
 *
 * What an earlier process of ours has left there is removed first.
 *
 * Return: 0, or -1 with @err set and nothing changed.
 */
int ebpfmm_damon_open(struct ebpfmm_damon *damon, const struct ebpfmm_damon_rate *rate,
		      struct ebpfmm_error *err);

/**
 * struct ebpfmm_damon_target - a process to be watched
 * @pid: the process
 * @grid: what of it
 */
struct ebpfmm_damon_target {
	pid_t pid;
	const struct ebpfmm_grid *grid;
};

/**
 * ebpfmm_damon_watch - watch these processes from now on, and no others
 * @damon: DAMON
 * @targets: the processes; the index of each is its number in what DAMON tells
 * @count: their number, at least 1
 * @err: what failed, such as that one of them does not exist any more
 *
 * The thread is another one then: what the one before had not told is lost. It tells of each
 * cell as one region, whose last page it does not look at.
 *
 * Return: 0, or -1 with @err set. No thread may run then.
 */
int ebpfmm_damon_watch(struct ebpfmm_damon *damon, const struct ebpfmm_damon_target *targets,
		       size_t count, struct ebpfmm_error *err);

/**
 * ebpfmm_damon_thread - get DAMON's thread
 * @damon: DAMON
 *
 * Return: its id, or 0 if it does not run, such as because all processes have ended.
 */
pid_t ebpfmm_damon_thread(const struct ebpfmm_damon *damon);

/**
 * ebpfmm_damon_cpu_ns - how long DAMON has been on a CPU
 * @damon: DAMON
 *
 * Return: nanoseconds. Of a thread that ended by itself only what was asked for before.
 */
uint64_t ebpfmm_damon_cpu_ns(const struct ebpfmm_damon *damon);

/**
 * ebpfmm_damon_close - stop the thread, and leave DAMON as it was
 * @damon: may be closed already
 */
void ebpfmm_damon_close(struct ebpfmm_damon *damon);

/**
 * ebpfmm_damon_note - let others know what is recorded
 * @damon: DAMON
 * @text: for ebpfmm_damon_in_use(); lost if it cannot be written
 */
void ebpfmm_damon_note(const struct ebpfmm_damon *damon, const char *text);

/**
 * ebpfmm_damon_in_use - check whether a recording is being made
 * @slot: below EBPFMM_DAMON_SLOTS
 * @note: set to what ebpfmm_damon_note() wrote, or to ""
 * @room: size of @note
 *
 * Return: true if one uses the slot.
 */
bool ebpfmm_damon_in_use(unsigned int slot, char *note, size_t room);

/**
 * ebpfmm_damon_sweep - find what processes of ours have left that were killed
 * @clear: also remove it
 *
 * Return: how many; 0 for none.
 */
unsigned int ebpfmm_damon_sweep(bool clear);

#endif /* EBPFMM_WATCH_DAMON_H */
