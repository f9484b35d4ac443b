// SPDX-License-Identifier: GPL-2.0-only
/* gc, and the same check for doctor. */
#include "leftovers.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/paths.h"
#include "command.h"
#include "costs/calibrate.h"
#include "image/cache.h"
#include "kernel/policy.h"
#include "kernel/privilege.h"
#include "kernel/trace.h"
#include "output.h"
#include "recorder_place.h"
#include "try/place.h"
#include "try/settings.h"
#include "watch/damon.h"

/* A killed listener leaves tracing on until it expires. */
static unsigned int sweep_trace(bool clear)
{
	_cleanup_(ebpfmm_policy_closep) struct ebpfmm_policy *policy = NULL;

	if (ebpfmm_policy_peek(&policy, NULL) || !policy)
		return 0;
	return ebpfmm_trace_sweep(policy, clear);
}

int leftovers_find(bool clear, struct leftovers *found, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_cache_closep) struct ebpfmm_cache *cache = NULL;

	/* First, as trials need no policy, and nothing that it needs. */
	found->trials = ebpfmm_settings_sweep(clear);
	found->trials += ebpfmm_try_place_sweep(clear);
	if (ebpfmm_life_gc(clear, &found->life, err))
		return -1;
	cache = ebpfmm_cache_open(EBPFMM_CACHE_DIR, EBPFMM_CACHE_DEVICES);
	found->life.files += ebpfmm_cache_sweep(cache, clear);
	found->life.files += ebpfmm_calibrate_sweep(clear);
	found->traces = sweep_trace(clear);
	found->recordings = ebpfmm_damon_sweep(clear);
	found->life.files += recorder_sweep(clear);
	return 0;
}

int ctl_gc(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct leftovers found;
	struct json_object *object;

	if (ebpfmm_privileged(err) || leftovers_find(true, &found, err))
		return -1;
	if (!args->json) {
		ctl_print("cleared links: %u, records: %u, unfinished files: %u, traces: %u, recordings: %u, trials: %u, other formats: %u\n",
			  found.life.links, found.life.records, found.life.files,
			  found.traces, found.recordings, found.trials, found.life.formats);
		return 0;
	}
	object = json_object_new_object();
	ebpfmm_json_add_number(object, "links", found.life.links);
	ebpfmm_json_add_number(object, "records", found.life.records);
	ebpfmm_json_add_number(object, "files", found.life.files);
	ebpfmm_json_add_number(object, "traces", found.traces);
	ebpfmm_json_add_number(object, "recordings", found.recordings);
	ebpfmm_json_add_number(object, "trials", found.trials);
	ebpfmm_json_add_number(object, "formats", found.life.formats);
	ctl_print_json(object);
	return 0;
}
