// SPDX-License-Identifier: GPL-2.0-only
/* doctor: report what this node lacks */
#include "doctor.h"

#include <stdio.h>

#include "command.h"
#include "output.h"

static void print_findings(const struct ctl_args *args, struct findings *findings,
			 unsigned int problems, unsigned int warnings)
{
	struct json_object *object;

	if (args->json) {
		object = json_object_new_object();
		json_object_object_add(object, "ok", json_object_new_boolean(!problems));
		json_object_object_add(object, "findings", findings->json);
		ctl_print_json(object);
	} else if (!problems) {
		ctl_print(warnings ? "no problems, %u warning%s\n" :
				     "no problems\n",
			  warnings, warnings == 1 ? "" : "s");
	}
}

int ctl_doctor(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct findings findings = {};
	unsigned int problems;

	(void)err;
	if (args->json)
		findings.json = json_object_new_array();
	doctor_node(&findings);
	doctor_engine(&findings);
	doctor_sizes(&findings);
	problems = findings.count[FINDING_PROBLEM];
	print_findings(args, &findings, problems, findings.count[FINDING_WARNING]);
	if (!problems)
		return 0;
	fflush(stdout);
	fprintf(stderr, "ebpfmm doctor: %u problem%s\n", problems,
		problems == 1 ? "" : "s");
	return 1;
}
