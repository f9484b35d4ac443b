// SPDX-License-Identifier: GPL-2.0-only
/*
 * mremap(2) grows one mapping only, and fails with EFAULT for more; before Linux 6.17, it moves
 * one only. Where it is only our advice that has made several mappings of one, the parts are
 * grown and moved one by one. A part that has pages cannot become one with its neighbour again,
 * as each has an anon_vma of its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "try/inject.h"
#include "try/tracer_private.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP	4
#endif

/**
 * struct remap - a range that is to grow or to move
 * @tracee: the thread that has called mremap(2)
 * @parts: the first of the mappings that the range is in
 * @count: their number
 * @start: first address of the range
 * @size: bytes that it keeps
 * @new_size: bytes that it is to have, not fewer than @size
 * @flags: of mremap(2) for each part
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
	uint64_t flags;
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
			      remap->flags | MREMAP_MAYMOVE | MREMAP_FIXED, base + offset }, 0 });
}

static int64_t move_back(struct remap *remap, size_t index, uint64_t base)
{
	uint64_t offset, size, more = growth(remap, index);

	cut(remap, index, &offset, &size);
	return make(remap, (struct ebpfmm_syscall){
		SYS_mremap, { base + offset, size + more, size,
			      MREMAP_MAYMOVE | MREMAP_FIXED, remap->start + offset }, 0 });
}

/* Address space for the whole range. */
static int64_t reserve(struct remap *remap)
{
	return make(remap, (struct ebpfmm_syscall){
		SYS_mmap, { 0, remap->new_size, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, (uint64_t)-1 }, 0 });
}

static void unmap(struct remap *remap, uint64_t start, uint64_t size)
{
	if (size)
		make(remap, (struct ebpfmm_syscall){ SYS_munmap, { start, size }, 0 });
}

/*
 * The last part goes first: it is the one that needs more memory, which may be refused.
 * Return: 0, or what was refused, with everything where it was.
 */
static int64_t move_all(struct remap *remap, uint64_t base)
{
	size_t left = remap->count;
	int64_t result = 0;

	while (left && result >= 0) {
		result = move(remap, left - 1, base);
		left -= result >= 0;
	}
	if (result >= 0)
		return 0;
	while (left < remap->count)
		move_back(remap, left++, base);
	return result;
}

/* The range moves to @base, or to wherever there is room if that is 0. Return: where to. */
static int64_t move_to(struct remap *remap, uint64_t base)
{
	int64_t to = base ? (int64_t)base : reserve(remap), result;

	if (to < 0)
		return to;
	result = move_all(remap, (uint64_t)to);
	if (result < 0 && !base)
		unmap(remap, (uint64_t)to, remap->new_size);
	return result < 0 ? result : to;
}

/* What mremap(2) would have done with one mapping. Return: its result. */
static int64_t remap_parts(struct remap *remap, uint64_t flags, uint64_t new_address,
			   uint64_t surplus)
{
	int64_t result;

	if (!(flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))) {
		result = grow_in_place(remap);
		if (result >= 0)
			return (int64_t)remap->start;
		return flags & MREMAP_MAYMOVE ? move_to(remap, 0) : result;
	}
	result = move_to(remap, flags & MREMAP_FIXED ? new_address : 0);
	if (result >= 0)
		unmap(remap, remap->start + remap->size, surplus);
	return result;
}

/* Whether a range would be in one mapping without advice. */
static bool is_one(uint64_t start, uint64_t size, const struct ebpfmm_told *told,
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
		found |= joined.list[i].anonymous && joined.list[i].start <= start &&
			 joined.list[i].end >= start + size;
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
	uint64_t size = trace_page_up(tracee->args[1]), flags = tracee->args[3];
	bool moves = flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);
	uint64_t surplus;
	struct user_regs_struct regs;
	struct remap remap = {
		.tracee = tracee, .start = tracee->args[0], .size = size,
		.new_size = trace_page_up(tracee->args[2]), .flags = flags & MREMAP_DONTUNMAP,
		.status = NO_STATUS,
	};

	if (remap.size > remap.new_size)
		remap.size = remap.new_size;
	if (!remap.size || (!moves && remap.new_size == remap.size) ||
	    remap.start + size < remap.start ||
	    ebpfmm_try_areas_read(tracee->tid, &areas) || !find_parts(&remap, &areas) ||
	    !is_one(remap.start, remap.size, &tracee->mm->told, &areas) ||
	    trace_lift_filter(tracer, tracee))
		return NO_STATUS;
	/* The kernel may have unmapped the rest before it found that there are several mappings. */
	surplus = is_one(remap.start, size, &tracee->mm->told, &areas) ? size - remap.size : 0;
	*result = remap_parts(&remap, flags, tracee->args[4], surplus);
	if (remap.rc < 0)
		return remap.status;
	trace_restore_filter(tracee);
	if (!ptrace(PTRACE_GETREGS, tracee->tid, NULL, &regs)) {
		regs.rax = (unsigned long long)*result;
		ptrace(PTRACE_SETREGS, tracee->tid, NULL, &regs);
	}
	return NO_STATUS;
}
