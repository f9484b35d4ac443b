/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Variables that release what they hold where their scope ends, on each way out of it.
 * They need a value from the start: -1 for a descriptor, NULL for a pointer.
 *
 *	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
 *	_cleanup_free_ char *name = NULL;
 *	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = {};
 *
 * Each variable has a line of its own. They are released in the opposite order, after
 * the value that the function returns is known; errno stays.
 */
#ifndef EBPFMM_CLEANUP_H
#define EBPFMM_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/**
 * _cleanup_ - have a function called where the variable's scope ends
 * @fn: gets the address of the variable
 */
#define _cleanup_(fn) __attribute__((cleanup(fn)))

/**
 * EBPFMM_CLEANUP - make a function for _cleanup_() of one that gets the value itself
 * @type: of the variable, a pointer
 * @fn: releases it; it is not called for NULL
 *
 * The new one has @fn's name and a "p" behind it, as in _cleanup_(ebpfmm_policy_closep).
 */
#define EBPFMM_CLEANUP(type, fn)				\
	static inline void fn##p(__typeof__(type) *value)	\
	{							\
		int saved = errno;				\
								\
		if (*value)					\
			fn(*value);				\
		errno = saved;					\
	}

EBPFMM_CLEANUP(FILE *, fclose)
EBPFMM_CLEANUP(DIR *, closedir)

/**
 * freep - free(), for _cleanup_free_
 * @value: address of a pointer of any type
 */
static inline void freep(void *value)
{
	free(*(void **)value);
}

/**
 * closep - close(), for _cleanup_close_
 * @fd: below 0 for none
 */
static inline void closep(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

/**
 * take_fd - hand a descriptor on to who closes it from now on
 * @fd: becomes -1, so that its scope does not close it
 *
 * Return: the descriptor.
 */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/**
 * take_ptr - hand a pointer on to who releases it from now on
 * @pointer: a variable; becomes NULL, so that its scope does not release it
 *
 * Return: the pointer.
 */
#define take_ptr(pointer)				\
	({						\
		__typeof__(pointer) taken = (pointer);	\
							\
		(pointer) = NULL;			\
		taken;					\
	})

#define _cleanup_free_ _cleanup_(freep)
#define _cleanup_close_ _cleanup_(closep)
/* Whether all was written is not known this way: for files that are read. */
#define _cleanup_fclose_ _cleanup_(fclosep)
#define _cleanup_closedir_ _cleanup_(closedirp)

#endif /* EBPFMM_CLEANUP_H */
