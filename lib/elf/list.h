/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which symbols and sections of a file have anonymous memory. Like reader.h, the file is
 * read in a confined child process.
 */
#ifndef EBPFMM_LIST_H
#define EBPFMM_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "elf/elf_file.h"
#include "elf/elf_found.h"

#define EBPFMM_LIST_MAX		512U
#define EBPFMM_LIST_NAME	256U	/* bytes, with NUL; longer names are left out */

/**
 * struct ebpfmm_listed - a symbol or section
 * @kind: which of these
 * @range: the unbiased addresses that it covers
 * @anonymous: the part of @range that will be anonymous memory; not empty
 * @name: its name, printable, as a profile can have it
 */
struct ebpfmm_listed {
	uint32_t kind;
	struct ebpfmm_range range;
	struct ebpfmm_range anonymous;
	char name[EBPFMM_LIST_NAME];
};

/**
 * struct ebpfmm_listing - what a file has
 * @done: whether it was read
 * @stripped: whether it has no symbols of its own, so that a debug file may have them
 * @id_size: length of @id; 0 if it has none
 * @id: its build id
 * @image: memory layout of the file
 * @count: number of entries in @list
 * @why: the error, unless @done is set
 * @list: the largest ones
 */
struct ebpfmm_listing {
	uint32_t done;
	uint32_t stripped;
	uint32_t id_size;
	unsigned char id[EBPFMM_BUILD_ID_MAX];
	struct ebpfmm_image image;
	uint32_t count;
	char why[EBPFMM_ERROR_SIZE];
	struct ebpfmm_listed list[EBPFMM_LIST_MAX];
};

/**
 * ebpfmm_elf_list - list symbols and sections with anonymous memory
 * @elf: the file
 * @least: bytes of it that they must have
 * @list: filled in with the largest ones, in any order
 * @max: room in @list
 * @count: set to their number
 * @err: damaged tables
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_list(struct ebpfmm_elf *elf, uint64_t least, struct ebpfmm_listed *list,
		    size_t max, uint32_t *count, struct ebpfmm_error *err);

/**
 * ebpfmm_list - list what a file has, in a confined process
 * @fd: the file: regular, open for reading
 * @debugfd: its debug file, likewise; -1 for none
 * @least: as for ebpfmm_elf_list()
 * @out: to be freed with free(); untouched on error
 * @err: the file is not valid, or how the child process ended without an answer
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_list(int fd, int debugfd, uint64_t least, struct ebpfmm_listing **out,
		struct ebpfmm_error *err);

/**
 * ebpfmm_listing_check - check the answer of the child process
 * @listing: hostile; its texts are made printable
 *
 * Return: NULL if it is valid, or the name of the invalid part.
 */
const char *ebpfmm_listing_check(struct ebpfmm_listing *listing);

#endif /* EBPFMM_LIST_H */
