// SPDX-License-Identifier: GPL-2.0-only
/* doctor: what is missing on this node */
#include "doctor.h"

#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statfs.h>

#include "command.h"
#include "kernel/cgroup.h"
#include "kernel/policies.h"
#include "kernel/privilege.h"
#include "leftovers.h"
#include "output.h"

static const char *const finding_names[] = {
	[FINDING_OK] = "ok",
	[FINDING_NOTE] = "note",
	[FINDING_WARNING] = "warning",
	[FINDING_PROBLEM] = "problem",
};

void report_add(struct report *report, enum finding finding, const char *subject,
		const char *remedy, const char *format, ...)
{
	struct json_object *object;
	va_list args;
	char *text;
	int length;

	report->count[finding]++;
	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		return;
	ebpfmm_printable(text);
	if (report->json) {
		object = json_object_new_object();
		ctl_add_string(object, "subject", subject);
		ctl_add_string(object, "finding", finding_names[finding]);
		ctl_add_string(object, "message", text);
		ctl_add_string(object, "remedy", remedy);
		json_object_array_add(report->json, object);
	} else {
		ctl_print("%-8s %s: %s\n", finding_names[finding], subject, text);
		if (remedy)
			ctl_print("         %s\n", remedy);
	}
	free(text);
}

/* One check that is right or has a reason why not. */
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
	struct ebpfmm_policy *policy;
	struct ebpfmm_error err;

	if (ebpfmm_policy_peek(&policy, &err)) {
		report_add(report, FINDING_PROBLEM, "policy", NULL, "%s", err.message);
		return;
	}
	if (!policy)
		report_add(report, FINDING_NOTE, "policy", NULL,
			   "not loaded; the first container that asks for one loads it");
	else
		expect(report, "policy", "loaded",
		       ebpfmm_policy_check_whole(policy, &err), &err);
	ebpfmm_policy_close(policy);
}

/* What other versions have loaded is right where it is, as long as it is on a cgroup. */
static void check_others(struct report *report)
{
	struct ebpfmm_policies policies;
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
				   "another version's, of format %u, is on %d cgroup%s and ends with %s; this one has format %u",
				   ebpfmm_policy_format(policy), count,
				   count == 1 ? "" : "s", count == 1 ? "it" : "them",
				   EBPFMM_FORMAT);
	}
	ebpfmm_policies_close(&policies);
}

static void check_leftovers(struct report *report)
{
	struct leftovers found;
	struct ebpfmm_error err;

	if (leftovers_find(false, &found, &err))
		report_add(report, FINDING_PROBLEM, "leftovers", NULL, "%s",
			   err.message);
	else if (found.life.links || found.life.records || found.life.files ||
		 found.traces || found.life.formats)
		report_add(report, FINDING_WARNING, "leftovers", "ebpfmm gc",
			   "links: %u, records: %u, unfinished files: %u, traces: %u, policies of other formats: %u",
			   found.life.links, found.life.records, found.life.files,
			   found.traces, found.life.formats);
	else
		report_add(report, FINDING_OK, "leftovers", NULL, "none");
}

void doctor_node(struct report *report)
{
	struct ebpfmm_error err;
	bool privileged;

	privileged = !expect(report, "privilege", "this node may be changed",
			     ebpfmm_privileged(&err), &err);
	expect(report, "kernel", "has the hook bpf_mm_ops",
	       ebpfmm_policy_supported(&err), &err);
	expect(report, "cgroup", "version 2", ebpfmm_cgroup_supported(&err), &err);
	if (check_bpf_fs(report) && privileged) {
		check_policy(report);
		check_others(report);
		check_leftovers(report);
	}
	doctor_costs(report, privileged);
}

static void print_report(const struct ctl_args *args, struct report *report,
			 unsigned int problems, unsigned int warnings)
{
	struct json_object *object;

	if (args->json) {
		object = json_object_new_object();
		json_object_object_add(object, "ok", json_object_new_boolean(!problems));
		json_object_object_add(object, "findings", report->json);
		ctl_print_json(object);
	} else if (!problems) {
		ctl_print(warnings ? "all is well, apart from %u warning%s\n" :
				     "all is well\n",
			  warnings, warnings == 1 ? "" : "s");
	}
}

int ctl_doctor(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct report report = {};
	unsigned int problems;

	(void)err;
	if (args->json)
		report.json = json_object_new_array();
	doctor_node(&report);
	doctor_engine(&report);
	doctor_sizes(&report);
	problems = report.count[FINDING_PROBLEM];
	print_report(args, &report, problems, report.count[FINDING_WARNING]);
	if (!problems)
		return 0;
	fflush(stdout);
	fprintf(stderr, "ebpfmm doctor: %u problem%s\n", problems,
		problems == 1 ? "" : "s");
	return 1;
}
