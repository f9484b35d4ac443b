// SPDX-License-Identifier: GPL-2.0-only
/* gc, and what doctor says of the same. */
#include "leftovers.h"

#include "cache.h"
#include "calibrate.h"
#include "command.h"
#include "output.h"
#include "policy.h"
#include "privilege.h"
#include "trace.h"

int leftovers_find(bool clear, struct ebpfmm_leftovers *found,
		   struct ebpfmm_error *err)
{
	struct ebpfmm_cache *cache;

	if (ebpfmm_life_gc(clear, found, err))
		return -1;
	cache = ebpfmm_cache_open(EBPFMM_CACHE_DIR, EBPFMM_CACHE_DEVICES);
	found->files += ebpfmm_cache_sweep(cache, clear);
	ebpfmm_cache_close(cache);
	found->files += ebpfmm_calibrate_sweep(clear);
	return 0;
}

/* A listener that was killed has left its tracing on. */
static void sweep_trace(void)
{
	struct ebpfmm_policy *policy = NULL;

	if (!ebpfmm_policy_peek(&policy, NULL) && policy &&
	    !ebpfmm_policy_check_format(policy, NULL))
		ebpfmm_trace_sweep(policy);
	ebpfmm_policy_close(policy);
}

int ctl_gc(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct ebpfmm_leftovers found;
	struct json_object *object;

	if (ebpfmm_privileged(err) || leftovers_find(true, &found, err))
		return -1;
	sweep_trace();
	if (!args->json) {
		ctl_print("cleared links: %u, records: %u, unfinished files: %u\n",
			  found.links, found.records, found.files);
		return 0;
	}
	object = json_object_new_object();
	ctl_add_number(object, "links", found.links);
	ctl_add_number(object, "records", found.records);
	ctl_add_number(object, "files", found.files);
	ctl_print_json(object);
	return 0;
}
