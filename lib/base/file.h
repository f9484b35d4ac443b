/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files and directories below an open directory. Small files are read at once, and
 * replaced in one step.
 */
#ifndef EBPFMM_FILE_H
#define EBPFMM_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/error.h"

/**
 * ebpfmm_file_read - read a small regular file
 * @dirfd: directory that @path is relative to, or AT_FDCWD
 * @path: the file
 * @flags: O_NOFOLLOW or 0
 * @max: most bytes that it may have
 * @length: set to its bytes
 * @err: begins with @path. The code is that of the system call that failed, or 0 where it
 *	is no regular file or too long
 *
 * Neither a FIFO nor a terminal is waited for. What is added to the file meanwhile is
 * not read.
 *
 * Return: its bytes and a NUL, allocated; or NULL with @err set.
 */
char *ebpfmm_file_read(int dirfd, const char *path, int flags, size_t max,
		       size_t *length, struct ebpfmm_error *err);

/**
 * ebpfmm_file_stream - open a file of the kernel's to read it
 * @dirfd: directory that @path is relative to, or AT_FDCWD
 * @path: the file
 *
 * Return: to be closed with fclose(3), or NULL with errno set.
 */
FILE *ebpfmm_file_stream(int dirfd, const char *path);

/**
 * ebpfmm_own_fd_error - why a file of an open descriptor in /proc/self could not be used
 * @code: errno of the call on /proc/self/fd/N or /proc/self/fdinfo/N
 *
 * procfs answers ENOENT too where it has no memory for an inode (proc_fd_instantiate() in
 * the kernel's fs/proc/fd.c). A caller to whom ENOENT means that a cgroup or a program is
 * gone must not see that one.
 *
 * Return: @code, never ENOENT: ENOMEM in its place, or ENODEV where there is no /proc.
 */
int ebpfmm_own_fd_error(int code);

/**
 * ebpfmm_file_number - look up a number in a file such as /proc/meminfo
 * @dirfd: directory that @path is relative to, or AT_FDCWD
 * @path: a file whose lines have a key, blanks and a number
 * @key: the key, with all that is before the blanks
 * @value: set to the number, if it is there
 *
 * Return: 0, or -1 with errno set; ENOENT where the file or the key is not there.
 */
int ebpfmm_file_number(int dirfd, const char *path, const char *key, uint64_t *value);

/**
 * ebpfmm_dir_open - open a directory to list it
 * @dirfd: directory that @path is relative to, or AT_FDCWD
 * @path: the directory, which may be @dirfd's, "."; no link
 *
 * Return: to be closed with closedir(3), or NULL with errno set.
 */
DIR *ebpfmm_dir_open(int dirfd, const char *path);

/**
 * struct ebpfmm_new_file - a file that is to replace another one
 * @dirfd: directory of both
 * @name: of the file
 * @tmp: of the new one until it replaces it; what has that name is lost
 * @mode: permissions
 * @durable: also against a loss of power, not only against being killed
 */
struct ebpfmm_new_file {
	int dirfd;
	const char *name;
	const char *tmp;
	mode_t mode;
	bool durable;
};

/**
 * ebpfmm_file_prepare - write the new file beside the old one
 * @file: the file
 * @bytes: its content
 * @size: bytes of it
 *
 * Return: 0, or -1 with errno set and nothing left behind.
 */
int ebpfmm_file_prepare(const struct ebpfmm_new_file *file, const void *bytes,
			size_t size);

/**
 * ebpfmm_file_commit - let what was prepared replace the old file
 * @file: the file
 *
 * Return: 0, or -1 with errno set and the old file as it was.
 */
int ebpfmm_file_commit(const struct ebpfmm_new_file *file);

/**
 * ebpfmm_file_discard - forget what was prepared
 * @file: the file
 *
 * errno stays as it is.
 */
void ebpfmm_file_discard(const struct ebpfmm_new_file *file);

/**
 * ebpfmm_file_replace - write a file in one step
 * @file: the file
 * @bytes: its content
 * @size: bytes of it
 *
 * Return: 0, or -1 with errno set and the old file as it was.
 */
int ebpfmm_file_replace(const struct ebpfmm_new_file *file, const void *bytes,
			size_t size);

#endif /* EBPFMM_FILE_H */
