// SPDX-License-Identifier: GPL-2.0-only
/* Whether the costs of pages were measured on this node, and recently. */
#include "doctor.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/paths.h"
#include "costs/costs.h"
#include "costs/costs_file.h"
#include "derive/derive.h"
#include "kernel/policy.h"

#define SUBJECT "costs"
#define REMEDY "ebpfmm calibrate"

/* What to say of costs that are not current. */
static const struct {
	enum finding finding;
	const char *used;
} states[] = {
	[EBPFMM_COSTS_OLD] = { FINDING_NOTE, "used anyway" },
	[EBPFMM_COSTS_OTHER_KERNEL] = { FINDING_NOTE, "used anyway" },
	[EBPFMM_COSTS_OTHER_MACHINE] = { FINDING_WARNING, "defaults are used" },
	[EBPFMM_COSTS_BROKEN] = { FINDING_WARNING, "defaults are used" },
	[EBPFMM_COSTS_MISSING] = { FINDING_NOTE, "defaults are used" },
};

static void check_file(struct findings *findings, enum ebpfmm_costs_state state,
		       const struct ebpfmm_measurement *record, const char *why)
{
	char date[EBPFMM_DATE_SIZE];

	if (state != EBPFMM_COSTS_CURRENT) {
		findings_add(findings, states[state].finding, SUBJECT, REMEDY, "%s; %s", why,
			   states[state].used);
		return;
	}
	ebpfmm_costs_date(&record->costs, date);
	findings_add(findings, FINDING_OK, SUBJECT, NULL, "measured %s%s", date,
		   record->compact == EBPFMM_COMPACT_DEFAULT ?
		   "; the cost of compaction is a default" : "");
}

/* Whether 2M pages are worth something here; other sizes are for `calibrate` to say. */
static void check_walks(struct findings *findings, const struct ebpfmm_measurement *record)
{
	const struct ebpfmm_walk *walk = &record->walk[EBPFMM_ORDERS - 1];

	if (!ebpfmm_walks_known(record))
		findings_add(findings, FINDING_NOTE, SUBJECT, REMEDY,
			   "an older version measured them, without page walks; `ebpfmm profile` assumes %d ns",
			   EBPFMM_DERIVE_WALK_NS);
	else if (walk->state != EBPFMM_WALK_MEASURED)
		findings_add(findings, FINDING_NOTE, SUBJECT, REMEDY,
			   "page walks with 2M pages were not measured (%s); `ebpfmm profile` assumes %d ns",
			   ebpfmm_walk_why(walk->state), EBPFMM_DERIVE_WALK_NS);
	else if (!walk->saves_ns)
		findings_add(findings, FINDING_NOTE, SUBJECT, NULL,
			   "2M pages save no time on this CPU: `ebpfmm profile` does not name them");
}

/* A policy that was loaded before the file changed does not know of it. */
static void check_policy(struct findings *findings, const struct ebpfmm_costs *costs)
{
	_cleanup_(ebpfmm_policy_closep) struct ebpfmm_policy *policy = NULL;
	struct ebpfmm_costs in_use;

	if (ebpfmm_policy_peek(&policy, NULL) || !policy)
		return;
	if (!ebpfmm_costs_in_use(policy, &in_use, NULL) &&
	    memcmp(&in_use, costs, sizeof(in_use)))
		findings_add(findings, FINDING_NOTE, SUBJECT, "ebpfmm load",
			   "the loaded policy uses other costs");
}

void doctor_costs(struct findings *findings, bool privileged)
{
	struct ebpfmm_measurement record;
	enum ebpfmm_costs_state state;
	struct ebpfmm_error why;

	state = ebpfmm_costs_find(EBPFMM_COSTS_DIR, &record, &why);
	check_file(findings, state, &record, why.message);
	if (record.costs.measured)
		check_walks(findings, &record);
	if (privileged)
		check_policy(findings, &record.costs);
}
