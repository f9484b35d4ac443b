/* SPDX-License-Identifier: GPL-2.0-only */
/* A symbol or section of an ELF file, and the memory that it stands for. */
#ifndef EBPFMM_ELF_FOUND_H
#define EBPFMM_ELF_FOUND_H

#include <stdint.h>

#include "elf/elf_file.h"

/**
 * enum ebpfmm_elf_kind - kind of a name
 * @EBPFMM_ELF_SYMBOL: a symbol
 * @EBPFMM_ELF_SECTION: a section
 */
enum ebpfmm_elf_kind {
	EBPFMM_ELF_SYMBOL,
	EBPFMM_ELF_SECTION,
};

/**
 * struct ebpfmm_elf_name - a symbol or section to look up
 * @kind: whether it is a symbol or a section
 * @name: the name; must stay valid
 * @offset: offset in it of the byte whose location to look up
 */
struct ebpfmm_elf_name {
	enum ebpfmm_elf_kind kind;
	const char *name;
	uint64_t offset;
};

/**
 * enum ebpfmm_part_kind - whether the anonymous part of a PT_LOAD can be recognised
 * @EBPFMM_PART_LOOSE: no, it does not follow pages of the file
 * @EBPFMM_PART_SHARED: no, another one may follow the same page of the file
 * @EBPFMM_PART_UNIQUE: yes
 *
 * Matters only for shared objects, which may be loaded anywhere.
 */
enum ebpfmm_part_kind {
	EBPFMM_PART_LOOSE,
	EBPFMM_PART_SHARED,
	EBPFMM_PART_UNIQUE,
	EBPFMM_PART_KINDS,
};

/**
 * struct ebpfmm_elf_found - the range that a name stands for, and its surroundings
 * @range: the unbiased addresses that it covers, inside one PT_LOAD
 * @anonymous: the part of @range that will be anonymous memory; may be empty
 * @part_start: address at which the anonymous part of that PT_LOAD starts
 * @part_end: address at which it ends, rounded up to a page
 * @part_file_end: file offset at which the pages before it end
 * @part: whether the part can be recognised; its numbers are 0 for EBPFMM_PART_LOOSE
 */
struct ebpfmm_elf_found {
	struct ebpfmm_range range;
	struct ebpfmm_range anonymous;
	uint64_t part_start;
	uint64_t part_end;
	uint64_t part_file_end;
	enum ebpfmm_part_kind part;
};

#endif /* EBPFMM_ELF_FOUND_H */
