/* SPDX-License-Identifier: GPL-2.0-only */
/* What `ebpfmm doctor` finds. */
#ifndef EBPFMM_CTL_FINDINGS_H
#define EBPFMM_CTL_FINDINGS_H

#include <json-c/json.h>
#include <stdbool.h>

/**
 * enum finding - severity of a finding
 * @FINDING_OK: as it should be
 * @FINDING_NOTE: information
 * @FINDING_WARNING: a profile gets less than it asks for
 * @FINDING_PROBLEM: policies cannot work; the exit status is 1
 */
enum finding {
	FINDING_OK,
	FINDING_NOTE,
	FINDING_WARNING,
	FINDING_PROBLEM,
};

/**
 * struct findings - the findings so far
 * @json: array that findings go to, or NULL for text
 * @count: of each kind of finding
 */
struct findings {
	struct json_object *json;
	unsigned int count[FINDING_PROBLEM + 1];
};

/**
 * findings_add - add a finding, and print it
 * @findings: where to
 * @finding: its severity
 * @subject: what was checked, one word or two
 * @remedy: a command or advice, or NULL
 * @format: as for printf: the finding
 */
void findings_add(struct findings *findings, enum finding finding, const char *subject,
		const char *remedy, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

#endif /* EBPFMM_CTL_FINDINGS_H */
