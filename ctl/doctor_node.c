// SPDX-License-Identifier: GPL-2.0-only
/* The kernel, its file systems, loaded policies, and leftovers. */
#include "doctor.h"

#include <limits.h>
#include <linux/magic.h>
#include <sys/statfs.h>

#include "base/cleanup.h"
#include "kernel/cgroup.h"
#include "kernel/policies.h"
#include "kernel/privilege.h"
#include "leftovers.h"
#include "watch/damon.h"

/* Reports a check that succeeded, or its error. */
static int expect(struct report *report, const char *subject, const char *right,
		  int rc, const struct ebpfmm_error *err)
{
	if (rc)
		report_add(report, FINDING_PROBLEM, subject, NULL, "%s", err->message);
	else
		report_add(report, FINDING_OK, subject, NULL, "%s", right);
	return rc;
}

static bool check_bpf_fs(struct report *report)
{
	struct statfs fs;

	if (!statfs("/sys/fs/bpf", &fs) && fs.f_type == BPF_FS_MAGIC) {
		report_add(report, FINDING_OK, "bpffs", NULL, "mounted at /sys/fs/bpf");
		return true;
	}
	report_add(report, FINDING_PROBLEM, "bpffs", "mount -t bpf bpf /sys/fs/bpf",
		   "not mounted at /sys/fs/bpf");
	return false;
}

static void check_policy(struct report *report)
{
	_cleanup_(ebpfmm_policy_closep) struct ebpfmm_policy *policy = NULL;
	struct ebpfmm_error err;

	if (ebpfmm_policy_peek(&policy, &err)) {
		report_add(report, FINDING_PROBLEM, "policy", NULL, "%s", err.message);
		return;
	}
	if (!policy)
		report_add(report, FINDING_NOTE, "policy", NULL,
			   "not loaded; the first container that asks for a profile loads it");
	else
		expect(report, "policy", "loaded",
		       ebpfmm_policy_check_whole(policy, &err), &err);
}

/* Policies of other versions are fine as long as they are attached to a cgroup. */
static void check_others(struct report *report)
{
	_cleanup_(ebpfmm_policies_close) struct ebpfmm_policies policies = {};
	struct ebpfmm_error err;

	if (ebpfmm_policies_open(&policies, &err))
		report_add(report, FINDING_PROBLEM, "policy", NULL, "%s", err.message);
	for (size_t i = 0; i < policies.count; i++) {
		struct ebpfmm_policy *policy = policies.each[i];
		int count;

		if (ebpfmm_policy_is_ours(policy))
			continue;
		count = ebpfmm_policies_count(policy, &err);
		if (count < 0)
			report_add(report, FINDING_PROBLEM, "policy", NULL, "%s", err.message);
		else if (count)
			report_add(report, FINDING_NOTE, "policy", NULL,
				   "a policy of format %u, from another version, is attached to %d cgroup%s until %s; this version uses format %u",
				   ebpfmm_policy_format(policy), count,
				   count == 1 ? "" : "s",
				   count == 1 ? "it ends" : "they end",
				   EBPFMM_FORMAT);
	}
}

static void check_leftovers(struct report *report)
{
	struct leftovers found;
	struct ebpfmm_error err;

	if (leftovers_find(false, &found, &err))
		report_add(report, FINDING_PROBLEM, "leftovers", NULL, "%s",
			   err.message);
	else if (found.life.links || found.life.records || found.life.files ||
		 found.traces || found.recordings || found.trials ||
		 found.life.formats)
		report_add(report, FINDING_WARNING, "leftovers", "ebpfmm gc",
			   "links: %u, records: %u, unfinished files: %u, traces: %u, recordings: %u, trials: %u, policies of other formats: %u",
			   found.life.links, found.life.records, found.life.files,
			   found.traces, found.recordings, found.trials,
			   found.life.formats);
	else
		report_add(report, FINDING_OK, "leftovers", NULL, "none");
}

static void check_recordings(struct report *report)
{
	char name[PATH_MAX];

	for (unsigned int i = 0; i < EBPFMM_DAMON_SLOTS; i++)
		if (ebpfmm_damon_in_use(i, name, sizeof(name)))
			report_add(report, FINDING_OK, "recordings", NULL, "being made: %s",
				   name[0] ? name : "one that begins");
}

void doctor_node(struct report *report)
{
	struct ebpfmm_error err;
	bool privileged;

	privileged = !expect(report, "privilege", "has CAP_SYS_ADMIN",
			     ebpfmm_privileged(&err), &err);
	expect(report, "kernel", "has the hook bpf_mm_ops",
	       ebpfmm_policy_supported(&err), &err);
	expect(report, "cgroup", "version 2", ebpfmm_cgroup_supported(&err), &err);
	if (check_bpf_fs(report) && privileged) {
		check_policy(report);
		check_others(report);
		check_leftovers(report);
		check_recordings(report);
	}
	doctor_costs(report, privileged);
}
