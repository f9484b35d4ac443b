/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What translation needs to know of an ELF file. Read with libelf from a file
 * that the tenant controls: every number in it is checked before use, and the
 * work is bounded.
 */
#ifndef EBPFMM_ELF_FILE_H
#define EBPFMM_ELF_FILE_H

#include <stdint.h>

#include "error.h"

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
 */
struct ebpfmm_image {
	uint64_t start_code;
	struct ebpfmm_range extent;
};

/**
 * ebpfmm_elf_open - read the headers of an x86-64 executable
 * @fd: regular file; duplicated, the caller keeps its own
 * @out: to be freed with ebpfmm_elf_close(); untouched on error
 * @err: without a path; the caller knows it
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
 * @range: the addresses it covers
 * @err: not there, ambiguous (two local ones), undefined, TLS, or of size 0
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_symbol(struct ebpfmm_elf *elf, const char *name,
		      struct ebpfmm_range *range, struct ebpfmm_error *err);

/**
 * ebpfmm_elf_section - find an allocated section
 * @elf: the file
 * @name: its name, as ".bss"
 * @range: the addresses it covers
 * @err: not there, or not loaded into memory
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_section(struct ebpfmm_elf *elf, const char *name,
		       struct ebpfmm_range *range, struct ebpfmm_error *err);

/**
 * ebpfmm_elf_anonymous - which part of a range will be anonymous memory
 * @elf: the file
 * @range: unbiased addresses
 * @out: the part of @range that lies in pages which the kernel maps
 *	anonymously: those of a PT_LOAD beyond the page of its last file byte
 *
 * Return: 0, or -1 when there is no such page in @range.
 */
int ebpfmm_elf_anonymous(const struct ebpfmm_elf *elf,
			 const struct ebpfmm_range *range,
			 struct ebpfmm_range *out);

#endif /* EBPFMM_ELF_FILE_H */
