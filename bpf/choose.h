/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deciding for an address, without counting or tracing, so that the fault policy and
 * `ebpfmm explain` share the code.
 *
 * There are three steps:
 *
 *   1. Which program?  The file that the process runs, mm->exe_file.
 *   2. Which region?   The address tells the space (image, heap, stack, part of
 *      a shared object or a mapping), the space's base turns it into the page
 *      numbers that the profile was translated to, and a binary search finds the
 *      region.
 *   3. Which size?     decision.h, with supply, limits and headroom from the kernel.
 *
 * Functions that loop are global, so that the verifier checks each of them once. They are
 * weak, because each file of the object has them.
 */
#ifndef EBPFMM_CHOOSE_H
#define EBPFMM_CHOOSE_H

#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "decision.h"
#include "place.h"
#include "tables.h"

/**
 * struct question - the arguments of the kernel's call
 * @cgrp: the cgroup that the policy is attached to
 * @vma: the mapping
 * @address: the address that faulted
 * @admissible: bitmap of orders
 * @why: enum bpf_mm_reason
 */
struct question {
	struct cgroup *cgrp;
	struct vm_area_struct *vma;
	unsigned long address;
	__u32 admissible;
	__u32 why;
};

/**
 * struct found - the region of an address
 * @program: index of its program
 * @row: index of its region or of its program's default
 * @start: first page of the range that gets the same decision
 * @end: first page after it
 * @object_end: page at which the part of a shared object in the same mapping ends; 0 if
 *	there is none
 * @is_default: @row is the default
 */
struct found {
	__u64 program;
	__u64 row;
	__u64 start;
	__u64 end;
	__u64 object_end;
	bool is_default;
};

/**
 * struct choice - the decision for an address
 * @found: the region
 * @weighing: the sizes; all 0 if the kernel decides
 * @reason: enum ebpfmm_reason
 * @answer: the return value for the kernel
 */
struct choice {
	struct found found;
	struct ebpfmm_weighing weighing;
	__u32 reason;
	__u32 answer;
};

static __always_inline bool is_decided(__u32 reason)
{
	return reason != EBPFMM_OUTSIDE && reason != EBPFMM_OTHER_PROGRAM;
}

/* --- which program, which region ---------------------------------------------- */

/* Index of the program with that file, except the first, or EBPFMM_MAX_PROGRAMS. */
__weak __noinline __u64
find_further_program(struct ebpfmm_header *header __arg_nonnull,
		     const struct ebpfmm_identity *file __arg_nonnull)
{
	__u32 i;

	for (i = 1; i < EBPFMM_MAX_PROGRAMS && i < header->nprograms; i++)
		if (is_same(&header->programs[i].file, file))
			return i;
	return EBPFMM_MAX_PROGRAMS;
}

/* Index of the program with that file, or EBPFMM_MAX_PROGRAMS. Usually it is the first. */
static __always_inline __u64 find_program(struct ebpfmm_header *header,
					  const struct ebpfmm_identity *file)
{
	if (header->nprograms && is_same(&header->programs[0].file, file))
		return 0;
	return find_further_program(header, file);
}

static __always_inline __u64 program_of(struct ebpfmm_header *header,
					struct mm_struct *mm)
{
	struct ebpfmm_identity identity;
	struct file *file = mm->exe_file;

	if (!file)
		return EBPFMM_MAX_PROGRAMS;
	identify_unheld(file, &identity);
	return find_program(header, &identity);
}

/*
 * Among the regions of the span, the index of the last one that starts at or
 * before the page; the span's first if there is none.
 */
static __always_inline __u64 search(const struct ebpfmm_region *regions,
				    __u64 capacity,
				    const struct place *place)
{
	__u64 low = place->span.first;
	__u64 count = place->span.count;
	__u32 i;

	/* 2^11 is more than either capacity. */
	for (i = 0; i < 11 && count > 1; i++) {
		__u64 half = count / 2;
		__u64 middle = low + half;
		__s64 beyond;

		if (middle >= capacity)
			break;
		barrier_var(middle);
		/*
		 * Not a branch, or the verifier would follow two paths from here. Page numbers
		 * are far below 2^63.
		 */
		beyond = place->relative - regions[middle].start;
		barrier_var(beyond);
		low += half & ~(beyond >> 63);
		count -= half;
	}
	return low;
}

/* EBPFMM_BEST, or why the address is left to the kernel. */
static __always_inline __u32
find_region(struct ebpfmm_header *header, const struct ebpfmm_region *regions,
	    __u64 capacity, struct vm_area_struct *vma, unsigned long address,
	    struct found *found)
{
	struct mm_struct *mm = vma->vm_mm;
	__u64 low = 0, high = 1ULL << 32;
	struct ebpfmm_program *program;
	struct place place;
	__u64 i = EBPFMM_MAX_PROGRAMS;
	bool is_placed;

	found->row = EBPFMM_NO_REGION;
	found->is_default = false;
	/* All memory, unless found otherwise; as an address, too. */
	found->start = 0;
	found->end = 1ULL << (63 - EBPFMM_PAGE_SHIFT);
	found->object_end = 0;

	if (mm)
		i = program_of(header, mm);
	found->program = i;
	if (!mm || i >= EBPFMM_MAX_PROGRAMS)
		return EBPFMM_OTHER_PROGRAM;
	barrier_var(i);
	program = &header->programs[i];

	is_placed = find_place(header, program, vma, mm, address, &place);
	found->object_end = place.object_end;
	if (is_placed && place.span.count) {
		i = search(regions, capacity, &place);
		if (i >= capacity)
			return EBPFMM_OUTSIDE;
		barrier_var(i);
		if (regions[i].start > place.relative) {
			high = regions[i].start;
		} else if (regions[i].end > place.relative) {
			found->row = i;
			low = regions[i].start;
			high = regions[i].end;
		} else {
			low = regions[i].end;
			i++;
			if (i < place.span.first + place.span.count &&
			    i < capacity) {
				barrier_var(i);
				high = regions[i].start;
			}
		}
		found->start = place.base + low;
		found->end = place.base + high;
		if (place.down) {
			found->start = place.base > high ? place.base - high : 0;
			found->end = place.base - low;
		}
	}
	if (found->row != EBPFMM_NO_REGION)
		return EBPFMM_BEST;
	found->row = program->default_region;
	found->is_default = true;
	return found->row < capacity ? EBPFMM_BEST : EBPFMM_OUTSIDE;
}

/* --- which size ----------------------------------------------------------------- */

/* Bitmap of those of @orders that would exceed their limit with one more page. */
__weak __noinline __u64 over_limit(struct ebpfmm_header *header __arg_nonnull,
				   struct cgroup *cgrp __arg_trusted,
				   __u32 orders)
{
	__u64 over = 0;
	__u32 order;

	for (order = 1; order < EBPFMM_ORDERS; order++)
		if (orders >> order & 1 &&
		    ebpfmm_is_limited(order, bpf_mm_folios(cgrp, order),
				      header->limit[order]))
			over |= 1U << order;
	return over;
}

__weak __noinline __u64 weigh(struct ebpfmm_weighing *w __arg_nonnull,
			      const struct ebpfmm_region *region __arg_nonnull,
			      const struct found *found __arg_nonnull,
			      __u64 page, __u32 admissible)
{
	ebpfmm_weigh(w, region, &ebpfmm_costs, page, found->start, found->end,
		     admissible);
	return 0;
}

static __always_inline bool at_hand(struct vm_area_struct *vma, __u64 address,
				    __u32 order)
{
	return bpf_mm_block_at_hand(bpf_mm_first_node(vma, address, order), order);
}

/*
 * Checks the next order; returns 0 when there is none, or when nothing rules it out and
 * the decision is made. @address is 0 for khugepaged, which has found a block.
 */
__weak __noinline __u64 look(struct ebpfmm_weighing *w __arg_nonnull,
			     struct ebpfmm_header *header __arg_nonnull,
			     struct cgroup *cgrp __arg_trusted,
			     struct vm_area_struct *vma __arg_trusted, __u64 address)
{
	enum ebpfmm_fact fact = EBPFMM_AT_HAND;
	struct bpf_mm_headroom headroom = {};
	__u32 order = ebpfmm_next(w);

	if (!order || order >= EBPFMM_ORDERS)
		return 0;
	barrier_var(order);
	if (header->limited >> order & 1 && over_limit(header, cgrp, 1U << order))
		fact = EBPFMM_LIMITED;
	else if (!bpf_mm_headroom(vma, &headroom) &&
		 ebpfmm_is_pressed(order, headroom.bytes, headroom.limit))
		fact = EBPFMM_PRESSED;
	else if (address &&
		 (w->missing >> order & 1 || !at_hand(vma, address, order)))
		fact = EBPFMM_MISSING;
	ebpfmm_learn(w, &ebpfmm_costs, order, fact);
	return fact != EBPFMM_AT_HAND;
}

/* Not part of conclude(), or the verifier would follow each path of one with each of the other. */
__weak __noinline __u64 better(const struct ebpfmm_weighing *w __arg_nonnull)
{
	return ebpfmm_better(w, &ebpfmm_costs);
}

__weak __noinline __u64 conclude(struct ebpfmm_weighing *w __arg_nonnull,
				 struct ebpfmm_header *header __arg_nonnull,
				 struct cgroup *cgrp __arg_trusted)
{
	__u32 limited = ebpfmm_fallbacks(w) & header->limited;

	if (limited) {
		limited = over_limit(header, cgrp, limited);
		ebpfmm_drop(w, limited);
	}
	ebpfmm_conclude(w, &ebpfmm_costs, w->revised ? better(w) : 0);
	return 0;
}

/* Selects the best size for a row, in choice->weighing. */
static __always_inline void choose_size(const struct question *question,
					struct ebpfmm_header *header,
					const struct ebpfmm_region *region,
					struct choice *choice)
{
	struct ebpfmm_weighing *w = &choice->weighing;
	__u32 admissible = question->admissible;
	__u32 i;

	/*
	 * khugepaged makes only the largest page. It may do so if that is the
	 * best size, not merely the only one that it offers. It finds a free
	 * block by itself. The model does not consider that khugepaged zeroes
	 * little and saves no faults: the best size at a fault counts as the
	 * best size later.
	 */
	if (question->why == BPF_MM_COLLAPSE)
		admissible = EBPFMM_SUPPORTED_ORDERS;

	weigh(w, region, &choice->found, question->address >> EBPFMM_PAGE_SHIFT,
	      admissible);
	if (w->left) {
		for (i = 0; i < EBPFMM_ROUNDS; i++)
			if (!look(w, header, question->cgrp, question->vma,
				  question->why == BPF_MM_COLLAPSE ?
				  0 : question->address))
				break;
	}
	if (w->revised || w->left & header->limited)
		conclude(w, header, question->cgrp);
	else
		ebpfmm_confirm(w);
	if (question->why == BPF_MM_COLLAPSE)
		w->orders &= 1U << w->order;
}

/*
 * For an address outside every region, the orders of folios that would reach into one.
 * The kernel decides about that address, but not about the region: khugepaged passes the
 * first address of a block, and a fault beside a region could fill a part of the region.
 */
static __always_inline __u32 reaching(unsigned long address,
				      const struct found *found)
{
	__u64 page = address >> EBPFMM_PAGE_SHIFT;
	__u32 orders = 0;
	__u32 order;

	for (order = EBPFMM_ORDERS - 1; order; order--) {
		if (ebpfmm_fits(page, found->start, found->end, order))
			break;
		orders |= 1U << order;
	}
	return orders;
}

/**
 * choose - decide for an address
 * @question: the arguments of the kernel's call
 * @header: header of the cgroup's table
 * @regions: regions of the cgroup's table
 * @capacity: capacity of @regions
 * @choice: filled in
 */
static __always_inline void choose(const struct question *question,
				   struct ebpfmm_header *header,
				   const struct ebpfmm_region *regions,
				   __u64 capacity, struct choice *choice)
{
	struct ebpfmm_weighing *w = &choice->weighing;
	__u32 limited;
	__u64 row;

	__builtin_memset(w, 0, sizeof(*w));
	choice->reason = find_region(header, regions, capacity, question->vma,
				     question->address, &choice->found);
	row = choice->found.row;
	if (choice->reason != EBPFMM_BEST || row >= capacity) {
		/* Limits apply also if the kernel decides. */
		limited = header->limited & question->admissible;
		if (limited)
			limited = over_limit(header, question->cgrp, limited);
		w->limited = limited;
		choice->answer = BPF_MM_DEFAULT | limited |
				 reaching(question->address, &choice->found);
		return;
	}
	barrier_var(row);
	choose_size(question, header, &regions[row], choice);
	choice->answer = w->orders | (w->compact ? BPF_MM_COMPACT : 0);
	choice->reason = w->reason;
	if (choice->found.is_default && w->reason == EBPFMM_BEST)
		choice->reason = EBPFMM_DEFAULT;
}

/**
 * describe - fill in an event, except time and thread
 * @question: the arguments of the kernel's call
 * @regions: regions of the cgroup's table
 * @capacity: capacity of @regions
 * @choice: the decision
 * @event: filled in
 */
static __always_inline void
describe(const struct question *question, const struct ebpfmm_region *regions,
	 __u64 capacity, const struct choice *choice, struct ebpfmm_event *event)
{
	const struct ebpfmm_weighing *w = &choice->weighing;
	const struct found *found = &choice->found;
	__u64 row = found->row;
	__u32 order;

	__builtin_memset(event, 0, sizeof(*event));
	event->address = question->address;
	event->start = found->start << EBPFMM_PAGE_SHIFT;
	event->end = found->end << EBPFMM_PAGE_SHIFT;
	event->program = found->program < EBPFMM_MAX_PROGRAMS ?
			 found->program : EBPFMM_NO_PROGRAM;
	event->region = EBPFMM_NO_REGION;
	if (row < capacity) {
		barrier_var(row);
		event->region = regions[row].source;
		event->touched = regions[row].touched;
	}
	event->admissible = question->admissible;
	event->orders = w->orders;
	event->order = w->order;
	event->reason = choice->reason;
	event->asked = question->why;
	event->compact = w->compact;
	event->candidates = w->candidates;
	event->limited = w->limited;
	event->pressed = w->pressed;
	event->missing = w->missing;
	if (choice->answer & BPF_MM_DEFAULT)
		event->refused = choice->answer & question->admissible;
	for (order = 0; order < EBPFMM_ORDERS; order++)
		event->net[order] = w->candidates >> order & 1 ?
				    w->net[order] : 0;
}

#endif /* EBPFMM_CHOOSE_H */
