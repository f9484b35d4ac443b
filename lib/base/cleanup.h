/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Variables that release what they hold at the end of their scope, however it is left.
 * They must be initialised: to -1 for a descriptor, to NULL for a pointer.
 *
 *	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
 *	_cleanup_free_ char *name = NULL;
 *	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = {};
 *
 * Declare one variable per line. They are released in reverse order, after the return
 * value is evaluated; errno is preserved.
 */
#ifndef EBPFMM_CLEANUP_H
#define EBPFMM_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/**
 * _cleanup_ - call a function at the end of the variable's scope
 * @fn: gets the address of the variable
 */
#define _cleanup_(fn) __attribute__((cleanup(fn)))

/**
 * EBPFMM_CLEANUP - define a function for _cleanup_() from one that takes the value
 * @type: type of the variable, a pointer
 * @fn: releases the value; not called for NULL
 *
 * The new function's name is @fn's and a "p", as in _cleanup_(ebpfmm_policy_closep).
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
 * take_fd - pass on ownership of a descriptor
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
 * take_ptr - pass on ownership of a pointer
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
/* Ignores errors of fclose(3): only for files that are read. */
#define _cleanup_fclose_ _cleanup_(fclosep)
#define _cleanup_closedir_ _cleanup_(closedirp)

#endif /* EBPFMM_CLEANUP_H */
