/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the tracer share: tracer.c (events), calls.c (system calls), remap.c
 * (mremap(2) of what advice has split), lift.c (the program's own filter), look.c.
 */
#ifndef EBPFMM_TRY_TRACER_PRIVATE_H
#define EBPFMM_TRY_TRACER_PRIVATE_H

#include <sys/ptrace.h>
#include <sys/user.h>

#include "try/tracee.h"
#include "try/tracer.h"

/* What waitpid(2) never says. */
#define NO_STATUS	(-1)

#define TRACE_OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | \
		       PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | \
		       PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL)

/**
 * struct tracer - state of the tracer
 * @how: how memory is treated
 * @tried: what comes of it
 * @all: the threads
 * @main: the command
 * @running: the command runs; before that, it is a copy of this process
 * @began: when it began, CLOCK_MONOTONIC
 * @failed: calls that the kernel did not accept
 */
struct tracer {
	const struct ebpfmm_tracing_how *how;
	struct ebpfmm_tried *tried;
	struct ebpfmm_tracees all;
	pid_t main;
	bool running;
	int64_t began;
	unsigned int failed;
};

/**
 * trace_enter - a thread is about to make a call of the filter
 * @tracer: the tracer
 * @tracee: the thread
 *
 * Return: whether it must stop at the call's exit.
 */
bool trace_enter(struct tracer *tracer, struct ebpfmm_tracee *tracee);

/**
 * trace_leave - a thread has made that call
 * @tracer: the tracer
 * @tracee: the thread
 *
 * Return: NO_STATUS, or what waitpid(2) said of the thread in the meantime, still to be handled.
 */
int trace_leave(struct tracer *tracer, struct ebpfmm_tracee *tracee);

/**
 * trace_page_up - round up to the size of a page
 * @address: an address or a number of bytes
 *
 * Return: the next multiple of the page size, or @address.
 */
static inline uint64_t trace_page_up(uint64_t address)
{
	return (address + 4095) & ~UINT64_C(4095);
}

/**
 * trace_lift_filter - let a thread make calls that its own filter may forbid
 * @tracer: the tracer
 * @tracee: the thread, which has stopped; trace_restore_filter() follows
 *
 * Return: 0, or -1 if that is not possible, which is noted.
 */
int trace_lift_filter(struct tracer *tracer, struct ebpfmm_tracee *tracee);

/**
 * trace_restore_filter - have a thread's own filter apply again
 * @tracee: the thread, which has stopped
 */
void trace_restore_filter(const struct ebpfmm_tracee *tracee);

/**
 * trace_remap - grow by parts what mremap(2) has not, because advice has split it
 * @tracer: the tracer
 * @tracee: the thread, which has stopped at the exit of mremap(2) with EFAULT
 * @result: of the call; replaced, like the thread's, if it was grown or could not be
 *
 * Return: as trace_leave().
 */
int trace_remap(struct tracer *tracer, struct ebpfmm_tracee *tracee, int64_t *result);

/**
 * trace_exec - a process has begun to run a program
 * @tracer: the tracer
 * @tracee: its only thread; gets new memory
 *
 * Return: 0, or -1 without memory.
 */
int trace_exec(struct tracer *tracer, struct ebpfmm_tracee *tracee);

/**
 * trace_look - look how much memory a process has, if it is more than before
 * @tracer: the tracer
 * @tracee: a thread of it, which has stopped
 */
void trace_look(struct tracer *tracer, struct ebpfmm_tracee *tracee);

/**
 * trace_look_again - likewise, if it has an eighth more than when it was looked at last
 * @tracer: the tracer
 * @tracee: a thread of it, which has stopped
 */
void trace_look_again(struct tracer *tracer, struct ebpfmm_tracee *tracee);

/**
 * trace_count - add what was found of a process to the result
 * @tracer: the tracer
 * @tracee: its last thread
 */
void trace_count(struct tracer *tracer, struct ebpfmm_tracee *tracee);

#endif /* EBPFMM_TRY_TRACER_PRIVATE_H */
