/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Separate debug files, in which the symbols of stripped files are: found by the
 * build id, in the container's root and in a directory of the operator's.
 */
#ifndef EBPFMM_DEBUG_FILE_H
#define EBPFMM_DEBUG_FILE_H

#include "elf_file.h"
#include "error.h"

/* Where distributions install them; in it .build-id/xx/yyyy.debug. */
#define EBPFMM_DEBUG_ROOT "/usr/lib/debug"

/**
 * ebpfmm_debug_file_add - find a file's debug file and take symbols from it
 * @elf: the file; stripped
 * @rootfd: the container's root, hostile: a debug file there is looked for first
 * @debugfd: the operator's directory, which has .build-id/xx/yyyy.debug like
 *	EBPFMM_DEBUG_ROOT has; -1 for none
 * @err: which debug file would help, or what is wrong with the one that is there
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_debug_file_add(struct ebpfmm_elf *elf, int rootfd, int debugfd,
			  struct ebpfmm_error *err);

#endif /* EBPFMM_DEBUG_FILE_H */
