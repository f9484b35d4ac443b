/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work under a deadline, in a process of its own: what reads a tenant's files
 * may be slow, hang in a file system or crash, and the container's start must
 * end in time with a reason all the same.
 */
#ifndef EBPFMM_HOOK_WORKER_H
#define EBPFMM_HOOK_WORKER_H

#include <stdint.h>

#include "error.h"

/**
 * ebpfmm_deadline - a point in time
 * @ms: milliseconds from now
 *
 * Return: milliseconds of CLOCK_MONOTONIC.
 */
int64_t ebpfmm_deadline(int ms);

/**
 * ebpfmm_time_left - how long until a deadline
 * @deadline: from ebpfmm_deadline()
 *
 * Return: milliseconds, 0 when it has passed.
 */
int ebpfmm_time_left(int64_t deadline);

/**
 * ebpfmm_interrupt_at - let no system call of this process wait past a deadline
 * @deadline: from ebpfmm_deadline()
 *
 * Then, and each second after that, what waits ends with EINTR (signal(7)).
 */
void ebpfmm_interrupt_at(int64_t deadline);

/* The child ended, or was ended, before its work was done. */
#define EBPFMM_WORK_LOST (-2)

/**
 * ebpfmm_work - run a function in a child process
 * @work: what to run; what it returns, which is not EBPFMM_WORK_LOST, and its error
 *	come back
 * @data: for @work
 * @deadline: when the child is killed
 * @err: what @work said, or how the child ended instead of saying it
 *
 * The child shares this process's memory and open files, and dies with it.
 *
 * Return: what @work returned; -1 with @err set when there is no child; or
 * EBPFMM_WORK_LOST with @err set, and then what the child held is held for ever and
 * what it was changing stays half changed, the heap's own book-keeping included: all
 * that may follow is ebpfmm_fail() and execve() or _exit().
 */
int ebpfmm_work(int (*work)(void *data, struct ebpfmm_error *err), void *data,
		int64_t deadline, struct ebpfmm_error *err);

/**
 * ebpfmm_limit_memory - limit what this process may map from now on
 * @bytes: of address space in all
 * @err: what failed
 *
 * To be called by work that reads a tenant's files: what is beyond fails there
 * with ENOMEM, whatever is wrong.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_limit_memory(uint64_t bytes, struct ebpfmm_error *err);

#endif /* EBPFMM_HOOK_WORKER_H */
