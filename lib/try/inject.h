/* SPDX-License-Identifier: GPL-2.0-only */
/* Having a traced thread make system calls. */
#ifndef EBPFMM_TRY_INJECT_H
#define EBPFMM_TRY_INJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "try/advice.h"

/**
 * struct ebpfmm_syscall - a system call that a thread makes for the tracer
 * @number: as in <sys/syscall.h>
 * @args: the first five arguments; the sixth is EBPFMM_TRY_MAGIC
 * @result: what it returned, or a negative number of <errno.h>
 */
struct ebpfmm_syscall {
	long number;
	uint64_t args[5];
	int64_t result;
};

/**
 * ebpfmm_inject_syscall - have a thread make a system call
 * @tid: the thread, which has stopped at the exit of one, but not of execve(2)
 * @syscall: the call; its result is filled in
 * @status: as for ebpfmm_inject()
 *
 * Return: as ebpfmm_inject().
 */
int ebpfmm_inject_syscall(pid_t tid, struct ebpfmm_syscall *syscall, int *status);

/**
 * ebpfmm_inject - have a thread call madvise(2)
 * @tid: the thread, which has stopped at the exit of a system call
 * @after_exec: that call was execve(2), which has left no instruction to make calls with
 * @calls: the calls
 * @failed: incremented for each call that the kernel did not accept
 * @status: if -1 is returned, what waitpid(2) said of the thread, which is still to be
 *	handled; or -1
 *
 * Its registers and its signals are as they were before.
 *
 * Return: 0; 1 if the thread could not be made to call anything; or -1 if it has ended or is
 * about to.
 */
int ebpfmm_inject(pid_t tid, bool after_exec, const struct ebpfmm_calls *calls,
		  unsigned int *failed, int *status);

#endif /* EBPFMM_TRY_INJECT_H */
