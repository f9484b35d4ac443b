/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What translation needs to know of an ELF file. Read with libelf from a file
 * that the tenant controls: every number in it is checked before use, and the
 * work is bounded, by the limits below and by the file's size.
 */
#ifndef EBPFMM_ELF_FILE_H
#define EBPFMM_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Past these a file is refused: far more than the largest browsers have. */
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
 * @bias_align: the load bias is a multiple of so many bytes; 0 for ET_EXEC,
 *	which has no bias
 *
 * All of it as load_elf_binary() in fs/binfmt_elf.c computes it.
 */
struct ebpfmm_image {
	uint64_t start_code;
	struct ebpfmm_range extent;
	uint64_t bias_align;
};

/**
 * struct ebpfmm_elf_part - an anonymous part of a shared object
 * @addresses: what of the range that was asked for is in it, unbiased
 * @start: first unbiased address of the whole part, at a page
 * @end: where the part ends, at a page
 * @file_end: offset in the file, at a page, at which the file-backed pages of
 *	the same PT_LOAD end: that of the page that would come next
 * @shared: anonymous memory may follow that same page of the file in another
 *	PT_LOAD, too, so that the two cannot be told apart by it
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
 * struct ebpfmm_elf_location - what a file says of an address, for people
 * @section: name of the allocated section that has it, printable and cut to
 *	the room there is; "" if none has it or sections have no names
 * @offset: offset in that section, or in the PT_LOAD where @section is ""
 * @in_file: whether the byte is in the file
 * @file_offset: where in the file; 0 if it is not
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
 * @err: without a path; the caller knows it
 *
 * ET_EXEC or ET_DYN. A file whose PT_LOADs are not in ascending order or share
 * pages is refused: no linker makes one, and which of them wins is a detail of
 * the kernel.
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
 * ebpfmm_elf_image - how the program will be laid out
 * @elf: the file
 *
 * Return: valid until ebpfmm_elf_close().
 */
const struct ebpfmm_image *ebpfmm_elf_image(const struct ebpfmm_elf *elf);

/**
 * ebpfmm_elf_build_id - tell the GNU build id
 * @elf: the file
 * @id: the first @size bytes are filled in
 * @size: its length in bytes; 0 when there is none, or one of less than 2 or
 *	more than EBPFMM_BUILD_ID_MAX bytes
 * @err: notes that are damaged
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_build_id(struct ebpfmm_elf *elf,
			unsigned char id[EBPFMM_BUILD_ID_MAX], size_t *size,
			struct ebpfmm_error *err);

/**
 * ebpfmm_elf_is_stripped - whether the file has no .symtab of its own
 * @elf: the file
 *
 * Return: true if it is worth looking for a debug file.
 */
bool ebpfmm_elf_is_stripped(const struct ebpfmm_elf *elf);

/**
 * ebpfmm_elf_add_debug - take symbols from a separate debug file
 * @elf: the file; its own .symtab, where it has one, is still used instead
 * @fd: regular file, as "objcopy --only-keep-debug" makes it; duplicated, the
 *	caller keeps its own; as hostile as @elf
 * @err: without a path: not an x86-64 ELF file, too large, not of the same
 *	build id, or the program has none, or there is a debug file already
 *
 * Only names, addresses and sizes of symbols are taken from it. Where the
 * program lies in memory is believed of the program alone.
 *
 * Return: 0, or -1 with @err set and @elf as before.
 */
int ebpfmm_elf_add_debug(struct ebpfmm_elf *elf, int fd,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_elf_symbol - find a data symbol
 * @elf: the file
 * @name: its name, as in .symtab or else .dynsym, in one of these forms:
 *	"table"; of several versions the default one is meant;
 *	"table@VERSION", and "table@@VERSION" if it must be the default one;
 *	"ns::table", a C++ name as "nm -C" prints it, spaces not mattering;
 *	looked for only when no symbol has exactly this name
 * @range: the addresses it covers, inside one PT_LOAD
 * @err: not there, not in that version, ambiguous (two local ones, two C++ ones
 *	that are written alike), a function, undefined, TLS, of size 0, or outside
 *	of what is loaded
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_symbol(struct ebpfmm_elf *elf, const char *name,
		      struct ebpfmm_range *range, struct ebpfmm_error *err);

/**
 * ebpfmm_elf_section - find an allocated section
 * @elf: the file
 * @name: its name, as ".bss"
 * @range: the addresses it covers, inside one PT_LOAD
 * @err: not there, ambiguous, or not loaded into memory
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_section(struct ebpfmm_elf *elf, const char *name,
		       struct ebpfmm_range *range, struct ebpfmm_error *err);

/**
 * ebpfmm_elf_anonymous - which part of a range will be anonymous memory
 * @elf: the file
 * @range: unbiased addresses, inside one PT_LOAD
 * @out: the part of @range that lies in pages which the kernel maps
 *	anonymously: those of a PT_LOAD beyond the page of its last file byte
 *	(elf_load() in fs/binfmt_elf.c)
 *
 * Return: 0, or -1 when there is no such page in @range.
 */
int ebpfmm_elf_anonymous(const struct ebpfmm_elf *elf,
			 const struct ebpfmm_range *range,
			 struct ebpfmm_range *out);

/**
 * ebpfmm_elf_part_of - which anonymous part of a shared object a range is in
 * @elf: the shared object
 * @range: unbiased addresses, inside one PT_LOAD
 * @out: filled in on success
 *
 * Return: 0; -ENODATA when no page of @range is anonymous; -ENOTSUP when one
 * is, but it does not follow pages of the file: that PT_LOAD has no byte in the
 * file, or is not where a dynamic linker could map it.
 */
int ebpfmm_elf_part_of(const struct ebpfmm_elf *elf,
		       const struct ebpfmm_range *range,
		       struct ebpfmm_elf_part *out);

/**
 * ebpfmm_elf_locate - describe an address to people
 * @elf: the file
 * @address: unbiased
 * @out: filled in on success
 *
 * Return: 0, or -1 if no PT_LOAD has @address.
 */
int ebpfmm_elf_locate(struct ebpfmm_elf *elf, uint64_t address,
		      struct ebpfmm_elf_location *out);

#endif /* EBPFMM_ELF_FILE_H */
