/* SPDX-License-Identifier: GPL-2.0-only */
/* What the checks of `ebpfmm doctor` report to. */
#ifndef EBPFMM_CTL_DOCTOR_H
#define EBPFMM_CTL_DOCTOR_H

#include <json-c/json.h>
#include <stdbool.h>

/**
 * enum finding - how bad it is
 * @FINDING_OK: as it should be
 * @FINDING_NOTE: good to know
 * @FINDING_WARNING: some profile gets less than it asks for
 * @FINDING_PROBLEM: nothing works; the exit status says so
 */
enum finding {
	FINDING_OK,
	FINDING_NOTE,
	FINDING_WARNING,
	FINDING_PROBLEM,
};

/**
 * struct report - what was found so far
 * @json: array that findings go to, or NULL for text
 * @count: of each kind of finding
 */
struct report {
	struct json_object *json;
	unsigned int count[FINDING_PROBLEM + 1];
};

/**
 * report_add - report a finding
 * @report: where to
 * @finding: how bad it is
 * @subject: what was looked at, one word or two
 * @remedy: a command or an advice, or NULL
 * @format: as for printf: what was found
 */
void report_add(struct report *report, enum finding finding, const char *subject,
		const char *remedy, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/**
 * doctor_node - the kernel, its file systems, and what is loaded
 * @report: where to
 */
void doctor_node(struct report *report);

/**
 * doctor_engine - the hook as container engines see it
 * @report: where to
 */
void doctor_engine(struct report *report);

/**
 * doctor_costs - what pages are taken to cost, and whether that was measured
 * @report: where to
 * @privileged: whether the loaded policy may be looked at
 */
void doctor_costs(struct report *report, bool privileged);

/**
 * doctor_sizes - page sizes that are asked for, and what sysfs says to them
 * @report: where to
 */
void doctor_sizes(struct report *report);

#endif /* EBPFMM_CTL_DOCTOR_H */
