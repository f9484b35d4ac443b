/* SPDX-License-Identifier: GPL-2.0-only */
/* How much memory a process has in pages of which size, by region. */
#ifndef EBPFMM_TRY_USAGE_H
#define EBPFMM_TRY_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "try/plan.h"

/* What bytes are counted by. */
enum ebpfmm_usage_size {
	EBPFMM_USAGE_4K,
	EBPFMM_USAGE_64K,
	EBPFMM_USAGE_2M,
	EBPFMM_USAGE_SIZES,
};

/**
 * struct ebpfmm_usage_row - a region, or a space of a program beside its regions
 * @exe: path of the program, or NULL if it is not known
 * @space: enum ebpfmm_try_space
 * @row: index of the region in the table, or EBPFMM_NO_REGION
 * @bytes: by page size; with 64K, what is larger but not mapped as 2M
 */
struct ebpfmm_usage_row {
	char *exe;
	uint8_t space;
	uint16_t row;
	uint64_t bytes[EBPFMM_USAGE_SIZES];
};

/**
 * struct ebpfmm_usage - all of them
 * @rows: what has no bytes is not there
 * @count: their number
 * @total: bytes of all
 * @coarse: pages of 64K were not told from those of 4K, as that takes CAP_SYS_ADMIN
 */
struct ebpfmm_usage {
	struct ebpfmm_usage_row *rows;
	size_t count;
	uint64_t total;
	bool coarse;
};

/**
 * ebpfmm_usage_look - find the memory of a process
 * @tid: a thread of it, which has stopped
 * @plan: its memory
 * @exe: path of its program, or NULL
 * @usage: filled in, to be released with ebpfmm_usage_free() in any case
 *
 * Return: 0; or -1 if it has ended, there is no memory, or the kernel cannot tell, as before
 * Linux 6.7.
 */
int ebpfmm_usage_look(pid_t tid, const struct ebpfmm_plan *plan, const char *exe,
		      struct ebpfmm_usage *usage);

/**
 * ebpfmm_usage_add - add up
 * @to: gets the sum
 * @from: what is added
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_usage_add(struct ebpfmm_usage *to, const struct ebpfmm_usage *from);

/**
 * ebpfmm_usage_free - release it
 * @usage: zeroed or filled in
 */
void ebpfmm_usage_free(struct ebpfmm_usage *usage);

/**
 * ebpfmm_usage_peak - find the most memory that a process had at a time
 * @tid: a thread of it
 *
 * Return: bytes of all its memory; 0 if it has ended.
 */
uint64_t ebpfmm_usage_peak(pid_t tid);

/**
 * ebpfmm_usage_resident - find how much memory a process has
 * @tid: a thread of it
 *
 * Return: likewise.
 */
uint64_t ebpfmm_usage_resident(pid_t tid);

#endif /* EBPFMM_TRY_USAGE_H */
