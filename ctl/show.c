// SPDX-License-Identifier: GPL-2.0-only
/* list, stats */
#include <stdio.h>

#include "base/json.h"
#include "command.h"
#include "forbidden.h"
#include "kernel/privilege.h"
#include "output.h"
#include "show/stats.h"
#include "walk.h"

static void list_one(const struct ebpfmm_stats *stats, void *data)
{
	const struct ebpfmm_header *header;

	if (data) {
		json_object_array_add(data, ebpfmm_stats_describe(stats));
	} else if (!stats->table) {
		ctl_print("%-20s %8s %8s  %-12.12s  %s (format %u)\n",
			  ebpfmm_stats_profile(stats), "-", "-",
			  stats->container ? stats->container : "-", stats->cgroup,
			  stats->format);
	} else {
		header = &stats->table->large.header;
		ctl_print("%-20s %8u %8u  %-12.12s  %s\n",
			  ebpfmm_stats_profile(stats), header->nprograms,
			  header->nregions,
			  stats->container ? stats->container : "-", stats->cgroup);
	}
}

static void show_one(const struct ebpfmm_stats *stats, void *data)
{
	struct json_object *object;

	if (data) {
		object = ebpfmm_stats_json(stats);
		ctl_forbidden_json(stats, object);
		json_object_array_add(data, object);
	} else {
		ebpfmm_stats_columns(stats, stdout);
		ctl_forbidden_columns(stats, stdout);
	}
}

/* Prints the cgroups as they are visited; with --json, all of them or nothing. */
static int walk(const struct ctl_args *args, struct ctl_walk *walk,
		struct ebpfmm_error *err)
{
	_cleanup_(json_object_putp) struct json_object *json = NULL;

	if (args->json)
		json = json_object_new_array();
	walk->data = json;
	if (ctl_walk(walk, err))
		return -1;
	if (json)
		ctl_print_json(take_ptr(json));
	return 0;
}

int ctl_list(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct ctl_walk all = { .fn = list_one };

	if (ebpfmm_privileged(err))
		return -1;
	if (!args->json)
		ctl_print("%-20s %8s %8s  %-12s  %s\n", "PROFILE", "PROGRAMS",
			  "REGIONS", "CONTAINER", "CGROUP");
	return walk(args, &all, err);
}

int ctl_stats(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct ctl_walk wanted = { .bytes = true, .source = true, .fn = show_one };

	if (ebpfmm_privileged(err))
		return -1;
	if (args->noperands)
		wanted.cgroup = args->operands[0];
	return walk(args, &wanted, err);
}
