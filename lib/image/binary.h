/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ELF files of a container's root: which file each is, and what a symbol or section
 * of it stands for. A file is opened at once and read, in a process apart (reader.h),
 * when first something is asked that is not known from before.
 */
#ifndef EBPFMM_BINARY_H
#define EBPFMM_BINARY_H

#include <stdbool.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "elf/elf_file.h"
#include "elf/reader.h"
#include "image/root.h"

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
int ebpfmm_binary_open(const struct ebpfmm_root *how, const char *path,
		       bool mapped, struct ebpfmm_binary **out,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_binary_close - close a file, and remember what was learnt of it
 * @binary: may be NULL
 */
void ebpfmm_binary_close(struct ebpfmm_binary *binary);

/**
 * ebpfmm_binary_ask - say what ebpfmm_binary_find() will be asked
 * @binary: the file, of which nothing was asked yet
 * @name: a symbol or section of it
 * @err: no memory
 *
 * All names are to be said first, as it is read at most once.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_binary_ask(struct ebpfmm_binary *binary,
		      const struct ebpfmm_elf_name *name,
		      struct ebpfmm_error *err);

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
 * @name: one of those, or of what is remembered; in the order of ebpfmm_binary_ask()
 * @answer: filled in
 * @err: why there is none such; begins with the file's path
 *
 * A symbol that a stripped file lacks is looked for in its debug file.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_binary_find(struct ebpfmm_binary *binary,
		       const struct ebpfmm_elf_name *name,
		       struct ebpfmm_answer *answer, struct ebpfmm_error *err);

EBPFMM_CLEANUP(struct ebpfmm_binary *, ebpfmm_binary_close)

#endif /* EBPFMM_BINARY_H */
