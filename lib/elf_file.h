/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What translation needs to know of an ELF file. Read with libelf from a file
 * that the tenant controls: every number in it is checked before use, and the
 * work is bounded, by the limits below and by the file's size.
 */
#ifndef EBPFMM_ELF_FILE_H
#define EBPFMM_ELF_FILE_H

#include <stdint.h>

#include "error.h"

/* Past these a file is refused: far more than the largest browsers have. */
#define EBPFMM_ELF_MAX_BYTES	(4ULL << 30)
#define EBPFMM_ELF_MAX_SYMBOLS	(2U << 20)	/* in one table */
#define EBPFMM_ELF_MAX_STRINGS	(128U << 20)	/* bytes in one table */

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
 * ebpfmm_elf_symbol - find a data symbol
 * @elf: the file
 * @name: its name, as in .symtab or else .dynsym
 * @range: the addresses it covers, inside one PT_LOAD
 * @err: not there, ambiguous (two local ones), undefined, TLS, of size 0, or
 *	outside of what is loaded
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

#endif /* EBPFMM_ELF_FILE_H */
