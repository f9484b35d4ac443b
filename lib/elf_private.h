/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What elf_file.c, which reads the file, and elf_symbol.c, which searches it,
 * share. Not for others.
 */
#ifndef EBPFMM_ELF_PRIVATE_H
#define EBPFMM_ELF_PRIVATE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf_types.h"
#include "elf_file.h"

#define PAGE		(1ULL << EBPFMM_PAGE_SHIFT)
/* load_elf_phdrs() in fs/binfmt_elf.c wants them to fit into a page. */
#define MAX_PHDRS	(PAGE / sizeof(Elf64_Phdr))
/* Three headers, names of sections, two tables of symbols with their names. */
#define MAX_PARTS	8

/**
 * struct segment - one PT_LOAD
 * @bytes: the bytes it names
 * @anonymous: the pages of it that are anonymous; may be empty
 */
struct segment {
	struct ebpfmm_range bytes;
	struct ebpfmm_range anonymous;
};

/**
 * struct strings - a string table
 * @bytes: the last one is known to be NUL; NULL before it was read
 * @size: number of bytes
 */
struct strings {
	const char *bytes;
	size_t size;
};

/**
 * struct symbols - a symbol table, its symbols chained by the hash of the name
 * @data: the symbols
 * @names: their names
 * @count: their number
 * @mask: number of chains, less one
 * @bucket: first symbol of each chain; 0, which is never one, ends a chain
 * @next: the one after each symbol
 */
struct symbols {
	Elf_Data *data;
	struct strings names;
	uint32_t count;
	uint32_t mask;
	uint32_t *bucket;
	uint32_t *next;
};

/**
 * struct ebpfmm_elf - an open file
 * @fd: our own descriptor
 * @picture: see elf_file.c
 * @size: of the file, in bytes
 * @parts: ranges of the file that are in @picture
 * @nparts: their number
 * @elf: libelf's view of @picture
 * @image: how it will be laid out
 * @segments: the PT_LOADs, ascending and not sharing pages
 * @nsegments: their number
 * @section_names: read when first needed
 * @have_symbols: whether the following are valid
 * @symtab: .symtab; empty in a stripped file
 * @dynsym: .dynsym; empty in a static program
 * @steps: what is left of the work that searches may cause
 */
struct ebpfmm_elf {
	int fd;
	char *picture;
	size_t size;
	struct ebpfmm_range parts[MAX_PARTS];
	size_t nparts;
	Elf *elf;
	struct ebpfmm_image image;
	struct segment segments[MAX_PHDRS];
	size_t nsegments;
	struct strings section_names;
	bool have_symbols;
	struct symbols symtab;
	struct symbols dynsym;
	uint32_t steps;
};

/**
 * elf_section_data - read a section's bytes and have libelf see them
 * @elf: the file
 * @section: of a type whose bytes are in the file
 * @max: largest size to accept, in bytes
 * @what: what to call it in messages
 * @err: what is wrong with it
 *
 * Return: the data, or NULL with @err set.
 */
Elf_Data *elf_section_data(struct ebpfmm_elf *elf, Elf_Scn *section,
			   uint64_t max, const char *what,
			   struct ebpfmm_error *err);

/**
 * elf_section_strings - read a string table
 * @elf: the file
 * @index: of its section
 * @what: what to call it in messages
 * @strings: filled in
 * @err: what is wrong with it
 *
 * Return: 0, or -1 with @err set.
 */
int elf_section_strings(struct ebpfmm_elf *elf, size_t index, const char *what,
			struct strings *strings, struct ebpfmm_error *err);

/**
 * elf_damaged - record the error that libelf found
 * @err: where to
 *
 * Return: -1.
 */
int elf_damaged(struct ebpfmm_error *err);

/**
 * elf_free_symbols - free what the search for symbols made
 * @table: one of the tables
 */
void elf_free_symbols(struct symbols *table);

/**
 * elf_segment_of - find the PT_LOAD that has all of a range
 * @elf: the file
 * @range: unbiased addresses
 *
 * Return: the segment, or NULL.
 */
const struct segment *elf_segment_of(const struct ebpfmm_elf *elf,
				     const struct ebpfmm_range *range);

#endif /* EBPFMM_ELF_PRIVATE_H */
