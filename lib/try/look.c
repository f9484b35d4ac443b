// SPDX-License-Identifier: GPL-2.0-only
/* How much memory a process has, before it gives some of it back. */
#include <errno.h>

#include "try/tracer_private.h"

void trace_look(struct tracer *tracer, struct ebpfmm_tracee *tracee)
{
	struct ebpfmm_mm *mm = tracee->mm;
	struct ebpfmm_try_areas areas = {};
	struct ebpfmm_usage usage = {};
	struct ebpfmm_plan plan = {};
	const struct ebpfmm_planned what = { mm->program, mm->bounds, &areas };
	uint64_t peak;
	int rc;

	if (!tracer->running || !mm->exe)
		return;
	peak = ebpfmm_usage_peak(tracee->tid);
	if (peak > mm->peak)
		mm->peak = peak;
	if (!ebpfmm_try_areas_read(tracee->tid, &areas)) {
		ebpfmm_told_join(&mm->told, &areas);
		errno = 0;
		rc = ebpfmm_plan_make(&tracer->how->planning, &what, &plan);
		if (!rc)
			rc = ebpfmm_usage_look(tracee->tid, &plan, mm->exe, &usage);
		if (rc && errno == ENOTTY)
			ebpfmm_tried_note(tracer->tried, "page sizes in use are not known: the "
					  "kernel tells since Linux 6.7");
		if (!rc && usage.total > mm->usage.total) {
			ebpfmm_usage_free(&mm->usage);
			mm->usage = usage;
			usage = (struct ebpfmm_usage){};
		}
	}
	ebpfmm_usage_free(&usage);
	ebpfmm_plan_free(&plan);
	ebpfmm_try_areas_free(&areas);
}

void trace_look_again(struct tracer *tracer, struct ebpfmm_tracee *tracee)
{
	uint64_t resident = ebpfmm_usage_resident(tracee->tid);

	if (resident <= tracee->mm->resident + tracee->mm->resident / 8)
		return;
	tracee->mm->resident = resident;
	trace_look(tracer, tracee);
}

void trace_count(struct tracer *tracer, struct ebpfmm_tracee *tracee)
{
	struct ebpfmm_tried *tried = tracer->tried;
	struct ebpfmm_mm *mm = tracee->mm;

	if (!mm->exe)
		return;
	tried->processes++;
	if (mm->peak > tried->peak)
		tried->peak = mm->peak;
	ebpfmm_usage_add(&tried->usage, &mm->usage);
}
