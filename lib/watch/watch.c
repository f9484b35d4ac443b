// SPDX-License-Identifier: GPL-2.0-only
#include "watch/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/node.h"
#include "watch/watch_private.h"

#define WAIT_MS		200

/**
 * struct hearing - what on_seen() gets
 * @recorder: the recording
 * @err: what failed
 */
struct hearing {
	struct ebpfmm_recorder *recorder;
	struct ebpfmm_error *err;
};

static int on_seen(const struct ebpfmm_seen *seen, void *data)
{
	struct hearing *hearing = data;

	return ebpfmm_told_seen(hearing->recorder, seen, hearing->err) ? -ECANCELED : 0;
}

/* For who looks; a recording without is as good. */
static void note_name(struct ebpfmm_recorder *recorder)
{
	_cleanup_free_ char *path = realpath(recorder->how->output, NULL);

	if (path)
		ebpfmm_damon_note(&recorder->damon, path);
}

static int create(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err)
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

static void sum_up(struct ebpfmm_recorder *recorder, struct ebpfmm_watched *watched)
{
	uint64_t damon_ns = ebpfmm_damon_cpu_ns(&recorder->damon);

	/* When its thread has ended, what that had last counts. */
	if (damon_ns > recorder->damon_ns)
		recorder->damon_ns = damon_ns;
	*watched = (struct ebpfmm_watched){
		.full = recorder->how->bytes &&
			ftello(recorder->writer.file) >= (off_t)recorder->how->bytes,
		.time_us = ebpfmm_watch_us(recorder, ebpfmm_watch_now()),
		.processes = recorder->targets.seen,
		.intervals = recorder->writer.intervals,
		.runs = recorder->writer.runs,
		.lost = recorder->rows.lost + recorder->dropped +
			ebpfmm_listen_lost(recorder->listen),
		.cpu_us = (recorder->damon_ns + ebpfmm_watch_cpu() - recorder->own_ns) / 1000,
		.damon_cpu_us = recorder->damon_ns / 1000,
	};
}

/* What is in the file when this process is killed can be read. */
static int save(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err)
{
	return fflush(recorder->writer.file) ?
	       ebpfmm_fail(err, errno, "%s", recorder->how->output) : 0;
}

static int run(struct ebpfmm_recorder *recorder, struct ebpfmm_watched *watched,
	       struct ebpfmm_error *err)
{
	const struct ebpfmm_watching *how = recorder->how;
	uint64_t second = recorder->start_ns;
	int count = 1;

	while (count && !watched->full && !*how->stop &&
	       ebpfmm_watch_us(recorder, ebpfmm_watch_now()) < how->time_us) {
		recorder->complete = false;
		if (ebpfmm_listen_wait(recorder->listen, WAIT_MS, err))
			return -1;
		count = ebpfmm_look_again(recorder, err);
		if (count < 0)
			return -1;
		sum_up(recorder, watched);
		if (ebpfmm_watch_now() < second)
			continue;
		second = ebpfmm_watch_now() + EBPFMM_NS_PER_S;
		if (save(recorder, err))
			return -1;
		if (how->progress)
			how->progress(watched, how->data);
	}
	return 0;
}

static int finish(struct ebpfmm_recorder *recorder, struct ebpfmm_watched *watched,
		  struct ebpfmm_error *err)
{
	sum_up(recorder, watched);
	if (ebpfmm_listen_wait(recorder->listen, 0, err) || ebpfmm_told_flush(recorder, err) ||
	    ebpfmm_told_release(recorder, NULL, err) || ebpfmm_look_last(recorder, err))
		return -1;
	watched->intervals = recorder->writer.intervals;
	watched->runs = recorder->writer.runs;
	recorder->writer.processes = watched->processes;
	return ebpfmm_recording_finish(&recorder->writer, watched->time_us, watched->lost, err);
}

static int record(struct ebpfmm_recorder *recorder, struct ebpfmm_watched *watched,
		  struct ebpfmm_error *err)
{
	const struct ebpfmm_watching *how = recorder->how;
	struct hearing hearing = { recorder, err };
	int count;

	if (ebpfmm_damon_open(&recorder->damon, &how->rate, err) ||
	    ebpfmm_listen_open(on_seen, &hearing, &recorder->listen, err) ||
	    (how->begin && how->begin(how->data, err)))
		return -1;
	recorder->start_ns = ebpfmm_watch_now();
	recorder->own_ns = ebpfmm_watch_cpu();
	count = ebpfmm_look_find(recorder, err);
	if (how->found)
		how->found(how->data);
	if (!count && recorder->targets.why.message[0])
		ebpfmm_fail(err, 0, "%s", recorder->targets.why.message);
	else if (!count)
		ebpfmm_fail(err, ESRCH, "there is no process to record");
	if (count <= 0 || create(recorder, err) || ebpfmm_look_first(recorder, err) < 0)
		return -1;
	if (run(recorder, watched, err) || finish(recorder, watched, err))
		return -1;
	return 0;
}

int ebpfmm_watch(const struct ebpfmm_watching *watching, struct ebpfmm_watched *watched,
		 struct ebpfmm_error *err)
{
	struct ebpfmm_recorder *recorder = calloc(1, sizeof(*recorder));
	int rc;

	*watched = (struct ebpfmm_watched){};
	if (!recorder)
		return ebpfmm_fail(err, ENOMEM, "record");
	recorder->how = watching;
	recorder->damon.dir = recorder->damon.slot = recorder->damon.lock = -1;
	rc = record(recorder, watched, err);
	ebpfmm_damon_close(&recorder->damon);
	ebpfmm_listen_close(recorder->listen);
	if (recorder->writer.file && fclose(recorder->writer.file) && !rc)
		rc = ebpfmm_fail(err, errno, "%s", watching->output);
	ebpfmm_targets_free(&recorder->targets);
	ebpfmm_rows_free(&recorder->rows);
	ebpfmm_book_free(&recorder->book);
	free(recorder->regions);
	free(recorder->held);
	free(recorder);
	return rc;
}
