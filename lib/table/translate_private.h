/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the files of the translation: translate.c, which makes the table,
 * translate_place.c, which places regions in spaces, and translate_object.c, which does so
 * for shared objects. Not for other files.
 */
#ifndef EBPFMM_TRANSLATE_PRIVATE_H
#define EBPFMM_TRANSLATE_PRIVATE_H

#include <stdint.h>

#include "elf/elf_found.h"
#include "image/binary.h"
#include "table/translate.h"

#define PAGE		(1ULL << EBPFMM_PAGE_SHIFT)
/* The table counts pages in 32 bits. */
#define MAX_PAGE	UINT32_MAX
#define MAX_BYTES	((uint64_t)MAX_PAGE << EBPFMM_PAGE_SHIFT)

/* Spaces, in the order of their regions in the table. */
enum space {
	SPACE_IMAGE,
	SPACE_HEAP,
	SPACE_STACK,
	/* and SPACE_MAPPING + n for the program's n-th mapping */
	SPACE_MAPPING,
	/* and SPACE_OBJECT + n for its n-th part of an object */
	SPACE_OBJECT = SPACE_MAPPING + EBPFMM_MAX_MAPPINGS,
};

/**
 * struct placed - a region during its translation from bytes to pages
 * @space: enum space
 * @index: index of the region in its program
 * @origin: the range that the profile names, and the part that can be anonymous
 * @first: first page
 * @end: first page after it
 */
struct placed {
	unsigned int space;
	uint16_t index;
	struct ebpfmm_origin origin;
	uint32_t first;
	uint32_t end;
};

/**
 * struct job - one program being translated
 * @how: the root
 * @from: the program in the profile
 * @index: its index there
 * @binary: its file
 * @table: the table being made
 * @to: the program in the table
 * @err: filled in on failure
 */
struct job {
	const struct ebpfmm_root *how;
	const struct ebpfmm_profile_program *from;
	size_t index;
	struct ebpfmm_binary *binary;
	struct ebpfmm_table *table;
	struct ebpfmm_program *to;
	struct ebpfmm_error *err;
};

/**
 * translate_fail - prefix an error with its region
 * @job: the program, with the error
 * @region: index of the region
 * @member: the part of it, as ".anchor"
 *
 * Return: -1.
 */
int translate_fail(const struct job *job, size_t region, const char *member);

/**
 * translate_cut - apply offset and length of a region to the range of its anchor
 * @job: the program
 * @index: index of the region
 * @anchor: range of its anchor
 * @name: name of the anchor, for messages
 * @bytes: filled in
 *
 * Return: 0, or -1 with an error set.
 */
int translate_cut(const struct job *job, size_t index, const struct ebpfmm_range *anchor,
		  const char *name, struct ebpfmm_range *bytes);

/**
 * translate_is_in_file - check whether a region is anchored in an ELF file
 * @region: the region
 *
 * Return: true if it is in the program's file or in a shared object.
 */
bool translate_is_in_file(const struct ebpfmm_profile_region *region);

/**
 * translate_name_in_file - get the name to look up for a region
 * @region: a region for which translate_is_in_file() is true
 *
 * Return: its symbol or section, and its offset in that.
 */
struct ebpfmm_elf_name translate_name_in_file(const struct ebpfmm_profile_region *region);

/**
 * translate_place_in_file - place a region in the unbiased addresses of an ELF file
 * @job: the program
 * @binary: the file
 * @path: its path
 * @placed: set to its bytes and the part of them that will be anonymous
 * @found: set to the range of the region's anchor
 *
 * Return: 0, or -1 with an error set.
 */
int translate_place_in_file(const struct job *job, struct ebpfmm_binary *binary,
			    const char *path, struct placed *placed,
			    struct ebpfmm_elf_found *found);

/**
 * translate_place - place a region in its space
 * @job: the program
 * @placed: the region, by its index, which is not in a shared object
 *
 * Return: 0, or -1 with an error set.
 */
int translate_place(const struct job *job, struct placed *placed);

/**
 * translate_place_objects - place the regions that are in shared objects
 * @job: the program
 * @placed: all regions of the program, in the order of the profile
 *
 * Return: 0, or -1 with an error set.
 */
int translate_place_objects(const struct job *job, struct placed *placed);

#endif /* EBPFMM_TRANSLATE_PRIVATE_H */
