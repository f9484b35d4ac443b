/* SPDX-License-Identifier: GPL-2.0-only */
/* What the checks of `ebpfmm doctor` report to. */
#ifndef EBPFMM_CTL_REPORT_H
#define EBPFMM_CTL_REPORT_H

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

#endif /* EBPFMM_CTL_REPORT_H */
