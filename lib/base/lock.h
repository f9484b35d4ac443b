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

#endif /* EBPFMM_LOCK_H */
