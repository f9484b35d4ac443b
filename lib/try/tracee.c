// SPDX-License-Identifier: GPL-2.0-only
#include "try/tracee.h"

#include <stdlib.h>
#include <string.h>

static struct ebpfmm_tracee **bucket(struct ebpfmm_tracees *all, pid_t tid)
{
	return &all->buckets[(unsigned int)tid % EBPFMM_TRACEE_BUCKETS];
}

struct ebpfmm_tracee *ebpfmm_tracee_find(struct ebpfmm_tracees *all, pid_t tid)
{
	struct ebpfmm_tracee *tracee = *bucket(all, tid);

	while (tracee && tracee->tid != tid)
		tracee = tracee->next;
	return tracee;
}

struct ebpfmm_tracee *ebpfmm_tracee_get(struct ebpfmm_tracees *all, pid_t tid)
{
	struct ebpfmm_tracee *tracee = ebpfmm_tracee_find(all, tid);
	struct ebpfmm_tracee **place = bucket(all, tid);

	if (tracee)
		return tracee;
	tracee = calloc(1, sizeof(*tracee));
	if (!tracee)
		return NULL;
	tracee->tid = tid;
	tracee->next = *place;
	*place = tracee;
	all->count++;
	return tracee;
}

static void put(struct ebpfmm_mm *mm)
{
	if (!mm || --mm->users)
		return;
	ebpfmm_told_free(&mm->told);
	ebpfmm_usage_free(&mm->usage);
	free(mm->exe);
	free(mm);
}

void ebpfmm_tracee_give(struct ebpfmm_tracee *tracee, struct ebpfmm_mm *mm)
{
	struct ebpfmm_mm *old = tracee->mm;

	if (mm)
		mm->users++;
	tracee->mm = mm;
	put(old);
}

void ebpfmm_tracee_drop(struct ebpfmm_tracees *all, struct ebpfmm_tracee *tracee)
{
	struct ebpfmm_tracee **place = bucket(all, tracee->tid);

	while (*place != tracee)
		place = &(*place)->next;
	*place = tracee->next;
	ebpfmm_tracee_give(tracee, NULL);
	free(tracee);
	all->count--;
}

unsigned int ebpfmm_tracee_siblings(const struct ebpfmm_tracees *all,
				    const struct ebpfmm_tracee *tracee)
{
	unsigned int count = 0;

	for (size_t i = 0; i < EBPFMM_TRACEE_BUCKETS; i++)
		for (const struct ebpfmm_tracee *other = all->buckets[i]; other;
		     other = other->next)
			count += other != tracee && other->tgid == tracee->tgid;
	return count;
}

void ebpfmm_tracees_free(struct ebpfmm_tracees *all)
{
	for (size_t i = 0; i < EBPFMM_TRACEE_BUCKETS; i++)
		while (all->buckets[i])
			ebpfmm_tracee_drop(all, all->buckets[i]);
}

struct ebpfmm_mm *ebpfmm_mm_new(void)
{
	struct ebpfmm_mm *mm = calloc(1, sizeof(*mm));

	if (mm)
		mm->program = EBPFMM_NO_PROGRAM;
	return mm;
}

struct ebpfmm_mm *ebpfmm_mm_copy(const struct ebpfmm_mm *from)
{
	struct ebpfmm_mm *mm = ebpfmm_mm_new();

	if (!mm)
		return NULL;
	mm->program = from->program;
	mm->bounds = from->bounds;
	mm->brk = from->brk;
	mm->asked = from->asked;
	mm->alien = from->alien;
	mm->exe = from->exe ? strdup(from->exe) : NULL;
	if (!ebpfmm_told_copy(&mm->told, &from->told))
		return mm;
	mm->users = 1;
	put(mm);
	return NULL;
}
