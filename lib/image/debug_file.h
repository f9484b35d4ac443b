/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Separate debug files, in which the symbols of stripped files are: found by the
 * build id, in the container's root and in a directory of the operator's.
 */
#ifndef EBPFMM_DEBUG_FILE_H
#define EBPFMM_DEBUG_FILE_H

#include <stddef.h>

#include "base/error.h"

/* Where distributions install them; in it .build-id/xx/yyyy.debug. */
#define EBPFMM_DEBUG_ROOT "/usr/lib/debug"

/**
 * ebpfmm_debug_dir_open - open the operator's directory of debug files
 * @dir: its path, and it must be there; NULL: EBPFMM_DEBUG_DIR, if it is there
 * @fd: to be closed; -1 when there is none
 * @err: what is wrong
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_debug_dir_open(const char *dir, int *fd, struct ebpfmm_error *err);

/**
 * ebpfmm_debug_file_fn - uses a debug file
 * @fd: the file
 * @data: what ebpfmm_debug_file_use() was given
 * @err: what is wrong with it
 *
 * Return: 0, or -1 with @err set.
 */
typedef int ebpfmm_debug_file_fn(int fd, void *data, struct ebpfmm_error *err);

/**
 * ebpfmm_debug_file_use - find a file's debug file and use it
 * @id: the file's build id
 * @size: of @id in bytes; 0: it has none
 * @rootfd: the container's root, hostile: a debug file there is looked for first
 * @debugfd: the operator's directory, which has .build-id/xx/yyyy.debug like
 *	EBPFMM_DEBUG_ROOT has; -1 for none
 * @use: called with the one that is there; where it fails, with the next one
 * @data: for @use
 * @err: which debug file would help, or what is wrong with the one that is there
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_debug_file_use(const unsigned char *id, size_t size, int rootfd, int debugfd,
			  ebpfmm_debug_file_fn *use, void *data, struct ebpfmm_error *err);

#endif /* EBPFMM_DEBUG_FILE_H */
