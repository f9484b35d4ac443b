/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracing a command and all that it starts, so that their memory gets planned page sizes.
 *
 * A filter for system calls (filter.h) lets a thread stop where its memory changes: before
 * and, if it matters, after the call. After it, the tracer looks up what is mapped (area.h),
 * plans page sizes (plan.h), and has the thread make the calls that are missing (advice.h,
 * inject.h). All other calls run at full speed. If the tracer dies, so do the threads.
 */
#ifndef EBPFMM_TRY_TRACER_H
#define EBPFMM_TRY_TRACER_H

#include "try/launch.h"
#include "try/try.h"

/**
 * struct ebpfmm_tracing_how - how memory is treated
 * @planning: which page sizes it should have
 * @deny: the kernel would use large pages where nobody asks for them
 * @advise: calls that change memory stop
 * @protection: as for ebpfmm_try_filter()
 * @refuse: programs that would gain privileges are refused, because they would not
 * @stacks: the kernel itself refuses large pages for stacks of threads
 */
struct ebpfmm_tracing_how {
	struct ebpfmm_planning planning;
	bool deny;
	bool advise;
	bool protection;
	bool refuse;
	bool stacks;
};

/**
 * ebpfmm_trace_launched - run a launched command to its end
 * @how: how memory is treated
 * @launched: the command, which waits
 * @name: of the command
 * @tried: filled in, besides its table
 * @err: it could not be run or traced
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_trace_launched(const struct ebpfmm_tracing_how *how, struct ebpfmm_launched *launched,
			  const char *name, struct ebpfmm_tried *tried,
			  struct ebpfmm_error *err);

#endif /* EBPFMM_TRY_TRACER_H */
