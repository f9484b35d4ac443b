/* SPDX-License-Identifier: GPL-2.0-only */
/* Listing what of a file of a container's root has anonymous memory. */
#ifndef EBPFMM_LIST_FILE_H
#define EBPFMM_LIST_FILE_H

#include "elf/list.h"
#include "image/root.h"

/**
 * ebpfmm_list_file - list symbols and sections with anonymous memory
 * @how: the root, and the directory of debug files
 * @path: absolute path in the root
 * @size: bytes that the file must have; 0 for any
 * @least: bytes of anonymous memory that a symbol or section must have
 * @out: to be freed with free(); untouched on error
 * @err: begins with @path
 *
 * If the file is stripped, its debug file is read as well, if there is one.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_list_file(const struct ebpfmm_root *how, const char *path, uint64_t size,
		     uint64_t least, struct ebpfmm_listing **out, struct ebpfmm_error *err);

#endif /* EBPFMM_LIST_FILE_H */
