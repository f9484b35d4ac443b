// SPDX-License-Identifier: GPL-2.0-only
/* list, stats */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "command.h"
#include "lifecycle.h"
#include "output.h"
#include "policy.h"
#include "privilege.h"
#include "profile.h"
#include "reason.h"

/**
 * struct show - a walk over cgroups that have a policy
 * @policy: the open policy
 * @json: array that results go to, or NULL for text
 * @print: prints one cgroup; @owner is all zero when there is no record
 * @err: what failed
 */
struct show {
	struct ebpfmm_policy *policy;
	struct json_object *json;
	void (*print)(struct show *show, const struct ebpfmm_cgroup *cgroup,
		      const struct ebpfmm_header *header,
		      const struct ebpfmm_record *owner);
	struct ebpfmm_error *err;
};

static int show_cgroup(struct show *show, const struct ebpfmm_cgroup *cgroup)
{
	struct ebpfmm_record owner = {};
	struct ebpfmm_table *table = malloc(sizeof(*table));
	int rc;

	if (!table)
		return ebpfmm_fail(show->err, ENOMEM, "%s", cgroup->path);
	rc = ebpfmm_policy_get(show->policy, cgroup, table, show->err);
	if (!rc) {
		ebpfmm_life_owner(cgroup->id, &owner, NULL);
		show->print(show, cgroup, &table->large.header, &owner);
		ebpfmm_record_free(&owner);
	}
	free(table);
	return rc;
}

/* A cgroup that went away since is not there to be shown. */
static int show_id(uint64_t id, bool attached, void *data)
{
	struct ebpfmm_cgroup cgroup = {};
	struct show *show = data;
	int rc;

	if (!attached || ebpfmm_cgroup_open_id(id, &cgroup, NULL))
		return 0;
	rc = show_cgroup(show, &cgroup);
	ebpfmm_cgroup_close(&cgroup);
	if (rc && show->err->code == ENOENT)
		rc = 0;
	return rc;
}

static int show_all(struct show *show)
{
	int rc;

	if (ebpfmm_policy_peek(&show->policy, show->err))
		return -1;
	if (!show->policy)
		return 0;
	rc = ebpfmm_policy_each(show->policy, show_id, show, show->err);
	ebpfmm_policy_close(show->policy);
	return rc;
}

static int show_one(struct show *show, const char *path)
{
	struct ebpfmm_cgroup cgroup = {};
	int rc;

	if (ebpfmm_cgroup_open(path, &cgroup, show->err))
		return -1;
	rc = ebpfmm_policy_peek(&show->policy, show->err);
	if (!rc && !show->policy)
		rc = ebpfmm_fail(show->err, 0, "%s: has no policy: none is loaded", path);
	if (!rc)
		rc = show_cgroup(show, &cgroup);
	if (rc && show->err->code == ENOENT)
		ebpfmm_fail(show->err, 0, "%s: has no policy", path);
	ebpfmm_policy_close(show->policy);
	ebpfmm_cgroup_close(&cgroup);
	return rc;
}

/* The container's id, or NULL when an operator attached the policy. */
static const char *container_of_record(const struct ebpfmm_record *owner)
{
	return owner->id && owner->id[0] != '@' ? owner->id : NULL;
}

static struct json_object *describe(const struct ebpfmm_cgroup *cgroup,
				    const struct ebpfmm_header *header,
				    const struct ebpfmm_record *owner)
{
	struct json_object *object = json_object_new_object();
	char name[EBPFMM_NAME_SIZE];

	snprintf(name, sizeof(name), "%.*s", EBPFMM_NAME_SIZE - 1, header->name);
	ctl_add_string(object, "cgroup", cgroup->path);
	ctl_add_number(object, "id", cgroup->id);
	ctl_add_string(object, "container", container_of_record(owner));
	ctl_add_string(object, "profile", owner->profile);
	ctl_add_string(object, "name", name);
	ctl_add_number(object, "programs", header->nprograms);
	ctl_add_number(object, "regions", header->nregions);
	return object;
}

static void print_listed(struct show *show, const struct ebpfmm_cgroup *cgroup,
			 const struct ebpfmm_header *header,
			 const struct ebpfmm_record *owner)
{
	const char *container = container_of_record(owner);

	if (show->json)
		json_object_array_add(show->json, describe(cgroup, header, owner));
	else
		ctl_print("%-20s %8u %8u  %-12.12s  %s\n",
			  owner->profile ? owner->profile : header->name,
			  header->nprograms, header->nregions,
			  container ? container : "-", cgroup->path);
}

int ctl_list(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct show show = { .print = print_listed, .err = err };

	if (ebpfmm_privileged(err))
		return -1;
	if (args->json)
		show.json = json_object_new_array();
	else
		ctl_print("%-20s %8s %8s  %-12s  %s\n", "PROFILE", "PROGRAMS",
			  "REGIONS", "CONTAINER", "CGROUP");
	if (show_all(&show)) {
		json_object_put(show.json);
		return -1;
	}
	if (args->json)
		ctl_print_json(show.json);
	return 0;
}

/* Sum over the stripes. */
static struct ebpfmm_counters sum(const struct ebpfmm_header *header)
{
	struct ebpfmm_counters total = {};

	for (int s = 0; s < EBPFMM_STRIPES; s++) {
		for (int o = 0; o < EBPFMM_ORDERS; o++)
			total.order[o] += header->counters[s].order[o];
		for (int r = 0; r < EBPFMM_REASONS; r++)
			total.reason[r] += header->counters[s].reason[r];
	}
	return total;
}

static void print_stats(struct show *show, const struct ebpfmm_cgroup *cgroup,
			const struct ebpfmm_header *header,
			const struct ebpfmm_record *owner)
{
	struct ebpfmm_counters total = sum(header);
	struct json_object *object, *sizes, *reasons;

	if (!show->json) {
		ctl_print("%s: profile %s\n", cgroup->path,
			  owner->profile ? owner->profile : header->name);
		for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
			if (EBPFMM_SUPPORTED_ORDERS & 1U << o)
				ctl_print("  %-14s %12" PRIu64 "\n",
					  ebpfmm_order_name(o), (uint64_t)total.order[o]);
		for (int r = 0; r < EBPFMM_REASONS; r++)
			ctl_print("  %-14s %12" PRIu64 "\n", ctl_reason_name(r),
				  (uint64_t)total.reason[r]);
		return;
	}
	object = describe(cgroup, header, owner);
	sizes = json_object_new_object();
	reasons = json_object_new_object();
	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (EBPFMM_SUPPORTED_ORDERS & 1U << o)
			ctl_add_number(sizes, ebpfmm_order_name(o), total.order[o]);
	for (int r = 0; r < EBPFMM_REASONS; r++)
		ctl_add_number(reasons, ctl_reason_name(r), total.reason[r]);
	json_object_object_add(object, "decisions", sizes);
	json_object_object_add(object, "reasons", reasons);
	json_object_array_add(show->json, object);
}

int ctl_stats(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct show show = { .print = print_stats, .err = err };
	int rc;

	if (ebpfmm_privileged(err))
		return -1;
	if (args->json)
		show.json = json_object_new_array();
	rc = args->noperands ? show_one(&show, args->operands[0]) : show_all(&show);
	if (rc) {
		json_object_put(show.json);
		return -1;
	}
	if (args->json)
		ctl_print_json(show.json);
	return 0;
}
