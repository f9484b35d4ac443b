// SPDX-License-Identifier: GPL-2.0-only
/*
 * What translation needs to know of an ELF file.
 *
 * The tenant may change or truncate the file while it is being read. So it is
 * not mapped (a truncation would be a SIGBUS), and libelf is not given the
 * descriptor either (it would read numbers again that were checked before).
 * libelf works on a picture of the file instead: anonymous memory of the file's
 * size, into which only the parts that matter are read, each of them once and
 * after the headers that lead to it have been checked. What is not read is
 * zeros and costs no memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf_private.h"

/* TASK_SIZE_MAX of x86-64 with four-level page tables. */
#define TASK_SIZE	((1ULL << 47) - PAGE)
/* Steps that searches for symbols may take in all, see walk_symbols(). */
#define MAX_STEPS	(1U << 26)

static uint64_t page_down(uint64_t address)
{
	return address & ~(PAGE - 1);
}

static uint64_t page_up(uint64_t address)
{
	return page_down(address + PAGE - 1);
}

int elf_damaged(struct ebpfmm_error *err)
{
	return ebpfmm_fail(err, 0, "damaged ELF file: %s", elf_errmsg(-1));
}

/*
 * Read a part of the file into the picture. A part that was read stays as it
 * is: only the very same one may be asked for again.
 */
static int fetch(struct ebpfmm_elf *elf, uint64_t offset, uint64_t length,
		 const char *what, struct ebpfmm_error *err)
{
	uint64_t end = offset + length;
	size_t i;

	if (offset > elf->size || length > elf->size - offset)
		return ebpfmm_fail(err, 0,
				   "damaged ELF file: %s reaches outside it",
				   what);
	if (!length)
		return 0;
	for (i = 0; i < elf->nparts; i++) {
		const struct ebpfmm_range *part = &elf->parts[i];

		if (part->start == offset && part->end == end)
			return 0;
		if (part->start < end && offset < part->end)
			return ebpfmm_fail(err, 0,
					   "damaged ELF file: %s overlaps another table",
					   what);
	}
	if (elf->nparts == MAX_PARTS)
		return ebpfmm_fail(err, 0, "damaged ELF file: too many tables");
	elf->parts[elf->nparts++] = (struct ebpfmm_range){ offset, end };

	while (offset < end) {
		ssize_t n = pread(elf->fd, elf->picture + offset, end - offset,
				  offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ebpfmm_fail(err, errno, "reading %s", what);
		if (n == 0)
			return ebpfmm_fail(err, 0, "cut short while reading %s",
					   what);
		offset += n;
	}
	return 0;
}

static int check_ident(const char *start, size_t size, struct ebpfmm_error *err)
{
	const unsigned char *ident = (const unsigned char *)start;

	if (size >= 2 && start[0] == '#' && start[1] == '!')
		return ebpfmm_fail(err, 0,
				   "a script: name the program that runs it");
	if (size < EI_NIDENT || memcmp(ident, ELFMAG, SELFMAG))
		return ebpfmm_fail(err, 0, "not an ELF file");
	if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB)
		return ebpfmm_fail(err, 0, "not an x86-64 program");
	if (size < sizeof(Elf64_Ehdr))
		return ebpfmm_fail(err, 0,
				   "damaged ELF file: its header is cut short");
	return 0;
}

static int check_header(const Elf64_Ehdr *header, struct ebpfmm_error *err)
{
	if (header->e_machine != EM_X86_64)
		return ebpfmm_fail(err, 0, "not an x86-64 program");
	if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
		return ebpfmm_fail(err, 0,
				   "an ELF file, but no program (type %u)",
				   header->e_type);
	if (header->e_phentsize != sizeof(Elf64_Phdr) || !header->e_phnum ||
	    header->e_phnum > MAX_PHDRS)
		return ebpfmm_fail(err, 0,
				   "program headers that no kernel would load (%u of %u bytes)",
				   header->e_phnum, header->e_phentsize);
	if (header->e_shnum && header->e_shentsize != sizeof(Elf64_Shdr))
		return ebpfmm_fail(err, 0,
				   "damaged ELF file: section headers of %u bytes",
				   header->e_shentsize);
	return 0;
}

/* Read the three headers, check them and hand them to libelf. */
static int read_headers(struct ebpfmm_elf *elf, struct ebpfmm_error *err)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)elf->picture;
	size_t start = elf->size < sizeof(*header) ? elf->size : sizeof(*header);

	if (fetch(elf, 0, start, "the header", err) ||
	    check_ident(elf->picture, start, err) || check_header(header, err))
		return -1;

	/*
	 * No section headers, or more than e_shnum can tell, in which case their
	 * number is in the first of them and libelf would believe it.
	 */
	if (!header->e_shnum)
		header->e_shoff = 0;

	if (fetch(elf, header->e_phoff,
		  (uint64_t)header->e_phnum * sizeof(Elf64_Phdr),
		  "the program header table", err) ||
	    fetch(elf, header->e_shoff,
		  (uint64_t)header->e_shnum * sizeof(Elf64_Shdr),
		  "the section header table", err))
		return -1;

	elf_version(EV_CURRENT);
	elf->elf = elf_memory(elf->picture, elf->size);
	if (!elf->elf)
		return elf_damaged(err);
	return 0;
}

static int add_segment(struct ebpfmm_elf *elf, const GElf_Phdr *load,
		       struct ebpfmm_error *err)
{
	struct segment *segment = &elf->segments[elf->nsegments];
	struct ebpfmm_range *extent = &elf->image.extent;
	uint64_t end, file_end;

	if (load->p_vaddr >= TASK_SIZE || load->p_filesz > load->p_memsz ||
	    load->p_memsz > TASK_SIZE - load->p_vaddr)
		return ebpfmm_fail(err, 0,
				   "a segment that no kernel would load (address %#llx)",
				   (unsigned long long)load->p_vaddr);
	end = load->p_vaddr + load->p_memsz;
	file_end = load->p_vaddr + load->p_filesz;

	if (elf->nsegments && page_down(load->p_vaddr) < extent->end)
		return ebpfmm_fail(err, 0,
				   "segments that share pages or are out of order (address %#llx)",
				   (unsigned long long)load->p_vaddr);

	segment->bytes.start = load->p_vaddr;
	segment->bytes.end = end;
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
 * is a power of two (maximum_alignment()); the bias is that place less the
 * first PT_LOAD's own address, rounded down.
 */
static uint64_t bias_alignment(uint64_t alignment, uint64_t first)
{
	uint64_t lowest = page_up(first) & -page_up(first);

	if (alignment < PAGE)
		alignment = PAGE;
	return lowest && lowest < alignment ? lowest : alignment;
}

/* Work out from the PT_LOADs how the kernel will lay the program out. */
static int read_segments(struct ebpfmm_elf *elf, struct ebpfmm_error *err)
{
	struct ebpfmm_image *image = &elf->image;
	uint64_t alignment = 0;
	GElf_Ehdr header;
	size_t i;

	if (!gelf_getehdr(elf->elf, &header))
		return elf_damaged(err);

	image->start_code = UINT64_MAX;
	for (i = 0; i < header.e_phnum; i++) {
		GElf_Phdr load;

		if (!gelf_getphdr(elf->elf, i, &load))
			return elf_damaged(err);
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
		return ebpfmm_fail(err, 0, "no executable segment");

	if (header.e_type == ET_DYN) {
		uint64_t first = elf->segments[0].bytes.start;

		image->bias_align = bias_alignment(alignment, first);
	}
	return 0;
}

Elf_Data *elf_section_data(struct ebpfmm_elf *elf, Elf_Scn *section,
			   uint64_t max, const char *what,
			   struct ebpfmm_error *err)
{
	Elf_Data *data;
	GElf_Shdr shdr;

	if (!gelf_getshdr(section, &shdr)) {
		elf_damaged(err);
		return NULL;
	}
	if (shdr.sh_flags & SHF_COMPRESSED) {
		ebpfmm_fail(err, 0, "damaged ELF file: %s is compressed", what);
		return NULL;
	}
	if (shdr.sh_size > max) {
		ebpfmm_fail(err, 0, "%s is too large (%llu of at most %llu bytes)",
			    what, (unsigned long long)shdr.sh_size,
			    (unsigned long long)max);
		return NULL;
	}
	if (fetch(elf, shdr.sh_offset, shdr.sh_size, what, err))
		return NULL;
	data = elf_getdata(section, NULL);
	if (!data || !data->d_buf || data->d_size != shdr.sh_size) {
		ebpfmm_fail(err, 0, "damaged ELF file: %s cannot be read", what);
		return NULL;
	}
	return data;
}

int elf_section_strings(struct ebpfmm_elf *elf, size_t index, const char *what,
			struct strings *strings, struct ebpfmm_error *err)
{
	Elf_Scn *section = elf_getscn(elf->elf, index);
	Elf_Data *data;
	GElf_Shdr shdr;

	if (!index || !section || !gelf_getshdr(section, &shdr) ||
	    shdr.sh_type != SHT_STRTAB || !shdr.sh_size)
		return ebpfmm_fail(err, 0, "damaged ELF file: no %s", what);
	data = elf_section_data(elf, section, EBPFMM_ELF_MAX_STRINGS, what, err);
	if (!data)
		return -1;
	strings->bytes = data->d_buf;
	strings->size = data->d_size;
	if (strings->bytes[strings->size - 1])
		return ebpfmm_fail(err, 0, "damaged ELF file: %s has no end",
				   what);
	return 0;
}

int ebpfmm_elf_open(int fd, struct ebpfmm_elf **out, struct ebpfmm_error *err)
{
	struct ebpfmm_elf *elf;
	struct stat st;

	if (fstat(fd, &st))
		return ebpfmm_fail(err, errno, "cannot tell its size");
	if (!S_ISREG(st.st_mode))
		return ebpfmm_fail(err, 0, "not a regular file");
	if (!st.st_size)
		return ebpfmm_fail(err, 0, "empty, not an ELF file");
	if ((uint64_t)st.st_size > EBPFMM_ELF_MAX_BYTES)
		return ebpfmm_fail(err, EFBIG, "%llu bytes",
				   (unsigned long long)st.st_size);

	elf = calloc(1, sizeof(*elf));
	if (!elf)
		return ebpfmm_fail(err, ENOMEM, "cannot read it");
	elf->size = st.st_size;
	elf->steps = MAX_STEPS;
	elf->picture = MAP_FAILED;
	elf->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (elf->fd < 0) {
		ebpfmm_fail(err, errno, "cannot read it");
		goto fail;
	}
	/* One header more than the file has, so that a short file has room. */
	elf->picture = mmap(NULL, elf->size + sizeof(Elf64_Ehdr),
			    PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (elf->picture == MAP_FAILED) {
		ebpfmm_fail(err, errno, "cannot read it");
		goto fail;
	}
	if (read_headers(elf, err) || read_segments(elf, err))
		goto fail;
	*out = elf;
	return 0;
fail:
	ebpfmm_elf_close(elf);
	return -1;
}

void ebpfmm_elf_close(struct ebpfmm_elf *elf)
{
	if (!elf)
		return;
	elf_free_symbols(&elf->symtab);
	elf_free_symbols(&elf->dynsym);
	elf_end(elf->elf);
	if (elf->picture != MAP_FAILED)
		munmap(elf->picture, elf->size + sizeof(Elf64_Ehdr));
	if (elf->fd >= 0)
		close(elf->fd);
	free(elf);
}

const struct ebpfmm_image *ebpfmm_elf_image(const struct ebpfmm_elf *elf)
{
	return &elf->image;
}

const struct segment *elf_segment_of(const struct ebpfmm_elf *elf,
				     const struct ebpfmm_range *range)
{
	size_t i;

	for (i = 0; i < elf->nsegments; i++) {
		const struct segment *segment = &elf->segments[i];

		if (range->start >= segment->bytes.start &&
		    range->end <= segment->bytes.end)
			return segment;
	}
	return NULL;
}

int ebpfmm_elf_anonymous(const struct ebpfmm_elf *elf,
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
			return 0;
		}
	}
	return -1;
}
