// SPDX-License-Identifier: GPL-2.0-only
/* Looking for processes, what they map, what of it is in memory, and what of that is hot. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "watch/watch_private.h"

/* How often to look for processes and mappings. */
#define FIND_NS		(EBPFMM_NS_PER_S / 5)
#define MAPS_NS		EBPFMM_NS_PER_S
/* How much longer than that took, and than a look at pages: once for four seconds so far. */
#define PAUSE_LEAST	4U
#define FIND_PAUSE	200U
#define LOOK_PAUSE	100U
/* Between two looks, each of which may cost an interval. */
#define LOOK_LEAST_NS	(EBPFMM_NS_PER_S / 5)
#define LOOK_MOST_NS	(5 * EBPFMM_NS_PER_S)
/* The first zoom, and the longest time between two. */
#define ZOOM_LEAST_NS	(2 * EBPFMM_NS_PER_S)
#define ZOOM_MOST_NS	(16 * EBPFMM_NS_PER_S)
/* If less came or went, pages: not worth a look. */
#define LITTLE		256U
/* How long what was found in memory holds, if the process has about as much. */
#define REST_NS		(60 * EBPFMM_NS_PER_S)
/* A process that ends while DAMON is told of it makes that fail: then it is told again. */
#define TRIES		10

static uint64_t clamp(uint64_t value, uint64_t least, uint64_t most)
{
	return value < least ? least : value > most ? most : value;
}

/* The longer a recording takes, the less it matters what happens when. */
static uint64_t age(const struct ebpfmm_recorder *recorder)
{
	return ebpfmm_watch_now() - recorder->start_ns;
}

/*
 * When to do again what took from @start to now: at last @times as long later, but at least
 * after @pause.
 */
static uint64_t again(const struct ebpfmm_recorder *recorder, uint64_t start, uint64_t times,
		      uint64_t pause)
{
	uint64_t took = ebpfmm_watch_cpu() - start;

	took *= clamp(age(recorder) / (2 * EBPFMM_NS_PER_S), PAUSE_LEAST, times);
	return ebpfmm_watch_now() + (took > pause ? took : pause);
}

/* --- what has changed ----------------------------------------------------------------- */

int ebpfmm_look_find(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err)
{
	_cleanup_free_ struct ebpfmm_family *family = calloc(1, sizeof(*family));
	uint64_t start = ebpfmm_watch_cpu();
	bool changed;

	if (!family)
		return ebpfmm_fail(err, ENOMEM, "processes");
	/* What was seen of those that have ended is still there. */
	if (ebpfmm_told_flush(recorder, err))
		return -1;
	recorder->how->find(recorder->how->data, family);
	if (ebpfmm_targets_update(&recorder->targets, family, &recorder->book, &changed, err))
		return -1;
	recorder->changed |= changed;
	recorder->find_ns = again(recorder, start, FIND_PAUSE, FIND_NS);
	return (int)recorder->targets.count;
}

static int refresh_maps(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err)
{
	uint64_t start = ebpfmm_watch_cpu();

	for (size_t i = 0; i < recorder->targets.count; i++)
		if (ebpfmm_process_refresh(&recorder->targets.list[i], true, &recorder->book,
					   err) < 0)
			return -1;
	ebpfmm_watch_forgive(err);
	recorder->maps_ns = again(recorder, start, FIND_PAUSE,
				  clamp(age(recorder) / 4, FIND_NS, MAPS_NS));
	return 0;
}

/* How many pages came or went since. */
static uint64_t difference(const struct ebpfmm_process *process)
{
	return process->resident > process->looked ? process->resident - process->looked :
						     process->looked - process->resident;
}

static bool has_changed(const struct ebpfmm_recorder *recorder)
{
	if (recorder->changed)
		return true;
	for (size_t i = 0; i < recorder->targets.count; i++) {
		const struct ebpfmm_process *process = &recorder->targets.list[i];
		uint64_t more = difference(process);

		if (process->replaced || (more > LITTLE && more > process->looked / 32))
			return true;
	}
	return false;
}

/* Whether it may have other pages in memory than when that was looked at. */
static bool is_due(const struct ebpfmm_process *process)
{
	return process->replaced || difference(process) > LITTLE ||
	       ebpfmm_watch_now() - process->looked_ns > REST_NS;
}

/* --- what to watch -------------------------------------------------------------------- */

/**
 * struct view - what is there now
 * @parts: for each of the targets what could be watched
 * @count: their number
 */
struct view {
	struct ebpfmm_plan_part *parts;
	size_t count;
};

static void free_view(struct view *view)
{
	for (size_t i = 0; view->parts && i < view->count; i++)
		ebpfmm_grid_free(&view->parts[i].grid);
	free(view->parts);
}

static int find_resident(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err)
{
	recorder->time_ns = ebpfmm_watch_now();
	for (size_t i = 0; i < recorder->targets.count; i++) {
		struct ebpfmm_process *process = &recorder->targets.list[i];

		recorder->current = process;
		if (is_due(process) &&
		    ebpfmm_process_resident(process, ebpfmm_told_resident, recorder, err))
			return -1;
	}
	return 0;
}

static int find_parts(struct ebpfmm_recorder *recorder, struct view *view,
		      struct ebpfmm_error *err)
{
	view->count = recorder->targets.count;
	view->parts = calloc(view->count + 1, sizeof(*view->parts));
	if (!view->parts)
		return ebpfmm_fail(err, ENOMEM, "regions");
	for (size_t i = 0; i < view->count; i++) {
		struct ebpfmm_process *process = &recorder->targets.list[i];

		view->parts[i].extents = &process->extents;
		view->parts[i].old = &process->grid;
	}
	return 0;
}

static bool is_worth_it(const struct ebpfmm_recorder *recorder, const struct view *view)
{
	for (size_t i = 0; i < view->count; i++)
		if (ebpfmm_plan_differs(&recorder->targets.list[i].grid, &view->parts[i].grid))
			return true;
	for (size_t i = 0; i < recorder->nheld; i++)
		if (ebpfmm_told_coarse(recorder, view->parts, &recorder->held[i]))
			return true;
	return false;
}

static int tell_damon(struct ebpfmm_recorder *recorder, struct view *view,
		      struct ebpfmm_error *err)
{
	struct ebpfmm_damon_target list[EBPFMM_FAMILY_MAX];

	recorder->cells = 0;
	for (size_t i = 0; i < view->count; i++) {
		struct ebpfmm_process *process = &recorder->targets.list[i];

		ebpfmm_grid_free(&process->grid);
		process->grid = view->parts[i].grid;
		view->parts[i].grid = (struct ebpfmm_grid){};
		list[i] = (struct ebpfmm_damon_target){ process->pid, &process->grid };
		recorder->order[i] = process->pid;
		recorder->cells += process->grid.count;
	}
	recorder->norder = view->count;
	recorder->changed = recorder->complete = false;
	recorder->samples = 0;
	if (ebpfmm_damon_watch(&recorder->damon, list, view->count, err))
		return -1;
	ebpfmm_listen_to(recorder->listen, ebpfmm_damon_thread(&recorder->damon));
	recorder->valid_ns = ebpfmm_watch_now();
	return 0;
}

/* Return: 0; 1 if DAMON has refused it, with @err set, or has ended; or -1 with @err set. */
static int look(struct ebpfmm_recorder *recorder, bool anew, struct ebpfmm_error *err)
{
	_cleanup_(free_view) struct view view = {};
	uint64_t start = ebpfmm_watch_cpu();

	if (ebpfmm_told_flush(recorder, err) || find_resident(recorder, err) ||
	    find_parts(recorder, &view, err) ||
	    ebpfmm_plan(view.parts, view.count, recorder->how->rate.regions, recorder->samples,
			err))
		return -1;
	anew |= is_worth_it(recorder, &view);
	/* DAMON may have told the rest of an interval since. */
	if (anew && (ebpfmm_listen_wait(recorder->listen, 0, err) ||
		     ebpfmm_told_flush(recorder, err)))
		return -1;
	if (ebpfmm_told_release(recorder, view.parts, err))
		return -1;
	if (anew && tell_damon(recorder, &view, err))
		return 1;
	recorder->look_ns = again(recorder, start, LOOK_PAUSE,
				  clamp(age(recorder) / 4, LOOK_LEAST_NS, LOOK_MOST_NS));
	recorder->zoom_ns = ebpfmm_watch_now() +
			    clamp(age(recorder), ZOOM_LEAST_NS, ZOOM_MOST_NS);
	return ebpfmm_damon_thread(&recorder->damon) ? 0 : 1;
}

int ebpfmm_look_first(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err)
{
	int rc;

	for (int i = 0; i < TRIES; i++) {
		ebpfmm_watch_forgive(err);
		rc = look(recorder, true, err);
		if (rc > 0)
			rc = ebpfmm_look_find(recorder, NULL) > 0;
		if (rc <= 0)
			return rc ? -1 : (int)recorder->targets.count;
	}
	return err && err->message[0] ? -1 : ebpfmm_fail(err, 0, "DAMON stops again and again");
}

int ebpfmm_look_again(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err)
{
	uint64_t now = ebpfmm_watch_now();
	bool ended = !ebpfmm_damon_thread(&recorder->damon);
	int rc;

	if ((ended || now >= recorder->find_ns) && ebpfmm_look_find(recorder, err) < 0)
		return -1;
	if (!recorder->targets.count)
		return 0;
	if (now >= recorder->maps_ns && refresh_maps(recorder, err))
		return -1;
	if (!ended) {
		if (now < recorder->look_ns || (now < recorder->zoom_ns && !has_changed(recorder)))
			return (int)recorder->targets.count;
		/* What DAMON has not told yet would be lost. */
		if (recorder->cells && !recorder->complete)
			return (int)recorder->targets.count;
	}
	rc = look(recorder, ended || recorder->changed, err);
	if (rc <= 0)
		return rc ? -1 : (int)recorder->targets.count;
	ebpfmm_watch_forgive(err);
	rc = ebpfmm_look_find(recorder, err);
	return rc > 0 ? ebpfmm_look_first(recorder, err) : rc;
}

int ebpfmm_look_last(struct ebpfmm_recorder *recorder, struct ebpfmm_error *err)
{
	return find_resident(recorder, err);
}
