/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ELF files of a container's root that regions are anchored in: which file
 * each is, and where in it a symbol or section is. A file is opened at once and
 * read when first something is asked that is not known from before.
 */
#ifndef EBPFMM_BINARY_H
#define EBPFMM_BINARY_H

#include <stdbool.h>

#include "anchor.h"
#include "bpf_types.h"
#include "elf_file.h"
#include "error.h"
#include "profile.h"
#include "translate.h"

struct ebpfmm_binary;

static inline bool ebpfmm_same_file(const struct ebpfmm_identity *a,
				    const struct ebpfmm_identity *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->mtime == b->mtime &&
	       a->mtime_nsec == b->mtime_nsec;
}

/**
 * ebpfmm_binary_open - open a file of the root and tell which one it is
 * @how: the root, and how files are told apart
 * @path: absolute path in the root; must stay valid
 * @mapped: identify the file that a process maps, which on overlayfs is another
 *	one than that which it runs
 * @out: to be freed with ebpfmm_binary_close(); untouched on error
 * @err: begins with @path
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_binary_open(const struct ebpfmm_translation *how, const char *path,
		       bool mapped, struct ebpfmm_binary **out,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_binary_close - close a file, and remember what was learnt of it
 * @binary: may be NULL
 */
void ebpfmm_binary_close(struct ebpfmm_binary *binary);

/**
 * ebpfmm_binary_release - give back the memory that reading the file took
 * @binary: the file; not to be asked for what is in it after that
 */
void ebpfmm_binary_release(struct ebpfmm_binary *binary);

/**
 * ebpfmm_binary_identity - which file it is
 * @binary: the file
 *
 * Return: as the fault policy compares it; without an identify function as
 * stat(2) says.
 */
const struct ebpfmm_identity *
ebpfmm_binary_identity(const struct ebpfmm_binary *binary);

/**
 * ebpfmm_binary_mapped - which file a process maps when it maps this one
 * @binary: the file
 * @identity: filled in
 * @err: begins with the file's path
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_binary_mapped(struct ebpfmm_binary *binary,
			 struct ebpfmm_identity *identity,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_binary_image - how the file will be laid out in memory
 * @binary: the file
 * @image: filled in
 * @err: no ELF file that a kernel would load; begins with its path
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_binary_image(struct ebpfmm_binary *binary, struct ebpfmm_image *image,
			struct ebpfmm_error *err);

/**
 * ebpfmm_binary_find - what a name in the file stands for
 * @binary: the file
 * @kind: EBPFMM_ANCHOR_SYMBOL or EBPFMM_ANCHOR_SECTION
 * @name: of the symbol or section
 * @anchor: filled in
 * @err: why there is none such; begins with the file's path
 *
 * A symbol that a stripped file lacks is looked for in its debug file.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_binary_find(struct ebpfmm_binary *binary, enum ebpfmm_anchor_kind kind,
		       const char *name, struct ebpfmm_anchor *anchor,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_binary_locate - describe an address to people
 * @binary: the file
 * @address: unbiased
 * @location: filled in
 *
 * Return: whether the file says anything of it.
 */
bool ebpfmm_binary_locate(struct ebpfmm_binary *binary, uint64_t address,
			  struct ebpfmm_elf_location *location);

#endif /* EBPFMM_BINARY_H */
