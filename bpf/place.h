/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finding the space of its program that an address is in, and its position there.
 *
 * Functions that loop are global functions that return a number, so that the verifier
 * checks each of them once instead of all combinations of their paths.
 */
#ifndef EBPFMM_PLACE_H
#define EBPFMM_PLACE_H

#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "identity.h"

/* The maximum number of mappings that mprotect(2) may have split an object's part into. */
#define MAX_SPLITS	16
/* The maximum number of mappings that are examined for `nth`. */
#define MAX_WALK	4096

/**
 * struct place - the position of an address
 * @span: the regions of its space
 * @relative: its page number in that space
 * @base: offset from page numbers of the space to those of the process
 * @object_end: page of the process at which the part of a shared object in the same
 *	mapping ends; 0 if there is none
 * @down: the space grows downwards: @base minus a page number
 */
struct place {
	struct ebpfmm_span span;
	__u64 relative;
	__u64 base;
	__u64 object_end;
	bool down;
};

/* Index of the first of the program's parts of objects, or EBPFMM_MAX_OBJECTS. */
__weak __noinline __u64 find_object(struct ebpfmm_header *header __arg_nonnull,
			     __u32 first, __u32 end,
			     const struct ebpfmm_identity *file __arg_nonnull,
			     __u64 file_end)
{
	__u64 i;

	for (i = first; i < end; i++) {
		const struct ebpfmm_object *object;

		/* A separate check, for the verifier. */
		barrier_var(i);
		if (i >= EBPFMM_MAX_OBJECTS)
			break;
		object = &header->objects[i];
		if (object->file_end == file_end && is_same(&object->file, file))
			return i;
	}
	return EBPFMM_MAX_OBJECTS;
}

struct anon_name {
	__u64 words[EBPFMM_ANON_NAME_SIZE / sizeof(__u64)];
};

/* Whether the mapping whose anon_name is at @address (0: none) has the matcher's name. */
__weak __noinline __u64 has_name(const struct ebpfmm_mapping *mapping __arg_nonnull,
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
	/* glibc's names begin with a space, which profiles leave out. */
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

/*
 * Whether find_place() would treat a mapping as an anonymous mapping. Here and elsewhere a pointer
 * is cast before another one is loaded through it: where the verifier trusts the one, it
 * searches all types of the kernel by name to know what the other is, each time.
 */
static __always_inline bool is_mapping(struct vm_area_struct *trusted)
{
	const struct vm_area_struct *vma = bpf_core_cast(trusted, struct vm_area_struct);
	struct mm_struct *mm = vma->vm_mm;
	unsigned long start = vma->vm_start;

	return !vma->vm_file && !vma->vm_ops &&
	       vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC) &&
	       !(start <= mm->start_stack && mm->start_stack < vma->vm_end) &&
	       !(start >= mm->start_brk && start < mm->brk);
}

/* The rank, from 1, of a mapping among the matching ones, from the highest address. */
__weak __noinline __u64 rank(struct vm_area_struct *vma __arg_trusted,
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

/* Index of the first of these matchers that matches, or EBPFMM_MAX_MAPPINGS. */
__weak __noinline __u64 find_mapping(struct ebpfmm_header *header __arg_nonnull,
				     struct vm_area_struct *vma __arg_trusted,
				     __u64 first, __u64 end)
{
	__u64 i;

	for (i = first; i < end; i++) {
		const struct ebpfmm_mapping *mapping;

		/* A separate check, for the verifier. */
		barrier_var(i);
		if (i >= EBPFMM_MAX_MAPPINGS)
			break;
		mapping = &header->mappings[i];
		if (size_matches(mapping, vma->vm_end - vma->vm_start) &&
		    name_matches(mapping, vma) &&
		    (!mapping->nth || rank(vma, mapping) == mapping->nth))
			return i;
	}
	return EBPFMM_MAX_MAPPINGS;
}

static __always_inline struct ebpfmm_mapping *
mapping_of(struct ebpfmm_header *header, struct ebpfmm_program *program,
	   struct vm_area_struct *vma)
{
	__u64 first = program->mappings.first;
	__u64 i = find_mapping(header, vma, first, first + program->mappings.count);

	if (i >= EBPFMM_MAX_MAPPINGS)
		return NULL;
	barrier_var(i);
	return &header->mappings[i];
}

/*
 * The part of a shared object that a mapping belongs to, and the start of that part: right
 * after pages of the object's file.
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
		file = bpf_core_cast(before, struct vm_area_struct)->vm_file;
		if (file)
			break;
		*start = before->vm_start;
	}
	if (!before || !file)
		return NULL;

	identify_unheld(file, &identity);
	n = find_object(header, program->objects.first,
			program->objects.first + program->objects.count, &identity,
			before->vm_pgoff + ((*start - before->vm_start) >>
					    EBPFMM_PAGE_SHIFT));
	if (n >= EBPFMM_MAX_OBJECTS)
		return NULL;
	barrier_var(n);
	return &header->objects[n];
}

/* Find the space of an address, and its position there. False if it is in none. */
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
	place->object_end = 0;

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
		/* Above it are only the strings that execve(2) stores. */
		return page < place->base;
	}

	object = object_of(header, program, vma, &start);
	if (object) {
		place->span = object->regions;
		place->base = (start >> EBPFMM_PAGE_SHIFT) - object->start;
		place->relative = page - place->base;
		place->object_end = place->base + object->end;
		/* mmap(2) puts mappings right next to each other. */
		if (place->relative < object->end)
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

#endif /* EBPFMM_PLACE_H */
