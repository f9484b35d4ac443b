/* SPDX-License-Identifier: GPL-2.0-only */
/* The threads that are traced, and the memory that they share. */
#ifndef EBPFMM_TRY_TRACEE_H
#define EBPFMM_TRY_TRACEE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "try/advice.h"
#include "try/usage.h"

/**
 * struct ebpfmm_mm - the memory of a process
 * @users: threads that have it
 * @owner: id of the process that it belongs to, also while vfork(2) lends it
 * @program: index of its program in the table, or EBPFMM_NO_PROGRAM
 * @bounds: that the kernel knows
 * @brk: end of its heap; 0 until it has changed
 * @asked: the end of the heap that was asked for last; 0 if none was
 * @told: what it was told
 * @exe: path of the program; NULL if it is not known
 * @alien: a program whose system calls are not those of x86-64
 * @usage: its page sizes when it was largest, as far as it was looked at
 * @resident: bytes of all its memory when it was looked at last
 * @peak: most memory that it had, bytes
 */
struct ebpfmm_mm {
	unsigned int users;
	pid_t owner;
	unsigned int program;
	struct ebpfmm_try_memory bounds;
	uint64_t brk;
	uint64_t asked;
	struct ebpfmm_told told;
	char *exe;
	bool alien;
	struct ebpfmm_usage usage;
	uint64_t resident;
	uint64_t peak;
};

/**
 * struct ebpfmm_tracee - a thread
 * @tid: its id
 * @tgid: id of its process; 0 until that is known
 * @mm: its memory; NULL until its parent's stop tells which
 * @stopped: it has stopped before @mm was known, and waits
 * @filtered: it has a filter of its own for system calls
 * @inside: it is to stop at the exit of the system call @number
 * @number: of a system call
 * @args: of the system call
 * @next: in its bucket
 */
struct ebpfmm_tracee {
	pid_t tid;
	pid_t tgid;
	struct ebpfmm_mm *mm;
	bool stopped;
	bool filtered;
	bool inside;
	long number;
	uint64_t args[6];
	struct ebpfmm_tracee *next;
};

#define EBPFMM_TRACEE_BUCKETS	256

/**
 * struct ebpfmm_tracees - all threads
 * @buckets: by id
 * @count: their number
 */
struct ebpfmm_tracees {
	struct ebpfmm_tracee *buckets[EBPFMM_TRACEE_BUCKETS];
	unsigned int count;
};

/**
 * ebpfmm_tracee_get - find a thread, or add it
 * @all: the threads
 * @tid: its id
 *
 * Return: the thread, or NULL without memory.
 */
struct ebpfmm_tracee *ebpfmm_tracee_get(struct ebpfmm_tracees *all, pid_t tid);

/**
 * ebpfmm_tracee_find - find a thread
 * @all: the threads
 * @tid: its id
 *
 * Return: the thread, or NULL.
 */
struct ebpfmm_tracee *ebpfmm_tracee_find(struct ebpfmm_tracees *all, pid_t tid);

/**
 * ebpfmm_tracee_drop - forget a thread
 * @all: the threads
 * @tracee: the thread
 */
void ebpfmm_tracee_drop(struct ebpfmm_tracees *all, struct ebpfmm_tracee *tracee);

/**
 * ebpfmm_tracee_siblings - count the other threads of a process
 * @all: the threads
 * @tracee: one of them
 *
 * Return: their number.
 */
unsigned int ebpfmm_tracee_siblings(const struct ebpfmm_tracees *all,
				    const struct ebpfmm_tracee *tracee);

/**
 * ebpfmm_tracee_give - give memory to a thread
 * @tracee: the thread; what it had is released
 * @mm: the memory; NULL for none
 */
void ebpfmm_tracee_give(struct ebpfmm_tracee *tracee, struct ebpfmm_mm *mm);

/**
 * ebpfmm_tracees_free - forget all threads
 * @all: the threads
 */
void ebpfmm_tracees_free(struct ebpfmm_tracees *all);

/**
 * ebpfmm_mm_new - memory of a program that begins
 *
 * Return: for ebpfmm_tracee_give(), or NULL without memory.
 */
struct ebpfmm_mm *ebpfmm_mm_new(void);

/**
 * ebpfmm_mm_copy - memory of a forked process
 * @from: that of its parent
 *
 * Return: for ebpfmm_tracee_give(), or NULL without memory.
 */
struct ebpfmm_mm *ebpfmm_mm_copy(const struct ebpfmm_mm *from);

#endif /* EBPFMM_TRY_TRACEE_H */
