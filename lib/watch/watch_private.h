/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording while it is being made: what watch.c, watch_told.c and watch_look.c share. */
#ifndef EBPFMM_WATCH_PRIVATE_H
#define EBPFMM_WATCH_PRIVATE_H

#include "base/clock.h"
#include "recording/rows.h"
#include "watch/listen.h"
#include "watch/targets.h"
#include "watch/watch.h"

/**
 * struct ebpfmm_held - accesses that are too coarse to be written yet
 * @pid: whose
 * @start: first address of the cell
 * @end: the address behind
 * @time_us: of the interval
 * @space: number of the space in the recording
 * @run: what of it
 */
struct ebpfmm_held {
	pid_t pid;
	uint64_t start;
	uint64_t end;
	uint64_t time_us;
	size_t space;
	struct ebpfmm_recording_run run;
};

/**
 * struct ebpfmm_recorder - a recording that is being made
 * @how: what to record
 * @damon: DAMON
 * @listen: the program
 * @writer: the file
 * @rows: makes rows of regions
 * @book: programs and spaces
 * @targets: the processes
 * @order: those that DAMON watches, in its order
 * @norder: their number
 * @cells: what it watches of them
 * @changed: there are others now
 * @regions: of the interval and the target that are being told
 * @count: their number
 * @room: of @regions
 * @held: accesses that are too coarse, in the order in which they came
 * @nheld: their number
 * @coarse: the cell of which rows are being made, if it is
 * @sequence: of the interval
 * @target: the target
 * @time_ns: of the interval
 * @samples: that were taken since DAMON watches these cells
 * @complete: DAMON has told of an interval just now
 * @start_ns: of the recording
 * @valid_ns: what was seen before belongs to other targets
 * @find_ns: when to look for processes
 * @maps_ns: when to look for mappings
 * @zoom_ns: when to look for what is hot
 * @look_ns: when a look is permitted
 * @current: the process whose rows are being told
 * @own_ns: how long this process had been on a CPU at the start
 * @damon_ns: how long DAMON has been on one
 * @failed: writing has failed
 * @dropped: regions for which there was no place
 */
struct ebpfmm_recorder {
	const struct ebpfmm_watching *how;
	struct ebpfmm_damon damon;
	struct ebpfmm_listen *listen;
	struct ebpfmm_recording_writer writer;
	struct ebpfmm_rows rows;
	struct ebpfmm_book book;
	struct ebpfmm_targets targets;
	pid_t order[EBPFMM_FAMILY_MAX];
	size_t norder;
	size_t cells;
	bool changed;
	struct ebpfmm_damon_region *regions;
	size_t count;
	size_t room;
	struct ebpfmm_held *held;
	size_t nheld;
	const struct ebpfmm_damon_region *coarse;
	uint64_t sequence;
	size_t target;
	uint64_t time_ns;
	uint64_t samples;
	bool complete;
	uint64_t start_ns;
	uint64_t valid_ns;
	uint64_t find_ns;
	uint64_t maps_ns;
	uint64_t zoom_ns;
	uint64_t look_ns;
	const struct ebpfmm_process *current;
	uint64_t own_ns;
	uint64_t damon_ns;
	bool failed;
	uint64_t dropped;
};

static inline uint64_t ebpfmm_watch_now(void)
{
	return (uint64_t)ebpfmm_clock_ns(CLOCK_MONOTONIC);
}

static inline uint64_t ebpfmm_watch_cpu(void)
{
	return (uint64_t)ebpfmm_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static inline uint64_t ebpfmm_watch_us(const struct ebpfmm_recorder *recorder, uint64_t ns)
{
	return ns > recorder->start_ns ? (ns - recorder->start_ns) / 1000 : 0;
}

/* What is no reason to end is no error. */
static inline void ebpfmm_watch_forgive(struct ebpfmm_error *err)
{
	if (err)
		*err = (struct ebpfmm_error){};
}

/* Take what DAMON tells. Return: 0, or -1 with @err set. */
int ebpfmm_told_seen(struct ebpfmm_recorder *recorder, const struct ebpfmm_seen *seen,
		     struct ebpfmm_error *err);

/* Write what is there of an interval and a target. Return: 0, or -1 with @err set. */
int ebpfmm_told_flush(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err);

/**
 * ebpfmm_told_coarse - find what has been held that will be seen more closely
 * @recorder: the recording
 * @parts: for each of the targets what is to be watched of it, or NULL
 * @held: what was held
 *
 * Return: whether its place is in a smaller cell there.
 */
bool ebpfmm_told_coarse(const struct ebpfmm_recorder *recorder,
			const struct ebpfmm_plan_part *parts, const struct ebpfmm_held *held);

/* Write what has been held, but not what will be seen more closely. @parts can be NULL. */
int ebpfmm_told_release(struct ebpfmm_recorder *recorder, const struct ebpfmm_plan_part *parts,
			struct ebpfmm_error *err);

/* Write which pages of a space are in memory; as ebpfmm_process_resident_fn. */
int ebpfmm_told_resident(size_t space, int seen, const struct ebpfmm_recording_run *runs,
			 size_t nruns, void *data, struct ebpfmm_error *err);

/* Find the processes. Return: their number, or -1 with @err set. */
int ebpfmm_look_find(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err);

/* Let DAMON watch what there is. Return: the number of processes, or -1 with @err set. */
int ebpfmm_look_first(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err);

/* Look for what has changed, where it is time. Return: likewise. */
int ebpfmm_look_again(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err);

/* Write what is in memory. Return: 0, or -1 with @err set. */
int ebpfmm_look_last(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err);

#endif /* EBPFMM_WATCH_PRIVATE_H */
