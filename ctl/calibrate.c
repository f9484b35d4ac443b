// SPDX-License-Identifier: GPL-2.0-only
/* calibrate: measure what pages cost, and print the costs in use */
#include "costs/calibrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/page_size.h"
#include "base/paths.h"
#include "command.h"
#include "costs/costs.h"
#include "costs/costs_file.h"
#include "derive/derive.h"
#include "kernel/policy.h"
#include "kernel/privilege.h"
#include "output.h"

/**
 * struct in_use - the costs in use
 * @record: the costs; the rest of the measurement is known only if they are from the file
 * @known: whether they are from the file
 * @loaded: whether a loaded policy uses them
 * @note: what is wrong with them, one line; empty for nothing
 */
struct in_use {
	struct ebpfmm_measurement record;
	bool known;
	bool loaded;
	char note[EBPFMM_ERROR_SIZE];
};

static void print_price(const char *what, uint32_t ns, const char *how)
{
	ctl_print("%-12s %10" PRIu32 "  %s\n", what, ns, how);
}

/* What page walks cost; nothing of what this kernel lacks. */
static void print_walks(const struct ebpfmm_measurement *record)
{
	char what[32], how[80];

	for (unsigned int o = 1; o < EBPFMM_ORDERS; o++) {
		const struct ebpfmm_walk *walk = &record->walk[o];

		snprintf(what, sizeof(what), "walk %s", ebpfmm_order_name(o));
		if (walk->state == EBPFMM_WALK_UNKNOWN)
			continue;
		if (walk->state != EBPFMM_WALK_MEASURED) {
			ctl_print("%-12s %10s  not measured: %s\n", what, "-",
				  ebpfmm_walk_why(walk->state));
			continue;
		}
		snprintf(how, sizeof(how), walk->saves_ns ?
			 "less than with 4K; spread %" PRIu32 :
			 "brings nothing on this CPU: less than the spread of %" PRIu32,
			 walk->spread_ns);
		print_price(what, walk->saves_ns, how);
	}
	if (!ebpfmm_walks_known(record))
		ctl_print("%-12s %10s  not measured; `ebpfmm profile` assumes %d for 2M\n",
			  "walk", "-", EBPFMM_DERIVE_WALK_NS);
}

static void print_text(const struct in_use *use)
{
	const struct ebpfmm_costs *costs = &use->record.costs;
	const char *zero = "", *fault = "", *compact = "";
	char date[EBPFMM_DATE_SIZE], what[32];

	if (!costs->measured) {
		zero = fault = compact = "default";
	} else if (use->known) {
		zero = use->record.zero == EBPFMM_ZERO_LARGE ?
		       "measured with large pages" :
		       "estimated in user space";
		fault = "measured";
		compact = use->record.compact == EBPFMM_COMPACT_MOVED ?
			  "measured by moving pages" : "default";
	} else {
		zero = fault = compact = "measured";
	}
	ctl_print("%-12s %10s  %s\n", "COST", "NS", "HOW");
	print_price("zero 4K", costs->zero_ns, zero);
	print_price("fault", costs->fault_ns, fault);
	for (unsigned int o = 1; o < EBPFMM_ORDERS; o++) {
		if (!(EBPFMM_SUPPORTED_ORDERS & 1U << o))
			continue;
		snprintf(what, sizeof(what), "compact %s", ebpfmm_order_name(o));
		print_price(what, costs->compact_ns[o], compact);
	}
	print_walks(&use->record);
	if (costs->measured) {
		ebpfmm_costs_date(costs, date);
		ctl_print("measured %s%s%s\n", date, use->known ? " under " : "",
			  use->known ? use->record.node.kernel : "");
	}
	if (use->note[0])
		ctl_print("note: %s\n", use->note);
	ctl_print(use->loaded ? "in use by the policy\n" : "no policy is loaded\n");
}

static void print_json(const struct in_use *use)
{
	struct json_object *object;
	char date[EBPFMM_DATE_SIZE];

	if (use->known) {
		object = ebpfmm_costs_json(&use->record);
	} else {
		object = json_object_new_object();
		ebpfmm_costs_date(&use->record.costs, date);
		ebpfmm_json_add_string(object, "measured",
			       use->record.costs.measured ? date : NULL);
		ebpfmm_costs_add(object, &use->record.costs);
		ebpfmm_walks_add(object, &use->record);
	}
	json_object_object_add(object, "default",
			       json_object_new_boolean(!use->record.costs.measured));
	json_object_object_add(object, "loaded", json_object_new_boolean(use->loaded));
	ebpfmm_json_add_string(object, "note", use->note[0] ? use->note : NULL);
	ctl_print_json(object);
}

static void print(const struct ctl_args *args, const struct in_use *use)
{
	if (args->json)
		print_json(use);
	else
		print_text(use);
}

/* The costs that the loaded policy uses, or that it would use if it were loaded now. */
static int find_in_use(struct in_use *use, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_policy_closep) struct ebpfmm_policy *policy = NULL;
	struct ebpfmm_costs costs = {};
	struct ebpfmm_error why;
	int rc = 0;

	ebpfmm_costs_find(EBPFMM_COSTS_DIR, &use->record, &why);
	snprintf(use->note, sizeof(use->note), "%s", why.message);
	use->known = use->record.costs.measured;
	if (ebpfmm_policy_peek(&policy, err))
		return -1;
	if (!policy)
		return 0;
	use->loaded = true;
	rc = ebpfmm_costs_in_use(policy, &costs, err);
	if (!rc && memcmp(&costs, &use->record.costs, sizeof(costs))) {
		use->record.costs = costs;
		use->known = false;
		snprintf(use->note, sizeof(use->note),
			 "the loaded policy uses other costs; `ebpfmm load` updates it");
	}
	return rc;
}

static int use_now(const struct ebpfmm_costs *costs, bool *loaded,
		   struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_policy_closep) struct ebpfmm_policy *policy = NULL;

	if (ebpfmm_policy_peek(&policy, err))
		return -1;
	*loaded = policy;
	return policy ? ebpfmm_costs_use(policy, costs, err) : 0;
}

/* Writes the file even if no policy can be loaded: a later one will use it. */
static int keep(struct in_use *use, struct ebpfmm_error *err)
{
	if (ebpfmm_costs_write(EBPFMM_COSTS_DIR, &use->record, err))
		return -1;
	if (access("/sys/fs/bpf", F_OK))
		return 0;
	return use_now(&use->record.costs, &use->loaded, err);
}

/* A version that did not measure page walks may have measured last. */
static bool is_current(void)
{
	struct ebpfmm_measurement record;
	struct ebpfmm_error why;

	return ebpfmm_costs_find(EBPFMM_COSTS_DIR, &record, &why) == EBPFMM_COSTS_CURRENT &&
	       ebpfmm_walks_known(&record);
}

int ctl_calibrate(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct in_use use = {};

	if (ebpfmm_privileged(err))
		return -1;
	if (args->show || (args->if_stale && is_current())) {
		if (find_in_use(&use, err))
			return -1;
	} else {
		use.known = true;
		if (ebpfmm_calibrate(args->cgroup, &use.record, err) || keep(&use, err))
			return -1;
	}
	print(args, &use);
	return 0;
}
