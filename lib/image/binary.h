/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ELF files of a container's root: the identity of each, and the memory that its symbols
 * and sections stand for. A file is opened at once. It is read, in a separate process
 * (reader.h), when something is needed that the cache does not have.
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
 * ebpfmm_binary_open - open a file of the root and identify it
 * @how: the root, and how to identify files
 * @path: absolute path in the root; must stay valid
 * @mapped: identify the file that a process maps; on overlayfs it differs from the file
 *	that a process runs
 * @out: to be freed with ebpfmm_binary_close(); untouched on error
 * @err: begins with @path
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_binary_open(const struct ebpfmm_root *how, const char *path,
		       bool mapped, struct ebpfmm_binary **out,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_binary_close - close a file, and cache what was read from it
 * @binary: may be NULL
 */
void ebpfmm_binary_close(struct ebpfmm_binary *binary);

/**
 * ebpfmm_binary_ask - announce a name for ebpfmm_binary_find()
 * @binary: the file, which has not been read yet
 * @name: a symbol or section of it
 * @err: no memory
 *
 * Announce all names first, because the file is read at most once.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_binary_ask(struct ebpfmm_binary *binary,
		      const struct ebpfmm_elf_name *name,
		      struct ebpfmm_error *err);

/**
 * ebpfmm_binary_identity - get the identity of a file
 * @binary: the file
 *
 * Return: the identity that the fault policy compares; without an identify function,
 * the one that stat(2) reports.
 */
const struct ebpfmm_identity *
ebpfmm_binary_identity(const struct ebpfmm_binary *binary);

/**
 * ebpfmm_binary_mapped - get the identity of the file that a process maps
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
 * ebpfmm_binary_image - get the memory layout of a file
 * @binary: the file
 * @image: filled in
 * @err: not an ELF file that the kernel can load; begins with its path
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_binary_image(struct ebpfmm_binary *binary, struct ebpfmm_image *image,
			struct ebpfmm_error *err);

/**
 * ebpfmm_binary_find - look up a name in a file
 * @binary: the file
 * @name: a name that is cached or was announced; in the order of ebpfmm_binary_ask()
 * @answer: filled in
 * @err: why it was not found; begins with the file's path
 *
 * If a stripped file lacks a symbol, it is looked up in the debug file.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_binary_find(struct ebpfmm_binary *binary,
		       const struct ebpfmm_elf_name *name,
		       struct ebpfmm_answer *answer, struct ebpfmm_error *err);

EBPFMM_CLEANUP(struct ebpfmm_binary *, ebpfmm_binary_close)

#endif /* EBPFMM_BINARY_H */
