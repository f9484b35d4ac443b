// SPDX-License-Identifier: GPL-2.0-only
#include "findings.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "output.h"

static const char *const finding_names[] = {
	[FINDING_OK] = "ok",
	[FINDING_NOTE] = "note",
	[FINDING_WARNING] = "warning",
	[FINDING_PROBLEM] = "problem",
};

void findings_add(struct findings *findings, enum finding finding, const char *subject,
		const char *remedy, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	struct json_object *object;
	va_list args;

	findings->count[finding]++;
	va_start(args, format);
	text = ctl_format(format, args);
	va_end(args);
	if (!text)
		return;
	ebpfmm_printable(text);
	if (findings->json) {
		object = json_object_new_object();
		ebpfmm_json_add_string(object, "subject", subject);
		ebpfmm_json_add_string(object, "finding", finding_names[finding]);
		ebpfmm_json_add_string(object, "message", text);
		ebpfmm_json_add_string(object, "remedy", remedy);
		json_object_array_add(findings->json, object);
	} else {
		ctl_print("%-8s %s: %s\n", finding_names[finding], subject, text);
		if (remedy)
			ctl_print("         %s\n", remedy);
	}
}
