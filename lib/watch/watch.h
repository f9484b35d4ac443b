/* SPDX-License-Identifier: GPL-2.0-only */
/* Making a recording of processes while they run. */
#ifndef EBPFMM_WATCH_H
#define EBPFMM_WATCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "watch/damon.h"
#include "watch/family.h"

/**
 * struct ebpfmm_watched - what was recorded
 * @time_us: how long
 * @processes: how many
 * @intervals: lines of accesses
 * @runs: in these
 * @lost: regions that were accessed and could not be recorded
 * @cpu_us: time on a CPU that this took, of DAMON's thread and of this process
 * @damon_cpu_us: of DAMON's thread
 * @full: it ended because the file had its largest size
 */
struct ebpfmm_watched {
	uint64_t time_us;
	uint64_t processes;
	uint64_t intervals;
	uint64_t runs;
	uint64_t lost;
	uint64_t cpu_us;
	uint64_t damon_cpu_us;
	bool full;
};

/**
 * struct ebpfmm_watching - what to record, and how
 * @find: finds the processes, again and again
 * @data: for @find
 * @begin: called once, when everything is ready and before @find; may be NULL. Returns 0,
 *	or -1 with an error set
 * @found: called once, when the mappings of the first processes were read; may be NULL
 * @progress: called about once a second; may be NULL
 * @stop: ends the recording when it becomes true
 * @output: name of the file
 * @time_us: how long at most
 * @bytes: how large the file may become, or a little larger; 0 for any size
 * @rate: how closely
 * @small: it is known that the processes have pages of 4K only
 */
struct ebpfmm_watching {
	void (*find)(void *data, struct ebpfmm_family *family);
	void *data;
	int (*begin)(void *data, struct ebpfmm_error *err);
	void (*found)(void *data);
	void (*progress)(const struct ebpfmm_watched *watched, void *data);
	const volatile sig_atomic_t *stop;
	const char *output;
	uint64_t time_us;
	uint64_t bytes;
	struct ebpfmm_damon_rate rate;
	bool small;
};

/**
 * ebpfmm_watch - record until the time is over, the file is full or all processes have ended
 * @watching: what to record
 * @watched: filled in
 * @err: DAMON cannot be used, there is no process, or what failed
 *
 * However it returns, DAMON is left as it was.
 *
 * Return: 0, or -1 with @err set; what was recorded until then is in the file.
 */
int ebpfmm_watch(const struct ebpfmm_watching *watching, struct ebpfmm_watched *watched,
		 struct ebpfmm_error *err);

#endif /* EBPFMM_WATCH_H */
