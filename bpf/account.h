/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counting, sampling and tracing decisions, and keeping answers for later faults.
 *
 * Kept answers: calling the policy costs a tenth of a 4K fault. So an answer without large
 * pages stays valid for the next KEPT_FAULTS faults of the same thread in the same range.
 * The kernel counts these faults, and the next call adds them to the counters. The last
 * ones of a thread that exits are lost.
 */
#ifndef EBPFMM_ACCOUNT_H
#define EBPFMM_ACCOUNT_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>

#include "choose.h"

#define KEPT_FAULTS	32
/* One decision in SAMPLED adds to the net benefits that were lost. */
#define SAMPLED		16
/* Pages of the largest folio. */
#define HUGE_PAGES	(1ULL << (EBPFMM_ORDERS - 1))

static __always_inline void count(struct ebpfmm_header *header, __u64 order,
				  __u64 reason, __u64 times)
{
	__u64 stripe = bpf_get_smp_processor_id() % EBPFMM_STRIPES;
	struct ebpfmm_counters *counters = &header->counters[stripe];

	if (order < EBPFMM_ORDERS) {
		barrier_var(order);
		__sync_fetch_and_add(&counters->order[order], times);
	}
	if (reason < EBPFMM_REASONS) {
		barrier_var(reason);
		__sync_fetch_and_add(&counters->reason[reason], times);
	}
}

/* Counts for the region or, if there is none, for the rest of the program. */
static __always_inline void count_place(struct ebpfmm_header *header,
					struct ebpfmm_region *regions,
					__u64 capacity, __u64 row,
					__u64 program, __u32 times)
{
	if (row < capacity) {
		barrier_var(row);
		__sync_fetch_and_add(&regions[row].decisions, times);
	} else if (program < EBPFMM_MAX_PROGRAMS) {
		barrier_var(program);
		__sync_fetch_and_add(&header->programs[program].outside, times);
	}
}

/* Adds up the net benefits of the candidates that were not chosen. */
__noinline __u64 sample(struct ebpfmm_header *header __arg_nonnull,
			const struct ebpfmm_weighing *w __arg_nonnull)
{
	__u32 order;

	for (order = 0; order < EBPFMM_ORDERS; order++) {
		if (order == w->order || !(w->candidates >> order & 1))
			continue;
		__sync_fetch_and_add(&header->lost.net[order], w->net[order]);
		__sync_fetch_and_add(&header->lost.samples[order], 1);
	}
	return 0;
}

/* Reads the clock only for a cgroup that is being traced or was. */
static __always_inline bool is_traced(struct cgroup *cgrp)
{
	return ebpfmm_tracing.cgroup &&
	       ebpfmm_tracing.cgroup == bpf_core_cast(cgrp, struct cgroup)->kn->id &&
	       bpf_ktime_get_ns() < ebpfmm_tracing.until;
}

static __always_inline void trace(const struct question *question,
				  const struct ebpfmm_region *regions,
				  __u64 capacity, const struct choice *choice)
{
	__u64 every = ebpfmm_tracing.every;
	__u64 thread = bpf_get_current_pid_tgid();
	struct ebpfmm_event *event;

	if (every > 1 && bpf_get_prandom_u32() % every)
		return;
	event = bpf_ringbuf_reserve(&ebpfmm_events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&ebpfmm_tracing.lost, 1);
		return;
	}
	describe(question, regions, capacity, choice, event);
	event->time = bpf_ktime_get_ns();
	event->tgid = thread >> 32;
	event->tid = thread;
	bpf_ringbuf_submit(event, 0);
}

/* --- kept answers --------------------------------------------------------------- */

/**
 * struct range - a range of addresses
 * @start: first address
 * @end: first address after it
 */
struct range {
	__u64 start;
	__u64 end;
};

/* Cuts a range at a boundary, keeping the side of the address. */
static __always_inline void cut(struct range *range, __u64 address,
				__u64 boundary)
{
	if (boundary <= address) {
		if (range->start < boundary)
			range->start = boundary;
	} else if (range->end > boundary) {
		range->end = boundary;
	}
}

/* Cuts a range to the space and the mapping of the address. */
static __always_inline void cut_space(struct range *range,
				      const struct question *question,
				      const struct ebpfmm_program *program,
				      const struct found *found)
{
	struct vm_area_struct *vma = question->vma;
	unsigned long address = question->address;
	struct mm_struct *mm = bpf_core_cast(vma, struct vm_area_struct)->vm_mm;
	__u64 bias;

	if (!mm)
		return;
	bias = mm->start_code - program->start_code;
	cut(range, address, vma->vm_start);
	cut(range, address, vma->vm_end);
	/* A mapping can contain several spaces. */
	cut(range, address, bias + program->image_start);
	cut(range, address, bias + program->image_end);
	cut(range, address, mm->start_brk);
	cut(range, address, mm->brk);
	cut(range, address, ((mm->start_stack >> EBPFMM_PAGE_SHIFT) + 1)
			    << EBPFMM_PAGE_SHIFT);
	cut(range, address, found->object_end << EBPFMM_PAGE_SHIFT);
}

__noinline __u64 alike(const struct ebpfmm_weighing *w __arg_nonnull,
		       struct found *found __arg_nonnull, __u64 page)
{
	ebpfmm_alike(w, page, &found->start, &found->end);
	return 0;
}

/* The row, or 0 and the program, as a cookie that the kernel returns with the count. */
static __always_inline __u32 make_cookie(const struct choice *choice)
{
	const struct found *found = &choice->found;

	return is_decided(choice->reason) ? found->row + 1 :
					    found->program << 16;
}

static __always_inline void
count_kept(struct ebpfmm_header *header, struct ebpfmm_region *regions,
	   __u64 capacity, __u64 kept)
{
	__u64 row = kept >> 32 & 0xffff;
	__u64 program = kept >> 48;
	__u32 times = kept;

	if (!times)
		return;
	if (!row) {
		count(header, EBPFMM_ORDERS,
		      program < EBPFMM_MAX_PROGRAMS ? EBPFMM_OUTSIDE :
						      EBPFMM_OTHER_PROGRAM,
		      times);
		count_place(header, regions, capacity, EBPFMM_NO_REGION, program,
			    times);
	} else if (row <= header->nregions) {
		/* Otherwise it belongs to a profile that was replaced. */
		count(header, 0, EBPFMM_KEPT, times);
		count_place(header, regions, capacity, row - 1,
			    EBPFMM_NO_PROGRAM, times);
	}
}

/*
 * The number of faults for which the answer may be kept. 0 if the kernel decides within
 * limits, because it may make large pages by itself, and while the cgroup is traced,
 * because the trace must show every fault. The kernel does not keep answers with orders.
 */
static __always_inline __u32 uses(const struct ebpfmm_header *header,
				  const struct choice *choice, bool traced)
{
	if (traced || (choice->answer & BPF_MM_DEFAULT && header->limited))
		return 0;
	return KEPT_FAULTS;
}

/* Keep the answer for later faults, and count those of the previous one. */
static __always_inline void keep(const struct question *question,
				 struct ebpfmm_header *header,
				 struct ebpfmm_region *regions, __u64 capacity,
				 struct choice *choice, bool traced)
{
	struct found *found = &choice->found;
	__u64 page = question->address >> EBPFMM_PAGE_SHIFT;
	__u64 i = found->program, kept;
	struct range range;

	if (!is_decided(choice->reason)) {
		/* Not where a page that the kernel selects could reach into a region. */
		found->start = (found->start + HUGE_PAGES - 1) & -HUGE_PAGES;
		found->end &= -HUGE_PAGES;
	} else if (choice->weighing.sizes != 1) {
		alike(&choice->weighing, found, page);
	}
	range.start = found->start << EBPFMM_PAGE_SHIFT;
	range.end = found->end << EBPFMM_PAGE_SHIFT;
	if (i < EBPFMM_MAX_PROGRAMS) {
		barrier_var(i);
		cut_space(&range, question, &header->programs[i], found);
	}
	kept = bpf_mm_keep(range.start, range.end,
			   uses(header, choice, traced), make_cookie(choice));
	count_kept(header, regions, capacity, kept);
}

/* --- all of it ------------------------------------------------------------------- */

static __always_inline void
account(const struct question *question, struct ebpfmm_header *header,
	struct ebpfmm_region *regions, __u64 capacity, struct choice *choice)
{
	const struct ebpfmm_weighing *w = &choice->weighing;
	bool decided = is_decided(choice->reason);
	bool traced = is_traced(question->cgrp);

	if (traced)
		trace(question, regions, capacity, choice);
	if (question->why != BPF_MM_FAULT)
		return;
	count(header, decided ? w->order : EBPFMM_ORDERS, choice->reason, 1);
	count_place(header, regions, capacity,
		    decided ? choice->found.row : EBPFMM_NO_REGION,
		    choice->found.program, 1);
	if (decided && w->candidates != 1 &&
	    !(bpf_get_prandom_u32() % SAMPLED))
		sample(header, w);
	keep(question, header, regions, capacity, choice, traced);
}

#endif /* EBPFMM_ACCOUNT_H */
