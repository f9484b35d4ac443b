/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deadlines, and work in a process of its own: what needs much memory may be taken by
 * the OOM killer, and the container's start must end with a reason all the same.
 */
#ifndef EBPFMM_HOOK_WORKER_H
#define EBPFMM_HOOK_WORKER_H

#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"

/**
 * ebpfmm_interrupt_at - let no system call of this process wait past a deadline
 * @deadline: from ebpfmm_deadline()
 *
 * Then, and each second after that, what waits ends with EINTR (signal(7)).
 */
void ebpfmm_interrupt_at(int64_t deadline);

/**
 * ebpfmm_work - run a function in a child process
 * @work: what to run; whether it returns 0 and its error's message come back,
 *	and nothing else
 * @data: for @work, which gets a copy
 * @deadline: when the child is killed
 * @err: what @work said, or how the child ended instead of saying it
 *
 * The child has a copy of this process's memory and open files, is taken first where
 * memory is short, and dies with this process. This process is not taken then, from
 * now on, if it has the privilege to ask for that.
 *
 * Return: 0, or -1 with @err set. Of a child that did not end by itself, what it was
 * changing outside of its memory stays half changed.
 */
int ebpfmm_work(int (*work)(void *data, struct ebpfmm_error *err), void *data,
		int64_t deadline, struct ebpfmm_error *err);

/**
 * ebpfmm_limit_memory - limit what this process may map from now on
 * @bytes: of address space in all
 * @err: what failed
 *
 * What is beyond fails with ENOMEM. A child may have more, if it asks for it.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_limit_memory(uint64_t bytes, struct ebpfmm_error *err);

#endif /* EBPFMM_HOOK_WORKER_H */
