/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that would gain privileges, but do not while they are traced. */
#ifndef EBPFMM_TRY_REFUSE_H
#define EBPFMM_TRY_REFUSE_H

#include <stdint.h>
#include <sys/types.h>

/**
 * ebpfmm_refused - check a program that a thread is about to run
 * @tid: the thread, which has stopped before the call
 * @number: SYS_execve or SYS_execveat
 * @args: of the call
 *
 * Without privileges of its own, a tracer keeps setuid, setgid and file capabilities from
 * having an effect (see execve(2)), and such programs then fail in ways that are hard to explain.
 *
 * Return: the program's path, to be freed, or NULL if it may run.
 */
char *ebpfmm_refused(pid_t tid, long number, const uint64_t args[6]);

#endif /* EBPFMM_TRY_REFUSE_H */
