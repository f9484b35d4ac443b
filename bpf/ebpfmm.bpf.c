// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fault policy: which page size for an anonymous page fault of a cgroup.
 *
 * The kernel asks ebpfmm_select_orders() at each anonymous fault of a cgroup
 * that it is attached to, with the orders it admits there. The answer takes
 * four steps, each a question:
 *
 *   1. Which profile?  The one in the cgroup's local storage, put there by user
 *      space when the container started.
 *   2. Which program?  The file that the process runs, mm->exe_file.
 *   3. Which region?   The address tells the space (image, heap, stack, part of
 *      a shared object or a mapping), the space's base turns it into the page
 *      numbers that the profile was translated to, and a binary search finds the
 *      region.
 *   4. Which size?     decision.h.
 *
 * Memory that the profile says nothing of is left to the kernel.
 */
#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "decision.h"
#include "place.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ebpfmm_small);
} ebpfmm_small SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ebpfmm_large);
} ebpfmm_large SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 512 * 1024);
} ebpfmm_events SEC(".maps");

/* Written by user space, so never what the compiler believes it to be. */
volatile struct ebpfmm_tracing ebpfmm_tracing SEC(".data.tracing");

/* Likewise; these are for a node that was not measured. */
volatile struct ebpfmm_costs ebpfmm_costs SEC(".data.costs") = {
	.zero_ns = EBPFMM_DEFAULT_ZERO_NS,
	.fault_ns = EBPFMM_DEFAULT_FAULT_NS,
	.compact_ns = {
		EBPFMM_DEFAULT_COMPACT_NS(0), EBPFMM_DEFAULT_COMPACT_NS(1),
		EBPFMM_DEFAULT_COMPACT_NS(2), EBPFMM_DEFAULT_COMPACT_NS(3),
		EBPFMM_DEFAULT_COMPACT_NS(4), EBPFMM_DEFAULT_COMPACT_NS(5),
		EBPFMM_DEFAULT_COMPACT_NS(6), EBPFMM_DEFAULT_COMPACT_NS(7),
		EBPFMM_DEFAULT_COMPACT_NS(8), EBPFMM_DEFAULT_COMPACT_NS(9),
	},
};

/* Index of the program with that file, or EBPFMM_MAX_PROGRAMS. */
__noinline __u64 find_program(struct ebpfmm_header *header __arg_nonnull,
			      const struct ebpfmm_identity *file __arg_nonnull)
{
	__u32 i;

	for (i = 0; i < EBPFMM_MAX_PROGRAMS && i < header->nprograms; i++)
		if (is_same(&header->programs[i].file, file))
			return i;
	return EBPFMM_MAX_PROGRAMS;
}

static __always_inline __u64 program_of(struct ebpfmm_header *header,
					struct mm_struct *mm)
{
	struct ebpfmm_identity identity;
	struct file *file = mm->exe_file;

	if (!file)
		return EBPFMM_MAX_PROGRAMS;
	identify(file->f_inode, &identity);
	return find_program(header, &identity);
}

/* struct ebpfmm_decision in one number: orders, order << 16, reason << 24. */
__noinline __u64 decide(const struct ebpfmm_region *region __arg_nonnull,
			__u64 page, __u64 start, __u64 end, __u32 admissible)
{
	struct ebpfmm_decision decision =
		ebpfmm_decide(region, page, start, end, admissible);

	return decision.orders | decision.order << 16 | decision.reason << 24;
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

		if (middle >= capacity)
			break;
		barrier_var(middle);
		if (regions[middle].start <= place->relative)
			low = middle;
		count -= half;
	}
	return low;
}

static __always_inline void count(struct ebpfmm_header *header, __u64 order,
				  __u64 reason)
{
	__u64 stripe = bpf_get_smp_processor_id() % EBPFMM_STRIPES;
	struct ebpfmm_counters *counters = &header->counters[stripe];

	if (order < EBPFMM_ORDERS) {
		barrier_var(order);
		__sync_fetch_and_add(&counters->order[order], 1);
	}
	if (reason < EBPFMM_REASONS) {
		barrier_var(reason);
		__sync_fetch_and_add(&counters->reason[reason], 1);
	}
}

/**
 * struct found - what is known of an address
 * @program: index of its program
 * @row: index of its region or of its program's default
 * @start: first page of what is decided alike
 * @end: first page after it
 * @is_default: @row is the default
 */
struct found {
	__u64 program;
	__u64 row;
	__u64 start;
	__u64 end;
	bool is_default;
};

/* Steps 2 and 3. EBPFMM_BEST, or why the address is left to the kernel. */
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

	found->row = EBPFMM_NO_REGION;
	found->is_default = false;
	/* All memory, unless found otherwise. */
	found->start = 0;
	found->end = 1ULL << 52;

	if (mm)
		i = program_of(header, mm);
	found->program = i;
	if (!mm || i >= EBPFMM_MAX_PROGRAMS)
		return EBPFMM_OTHER_PROGRAM;
	barrier_var(i);
	program = &header->programs[i];

	if (find_place(header, program, vma, mm, address, &place) &&
	    place.span.count) {
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

/* Tell whoever traces the cgroup. What was decided is in @event already. */
__noinline __u64 tell(struct ebpfmm_event *event __arg_nonnull)
{
	__u64 every = ebpfmm_tracing.every;
	__u64 thread = bpf_get_current_pid_tgid();

	if (every > 1 && bpf_get_prandom_u32() % every)
		return 0;
	event->time = bpf_ktime_get_ns();
	event->tgid = thread >> 32;
	event->tid = thread;
	if (bpf_ringbuf_output(&ebpfmm_events, event, sizeof(*event), 0))
		__sync_fetch_and_add(&ebpfmm_tracing.lost, 1);
	return 0;
}

static __always_inline bool is_decided(__u32 reason)
{
	return reason != EBPFMM_OUTSIDE && reason != EBPFMM_OTHER_PROGRAM;
}

/**
 * struct question - what the kernel asks
 * @cgrp: the cgroup that the policy is attached to
 * @vma: the mapping
 * @address: that faulted
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

/* Count a decision, and tell it where somebody listens. */
static __always_inline void account(const struct question *question,
				    struct ebpfmm_header *header,
				    const struct found *found, __u16 region,
				    __u32 orders, __u32 order, __u32 reason)
{
	if (question->why == BPF_MM_FAULT)
		count(header, is_decided(reason) ? order : EBPFMM_ORDERS, reason);
	if (ebpfmm_tracing.cgroup &&
	    ebpfmm_tracing.cgroup == question->cgrp->kn->id) {
		struct ebpfmm_event event = {
			.address = question->address,
			.start = found->start << EBPFMM_PAGE_SHIFT,
			.end = found->end << EBPFMM_PAGE_SHIFT,
			.program = found->program < EBPFMM_MAX_PROGRAMS ?
				   found->program : EBPFMM_NO_PROGRAM,
			.region = region,
			.admissible = question->admissible,
			.orders = orders,
			.order = order,
			.reason = reason,
			.asked = question->why,
		};

		tell(&event);
	}
}

static __always_inline __u32
select_orders(const struct question *question, struct ebpfmm_header *header,
	      const struct ebpfmm_region *regions, __u64 capacity)
{
	__u32 admissible = question->admissible;
	__u32 reason, orders, order;
	struct found found;
	__u64 decision, row;

	reason = find_region(header, regions, capacity, question->vma,
			     question->address, &found);
	row = found.row;
	if (reason != EBPFMM_BEST || row >= capacity) {
		account(question, header, &found, EBPFMM_NO_REGION, 0, 0, reason);
		return BPF_MM_DEFAULT;
	}
	barrier_var(row);

	/*
	 * khugepaged would make the largest page: it may if that is the best
	 * one, not if it is merely the only one on offer.
	 */
	if (question->why == BPF_MM_COLLAPSE)
		admissible = EBPFMM_SUPPORTED_ORDERS;

	decision = decide(&regions[row], question->address >> EBPFMM_PAGE_SHIFT,
			  found.start, found.end, admissible);
	orders = decision & 0xffff;
	order = decision >> 16 & 0xff;
	reason = decision >> 24;
	if (found.is_default && reason == EBPFMM_BEST)
		reason = EBPFMM_DEFAULT;
	if (question->why == BPF_MM_COLLAPSE)
		orders &= 1U << order;
	account(question, header, &found, regions[row].source, orders, order,
		reason);
	return orders;
}

SEC("struct_ops/ebpfmm_select_orders")
__u32 BPF_PROG(ebpfmm_select_orders, struct cgroup *cgrp,
	       struct vm_area_struct *vma, unsigned long address,
	       unsigned long orders, __u32 reason)
{
	const struct question question = {
		.cgrp = cgrp,
		.vma = vma,
		.address = address,
		.admissible = orders,
		.why = reason,
	};
	struct ebpfmm_small *small;
	struct ebpfmm_large *large;

	small = bpf_cgrp_storage_get(&ebpfmm_small, cgrp, NULL, 0);
	if (small)
		return select_orders(&question, &small->header, small->regions,
				     EBPFMM_SMALL_REGIONS);

	large = bpf_cgrp_storage_get(&ebpfmm_large, cgrp, NULL, 0);
	if (large)
		return select_orders(&question, &large->header, large->regions,
				     EBPFMM_LARGE_REGIONS);

	return BPF_MM_DEFAULT;
}

SEC(".struct_ops.link")
struct bpf_mm_ops ebpfmm_ops = {
	.select_orders = (void *)ebpfmm_select_orders,
};
