/* SPDX-License-Identifier: GPL-2.0-only */
/* A name in an ELF file, and what is found by it: what it stands for in memory. */
#ifndef EBPFMM_ELF_FOUND_H
#define EBPFMM_ELF_FOUND_H

#include <stdint.h>

#include "elf/elf_file.h"

/**
 * enum ebpfmm_elf_kind - what a name is the name of
 * @EBPFMM_ELF_SYMBOL: a symbol
 * @EBPFMM_ELF_SECTION: a section
 */
enum ebpfmm_elf_kind {
	EBPFMM_ELF_SYMBOL,
	EBPFMM_ELF_SECTION,
};

/**
 * struct ebpfmm_elf_name - what is asked for
 * @kind: of what it is the name
 * @name: the name; must stay valid
 * @offset: of the byte in it whose location is asked for, too
 */
struct ebpfmm_elf_name {
	enum ebpfmm_elf_kind kind;
	const char *name;
	uint64_t offset;
};

/**
 * enum ebpfmm_part_kind - can the anonymous part of a PT_LOAD be known again?
 * @EBPFMM_PART_LOOSE: no: it does not follow pages of the file
 * @EBPFMM_PART_SHARED: no: another one may follow the same page of the file
 * @EBPFMM_PART_UNIQUE: yes
 *
 * Asked only of shared objects, which may be loaded anywhere.
 */
enum ebpfmm_part_kind {
	EBPFMM_PART_LOOSE,
	EBPFMM_PART_SHARED,
	EBPFMM_PART_UNIQUE,
	EBPFMM_PART_KINDS,
};

/**
 * struct ebpfmm_elf_found - the range that has the name, and what is around it
 * @range: the unbiased addresses that it covers, inside one PT_LOAD
 * @anonymous: what of them will be anonymous memory; empty if nothing
 * @part_start: address at which the anonymous part of that PT_LOAD starts
 * @part_end: address at which it ends, rounded up to a page
 * @part_file_end: offset in the file at which the pages before it end
 * @part: see there; the numbers of the part are 0 for EBPFMM_PART_LOOSE
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
