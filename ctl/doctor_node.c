// SPDX-License-Identifier: GPL-2.0-only
/* The kernel, its file systems, loaded policies, leftovers, and permissions. */
#include "doctor.h"

#include <limits.h>
#include <linux/magic.h>
#include <sys/statfs.h>

#include "base/cleanup.h"
#include "base/paths.h"
#include "config/permissions.h"
#include "kernel/cgroup.h"
#include "kernel/policies.h"
#include "kernel/privilege.h"
#include "leftovers.h"
#include "watch/damon.h"

/* Reports a check that succeeded, or its error. */
static int expect(struct findings *findings, const char *subject, const char *right,
		  int rc, const struct ebpfmm_error *err)
{
	if (rc)
		findings_add(findings, FINDING_PROBLEM, subject, NULL, "%s", err->message);
	else
		findings_add(findings, FINDING_OK, subject, NULL, "%s", right);
	return rc;
}

static bool check_bpf_fs(struct findings *findings)
{
	struct statfs fs;

	if (!statfs("/sys/fs/bpf", &fs) && fs.f_type == BPF_FS_MAGIC) {
		findings_add(findings, FINDING_OK, "bpffs", NULL, "mounted at /sys/fs/bpf");
		return true;
	}
	findings_add(findings, FINDING_PROBLEM, "bpffs", "mount -t bpf bpf /sys/fs/bpf",
		   "not mounted at /sys/fs/bpf");
	return false;
}

static void check_policy(struct findings *findings)
{
	_cleanup_(ebpfmm_policy_closep) struct ebpfmm_policy *policy = NULL;
	struct ebpfmm_error err;

	if (ebpfmm_policy_peek(&policy, &err)) {
		findings_add(findings, FINDING_PROBLEM, "policy", NULL, "%s", err.message);
		return;
	}
	if (!policy)
		findings_add(findings, FINDING_NOTE, "policy", NULL,
			   "not loaded; the first container that asks for a profile loads it");
	else
		expect(findings, "policy", "loaded",
		       ebpfmm_policy_check_whole(policy, &err), &err);
}

/* Policies of other versions are fine as long as they are attached to a cgroup. */
static void check_others(struct findings *findings)
{
	_cleanup_(ebpfmm_policies_close) struct ebpfmm_policies policies = {};
	struct ebpfmm_error err;

	if (ebpfmm_policies_open(&policies, &err))
		findings_add(findings, FINDING_PROBLEM, "policy", NULL, "%s", err.message);
	for (size_t i = 0; i < policies.count; i++) {
		struct ebpfmm_policy *policy = policies.each[i];
		int count;

		if (ebpfmm_policy_is_ours(policy))
			continue;
		count = ebpfmm_policies_count(policy, &err);
		if (count < 0)
			findings_add(findings, FINDING_PROBLEM, "policy", NULL, "%s", err.message);
		else if (count)
			findings_add(findings, FINDING_NOTE, "policy", NULL,
				   "a policy of format %u, from another version, is attached to %d cgroup%s until %s; this version uses format %u",
				   ebpfmm_policy_format(policy), count,
				   count == 1 ? "" : "s",
				   count == 1 ? "it ends" : "they end",
				   EBPFMM_FORMAT);
	}
}

static void check_leftovers(struct findings *findings)
{
	struct leftovers found;
	struct ebpfmm_error err;

	if (leftovers_find(false, &found, &err))
		findings_add(findings, FINDING_PROBLEM, "leftovers", NULL, "%s",
			   err.message);
	else if (found.life.links || found.life.records || found.life.files ||
		 found.traces || found.recordings || found.trials ||
		 found.life.formats)
		findings_add(findings, FINDING_WARNING, "leftovers", "ebpfmm gc",
			   "links: %u, records: %u, unfinished files: %u, traces: %u, recordings: %u, trials: %u, policies of other formats: %u",
			   found.life.links, found.life.records, found.life.files,
			   found.traces, found.recordings, found.trials,
			   found.life.formats);
	else
		findings_add(findings, FINDING_OK, "leftovers", NULL, "none");
}

static void check_recordings(struct findings *findings)
{
	char name[PATH_MAX];

	for (unsigned int i = 0; i < EBPFMM_DAMON_SLOTS; i++)
		if (ebpfmm_damon_in_use(i, name, sizeof(name)))
			findings_add(findings, FINDING_OK, "recordings", NULL, "being made: %s",
				   name[0] ? name : "one that begins");
}

/* A rule without conditions is for every container, so that those behind it are for none. */
static void check_order(struct findings *findings, const struct ebpfmm_permissions *permissions)
{
	for (size_t i = 0; i + 1 < permissions->count; i++) {
		const struct ebpfmm_rule *rule = &permissions->rules[i];

		if (rule->cgroups || rule->namespaces || rule->images)
			continue;
		findings_add(findings, FINDING_WARNING, "permissions", NULL,
			   EBPFMM_PERMISSIONS_CONFIG ": rules[%zu] has no condition, so what follows it is never used",
			   i);
		return;
	}
}

static void check_permissions(struct findings *findings)
{
	_cleanup_(ebpfmm_permissions_free) struct ebpfmm_permissions permissions = {};
	struct ebpfmm_error err;

	if (ebpfmm_permissions_load(&permissions, &err)) {
		findings_add(findings, FINDING_PROBLEM, "permissions", NULL,
			   "annotations are permitted nothing: %s", err.message);
		return;
	}
	if (permissions.root)
		findings_add(findings, FINDING_OK, "permissions", NULL,
			   EBPFMM_PERMISSIONS_CONFIG " has %zu rule%s", permissions.count,
			   permissions.count == 1 ? "" : "s");
	else
		findings_add(findings, FINDING_OK, "permissions", NULL,
			   "every container may ask for everything: there is no "
			   EBPFMM_PERMISSIONS_CONFIG);
	check_order(findings, &permissions);
}

void doctor_node(struct findings *findings)
{
	struct ebpfmm_error err;
	bool privileged;

	privileged = !expect(findings, "privilege", "has CAP_SYS_ADMIN",
			     ebpfmm_privileged(&err), &err);
	expect(findings, "kernel", "has the hook bpf_mm_ops",
	       ebpfmm_policy_supported(&err), &err);
	expect(findings, "cgroup", "version 2", ebpfmm_cgroup_supported(&err), &err);
	if (check_bpf_fs(findings) && privileged) {
		check_policy(findings);
		check_others(findings);
		check_leftovers(findings);
		check_recordings(findings);
	}
	check_permissions(findings);
	doctor_costs(findings, privileged);
}
