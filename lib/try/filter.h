/* SPDX-License-Identifier: GPL-2.0-only */
/* Which system calls of a traced program stop for the tracer. */
#ifndef EBPFMM_TRY_FILTER_H
#define EBPFMM_TRY_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The sixth argument of calls that the tracer makes, which do not stop. For mmap(2), it is an
 * offset, which must be a multiple of the page size.
 */
#define EBPFMM_TRY_MAGIC	0x65626000U

/* Before a process gives back at least so many bytes, it may be worth a look at what they are. */
#define EBPFMM_TRY_MUCH		(UINT32_C(8) << 20)

/**
 * enum ebpfmm_try_stops - which system calls stop
 * @EBPFMM_STOP_NEVER: none, without a filter
 * @EBPFMM_STOP_TO_LOOK: those that unmap much
 * @EBPFMM_STOP_TO_ADVISE: those that change memory
 */
enum ebpfmm_try_stops {
	EBPFMM_STOP_NEVER,
	EBPFMM_STOP_TO_LOOK,
	EBPFMM_STOP_TO_ADVISE,
};

/**
 * ebpfmm_try_filter - install the filter in this process
 * @stops: not EBPFMM_STOP_NEVER
 * @protection: of those that change memory, also stop where mprotect(2) and munmap(2) change
 *	the size of mappings
 * @exec: also stop at execve(2)
 *
 * Return: 0, or -1 with errno set.
 */
int ebpfmm_try_filter(enum ebpfmm_try_stops stops, bool protection, bool exec);

/**
 * ebpfmm_try_filter_make - write the filter
 * @stops: as for ebpfmm_try_filter()
 * @protection: likewise
 * @exec: likewise
 * @out: filled in
 *
 * Return: its length.
 */
unsigned short ebpfmm_try_filter_make(enum ebpfmm_try_stops stops, bool protection, bool exec,
				      struct sock_filter out[64]);

#endif /* EBPFMM_TRY_FILTER_H */
