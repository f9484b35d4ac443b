/* SPDX-License-Identifier: GPL-2.0-only */
/* Which anonymous pages of a process are in memory, and in which size they are mapped. */
#ifndef EBPFMM_WATCH_RESIDENT_H
#define EBPFMM_WATCH_RESIDENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/**
 * ebpfmm_resident_fn - called for pages that are in memory, in ascending order
 * @start: the first address
 * @end: the address behind
 * @huge: whether they are mapped as 2M pages
 * @data: of the caller
 *
 * Return: 0, or another value that ends the search.
 */
typedef int ebpfmm_resident_fn(uint64_t start, uint64_t end, bool huge, void *data);

/**
 * ebpfmm_resident - find the anonymous pages of a range that are in memory
 * @pagemap: descriptor of /proc/PID/pagemap
 * @start: the first address
 * @end: the address behind
 * @file: whether a file is mapped there, so that some of the pages can be its own. To find out
 *	takes several times as long
 * @fn: called for each range of them; the zero page does not count, swap does
 * @data: for @fn
 *
 * Return: 0, what @fn returned, or -1 with errno set: ENOTTY where the kernel cannot tell,
 * before Linux 6.7.
 */
int ebpfmm_resident(int pagemap, uint64_t start, uint64_t end, bool file,
		    ebpfmm_resident_fn *fn, void *data);

#endif /* EBPFMM_WATCH_RESIDENT_H */
