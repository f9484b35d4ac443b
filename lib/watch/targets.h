/* SPDX-License-Identifier: GPL-2.0-only */
/* The processes that are watched, in the order in which DAMON has them. */
#ifndef EBPFMM_WATCH_TARGETS_H
#define EBPFMM_WATCH_TARGETS_H

#include "watch/family.h"
#include "watch/process.h"

/**
 * struct ebpfmm_targets - processes; zeroed before use
 * @list: the processes
 * @count: their number
 * @seen: how many there were in all
 * @why: what is wrong with the mappings of a process that is not watched, or empty
 */
struct ebpfmm_targets {
	struct ebpfmm_process list[EBPFMM_FAMILY_MAX];
	size_t count;
	uint64_t seen;
	struct ebpfmm_error why;
};

/**
 * ebpfmm_targets_update - have these processes and no others
 * @targets: the processes
 * @family: those that there are now
 * @book: gets what is new
 * @changed: set to whether the list is another one now
 * @err: no memory
 *
 * Who stays keeps the place, unless it fills the one of a process that has ended.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_targets_update(struct ebpfmm_targets *targets, const struct ebpfmm_family *family,
			  struct ebpfmm_book *book, bool *changed, struct ebpfmm_error *err);

/**
 * ebpfmm_targets_free - release what they have
 * @targets: zeroed or in use
 */
void ebpfmm_targets_free(struct ebpfmm_targets *targets);

#endif /* EBPFMM_WATCH_TARGETS_H */
