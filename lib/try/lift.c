// SPDX-License-Identifier: GPL-2.0-only
/* A traced program's own filter for system calls, which must not concern calls of the tracer. */
#include <sys/ptrace.h>

#include "try/tracer_private.h"

#ifndef PTRACE_O_SUSPEND_SECCOMP
#define PTRACE_O_SUSPEND_SECCOMP	(1 << 21)
#endif

/* A filter of its own may kill a program that calls what it never calls by itself. */
static bool suspend_filter(const struct ebpfmm_tracee *tracee, bool suspend)
{
	return !ptrace(PTRACE_SETOPTIONS, tracee->tid, NULL,
		       (void *)(uintptr_t)(TRACE_OPTIONS |
					   (suspend ? PTRACE_O_SUSPEND_SECCOMP : 0)));
}

int trace_lift_filter(struct tracer *tracer, struct ebpfmm_tracee *tracee)
{
	if (!tracee->filtered || suspend_filter(tracee, true))
		return 0;
	ebpfmm_tried_note(tracer->tried, "%s filters its system calls: the kernel decides "
			  "about memory that it gets after that",
			  tracee->mm->exe ? tracee->mm->exe : "a program");
	return -1;
}

void trace_restore_filter(const struct ebpfmm_tracee *tracee)
{
	if (tracee->filtered)
		suspend_filter(tracee, false);
}
