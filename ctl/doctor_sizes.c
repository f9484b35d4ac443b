// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether sysfs allows the page sizes that profiles request
 * (Documentation/admin-guide/mm/transhuge.rst). A policy has the same effect as
 * MADV_HUGEPAGE, so `madvise` is enough, and `never` is not.
 */
#include "doctor.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/page_size.h"
#include "base/paths.h"
#include "kernel/policy.h"
#include "kernel/privilege.h"
#include "kernel/thp.h"
#include "profile/profile.h"

#define THP EBPFMM_THP_DIR
#define WHO_SIZE 200

/**
 * struct demand - the page sizes that profiles request
 * @who: for each order, names of profiles and cgroups that request it; may be truncated
 */
struct demand {
	char who[EBPFMM_ORDERS][WHO_SIZE];
};

static void size_path(unsigned int order, char *path, size_t size)
{
	snprintf(path, size, THP "/hugepages-%ukB/enabled", 4U << order);
}

static void demand_sizes(struct demand *demand, unsigned int sizes, const char *who)
{
	for (unsigned int o = 1; o < EBPFMM_ORDERS; o++) {
		char *names = demand->who[o];
		size_t used = strlen(names);

		if (sizes & 1U << o && used + strlen(who) + 3 < WHO_SIZE)
			snprintf(names + used, WHO_SIZE - used, "%s%s",
				 used ? ", " : "", who);
	}
}

static unsigned int sizes_of_profile(const struct ebpfmm_profile *profile)
{
	unsigned int sizes = 0;

	for (size_t p = 0; p < profile->nprograms; p++) {
		const struct ebpfmm_profile_program *program = &profile->programs[p];

		if (program->has_default)
			sizes |= program->fallback.sizes;
		for (size_t r = 0; r < program->nregions; r++)
			sizes |= program->regions[r].benefit.sizes;
	}
	return sizes;
}

static void demand_installed(struct findings *findings, struct demand *demand,
			     const char *dir_name)
{
	_cleanup_closedir_ DIR *dir = opendir(dir_name);
	struct ebpfmm_error err;
	struct dirent *entry;
	char path[512];

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		_cleanup_(ebpfmm_profile_freep) struct ebpfmm_profile *profile = NULL;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir_name, entry->d_name);
		if (!ebpfmm_profile_is_file_name(entry->d_name)) {
			findings_add(findings, FINDING_WARNING, "profile", NULL,
				   "%s is ignored: the file of a profile must be named NAME.json",
				   path);
			continue;
		}
		if (ebpfmm_profile_load(path, &profile, &err)) {
			findings_add(findings, FINDING_WARNING, "profile", NULL, "%s",
				   err.message);
			continue;
		}
		demand_sizes(demand, sizes_of_profile(profile), profile->name);
	}
}

/**
 * struct attached - a walk over attached policies
 * @policy: the open policy
 * @demand: the sizes that they request
 */
struct attached {
	struct ebpfmm_policy *policy;
	struct demand *demand;
};

static int demand_cgroup(uint64_t id, bool is_attached, void *data)
{
	_cleanup_free_ struct ebpfmm_table *table = malloc(sizeof(*table));
	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = {};
	struct attached *attached = data;
	unsigned int sizes = 0;

	if (table && is_attached && !ebpfmm_cgroup_open_id(id, &cgroup, NULL) &&
	    !ebpfmm_policy_get(attached->policy, &cgroup, table, NULL)) {
		for (int r = 0; r < table->large.header.nregions; r++)
			sizes |= table->large.regions[r].sizes;
		demand_sizes(attached->demand, sizes, cgroup.path);
	}
	return 0;
}

static void demand_attached(struct demand *demand)
{
	_cleanup_(ebpfmm_policy_closep) struct ebpfmm_policy *policy = NULL;
	struct attached attached = { .demand = demand };

	if (ebpfmm_privileged(NULL) || ebpfmm_policy_peek(&policy, NULL) || !policy)
		return;
	attached.policy = policy;
	ebpfmm_policy_each(policy, demand_cgroup, &attached, NULL);
}

static void check_size(struct findings *findings, unsigned int order, const char *who)
{
	const char *name = ebpfmm_order_name(order);
	char path[96], remedy[128];

	size_path(order, path, sizeof(path));
	snprintf(remedy, sizeof(remedy), "echo madvise > %s", path);
	switch (ebpfmm_thp_setting(order)) {
	case EBPFMM_THP_ABSENT:
		findings_add(findings, FINDING_WARNING, "page size", NULL,
			   "%s: not supported by this kernel, requested by %s",
			   name, who);
		break;
	case EBPFMM_THP_NEVER:
		findings_add(findings, FINDING_WARNING, "page size", remedy,
			   "%s: forbidden by sysfs, requested by %s", name, who);
		break;
	default:
		findings_add(findings, FINDING_OK, "page size", NULL,
			   "%s: allowed, requested by %s", name, who);
	}
}

static void check_any_size(struct findings *findings)
{
	for (unsigned int o = 1; o < EBPFMM_ORDERS; o++) {
		if (!(EBPFMM_SUPPORTED_ORDERS & 1U << o) ||
		    ebpfmm_thp_setting(o) != EBPFMM_THP_ALLOWED)
			continue;
		findings_add(findings, FINDING_OK, "large pages", NULL,
			   "sysfs allows at least one size");
		return;
	}
	if (access(THP "/enabled", F_OK))
		findings_add(findings, FINDING_PROBLEM, "large pages", NULL,
			   "not supported by this kernel (CONFIG_TRANSPARENT_HUGEPAGE)");
	else
		findings_add(findings, FINDING_PROBLEM, "large pages",
			   "echo madvise > " THP "/enabled",
			   "sysfs forbids all sizes");
}

/* Only for 2M: there is no huge zero page of smaller sizes. */
static void check_zero_page(struct findings *findings)
{
	_cleanup_fclose_ FILE *file = fopen(THP "/use_zero_page", "re");
	int used = file ? getc(file) : EOF;

	if (used == '1')
		findings_add(findings, FINDING_NOTE, "zero page",
			   "echo 0 > " THP "/use_zero_page",
			   "memory that is read before it is written gets the 2M zero page, and then 4K copies");
}

void doctor_sizes(struct findings *findings)
{
	struct demand demand = {};

	check_any_size(findings);
	demand_installed(findings, &demand, EBPFMM_PROFILE_DIR_ADMIN);
	demand_installed(findings, &demand, EBPFMM_PROFILE_DIR_VENDOR);
	demand_attached(&demand);
	for (unsigned int o = 1; o < EBPFMM_ORDERS; o++)
		if (demand.who[o][0])
			check_size(findings, o, demand.who[o]);
	if (demand.who[EBPFMM_ORDERS - 1][0])
		check_zero_page(findings);
}
