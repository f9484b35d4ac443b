// SPDX-License-Identifier: GPL-2.0-only
#include "watch/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "kernel/node.h"
#include "recording/rows.h"
#include "watch/listen.h"
#include "watch/targets.h"

/* How often to look for processes, mappings and resident pages. */
#define FIND_NS		(EBPFMM_NS_PER_S / 5)
#define MAPS_NS		EBPFMM_NS_PER_S
#define RESIDENT_NS	(10 * EBPFMM_NS_PER_S)
#define WAIT_MS		200
/* A process that ends while DAMON is told of it makes it stop: then it is told again. */
#define TRIES		10

/**
 * struct recorder - a recording that is being made
 * @how: what to record
 * @damon: DAMON
 * @listen: the program
 * @writer: the file
 * @rows: makes rows of regions
 * @book: programs and spaces
 * @targets: the processes
 * @regions: of the interval and the target that are being told
 * @count: their number
 * @room: of @regions
 * @sequence: of the interval
 * @target: the target
 * @time_ns: of the interval
 * @start_ns: of the recording
 * @valid_ns: what was seen before belongs to other targets
 * @current: the process whose rows are being told
 * @thread: DAMON's thread
 * @cpu_us: how long it has been on a CPU
 * @own_ns: how long this process had been on a CPU at the start
 * @failed: writing has failed
 * @dropped: regions for which there was no place
 */
struct recorder {
	const struct ebpfmm_watching *how;
	struct ebpfmm_damon damon;
	struct ebpfmm_listen *listen;
	struct ebpfmm_recording_writer writer;
	struct ebpfmm_rows rows;
	struct ebpfmm_book book;
	struct ebpfmm_targets targets;
	struct ebpfmm_damon_region *regions;
	size_t count;
	size_t room;
	uint64_t sequence;
	size_t target;
	uint64_t time_ns;
	uint64_t start_ns;
	uint64_t valid_ns;
	const struct ebpfmm_process *current;
	pid_t thread;
	uint64_t cpu_us;
	uint64_t own_ns;
	bool failed;
	uint64_t dropped;
};

static uint64_t now_ns(void)
{
	return (uint64_t)ebpfmm_clock_ns(CLOCK_MONOTONIC);
}

static uint64_t own_cpu_ns(void)
{
	return (uint64_t)ebpfmm_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static uint64_t time_us(const struct recorder *recorder, uint64_t ns)
{
	return ns > recorder->start_ns ? (ns - recorder->start_ns) / 1000 : 0;
}

/* --- rows ----------------------------------------------------------------------------- */

/* Have the space of a row in the recording. Return: 0, 1 if it cannot be, or -1. */
static int put_space(struct recorder *recorder, size_t space, size_t *number,
		     struct ebpfmm_error *err)
{
	const struct ebpfmm_process *process = recorder->current;
	size_t index = process->spaces[space];
	const struct ebpfmm_entry *entry;
	int rc = 0;

	if (index == SIZE_MAX)
		return 1;
	entry = recorder->book.spaces.list[index];
	if (entry->number == SIZE_MAX)
		rc = ebpfmm_book_put(&recorder->book, index, recorder->how->small ? 0 :
				     ebpfmm_process_pages(process, space),
				     &recorder->writer, err);
	*number = entry->number;
	return rc == EBPFMM_BOOK_FULL ? 1 : rc;
}

static int put_row(struct recorder *recorder, const struct ebpfmm_recording_row *row,
		   bool resident, struct ebpfmm_error *err)
{
	struct ebpfmm_recording_row copy = *row;
	int rc = put_space(recorder, row->space, &copy.space, err);

	if (rc > 0) {
		recorder->dropped += resident ? 0 : row->nruns;
		return 0;
	}
	if (!rc)
		rc = resident ? ebpfmm_recording_put_resident(&recorder->writer, &copy, err) :
				ebpfmm_recording_put_interval(&recorder->writer, &copy, err);
	recorder->failed |= rc;
	return rc;
}

static int on_interval(void *ctx, const struct ebpfmm_recording_row *row,
		       struct ebpfmm_error *err)
{
	return put_row(ctx, row, false, err);
}

static const struct ebpfmm_recording_ops row_ops = { .interval = on_interval };

static int on_resident(size_t space, const struct ebpfmm_recording_run *runs, size_t nruns,
		       void *data, struct ebpfmm_error *err)
{
	struct recorder *recorder = data;
	const struct ebpfmm_recording_row row = {
		time_us(recorder, recorder->time_ns), space, runs, nruns };

	return put_row(recorder, &row, true, err);
}

static int put_resident(struct recorder *recorder, struct ebpfmm_error *err)
{
	recorder->time_ns = now_ns();
	for (size_t i = 0; i < recorder->targets.count; i++) {
		recorder->current = &recorder->targets.list[i];
		if (ebpfmm_process_resident(recorder->current, on_resident, recorder, err))
			return -1;
	}
	return 0;
}

/* What is no reason to end is no error. */
static void forgive(struct ebpfmm_error *err)
{
	if (err)
		*err = (struct ebpfmm_error){};
}

/* Write what is there of an interval and a target. */
static int flush(struct recorder *recorder, struct ebpfmm_error *err)
{
	size_t count = recorder->count;
	struct ebpfmm_process *process;

	recorder->count = 0;
	if (!count)
		return 0;
	if (recorder->target >= recorder->targets.count) {
		recorder->dropped += count;
		return 0;
	}
	process = &recorder->targets.list[recorder->target];
	if (ebpfmm_process_refresh(process, false, &recorder->book, err) < 0)
		return -1;
	forgive(err);
	recorder->current = process;
	if (!ebpfmm_rows_tell(&recorder->rows, &process->places, recorder->regions, count,
			      time_us(recorder, recorder->time_ns), err))
		return 0;
	if (recorder->failed)
		return -1;
	/* Regions that overlap: DAMON's list changed while it was told. */
	recorder->dropped += count;
	forgive(err);
	return 0;
}

/**
 * struct hearing - what on_seen() gets
 * @recorder: the recording
 * @err: what failed
 */
struct hearing {
	struct recorder *recorder;
	struct ebpfmm_error *err;
};

static int on_seen(const struct ebpfmm_seen *seen, void *data)
{
	struct hearing *hearing = data;
	struct recorder *recorder = hearing->recorder;
	struct ebpfmm_damon_region *larger;

	if (seen->sequence != recorder->sequence || seen->target != recorder->target) {
		if (flush(recorder, hearing->err))
			return -ECANCELED;
		if (seen->sequence != recorder->sequence)
			recorder->time_ns = seen->time_ns;
		recorder->sequence = seen->sequence;
		recorder->target = seen->target;
	}
	if (!seen->count || seen->time_ns < recorder->valid_ns)
		return 0;
	if (recorder->count == recorder->room) {
		recorder->room = 2 * recorder->room + 256;
		larger = reallocarray(recorder->regions, recorder->room, sizeof(*larger));
		if (!larger) {
			ebpfmm_fail(hearing->err, ENOMEM, "regions");
			return -ECANCELED;
		}
		recorder->regions = larger;
	}
	recorder->regions[recorder->count++] =
		(struct ebpfmm_damon_region){ seen->start, seen->end, seen->count };
	return 0;
}

/* --- processes ------------------------------------------------------------------------ */

static int tell_damon(struct recorder *recorder, struct ebpfmm_error *err)
{
	pid_t pids[EBPFMM_FAMILY_MAX];

	for (size_t i = 0; i < recorder->targets.count; i++)
		pids[i] = recorder->targets.list[i].pid;
	return ebpfmm_damon_watch(&recorder->damon, pids, recorder->targets.count, err);
}

/* Return: how many processes there are, or -1 with @err set. */
static int find_processes(struct recorder *recorder, struct ebpfmm_error *err)
{
	_cleanup_free_ struct ebpfmm_family *family = calloc(1, sizeof(*family));
	pid_t thread = ebpfmm_damon_thread(&recorder->damon);
	bool changed;
	int rc = 0;

	if (!family)
		return ebpfmm_fail(err, ENOMEM, "processes");
	for (int i = 0; i < TRIES; i++) {
		recorder->how->find(recorder->how->data, family);
		if (ebpfmm_targets_update(&recorder->targets, family, &recorder->book, &changed,
					  err))
			return -1;
		if (!recorder->targets.count || (!changed && thread))
			return (int)recorder->targets.count;
		/* What was seen before is told with the old list. */
		if (flush(recorder, err))
			return -1;
		rc = tell_damon(recorder, err);
		thread = ebpfmm_damon_thread(&recorder->damon);
		recorder->thread = thread;
		ebpfmm_listen_to(recorder->listen, thread);
		recorder->valid_ns = now_ns();
		if (!rc && thread)
			return (int)recorder->targets.count;
	}
	return rc ? -1 : ebpfmm_fail(err, 0, "DAMON stops again and again");
}

static int refresh_maps(struct recorder *recorder, struct ebpfmm_error *err)
{
	for (size_t i = 0; i < recorder->targets.count; i++)
		if (ebpfmm_process_refresh(&recorder->targets.list[i], true, &recorder->book,
					   err) < 0)
			return -1;
	forgive(err);
	return 0;
}

/* --- all of it ------------------------------------------------------------------------ */

/* For who looks; a recording without is as good. */
static void note_name(struct recorder *recorder)
{
	_cleanup_free_ char *path = realpath(recorder->how->output, NULL);

	if (path)
		ebpfmm_damon_note(&recorder->damon, path);
}

static int create(struct recorder *recorder, struct ebpfmm_error *err)
{
	struct ebpfmm_node node = {};
	struct ebpfmm_recording_header header = {
		.tool = EBPFMM_VERSION,
		.start_ns = (uint64_t)ebpfmm_clock_ns(CLOCK_REALTIME),
		.page_size = EBPFMM_PLACES_PAGE,
		.sampling_us = recorder->how->rate.sampling_us,
		.aggregation_us = recorder->how->rate.aggregation_us,
	};

	if (ebpfmm_node_read(&node, err))
		return -1;
	header.kernel = node.kernel;
	header.cpu = node.cpu[0] ? node.cpu : NULL;
	header.memory = node.memory;
	if (ebpfmm_recording_create(&recorder->writer, AT_FDCWD, recorder->how->output, &header,
				    err))
		return -1;
	note_name(recorder);
	return 0;
}

static void sum_up(struct recorder *recorder, struct ebpfmm_watched *watched)
{
	uint64_t cpu_us = ebpfmm_damon_cpu_us(recorder->thread);

	/* When it has ended, what it had last counts. */
	if (cpu_us)
		recorder->cpu_us = cpu_us;
	*watched = (struct ebpfmm_watched){
		.full = recorder->how->bytes &&
			ftello(recorder->writer.file) >= (off_t)recorder->how->bytes,
		.time_us = time_us(recorder, now_ns()),
		.processes = recorder->targets.seen,
		.intervals = recorder->writer.intervals,
		.runs = recorder->writer.runs,
		.lost = recorder->rows.lost + recorder->dropped +
			ebpfmm_listen_lost(recorder->listen),
		.cpu_us = recorder->cpu_us +
			  (own_cpu_ns() - recorder->own_ns) / 1000,
	};
}

/* Whether a time has come; if so, the next one is set. */
static bool is_due(uint64_t *at, uint64_t every)
{
	uint64_t now = now_ns();

	if (now < *at)
		return false;
	*at = now + every;
	return true;
}

static int run(struct recorder *recorder, struct ebpfmm_watched *watched,
	       struct ebpfmm_error *err)
{
	const struct ebpfmm_watching *how = recorder->how;
	uint64_t find = recorder->start_ns + FIND_NS, maps = recorder->start_ns + MAPS_NS;
	uint64_t resident = maps, progress = maps;
	int count = 1;

	while (count && !watched->full && !*how->stop &&
	       time_us(recorder, now_ns()) < how->time_us) {
		if (ebpfmm_listen_wait(recorder->listen, WAIT_MS, err))
			return -1;
		if (is_due(&maps, MAPS_NS) && refresh_maps(recorder, err))
			return -1;
		if (is_due(&resident, RESIDENT_NS) && put_resident(recorder, err))
			return -1;
		if (is_due(&find, FIND_NS))
			count = find_processes(recorder, err);
		if (count < 0)
			return -1;
		sum_up(recorder, watched);
		if (how->progress && is_due(&progress, EBPFMM_NS_PER_S))
			how->progress(watched, how->data);
	}
	return 0;
}

static int finish(struct recorder *recorder, struct ebpfmm_watched *watched,
		  struct ebpfmm_error *err)
{
	sum_up(recorder, watched);
	if (ebpfmm_listen_wait(recorder->listen, 0, err) || flush(recorder, err) ||
	    put_resident(recorder, err))
		return -1;
	watched->intervals = recorder->writer.intervals;
	watched->runs = recorder->writer.runs;
	recorder->writer.processes = watched->processes;
	return ebpfmm_recording_finish(&recorder->writer, watched->time_us, watched->lost, err);
}

static int record(struct recorder *recorder, struct ebpfmm_watched *watched,
		  struct ebpfmm_error *err)
{
	const struct ebpfmm_watching *how = recorder->how;
	struct hearing hearing = { recorder, err };
	int count;

	if (ebpfmm_damon_open(&recorder->damon, &how->rate, err) ||
	    ebpfmm_listen_open(on_seen, &hearing, &recorder->listen, err) ||
	    (how->begin && how->begin(how->data, err)))
		return -1;
	recorder->start_ns = now_ns();
	recorder->own_ns = own_cpu_ns();
	count = find_processes(recorder, err);
	if (!count && recorder->targets.why.message[0])
		ebpfmm_fail(err, 0, "%s", recorder->targets.why.message);
	else if (!count)
		ebpfmm_fail(err, ESRCH, "there is no process to record");
	if (count <= 0 || create(recorder, err))
		return -1;
	if (run(recorder, watched, err) || finish(recorder, watched, err))
		return -1;
	return 0;
}

int ebpfmm_watch(const struct ebpfmm_watching *watching, struct ebpfmm_watched *watched,
		 struct ebpfmm_error *err)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	int rc;

	*watched = (struct ebpfmm_watched){};
	if (!recorder)
		return ebpfmm_fail(err, ENOMEM, "record");
	recorder->how = watching;
	recorder->damon.dir = recorder->damon.slot = recorder->damon.lock = -1;
	recorder->rows.ops = &row_ops;
	recorder->rows.ctx = recorder;
	rc = record(recorder, watched, err);
	ebpfmm_damon_close(&recorder->damon);
	ebpfmm_listen_close(recorder->listen);
	if (recorder->writer.file && fclose(recorder->writer.file) && !rc)
		rc = ebpfmm_fail(err, errno, "%s", watching->output);
	ebpfmm_targets_free(&recorder->targets);
	ebpfmm_rows_free(&recorder->rows);
	ebpfmm_book_free(&recorder->book);
	free(recorder->regions);
	free(recorder);
	return rc;
}
