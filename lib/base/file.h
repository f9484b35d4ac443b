/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files and directories below an open directory. Small files are read as a whole, and
 * replaced atomically.
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
 * @max: maximum size in bytes
 * @length: set to its size in bytes
 * @err: begins with @path. The code is that of the failed system call, or 0 if it is
 *	not a regular file or too long
 *
 * Does not block on a FIFO or a terminal. Does not read what is appended in the
 * meantime.
 *
 * Return: its bytes and a NUL, allocated; or NULL with @err set.
 */
char *ebpfmm_file_read(int dirfd, const char *path, int flags, size_t max,
		       size_t *length, struct ebpfmm_error *err);

/**
 * ebpfmm_file_read_of_root - read a small file that nobody but root may change
 * @path: the file
 * @max: maximum size in bytes
 * @length: set to its size in bytes
 * @err: as for ebpfmm_file_read(); also that it does not belong to root, or that others
 *	may write to it, with code 0
 *
 * Return: as ebpfmm_file_read().
 */
char *ebpfmm_file_read_of_root(const char *path, size_t max, size_t *length,
			       struct ebpfmm_error *err);

/**
 * ebpfmm_file_stream - open a procfs, sysfs or cgroup file for reading
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
 * @path: a file whose lines consist of a key, blanks and a number
 * @key: the key, with everything before the blanks
 * @value: set to the number, if there is one
 *
 * Return: 0, or -1 with errno set; ENOENT if the file or the key does not exist.
 */
int ebpfmm_file_number(int dirfd, const char *path, const char *key, uint64_t *value);

/**
 * ebpfmm_dir_open - open a directory to list it
 * @dirfd: directory that @path is relative to, or AT_FDCWD
 * @path: the directory, "." for @dirfd's own; symbolic links are not followed
 *
 * Return: to be closed with closedir(3), or NULL with errno set.
 */
DIR *ebpfmm_dir_open(int dirfd, const char *path);

/**
 * ebpfmm_file_may_replace - check that a path that was given may be replaced
 * @dirfd: directory that @path is relative to, or AT_FDCWD
 * @path: the file
 * @err: begins with @path: there is something that is not a regular file, such as a
 *	device, which must not be lost
 *
 * A symbolic link to a regular file or to nothing may be replaced, one to a device, such
 * as /dev/stdout, may not.
 *
 * Return: 0, also if there is nothing, or -1 with @err set.
 */
int ebpfmm_file_may_replace(int dirfd, const char *path, struct ebpfmm_error *err);

/**
 * struct ebpfmm_new_file - a file to be replaced atomically
 * @dirfd: its directory
 * @name: its name
 * @tmp: temporary name in the same directory; an existing file of that name is lost
 * @mode: permissions
 * @durable: also survive a loss of power, not only the death of the process
 */
struct ebpfmm_new_file {
	int dirfd;
	const char *name;
	const char *tmp;
	mode_t mode;
	bool durable;
};

/**
 * ebpfmm_file_prepare - write the temporary file
 * @file: the file
 * @bytes: its content
 * @size: size of @bytes
 *
 * Return: 0, or -1 with errno set and nothing left behind.
 */
int ebpfmm_file_prepare(const struct ebpfmm_new_file *file, const void *bytes,
			size_t size);

/**
 * ebpfmm_file_commit - replace the file by the temporary one
 * @file: the file
 *
 * Return: 0, or -1 with errno set and the old file unchanged.
 */
int ebpfmm_file_commit(const struct ebpfmm_new_file *file);

/**
 * ebpfmm_file_discard - remove the temporary file
 * @file: the file
 *
 * Preserves errno.
 */
void ebpfmm_file_discard(const struct ebpfmm_new_file *file);

/**
 * ebpfmm_file_replace - write a file atomically
 * @file: the file
 * @bytes: its content
 * @size: size of @bytes
 *
 * Return: 0, or -1 with errno set and the old file unchanged.
 */
int ebpfmm_file_replace(const struct ebpfmm_new_file *file, const void *bytes,
			size_t size);

#endif /* EBPFMM_FILE_H */
