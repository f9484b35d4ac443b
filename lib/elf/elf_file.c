// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a program will be laid out in memory, from its program headers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "elf/elf_private.h"

/* TASK_SIZE_MAX of x86-64 with four-level page tables. */
#define TASK_SIZE	((1ULL << 47) - PAGE)
/* The total number of steps that searches may take, at some ten nanoseconds each. */
#define MAX_STEPS	(1U << 26)

static int add_segment(struct ebpfmm_elf *elf, const GElf_Phdr *load,
		       struct ebpfmm_error *err)
{
	struct segment *segment = &elf->segments[elf->nsegments];
	struct ebpfmm_range *extent = &elf->image.extent;
	uint64_t end, file_end;

	if (load->p_vaddr >= TASK_SIZE || load->p_filesz > load->p_memsz ||
	    load->p_memsz > TASK_SIZE - load->p_vaddr)
		return ebpfmm_fail(err, 0,
				   "it has a segment that the kernel cannot load (address %#llx)",
				   (unsigned long long)load->p_vaddr);
	end = load->p_vaddr + load->p_memsz;
	file_end = load->p_vaddr + load->p_filesz;

	if (elf->nsegments && page_down(load->p_vaddr) < extent->end)
		return ebpfmm_fail(err, 0,
				   "its segments share pages or are out of order (address %#llx)",
				   (unsigned long long)load->p_vaddr);

	segment->bytes.start = load->p_vaddr;
	segment->bytes.end = end;
	segment->offset = load->p_offset;
	segment->file_size = load->p_filesz;
	segment->anonymous.start = load->p_filesz ? page_up(file_end) :
						    page_down(load->p_vaddr);
	segment->anonymous.end = page_up(end);
	if (!elf->nsegments)
		extent->start = page_down(load->p_vaddr);
	extent->end = page_up(end);
	elf->nsegments++;
	return 0;
}

/*
 * The kernel puts the first PT_LOAD at a multiple of the largest p_align that
 * is a power of two (maximum_alignment()). The bias is that address minus the first
 * PT_LOAD's own address, rounded down.
 */
static uint64_t bias_alignment(uint64_t alignment, uint64_t first)
{
	uint64_t lowest = page_up(first) & -page_up(first);

	if (alignment < PAGE)
		alignment = PAGE;
	return lowest && lowest < alignment ? lowest : alignment;
}

/* Compute the memory layout from the PT_LOADs, as the kernel does. */
static int read_segments(struct ebpfmm_elf *elf, struct ebpfmm_error *err)
{
	struct ebpfmm_image *image = &elf->image;
	uint64_t alignment = 0;
	GElf_Ehdr header;
	size_t i;

	if (!gelf_getehdr(elf->file->elf, &header))
		return ebpfmm_elf_damaged(err);

	image->start_code = UINT64_MAX;
	for (i = 0; i < header.e_phnum; i++) {
		GElf_Phdr load;

		if (!gelf_getphdr(elf->file->elf, i, &load))
			return ebpfmm_elf_damaged(err);
		if (load.p_type != PT_LOAD)
			continue;
		if (add_segment(elf, &load, err))
			return -1;
		if ((load.p_flags & PF_X) && load.p_vaddr < image->start_code)
			image->start_code = load.p_vaddr;
		if (!(load.p_align & (load.p_align - 1)) &&
		    load.p_align > alignment)
			alignment = load.p_align;
	}
	if (image->start_code == UINT64_MAX)
		return ebpfmm_fail(err, 0, "it has no executable segment");

	if (header.e_type == ET_DYN) {
		uint64_t first = elf->segments[0].bytes.start;

		image->bias_align = bias_alignment(alignment, first);
	}
	return 0;
}

int ebpfmm_elf_open(int fd, struct ebpfmm_elf **out, struct ebpfmm_error *err)
{
	struct ebpfmm_elf *elf = calloc(1, sizeof(*elf));
	GElf_Shdr shdr;

	if (!elf)
		return ebpfmm_fail(err, ENOMEM, "cannot read it");
	elf->steps = MAX_STEPS;
	elf->file = picture_open(fd, true, err);
	if (!elf->file || read_segments(elf, err)) {
		ebpfmm_elf_close(elf);
		return -1;
	}
	elf->stripped = !picture_find_section(elf->file, SHT_SYMTAB, &shdr);
	*out = elf;
	return 0;
}

void ebpfmm_elf_close(struct ebpfmm_elf *elf)
{
	if (!elf)
		return;
	ebpfmm_elf_free_symbols(elf);
	picture_close(elf->debug);
	picture_close(elf->file);
	free(elf);
}

bool ebpfmm_elf_is_stripped(const struct ebpfmm_elf *elf)
{
	return elf->stripped;
}

int ebpfmm_elf_build_id(struct ebpfmm_elf *elf,
			unsigned char id[EBPFMM_BUILD_ID_MAX], size_t *size,
			struct ebpfmm_error *err)
{
	return picture_build_id(elf->file, id, size, err);
}

int ebpfmm_elf_add_debug(struct ebpfmm_elf *elf, int fd,
			 struct ebpfmm_error *err)
{
	unsigned char ours[EBPFMM_BUILD_ID_MAX], theirs[EBPFMM_BUILD_ID_MAX];
	size_t our_size, their_size;
	struct picture *debug;

	if (elf->debug)
		return ebpfmm_fail(err, 0, "a debug file was already added");
	if (picture_build_id(elf->file, ours, &our_size, err))
		return -1;
	if (!our_size)
		return ebpfmm_fail(err, 0, "the program has no build id");
	debug = picture_open(fd, false, err);
	if (!debug)
		return -1;
	if (picture_build_id(debug, theirs, &their_size, err)) {
		picture_close(debug);
		return -1;
	}
	if (their_size != our_size || memcmp(ours, theirs, our_size)) {
		picture_close(debug);
		return ebpfmm_fail(err, 0, "its build id differs from the program's");
	}
	elf->debug = debug;
	ebpfmm_elf_free_symbols(elf);
	return 0;
}

const struct ebpfmm_image *ebpfmm_elf_image(const struct ebpfmm_elf *elf)
{
	return &elf->image;
}

/* The PT_LOAD whose anonymous pages overlap @range, and the overlap. */
static const struct segment *anonymous_part(const struct ebpfmm_elf *elf,
					    const struct ebpfmm_range *range,
					    struct ebpfmm_range *out)
{
	size_t i;

	for (i = 0; i < elf->nsegments; i++) {
		const struct ebpfmm_range *pages = &elf->segments[i].anonymous;
		uint64_t start = range->start > pages->start ? range->start :
							       pages->start;
		uint64_t end = range->end < pages->end ? range->end :
							 pages->end;

		if (start < end) {
			out->start = start;
			out->end = end;
			return &elf->segments[i];
		}
	}
	return NULL;
}

int ebpfmm_elf_anonymous(const struct ebpfmm_elf *elf,
			 const struct ebpfmm_range *range,
			 struct ebpfmm_range *out)
{
	return anonymous_part(elf, range, out) ? 0 : -1;
}

static uint64_t file_end(const struct segment *segment)
{
	return page_up(segment->offset + segment->file_size);
}

/*
 * Whether anonymous memory may directly follow the file's pages of a PT_LOAD: its own, that
 * of the next one, or after the last one, anything that the process maps there. Gaps
 * between two PT_LOADs are never filled, because the dynamic linker reserves them.
 */
static bool anonymous_follows(const struct ebpfmm_elf *elf, size_t index)
{
	const struct segment *segment = &elf->segments[index];
	const struct segment *next = segment + 1;

	if (!segment->file_size)
		return false;
	if (segment->anonymous.start < segment->anonymous.end ||
	    index + 1 == elf->nsegments)
		return true;
	return !next->file_size &&
	       next->anonymous.start == segment->anonymous.start;
}

int ebpfmm_elf_part_of(const struct ebpfmm_elf *elf,
		       const struct ebpfmm_range *range,
		       struct ebpfmm_elf_part *out)
{
	const struct segment *segment;
	size_t i;

	segment = anonymous_part(elf, range, &out->addresses);
	if (!segment)
		return -ENODATA;
	/* In the last case, glibc reports "not properly aligned", and mmap(2) fails. */
	if (!segment->file_size || segment->offset > elf->file->size ||
	    segment->file_size > elf->file->size - segment->offset ||
	    (segment->offset ^ segment->bytes.start) & (PAGE - 1))
		return -ENOTSUP;
	out->start = segment->anonymous.start;
	out->end = segment->anonymous.end;
	out->file_end = file_end(segment);
	out->shared = false;
	for (i = 0; i < elf->nsegments; i++)
		if (&elf->segments[i] != segment &&
		    file_end(&elf->segments[i]) == out->file_end &&
		    anonymous_follows(elf, i))
			out->shared = true;
	return 0;
}
