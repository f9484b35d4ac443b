// SPDX-License-Identifier: GPL-2.0-only
#include "walk.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "kernel/policies.h"
#include "kernel/sizes.h"
#include "life/lifecycle.h"

/**
 * struct walker - state of a walk
 * @walk: which cgroups to visit, and what to read
 * @policies: the loaded policies
 * @policy: the policy of the current cgroup
 * @sizes: reads memory by page size, NULL if that is not needed
 * @table: the table of the current cgroup
 * @err: filled in on failure
 */
struct walker {
	const struct ctl_walk *walk;
	struct ebpfmm_policies policies;
	struct ebpfmm_policy *policy;
	struct ebpfmm_sizes *sizes;
	struct ebpfmm_table *table;
	struct ebpfmm_error *err;
};

static int visit(struct walker *walker, const struct ebpfmm_cgroup *cgroup)
{
	struct ebpfmm_stats stats = { .cgroup = cgroup->path, .id = cgroup->id,
				      .format = ebpfmm_policy_format(walker->policy) };
	_cleanup_(ebpfmm_profile_freep) struct ebpfmm_profile *installed = NULL;
	_cleanup_(ebpfmm_record_free) struct ebpfmm_record owner = {};
	_cleanup_free_ char *name = NULL;
	int rc = 0;

	if (walker->walk->ask &&
	    walker->walk->ask(walker->policy, cgroup, walker->walk->data, walker->err)) {
		/* ENOENT would mean that the cgroup has no policy. */
		if (walker->err->code == ENOENT)
			walker->err->code = 0;
		return -1;
	}
	if (ebpfmm_policy_is_ours(walker->policy)) {
		if (ebpfmm_policy_get(walker->policy, cgroup, walker->table, walker->err))
			return -1;
		stats.table = walker->table;
	}
	if (walker->sizes)
		rc = ebpfmm_sizes_read(walker->sizes, cgroup, stats.bytes, walker->err);
	stats.has_bytes = walker->sizes && !rc;
	/* The cgroup has no count of its own, or was removed. */
	if (rc && walker->err->code != ENOENT && walker->err->code != ENODEV)
		return -1;

	ebpfmm_life_owner(cgroup->id, &owner, NULL);
	/* The id of an operator's record is not a container's. */
	if (owner.id && owner.id[0] != '@')
		stats.container = owner.id;
	/* Other versions record the name of the file. */
	if (owner.profile)
		name = ebpfmm_profile_name(owner.profile);
	stats.profile = name;
	walker->table->digest = owner.digest;
	if (walker->walk->source && stats.table && name &&
	    !ebpfmm_profile_find(name, &installed, NULL))
		ebpfmm_stats_compare(&stats, installed);
	walker->walk->fn(&stats, walker->walk->data);
	return 0;
}

/* Skips a cgroup that was removed in the meantime. */
static int visit_id(uint64_t id, bool attached, void *data)
{
	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = {};
	struct walker *walker = data;
	int rc;

	if (!attached || ebpfmm_cgroup_open_id(id, &cgroup, NULL))
		return 0;
	rc = visit(walker, &cgroup);
	if (rc && walker->err->code == ENOENT)
		rc = 0;
	return rc;
}

static int visit_all(struct walker *walker)
{
	const struct ebpfmm_policies *policies = &walker->policies;
	int rc = 0;

	for (size_t i = 0; !rc && i < policies->count; i++) {
		walker->policy = policies->each[i];
		rc = ebpfmm_policy_each(walker->policy, visit_id, walker, walker->err);
	}
	return rc;
}

static int visit_one(struct walker *walker, const char *path)
{
	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = {};
	int rc;

	if (ebpfmm_cgroup_open(path, &cgroup, walker->err))
		return -1;
	rc = ebpfmm_policies_find(&walker->policies, cgroup.id, &walker->policy,
				  walker->err);
	if (rc > 0)
		rc = visit(walker, &cgroup);
	else if (!rc)
		rc = ebpfmm_fail(walker->err, 0, "%s: has no policy%s", path,
				 walker->policies.count ? "" : ": none is loaded");
	if (rc && walker->err->code == ENOENT)
		ebpfmm_fail(walker->err, 0, "%s: has no policy", path);
	return rc;
}

static void end_walk(struct walker *walker)
{
	ebpfmm_sizes_close(walker->sizes);
	free(walker->table);
	ebpfmm_policies_close(&walker->policies);
}

int ctl_walk(const struct ctl_walk *walk, struct ebpfmm_error *err)
{
	_cleanup_(end_walk) struct walker walker = { .walk = walk, .err = err };

	if (ebpfmm_policies_open(&walker.policies, err))
		return -1;
	walker.table = malloc(sizeof(*walker.table));
	if (!walker.table)
		return ebpfmm_fail(err, ENOMEM, "read the policy");
	if (walk->bytes && walker.policies.count &&
	    ebpfmm_sizes_open(&walker.sizes, err))
		return -1;
	return walk->cgroup ? visit_one(&walker, walk->cgroup) : visit_all(&walker);
}

int ctl_find_policy(struct ebpfmm_policies *policies, const char *path, uint64_t id,
		    struct ebpfmm_policy **out, struct ebpfmm_error *err)
{
	int attached;

	if (ebpfmm_policies_open(policies, err))
		return -1;
	attached = ebpfmm_policies_find(policies, id, out, err);
	if (attached < 0)
		return -1;
	if (!attached)
		return ebpfmm_fail(err, 0, "%s: has no policy", path);
	if (ebpfmm_policy_check_format(*out, err))
		return ebpfmm_prefix(err, "%s: ", path);
	return 0;
}
