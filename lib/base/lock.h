/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks on files, which the kernel releases when their holder exits. Every wait has a
 * timeout, because a holder can be stopped or wait for something itself.
 */
#ifndef EBPFMM_LOCK_H
#define EBPFMM_LOCK_H

#include "base/error.h"

/**
 * ebpfmm_lock - take a lock, waiting for it with a timeout
 * @fd: an open file
 * @operation: LOCK_SH or LOCK_EX, as for flock(2)
 * @ms: timeout in milliseconds
 * @name: name of the file, for messages
 * @err: the holder, with code ETIMEDOUT; or what failed. A signal that the program
 *	handles ends the wait, with EINTR
 *
 * If standard error is a terminal, a line there says that it waits. Uses SIGRTMIN during
 * the wait.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_lock(int fd, int operation, int ms, const char *name,
		struct ebpfmm_error *err);

/**
 * ebpfmm_lock_open - open a lock file, and take its lock
 * @dirfd: directory that @path is relative to, or AT_FDCWD
 * @path: the file, created if it does not exist
 * @operation: as for ebpfmm_lock()
 * @ms: likewise; 0 does not wait: if the lock is held, @err has code EWOULDBLOCK
 * @name: likewise
 * @err: likewise
 *
 * Return: a descriptor, whose close(2) releases the lock; or -1 with @err set.
 */
int ebpfmm_lock_open(int dirfd, const char *path, int operation, int ms,
		     const char *name, struct ebpfmm_error *err);

/**
 * ebpfmm_lock_wait - take a lock in EBPFMM_RUN_DIR with a timeout
 * @path: absolute path of its file; the directory is created if it does not exist
 * @ms: as for ebpfmm_lock_open()
 * @err: likewise
 *
 * Return: as ebpfmm_lock_open().
 */
int ebpfmm_lock_wait(const char *path, int ms, struct ebpfmm_error *err);

/**
 * ebpfmm_lock_try - take a lock in EBPFMM_RUN_DIR if nobody holds it
 * @path: absolute path of its file; the directory is created if it does not exist
 * @err: as for ebpfmm_lock_open()
 *
 * Return: as ebpfmm_lock_open().
 */
int ebpfmm_lock_try(const char *path, struct ebpfmm_error *err);

#endif /* EBPFMM_LOCK_H */
