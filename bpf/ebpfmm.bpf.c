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
 *   3. Which region?   The address tells the space (image, heap, stack or a
 *      mapping), the space's base turns it into the page numbers that the
 *      profile was translated to, and a binary search finds the region.
 *   4. Which size?     decision.h.
 *
 * Memory that the profile says nothing of is left to the kernel.
 */
#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "decision.h"

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

/**
 * struct place - where an address is
 * @span: the regions of its space
 * @relative: its page number in that space
 * @base: what turns a page number of the space into one of the process
 * @down: the space grows downwards: @base minus a page number
 */
struct place {
	struct ebpfmm_span span;
	__u64 relative;
	__u64 base;
	bool down;
};

/*
 * The steps that loop are functions of their own that return a number: so the
 * verifier looks at each of them once, instead of following every way through
 * one with every way through the next.
 */

/* Index of the program with that file, or EBPFMM_MAX_PROGRAMS. */
__noinline __u64 find_program(struct ebpfmm_header *header __arg_nonnull,
			      __u64 ino, __u32 dev)
{
	__u32 i;

	for (i = 0; i < EBPFMM_MAX_PROGRAMS && i < header->nprograms; i++)
		if (header->programs[i].ino == ino &&
		    header->programs[i].dev == dev)
			return i;
	return EBPFMM_MAX_PROGRAMS;
}

struct anon_name {
	__u64 words[EBPFMM_ANON_NAME_SIZE / sizeof(__u64)];
};

/* Does the mapping have the name, where one is asked for? */
__noinline __u64 name_matches(const struct ebpfmm_mapping *mapping __arg_nonnull,
			      const struct anon_name *name __arg_nonnull)
{
	const __u64 *wanted = (const __u64 *)mapping->name;
	__u32 i;

	if (!mapping->name_len)
		return 1;
	for (i = 0; i < EBPFMM_ANON_NAME_SIZE / sizeof(__u64); i++)
		if (name->words[i] != wanted[i])
			return 0;
	return 1;
}

/* Index of the first of the program's matchers, or EBPFMM_MAX_MAPPINGS. */
__noinline __u64 find_mapping(struct ebpfmm_header *header __arg_nonnull,
			      __u32 first, __u32 end, __u64 size,
			      const struct anon_name *name __arg_nonnull)
{
	__u32 i;

	for (i = 0; i < EBPFMM_MAX_MAPPINGS && i < end; i++) {
		const struct ebpfmm_mapping *mapping = &header->mappings[i];

		if (i >= first && size >= mapping->min_size &&
		    size <= mapping->max_size && name_matches(mapping, name))
			return i;
	}
	return EBPFMM_MAX_MAPPINGS;
}

/* struct ebpfmm_decision in one number: orders, order << 16, reason << 24. */
__noinline __u64 decide(const struct ebpfmm_region *region __arg_nonnull,
			__u64 page, __u64 start, __u64 end, __u32 admissible)
{
	struct ebpfmm_decision decision =
		ebpfmm_decide(region, page, start, end, admissible);

	return decision.orders | decision.order << 16 | decision.reason << 24;
}

static __always_inline struct ebpfmm_program *
program_of(struct ebpfmm_header *header, struct mm_struct *mm)
{
	struct inode *inode = mm->exe_file->f_inode;
	__u64 i = find_program(header, inode->i_ino, inode->i_sb->s_dev);

	if (i >= EBPFMM_MAX_PROGRAMS)
		return NULL;
	/* Index with what was checked, not with a sum made before the check. */
	barrier_var(i);
	return &header->programs[i];
}

static __always_inline struct ebpfmm_mapping *
mapping_of(struct ebpfmm_header *header, struct ebpfmm_program *program,
	   struct vm_area_struct *vma)
{
	struct anon_name name = {};
	struct anon_vma_name *anon_name;
	__u64 i;

	if (!program->mappings.count)
		return NULL;

	anon_name = vma->anon_name;
	if (anon_name) {
		bpf_probe_read_kernel_str(&name, sizeof(name), anon_name->name);
		/* glibc's names begin with a space, which nobody writes. */
		if ((char)name.words[0] == ' ')
			bpf_probe_read_kernel_str(&name, sizeof(name),
						  anon_name->name + 1);
	}

	i = find_mapping(header, program->mappings.first,
			 program->mappings.first + program->mappings.count,
			 vma->vm_end - vma->vm_start, &name);
	if (i >= EBPFMM_MAX_MAPPINGS)
		return NULL;
	barrier_var(i);
	return &header->mappings[i];
}

/* Which space is the address in, and where in it? False: in none of them. */
static __always_inline bool find_place(struct ebpfmm_header *header,
				       struct ebpfmm_program *program,
				       struct vm_area_struct *vma,
				       unsigned long address,
				       struct place *place)
{
	struct mm_struct *mm = vma->vm_mm;
	__u64 page = address >> EBPFMM_PAGE_SHIFT;
	__u64 bias = mm->start_code - program->start_code;
	struct ebpfmm_mapping *mapping;
	unsigned long start;

	place->down = false;

	if (address - bias - program->image_start <
	    program->image_end - program->image_start) {
		place->span = program->image;
		place->base = bias >> EBPFMM_PAGE_SHIFT;
		place->relative = (address - bias) >> EBPFMM_PAGE_SHIFT;
		return true;
	}

	start = mm->start_brk;
	if (address >= start && address < mm->brk) {
		place->span = program->heap;
		place->base = start >> EBPFMM_PAGE_SHIFT;
		place->relative = page - place->base;
		return true;
	}

	start = mm->start_stack;
	if (vma->vm_start <= start && start < vma->vm_end) {
		place->span = program->stack;
		place->base = (start >> EBPFMM_PAGE_SHIFT) + 1;
		place->relative = place->base - 1 - page;
		place->down = true;
		/* Above it are only the strings that exec put there. */
		return page < place->base;
	}

	mapping = mapping_of(header, program, vma);
	if (!mapping)
		return false;
	place->span = mapping->regions;
	place->base = vma->vm_start >> EBPFMM_PAGE_SHIFT;
	place->relative = page - place->base;
	return true;
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

static __always_inline __u32 leave_alone(struct ebpfmm_header *header,
					 __u32 why)
{
	count(header, EBPFMM_ORDERS, why);
	return BPF_MM_DEFAULT;
}

static __always_inline __u32
select_orders(struct ebpfmm_header *header, const struct ebpfmm_region *regions,
	      __u64 capacity, struct vm_area_struct *vma, unsigned long address,
	      __u32 admissible, __u32 why)
{
	/* Bounds of what is decided alike; all memory unless found otherwise. */
	__u64 start = 0, end = 1ULL << 52;
	__u64 page = address >> EBPFMM_PAGE_SHIFT;
	const struct ebpfmm_region *region = NULL;
	struct ebpfmm_program *program;
	__u32 decision;
	bool is_default = false;
	struct place place;

	program = program_of(header, vma->vm_mm);
	if (!program)
		return leave_alone(header, EBPFMM_OTHER_PROGRAM);

	if (find_place(header, program, vma, address, &place) &&
	    place.span.count) {
		__u64 low = 0, high = 1ULL << 32;
		__u64 i = search(regions, capacity, &place);

		if (i >= capacity)
			return BPF_MM_DEFAULT;
		barrier_var(i);
		if (regions[i].start > place.relative) {
			high = regions[i].start;
		} else if (regions[i].end > place.relative) {
			region = &regions[i];
			low = region->start;
			high = region->end;
		} else {
			low = regions[i].end;
			i++;
			if (i < place.span.first + place.span.count &&
			    i < capacity) {
				barrier_var(i);
				high = regions[i].start;
			}
		}
		start = place.base + low;
		end = place.base + high;
		if (place.down) {
			start = place.base > high ? place.base - high : 0;
			end = place.base - low;
		}
	}

	if (!region) {
		__u64 i = program->default_region;

		if (i >= capacity)
			return leave_alone(header, EBPFMM_OUTSIDE);
		barrier_var(i);
		region = &regions[i];
		is_default = true;
	}

	/*
	 * khugepaged would make the largest page: it may if that is the best
	 * one, not if it is merely the only one on offer.
	 */
	if (why == BPF_MM_COLLAPSE)
		admissible = EBPFMM_SUPPORTED_ORDERS;

	decision = decide(region, page, start, end, admissible);
	if (why == BPF_MM_FAULT) {
		__u64 reason = decision >> 24;

		if (is_default && reason == EBPFMM_BEST)
			reason = EBPFMM_DEFAULT;
		count(header, decision >> 16 & 0xff, reason);
	} else if (why == BPF_MM_COLLAPSE) {
		decision &= 1U << (decision >> 16 & 0xff);
	}
	return decision & 0xffff;
}

SEC("struct_ops/ebpfmm_select_orders")
__u32 BPF_PROG(ebpfmm_select_orders, struct cgroup *cgrp,
	       struct vm_area_struct *vma, unsigned long address,
	       unsigned long orders, __u32 reason)
{
	struct ebpfmm_small *small;
	struct ebpfmm_large *large;

	small = bpf_cgrp_storage_get(&ebpfmm_small, cgrp, NULL, 0);
	if (small)
		return select_orders(&small->header, small->regions,
				     EBPFMM_SMALL_REGIONS, vma, address, orders,
				     reason);

	large = bpf_cgrp_storage_get(&ebpfmm_large, cgrp, NULL, 0);
	if (large)
		return select_orders(&large->header, large->regions,
				     EBPFMM_LARGE_REGIONS, vma, address, orders,
				     reason);

	return BPF_MM_DEFAULT;
}

SEC(".struct_ops.link")
struct bpf_mm_ops ebpfmm_ops = {
	.select_orders = (void *)ebpfmm_select_orders,
};

/* Tells user space how the kernel names the files that it has open. */
SEC("iter/task_file")
int ebpfmm_files(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;
	struct ebpfmm_file out;

	if (!file)
		return 0;
	out.ino = file->f_inode->i_ino;
	out.dev = file->f_inode->i_sb->s_dev;
	out.fd = ctx->fd;
	bpf_seq_write(ctx->meta->seq, &out, sizeof(out));
	return 0;
}
