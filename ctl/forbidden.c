// SPDX-License-Identifier: GPL-2.0-only
#include "forbidden.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/page_size.h"
#include "kernel/cgroup.h"
#include "kernel/forbid.h"
#include "kernel/thp.h"
#include "watch/family.h"

/* --- at an address ---------------------------------------------------------------------- */

/* Sizes that the region names. */
static void find(const struct ebpfmm_explanation *explanation, pid_t pid,
		 struct ebpfmm_forbidden *out)
{
	ebpfmm_forbidden_find(pid, explanation, explanation->region.sizes & ~1U &
			      ~(unsigned int)explanation->event.admissible, out);
}

static void print_sizes(unsigned int orders, FILE *out)
{
	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (orders & 1U << o)
			fprintf(out, " %s", ebpfmm_order_name(o));
}

/* Each size can have a file of its own. */
static void print_sysfs(unsigned int orders, FILE *out)
{
	char path[EBPFMM_THP_PATH];

	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++) {
		if (!(orders & 1U << o))
			continue;
		ebpfmm_thp_file(o, path);
		fprintf(out, "forbidden %s by sysfs: ", ebpfmm_order_name(o));
		if (path[0])
			fprintf(out, "%s is \"never\"\n", path);
		else
			fputs("this kernel does not have the size\n", out);
	}
}

void ctl_forbidden_there_columns(const struct ebpfmm_explanation *explanation, pid_t pid,
				 FILE *out)
{
	static const char *const why[EBPFMM_FORBIDDERS] = {
		[EBPFMM_BY_MADVISE] = " by the program: MADV_NOHUGEPAGE of madvise(2)",
		[EBPFMM_BY_MAPPING] = " by the mapping, which has no room for a page of this size there",
		[EBPFMM_BY_KERNEL] = " by the kernel",
	};
	struct ebpfmm_forbidden forbidden;

	find(explanation, pid, &forbidden);
	print_sysfs(forbidden.by[EBPFMM_BY_SYSFS], out);
	for (int who = 0; who < EBPFMM_FORBIDDERS; who++) {
		if (!forbidden.by[who] || who == EBPFMM_BY_SYSFS)
			continue;
		fputs("forbidden", out);
		print_sizes(forbidden.by[who], out);
		if (who == EBPFMM_BY_PRCTL)
			fprintf(out, " by process %d: PR_SET_THP_DISABLE of prctl(2), "
				"which MemoryTHP= of its unit may have set\n", (int)pid);
		else
			fprintf(out, "%s\n", why[who]);
	}
}

void ctl_forbidden_there_json(const struct ebpfmm_explanation *explanation, pid_t pid,
			      struct json_object *object)
{
	static const char *const names[EBPFMM_FORBIDDERS] = {
		[EBPFMM_BY_SYSFS] = "sysfs", [EBPFMM_BY_PRCTL] = "prctl",
		[EBPFMM_BY_MADVISE] = "madvise", [EBPFMM_BY_MAPPING] = "mapping",
		[EBPFMM_BY_KERNEL] = "kernel",
	};
	struct json_object *out = json_object_new_object();
	struct ebpfmm_forbidden forbidden;

	find(explanation, pid, &forbidden);
	for (int who = 0; who < EBPFMM_FORBIDDERS; who++)
		if (forbidden.by[who])
			ebpfmm_json_add_sizes(out, names[who], forbidden.by[who]);
	json_object_object_add(object, "forbidden", out);
}

/* --- of a cgroup ------------------------------------------------------------------------ */

/* Sizes that the profile names and sysfs forbids. */
static unsigned int sysfs_of(const struct ebpfmm_stats *stats)
{
	unsigned int sizes = 0, forbidden = 0;

	for (int i = 0; i < stats->table->large.header.nregions; i++)
		sizes |= stats->table->large.regions[i].sizes;
	for (unsigned int o = 1; o < EBPFMM_ORDERS; o++)
		if (sizes & 1U << o && ebpfmm_thp_setting(o) != EBPFMM_THP_ALLOWED)
			forbidden |= 1U << o;
	return forbidden;
}

/* The number of processes that get no large pages; @family is set to all of them. */
static size_t disabled_in(const struct ebpfmm_stats *stats, struct ebpfmm_family *family)
{
	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = { .fd = -1 };
	size_t disabled = 0;

	family->count = 0;
	if (ebpfmm_cgroup_open(stats->cgroup, &cgroup, NULL))
		return 0;
	ebpfmm_family_of_cgroup(cgroup.fd, family);
	for (size_t i = 0; i < family->count; i++)
		disabled += ebpfmm_forbidden_by_prctl(family->pids[i]);
	return disabled;
}

void ctl_forbidden_columns(const struct ebpfmm_stats *stats, FILE *out)
{
	struct ebpfmm_family family;
	size_t disabled = disabled_in(stats, &family);

	if (stats->table)
		print_sysfs(sysfs_of(stats), out);
	if (disabled)
		fprintf(out, "forbidden in %zu of %s%zu processes: PR_SET_THP_DISABLE of prctl(2), "
			"which MemoryTHP= of their unit may have set\n", disabled,
			family.count == EBPFMM_FAMILY_MAX ? "the first " : "", family.count);
}

void ctl_forbidden_json(const struct ebpfmm_stats *stats, struct json_object *object)
{
	struct json_object *forbidden = json_object_new_object();
	struct ebpfmm_family family;

	/* What a policy of another format names is not known. */
	if (stats->table)
		ebpfmm_json_add_sizes(forbidden, "sysfs", sysfs_of(stats));
	ebpfmm_json_add_number(forbidden, "prctl_processes", disabled_in(stats, &family));
	json_object_object_add(object, "forbidden", forbidden);
}
