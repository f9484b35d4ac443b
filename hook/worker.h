/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deadlines, and work in a child process. The OOM killer may kill what needs much memory;
 * the container's start must then still end with a reason.
 */
#ifndef EBPFMM_HOOK_WORKER_H
#define EBPFMM_HOOK_WORKER_H

#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"

/**
 * ebpfmm_interrupt_at - interrupt blocking system calls after a deadline
 * @deadline: from ebpfmm_deadline()
 *
 * At the deadline, and every second after it, blocking calls fail with EINTR (signal(7)).
 */
void ebpfmm_interrupt_at(int64_t deadline);

/**
 * ebpfmm_work - run a function in a child process
 * @work: the function; only its return value and its error's message come back
 * @data: for @work, which gets a copy
 * @deadline: from ebpfmm_deadline(); the child is killed then
 * @err: the error of @work, or how the child ended without a result
 *
 * The child has a copy of this process's memory and open files, is the OOM killer's first
 * choice, and dies with this process. From then on the OOM killer spares this process, if
 * it has the privilege to request that.
 *
 * Return: 0, or -1 with @err set. If the child was killed, its changes outside of its
 * memory may be incomplete.
 */
int ebpfmm_work(int (*work)(void *data, struct ebpfmm_error *err), void *data,
		int64_t deadline, struct ebpfmm_error *err);

/**
 * ebpfmm_limit_memory - limit the address space of this process
 * @bytes: the limit
 * @err: what failed
 *
 * Larger requests fail with ENOMEM. A child process may raise its own limit.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_limit_memory(uint64_t bytes, struct ebpfmm_error *err);

#endif /* EBPFMM_HOOK_WORKER_H */
