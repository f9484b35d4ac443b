/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading from an ELF file what translation needs. The tenant controls the file, so every
 * number in it is checked before use, and the work is bounded by the limits below and by
 * the size of the file. Uses libelf.
 */
#ifndef EBPFMM_ELF_FILE_H
#define EBPFMM_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Larger files are refused. The limits are far above what the largest browsers need. */
#define EBPFMM_ELF_MAX_BYTES	(4ULL << 30)
#define EBPFMM_ELF_MAX_SYMBOLS	(2U << 20)	/* in one table */
#define EBPFMM_ELF_MAX_STRINGS	(128U << 20)	/* bytes in one table */

#define EBPFMM_BUILD_ID_MAX	64U	/* bytes; GNU ld makes 20 */
#define EBPFMM_SECTION_NAME_MAX	64U	/* of a name that is shown, with NUL */

struct ebpfmm_elf;

/**
 * struct ebpfmm_range - a range of unbiased virtual addresses
 * @start: first byte
 * @end: first byte after it
 */
struct ebpfmm_range {
	uint64_t start;
	uint64_t end;
};

/**
 * struct ebpfmm_image - how the kernel will lay the program out
 * @start_code: lowest p_vaddr of an executable PT_LOAD, not rounded
 * @extent: lowest to highest address of all PT_LOADs, rounded to pages
 * @bias_align: the load bias is a multiple of this number of bytes; 0 for ET_EXEC,
 *	which has no bias
 *
 * As load_elf_binary() in fs/binfmt_elf.c computes them.
 */
struct ebpfmm_image {
	uint64_t start_code;
	struct ebpfmm_range extent;
	uint64_t bias_align;
};

/**
 * struct ebpfmm_elf_part - an anonymous part of a shared object
 * @addresses: the part of the requested range that is in it, unbiased
 * @start: first unbiased address of the whole part, page-aligned
 * @end: end of the part, page-aligned
 * @file_end: file offset, page-aligned, at which the file-backed pages of the same
 *	PT_LOAD end
 * @shared: in another PT_LOAD, too, anonymous memory may follow that page of the file,
 *	so that the two cannot be distinguished
 *
 * Dynamic linkers map the file's pages of a PT_LOAD and then, right behind
 * them, anonymous ones up to its p_memsz (glibc: _dl_map_segments() in
 * elf/dl-map-segments.h, from "zeropage" on; musl: map_library() in
 * ldso/dynlink.c; the kernel, for the dynamic linker itself: elf_load() in
 * fs/binfmt_elf.c).
 */
struct ebpfmm_elf_part {
	struct ebpfmm_range addresses;
	uint64_t start;
	uint64_t end;
	uint64_t file_end;
	bool shared;
};

/**
 * struct ebpfmm_elf_location - location of an address in the file, for display
 * @section: name of the allocated section that contains it, printable, truncated; "" if
 *	there is none or sections have no names
 * @offset: offset in that section, or in the PT_LOAD if @section is ""
 * @in_file: whether the file contains the byte
 * @file_offset: its file offset; 0 if the file does not contain it
 */
struct ebpfmm_elf_location {
	char section[EBPFMM_SECTION_NAME_MAX];
	uint64_t offset;
	bool in_file;
	uint64_t file_offset;
};

/**
 * ebpfmm_elf_open - read the headers of an x86-64 executable
 * @fd: regular file; duplicated, the caller keeps its own
 * @out: to be freed with ebpfmm_elf_close(); untouched on error
 * @err: without the path, which the caller knows
 *
 * Accepts ET_EXEC and ET_DYN. Refuses a file whose PT_LOADs are not in ascending order
 * or share pages: no linker makes one, and which of them wins is a detail of the kernel.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_open(int fd, struct ebpfmm_elf **out, struct ebpfmm_error *err);

/**
 * ebpfmm_elf_close - free what ebpfmm_elf_open() made
 * @elf: may be NULL
 */
void ebpfmm_elf_close(struct ebpfmm_elf *elf);

/**
 * ebpfmm_elf_image - get the memory layout of the program
 * @elf: the file
 *
 * Return: valid until ebpfmm_elf_close().
 */
const struct ebpfmm_image *ebpfmm_elf_image(const struct ebpfmm_elf *elf);

/**
 * ebpfmm_elf_build_id - read the GNU build id
 * @elf: the file
 * @id: the first @size bytes are filled in
 * @size: its length in bytes; 0 when there is none, or one of less than 2 or
 *	more than EBPFMM_BUILD_ID_MAX bytes
 * @err: damaged notes
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_build_id(struct ebpfmm_elf *elf,
			unsigned char id[EBPFMM_BUILD_ID_MAX], size_t *size,
			struct ebpfmm_error *err);

/**
 * ebpfmm_elf_is_stripped - check whether the file lacks a .symtab
 * @elf: the file
 *
 * Return: true if a debug file may help.
 */
bool ebpfmm_elf_is_stripped(const struct ebpfmm_elf *elf);

/**
 * ebpfmm_elf_add_debug - use the symbols of a separate debug file
 * @elf: the file; if it has a .symtab of its own, that is used instead
 * @fd: regular file, as "objcopy --only-keep-debug" makes it; duplicated, the
 *	caller keeps its own; as hostile as @elf
 * @err: without a path: not an x86-64 ELF file, too large, another build id, no build
 *	id in the program, or a second debug file
 *
 * Only names, addresses and sizes of symbols come from it. The memory layout comes from
 * the program alone.
 *
 * Return: 0, or -1 with @err set and @elf as before.
 */
int ebpfmm_elf_add_debug(struct ebpfmm_elf *elf, int fd,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_elf_symbol - find a data symbol
 * @elf: the file
 * @name: its name, as in .symtab or else .dynsym, in one of these forms:
 *	"table", which means the default version if there are several;
 *	"table@VERSION", and "table@@VERSION" if it must be the default one;
 *	"ns::table", a C++ name as "nm -C" prints it, ignoring spaces, if no symbol
 *	has exactly this name
 * @range: the addresses it covers, inside one PT_LOAD
 * @err: not found, not in that version, ambiguous (two local symbols, two C++ names
 *	that are written alike), a function, undefined, thread-local, of size 0, or
 *	outside the loaded segments
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_symbol(struct ebpfmm_elf *elf, const char *name,
		      struct ebpfmm_range *range, struct ebpfmm_error *err);

/**
 * ebpfmm_elf_section - find an allocated section
 * @elf: the file
 * @name: its name, such as ".bss"
 * @range: the addresses it covers, inside one PT_LOAD
 * @err: not found, ambiguous, or not loaded into memory
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_section(struct ebpfmm_elf *elf, const char *name,
		       struct ebpfmm_range *range, struct ebpfmm_error *err);

/**
 * ebpfmm_elf_anonymous - get the part of a range that will be anonymous memory
 * @elf: the file
 * @range: unbiased addresses, inside one PT_LOAD
 * @out: the part of @range in pages that the kernel maps anonymously: those of a
 *	PT_LOAD beyond the page of its last file byte (elf_load() in fs/binfmt_elf.c)
 *
 * Return: 0, or -1 when there is no such page in @range.
 */
int ebpfmm_elf_anonymous(const struct ebpfmm_elf *elf,
			 const struct ebpfmm_range *range,
			 struct ebpfmm_range *out);

/**
 * ebpfmm_elf_part_of - find the anonymous part of a shared object that contains a range
 * @elf: the shared object
 * @range: unbiased addresses, inside one PT_LOAD
 * @out: filled in on success
 *
 * Return: 0; -ENODATA when no page of @range is anonymous; -ENOTSUP when one is, but
 * does not follow pages of the file: its PT_LOAD has no byte in the file, or a dynamic
 * linker could not map it.
 */
int ebpfmm_elf_part_of(const struct ebpfmm_elf *elf,
		       const struct ebpfmm_range *range,
		       struct ebpfmm_elf_part *out);

/**
 * ebpfmm_elf_locate - find the location of an address in the file
 * @elf: the file
 * @address: unbiased
 * @out: filled in on success
 *
 * Return: 0, or -1 if no PT_LOAD contains @address.
 */
int ebpfmm_elf_locate(struct ebpfmm_elf *elf, uint64_t address,
		      struct ebpfmm_elf_location *out);

#endif /* EBPFMM_ELF_FILE_H */
