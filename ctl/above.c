// SPDX-License-Identifier: GPL-2.0-only
#include "above.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/page_size.h"
#include "kernel/cgroup.h"
#include "kernel/explain.h"
#include "kernel/policies.h"
#include "life/lifecycle.h"
#include "output.h"
#include "profile/profile.h"

/**
 * struct change - what the policy of a cgroup above does
 * @cgroup: absolute path of the cgroup
 * @profile: name of its profile, NULL if nobody knows it
 * @decides: it decides, as those below leave the decision to the kernel
 * @orders: bitmap of the orders that it selects if it decides; or else takes away
 * @format: of its policy, if that cannot be asked; or 0
 */
struct change {
	const char *cgroup;
	const char *profile;
	bool decides;
	unsigned int orders;
	uint32_t format;
};

/**
 * struct climb - the way up
 * @above: the decision
 * @policies: the loaded policies
 * @decided: a policy has decided
 * @left: bitmap of the orders that are left
 * @tell: called for each change
 * @data: for it
 */
struct climb {
	const struct ctl_above *above;
	struct ebpfmm_policies policies;
	bool decided;
	unsigned int left;
	void (*tell)(const struct change *change, void *data);
	void *data;
};

static void end_climb(struct climb *climb)
{
	ebpfmm_policies_close(&climb->policies);
}

/* A policy without a region for the address leaves the decision to the kernel. */
static bool decides(const struct ebpfmm_explanation *explanation)
{
	return explanation->region.sizes;
}

/* Of these orders, those that are left by an answer; as bpf_mm_ask() of the kernel has it. */
static unsigned int left_by(const struct ebpfmm_explanation *explanation, unsigned int orders)
{
	return decides(explanation) ? orders & explanation->event.orders :
				      orders & ~(unsigned int)explanation->event.refused;
}

/* Return: whether the policy changes something, or -1 with @err set. */
static int ask(struct climb *climb, struct ebpfmm_policy *policy,
	       const struct ebpfmm_cgroup *cgroup, struct change *change,
	       struct ebpfmm_error *err)
{
	const struct ctl_above *above = climb->above;
	const unsigned int before = climb->left;
	struct ebpfmm_explanation explanation;

	if (!ebpfmm_policy_is_ours(policy)) {
		change->format = ebpfmm_policy_format(policy);
		return 1;
	}
	if (ebpfmm_explain(policy, cgroup, above->pid, above->explanation->event.address, before,
			   &explanation, err))
		return -1;
	if (explanation.event.admissible != before)
		return ebpfmm_fail(err, 0, "the memory of process %d has changed meanwhile: ask again",
				   (int)above->pid);
	climb->left = left_by(&explanation, before);
	if (decides(&explanation) && !climb->decided) {
		climb->decided = true;
		change->decides = true;
		change->orders = climb->left;
		return 1;
	}
	change->orders = before & ~climb->left;
	return change->orders != 0;
}

static int visit(struct climb *climb, const char *path, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = { .fd = -1 };
	_cleanup_(ebpfmm_record_free) struct ebpfmm_record owner = {};
	_cleanup_free_ char *name = NULL;
	struct change change = { .cgroup = path };
	struct ebpfmm_policy *policy;
	int rc;

	if (ebpfmm_cgroup_open(path, &cgroup, err))
		return -1;
	rc = ebpfmm_policies_find(&climb->policies, cgroup.id, &policy, err);
	if (rc > 0)
		rc = ask(climb, policy, &cgroup, &change, err);
	if (rc <= 0)
		return rc;
	ebpfmm_life_owner(cgroup.id, &owner, NULL);
	if (owner.profile)
		name = ebpfmm_profile_name(owner.profile);
	change.profile = name;
	climb->tell(&change, climb->data);
	return 0;
}

/* By its id, as an operator can name a cgroup below any mount. */
static int climb_up(struct climb *climb, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = { .fd = -1 };
	_cleanup_free_ char *root = ebpfmm_cgroup_path(0, err);
	char *slash;

	if (!root || ebpfmm_cgroup_open_id(climb->above->cgroup, &cgroup, err) ||
	    ebpfmm_policies_open(&climb->policies, err))
		return -1;
	while (climb->left && (slash = strrchr(cgroup.path, '/'))) {
		*slash = '\0';
		if (strlen(cgroup.path) < strlen(root))
			break;
		if (visit(climb, cgroup.path, err))
			return -1;
	}
	return 0;
}

static int climb_from(const struct ctl_above *above,
		      void (*tell)(const struct change *change, void *data), void *data,
		      struct ebpfmm_error *err)
{
	_cleanup_(end_climb) struct climb climb = {
		.above = above, .tell = tell, .data = data, .decided = decides(above->explanation),
		.left = left_by(above->explanation, above->explanation->event.admissible & ~1U),
	};

	return climb.left ? climb_up(&climb, err) : 0;
}

static void print(const struct change *change, void *data)
{
	char sizes[EBPFMM_ORDERS * 8] = "", *end = sizes;

	(void)data;
	if (change->format) {
		ctl_print("unknown what the policy of %s forbids: it has format %u",
			  change->cgroup, (unsigned int)change->format);
		return;
	}
	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (change->orders & 1U << o)
			end = stpcpy(stpcpy(end, " "), ebpfmm_order_name(o));
	ctl_print("%s%s by the policy of %s, profile %s",
		  change->decides ? "decided" : "forbidden", change->orders ? sizes : " 4K",
		  change->cgroup, change->profile ?: "-");
}

void ctl_above_columns(const struct ctl_above *above)
{
	struct ebpfmm_error err = {};

	if (climb_from(above, print, NULL, &err))
		ctl_print("unknown what other policies of cgroups above forbid: %s", err.message);
}

static void add(const struct change *change, void *data)
{
	struct json_object *object = json_object_new_object();

	ebpfmm_json_add_string(object, "cgroup", change->cgroup);
	if (change->profile)
		ebpfmm_json_add_string(object, "profile", change->profile);
	if (change->format)
		ebpfmm_json_add_number(object, "format", change->format);
	else
		ebpfmm_json_add_sizes(object, change->decides ? "decides" : "forbids",
				      change->orders);
	json_object_array_add(data, object);
}

void ctl_above_json(const struct ctl_above *above, struct json_object *object)
{
	struct json_object *array = json_object_new_array();
	struct ebpfmm_error err = {};

	if (climb_from(above, add, array, &err))
		ebpfmm_json_add_string(object, "above_error", err.message);
	json_object_object_add(object, "above", array);
}
