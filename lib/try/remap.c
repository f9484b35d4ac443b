// SPDX-License-Identifier: GPL-2.0-only
/*
 * mremap(2) grows one mapping only, and fails with EFAULT for more. Where it is only our advice
 * that has made several mappings of one, the parts are grown and moved one by one. A part that
 * has pages cannot become one with its neighbour again, as each has an anon_vma of its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "try/inject.h"
#include "try/tracer_private.h"

/**
 * struct remap - a range that is to grow
 * @tracee: the thread that has called mremap(2)
 * @parts: the first of the mappings that the range is in
 * @count: their number
 * @start: first address of the range
 * @size: bytes
 * @new_size: bytes that it is to have, more than @size
 * @rc: what ebpfmm_inject_syscall() returned last
 * @status: likewise
 */
struct remap {
	const struct ebpfmm_tracee *tracee;
	const struct ebpfmm_try_area *parts;
	size_t count;
	uint64_t start;
	uint64_t size;
	uint64_t new_size;
	int rc;
	int status;
};

/* Return: its result; negative if it was not made. */
static int64_t make(struct remap *remap, struct ebpfmm_syscall syscall)
{
	if (remap->rc)
		return -EFAULT;
	remap->rc = ebpfmm_inject_syscall(remap->tracee->tid, &syscall, &remap->status);
	return remap->rc ? -EFAULT : syscall.result;
}

/* A part, cut to the range: its offset in the range, and its size. */
static void cut(const struct remap *remap, size_t index, uint64_t *offset, uint64_t *size)
{
	const struct ebpfmm_try_area *part = &remap->parts[index];
	uint64_t end = remap->start + remap->size;
	uint64_t from = part->start > remap->start ? part->start : remap->start;

	*offset = from - remap->start;
	*size = (part->end < end ? part->end : end) - from;
}

static uint64_t growth(const struct remap *remap, size_t index)
{
	return index + 1 == remap->count ? remap->new_size - remap->size : 0;
}

static int64_t grow_in_place(struct remap *remap)
{
	uint64_t offset, size, more = growth(remap, remap->count - 1);

	cut(remap, remap->count - 1, &offset, &size);
	return make(remap, (struct ebpfmm_syscall){
		SYS_mremap, { remap->start + offset, size, size + more, 0 }, 0 });
}

static int64_t move(struct remap *remap, size_t index, uint64_t base)
{
	uint64_t offset, size, more = growth(remap, index);

	cut(remap, index, &offset, &size);
	return make(remap, (struct ebpfmm_syscall){
		SYS_mremap, { remap->start + offset, size, size + more,
			      MREMAP_MAYMOVE | MREMAP_FIXED, base + offset }, 0 });
}

static int64_t move_back(struct remap *remap, size_t index, uint64_t base)
{
	uint64_t offset, size, more = growth(remap, index);

	cut(remap, index, &offset, &size);
	return make(remap, (struct ebpfmm_syscall){
		SYS_mremap, { base + offset, size + more, size,
			      MREMAP_MAYMOVE | MREMAP_FIXED, remap->start + offset }, 0 });
}

/* The last part goes first: it is the one that needs more memory, which may be refused. */
static int64_t move_all(struct remap *remap)
{
	size_t left = remap->count;
	int64_t result = 0, base;

	base = make(remap, (struct ebpfmm_syscall){
		SYS_mmap, { 0, remap->new_size, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, (uint64_t)-1 }, 0 });
	if (base < 0)
		return base;
	while (left && result >= 0) {
		result = move(remap, left - 1, (uint64_t)base);
		left -= result >= 0;
	}
	if (result >= 0)
		return base;
	while (left < remap->count)
		move_back(remap, left++, (uint64_t)base);
	make(remap, (struct ebpfmm_syscall){
		SYS_munmap, { (uint64_t)base, remap->new_size }, 0 });
	return result;
}

/* Whether the range would be in one mapping without advice. */
static bool is_one(const struct remap *remap, const struct ebpfmm_told *told,
		   const struct ebpfmm_try_areas *areas)
{
	struct ebpfmm_try_areas joined = { .count = areas->count };
	bool found = false;

	joined.list = calloc(areas->count + 1, sizeof(*joined.list));
	if (!joined.list)
		return false;
	memcpy(joined.list, areas->list, areas->count * sizeof(*joined.list));
	ebpfmm_told_join(told, &joined);
	for (size_t i = 0; i < joined.count; i++)
		found |= joined.list[i].anonymous && joined.list[i].start <= remap->start &&
			 joined.list[i].end >= remap->start + remap->size;
	free(joined.list);
	return found;
}

static bool find_parts(struct remap *remap, const struct ebpfmm_try_areas *areas)
{
	for (size_t i = 0; i < areas->count; i++) {
		const struct ebpfmm_try_area *area = &areas->list[i];

		if (area->end <= remap->start || area->start >= remap->start + remap->size)
			continue;
		if (!remap->count)
			remap->parts = area;
		remap->count++;
	}
	return remap->count > 1;
}

int trace_remap(struct tracer *tracer, struct ebpfmm_tracee *tracee, int64_t *result)
{
	_cleanup_(ebpfmm_try_areas_free) struct ebpfmm_try_areas areas = {};
	struct user_regs_struct regs;
	struct remap remap = {
		.tracee = tracee, .start = tracee->args[0], .size = trace_page_up(tracee->args[1]),
		.new_size = trace_page_up(tracee->args[2]), .status = NO_STATUS,
	};
	int64_t grown;

	if (tracee->args[3] & ~(uint64_t)MREMAP_MAYMOVE || remap.new_size <= remap.size ||
	    remap.start + remap.size < remap.start ||
	    ebpfmm_try_areas_read(tracee->tid, &areas) || !find_parts(&remap, &areas) ||
	    !is_one(&remap, &tracee->mm->told, &areas) || trace_lift_filter(tracer, tracee))
		return NO_STATUS;
	grown = grow_in_place(&remap);
	if (grown >= 0)
		grown = (int64_t)remap.start;
	else if (tracee->args[3] & MREMAP_MAYMOVE)
		grown = move_all(&remap);
	if (remap.rc < 0)
		return remap.status;
	trace_restore_filter(tracee);
	if (!ptrace(PTRACE_GETREGS, tracee->tid, NULL, &regs)) {
		regs.rax = (unsigned long long)grown;
		ptrace(PTRACE_SETREGS, tracee->tid, NULL, &regs);
	}
	*result = grown;
	return NO_STATUS;
}
