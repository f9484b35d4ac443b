/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks on files, which end with whoever holds them. None is waited for without
 * an end: a holder can be stopped, or wait for something itself.
 */
#ifndef EBPFMM_LOCK_H
#define EBPFMM_LOCK_H

#include "base/error.h"

/**
 * ebpfmm_lock - take a lock, waiting so long for those who hold it
 * @fd: an open file
 * @operation: LOCK_SH or LOCK_EX, as for flock(2)
 * @ms: how long to wait
 * @name: the file's, for messages
 * @err: who holds it, with code ETIMEDOUT; or what failed. A signal that the program
 *	handles ends the wait, with EINTR.
 *
 * Who watches on a terminal is told when it has to wait. SIGRTMIN is in use meanwhile.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_lock(int fd, int operation, int ms, const char *name,
		struct ebpfmm_error *err);

/**
 * ebpfmm_lock_open - open a file that is there for its lock, and take it
 * @dirfd: directory that @path is relative to, or AT_FDCWD
 * @path: the file, made if it is not there
 * @operation: as for ebpfmm_lock()
 * @ms: likewise; 0: not to wait, and @err has the code EWOULDBLOCK where it is held
 * @name: likewise
 * @err: likewise
 *
 * Return: a file descriptor, whose close(2) gives the lock back; or -1 with @err set.
 */
int ebpfmm_lock_open(int dirfd, const char *path, int operation, int ms,
		     const char *name, struct ebpfmm_error *err);

/**
 * ebpfmm_lock_try - take a lock in EBPFMM_RUN_DIR if nobody holds it
 * @path: absolute path of its file; the directory is made if it is not there
 * @err: as of ebpfmm_lock_open()
 *
 * Return: as ebpfmm_lock_open().
 */
int ebpfmm_lock_try(const char *path, struct ebpfmm_error *err);

#endif /* EBPFMM_LOCK_H */
