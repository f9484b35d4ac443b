/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Separate debug files, which have the symbols of stripped files. They are looked up by
 * build id, in the container's root and in a directory of the operator.
 */
#ifndef EBPFMM_DEBUG_FILE_H
#define EBPFMM_DEBUG_FILE_H

#include <stddef.h>

#include "base/error.h"

/* Where distributions install them; in it .build-id/xx/yyyy.debug. */
#define EBPFMM_DEBUG_ROOT "/usr/lib/debug"

/**
 * ebpfmm_debug_dir_open - open the operator's directory of debug files
 * @dir: its path, which must exist; NULL for EBPFMM_DEBUG_DIR, which need not exist
 * @fd: to be closed; -1 when there is none
 * @err: what is wrong
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_debug_dir_open(const char *dir, int *fd, struct ebpfmm_error *err);

/**
 * ebpfmm_debug_file_fn - uses a debug file
 * @fd: the file
 * @data: as passed to ebpfmm_debug_file_use()
 * @err: what is wrong with it
 *
 * Return: 0, or -1 with @err set.
 */
typedef int ebpfmm_debug_file_fn(int fd, void *data, struct ebpfmm_error *err);

/**
 * ebpfmm_debug_file_use - find a file's debug file and use it
 * @id: the file's build id
 * @size: size of @id in bytes; 0 if it has none
 * @rootfd: the container's root, hostile; searched first
 * @debugfd: the operator's directory, with .build-id/xx/yyyy.debug like
 *	EBPFMM_DEBUG_ROOT; -1 for none
 * @use: called with the debug file; if it fails, called with the next one
 * @data: for @use
 * @err: which debug file is missing, or what is wrong with the one that was found
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_debug_file_use(const unsigned char *id, size_t size, int rootfd, int debugfd,
			  ebpfmm_debug_file_fn *use, void *data, struct ebpfmm_error *err);

#endif /* EBPFMM_DEBUG_FILE_H */
