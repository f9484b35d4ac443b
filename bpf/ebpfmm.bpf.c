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

/* A shared object's part may have been split so often by mprotect(2). */
#define MAX_SPLITS	16
/* Mappings that are looked at to find which one of a kind an address is in. */
#define MAX_WALK	4096

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

static __always_inline void identify(struct inode *inode,
				     struct ebpfmm_identity *identity)
{
	identity->ino = inode->i_ino;
	identity->mtime = inode->i_mtime_sec;
	identity->mtime_nsec = inode->i_mtime_nsec;
	identity->dev = inode->i_sb->s_dev;
}

static __always_inline bool is_same(const struct ebpfmm_identity *one,
				    const struct ebpfmm_identity *other)
{
	return one->ino == other->ino && one->dev == other->dev &&
	       one->mtime == other->mtime &&
	       one->mtime_nsec == other->mtime_nsec;
}

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

/* Index of the first of the program's parts of objects, or EBPFMM_MAX_OBJECTS. */
__noinline __u64 find_object(struct ebpfmm_header *header __arg_nonnull,
			     __u32 first, __u32 end,
			     const struct ebpfmm_identity *file __arg_nonnull,
			     __u64 file_end)
{
	__u32 i;

	for (i = 0; i < EBPFMM_MAX_OBJECTS && i < end; i++) {
		const struct ebpfmm_object *object = &header->objects[i];

		if (i >= first && object->file_end == file_end &&
		    is_same(&object->file, file))
			return i;
	}
	return EBPFMM_MAX_OBJECTS;
}

struct anon_name {
	__u64 words[EBPFMM_ANON_NAME_SIZE / sizeof(__u64)];
};

/* Is that the name of the mapping whose anon_name is at @address, if it has one? */
__noinline __u64 has_name(const struct ebpfmm_mapping *mapping __arg_nonnull,
			  __u64 address)
{
	const __u64 *wanted = (const __u64 *)mapping->name;
	struct anon_vma_name *anon_name = (void *)address;
	struct anon_name name = {};
	__u64 at;
	__u32 i;

	if (!address)
		return 0;
	at = (__u64)__builtin_preserve_access_index(&anon_name->name);
	bpf_probe_read_kernel_str(&name, sizeof(name), (void *)at);
	/* glibc's names begin with a space, which nobody writes. */
	if ((char)name.words[0] == ' ')
		bpf_probe_read_kernel_str(&name, sizeof(name), (void *)(at + 1));
	for (i = 0; i < EBPFMM_ANON_NAME_SIZE / sizeof(__u64); i++)
		if (name.words[i] != wanted[i])
			return 0;
	return 1;
}

static __always_inline bool name_matches(const struct ebpfmm_mapping *mapping,
					 struct vm_area_struct *vma)
{
	__u64 address = 0;

	if (!mapping->name_len)
		return true;
	bpf_core_read(&address, sizeof(address), &vma->anon_name);
	return has_name(mapping, address);
}

static __always_inline bool size_matches(const struct ebpfmm_mapping *mapping,
					 __u64 size)
{
	return size >= mapping->min_size && size <= mapping->max_size;
}

/* Index of the first matcher of that size from @i on, or EBPFMM_MAX_MAPPINGS. */
__noinline __u64 find_mapping(struct ebpfmm_header *header __arg_nonnull, __u64 i,
			      __u64 end, __u64 size)
{
	for (; i < end; i++) {
		/* A check of its own, which the verifier can follow. */
		barrier_var(i);
		if (i >= EBPFMM_MAX_MAPPINGS)
			break;
		if (size_matches(&header->mappings[i], size))
			return i;
	}
	return EBPFMM_MAX_MAPPINGS;
}

/* Is it of the space of mappings, as find_place() sorts the spaces? */
static __always_inline bool is_mapping(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long start = vma->vm_start;

	return !vma->vm_file && !vma->vm_ops &&
	       vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC) &&
	       !(start <= mm->start_stack && mm->start_stack < vma->vm_end) &&
	       !(start >= mm->start_brk && start < mm->brk);
}

/* Which one is this of those of its process that match, from the top, from 1? */
__noinline __u64 rank(struct vm_area_struct *vma __arg_trusted,
		      const struct ebpfmm_mapping *mapping __arg_nonnull)
{
	unsigned long end = vma->vm_end;
	__u64 above = 0;
	__u32 i;

	bpf_for(i, 0, MAX_WALK) {
		struct vm_area_struct *other = bpf_mm_vma_after(vma, end);

		if (!other)
			break;
		end = other->vm_end;
		if (is_mapping(other) &&
		    size_matches(mapping, end - other->vm_start) &&
		    name_matches(mapping, other))
			above++;
	}
	return above + 1;
}

/* struct ebpfmm_decision in one number: orders, order << 16, reason << 24. */
__noinline __u64 decide(const struct ebpfmm_region *region __arg_nonnull,
			__u64 page, __u64 start, __u64 end, __u32 admissible)
{
	struct ebpfmm_decision decision =
		ebpfmm_decide(region, page, start, end, admissible);

	return decision.orders | decision.order << 16 | decision.reason << 24;
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

static __always_inline struct ebpfmm_mapping *
mapping_of(struct ebpfmm_header *header, struct ebpfmm_program *program,
	   struct vm_area_struct *vma)
{
	__u64 from = program->mappings.first;
	__u64 end = from + program->mappings.count;
	__u32 round;

	for (round = 0; round < EBPFMM_MAX_MAPPINGS; round++) {
		__u64 i = find_mapping(header, from, end,
				       vma->vm_end - vma->vm_start);
		struct ebpfmm_mapping *mapping;

		if (i >= EBPFMM_MAX_MAPPINGS)
			break;
		barrier_var(i);
		mapping = &header->mappings[i];
		if (name_matches(mapping, vma) &&
		    (!mapping->nth || rank(vma, mapping) == mapping->nth))
			return mapping;
		from = i + 1;
	}
	return NULL;
}

/*
 * The part of a shared object that a mapping is (of), and where that part
 * starts: right behind pages of the object's file.
 */
static __always_inline struct ebpfmm_object *
object_of(struct ebpfmm_header *header, struct ebpfmm_program *program,
	  struct vm_area_struct *vma, unsigned long *start)
{
	struct vm_area_struct *before = NULL;
	struct ebpfmm_identity identity;
	struct file *file = NULL;
	__u32 i;
	__u64 n;

	if (!program->objects.count)
		return NULL;
	*start = vma->vm_start;
	for (i = 0; i < MAX_SPLITS; i++) {
		before = bpf_mm_vma_before(vma, *start);
		if (!before || before->vm_end != *start)
			return NULL;
		file = before->vm_file;
		if (file)
			break;
		*start = before->vm_start;
	}
	if (!before || !file)
		return NULL;

	identify(file->f_inode, &identity);
	n = find_object(header, program->objects.first,
			program->objects.first + program->objects.count, &identity,
			before->vm_pgoff + ((*start - before->vm_start) >>
					    EBPFMM_PAGE_SHIFT));
	if (n >= EBPFMM_MAX_OBJECTS)
		return NULL;
	barrier_var(n);
	return &header->objects[n];
}

/* Which space is the address in, and where in it? False: in none of them. */
static __always_inline bool find_place(struct ebpfmm_header *header,
				       struct ebpfmm_program *program,
				       struct vm_area_struct *vma,
				       struct mm_struct *mm,
				       unsigned long address,
				       struct place *place)
{
	__u64 page = address >> EBPFMM_PAGE_SHIFT;
	__u64 bias = mm->start_code - program->start_code;
	struct ebpfmm_mapping *mapping;
	struct ebpfmm_object *object;
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

	object = object_of(header, program, vma, &start);
	if (object) {
		place->span = object->regions;
		place->base = (start >> EBPFMM_PAGE_SHIFT) - object->start;
		place->relative = page - place->base;
		return true;
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

static __always_inline void show_file(struct bpf_iter_meta *meta,
				      struct file *file, __u64 at)
{
	struct inode *inode = file->f_inode;
	struct ebpfmm_file out = {
		.at = at,
		.ctime = inode->i_ctime_sec,
		.ctime_nsec = inode->i_ctime_nsec,
	};

	identify(inode, &out.identity);
	bpf_seq_write(meta->seq, &out, sizeof(out));
}

/* Tells user space how the kernel names the files that it has open. */
SEC("iter/task_file")
int ebpfmm_files(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;

	if (file)
		show_file(ctx->meta, file, ctx->fd);
	return 0;
}

/* The same of the files that it has mapped. */
SEC("iter/task_vma")
int ebpfmm_mapped(struct bpf_iter__task_vma *ctx)
{
	struct vm_area_struct *vma = ctx->vma;
	struct file *file;

	if (!vma)
		return 0;
	file = vma->vm_file;
	if (file)
		show_file(ctx->meta, file, vma->vm_start);
	return 0;
}
