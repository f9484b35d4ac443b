/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a plan to the calls of madvise(2) that are missing, given what was advised before.
 * Pure functions.
 */
#ifndef EBPFMM_TRY_ADVICE_H
#define EBPFMM_TRY_ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "try/plan.h"

/**
 * enum ebpfmm_advice - what a part of memory was told
 * @EBPFMM_ADVICE_NONE: nothing
 * @EBPFMM_ADVICE_LARGE: large pages
 * @EBPFMM_ADVICE_SMALL: single pages
 * @EBPFMM_ADVICE_PARTS: large pages, but in mappings that are too small for 2M
 * @EBPFMM_ADVICE_SHIFTED: likewise, but it has moved since, so that blocks may fit in
 * @EBPFMM_ADVICE_ASKED: large pages, by the program itself
 * @EBPFMM_ADVICE_REFUSED: single pages, by the program itself or for a stack, which wins
 */
enum ebpfmm_advice {
	EBPFMM_ADVICE_NONE,
	EBPFMM_ADVICE_LARGE,
	EBPFMM_ADVICE_SMALL,
	EBPFMM_ADVICE_PARTS,
	EBPFMM_ADVICE_SHIFTED,
	EBPFMM_ADVICE_ASKED,
	EBPFMM_ADVICE_REFUSED,
};

/**
 * struct ebpfmm_advised - a part of memory, and what it was told
 * @start: its first address
 * @end: the address behind it
 * @advice: enum ebpfmm_advice
 */
struct ebpfmm_advised {
	uint64_t start;
	uint64_t end;
	int advice;
};

/**
 * struct ebpfmm_told - what the memory of a process was told
 * @list: in ascending order, without overlap
 * @count: their number
 * @room: of the list
 */
struct ebpfmm_told {
	struct ebpfmm_advised *list;
	size_t count;
	size_t room;
};

/**
 * struct ebpfmm_call - a call of madvise(2)
 * @start: its first address
 * @length: bytes
 * @advice: as in <sys/mman.h>
 */
struct ebpfmm_call {
	uint64_t start;
	uint64_t length;
	int advice;
};

/**
 * struct ebpfmm_calls - calls to be made, in this order
 * @list: the calls
 * @count: their number
 * @room: of the list
 */
struct ebpfmm_calls {
	struct ebpfmm_call *list;
	size_t count;
	size_t room;
};

/**
 * ebpfmm_told_set - note what a range was told
 * @told: what memory was told
 * @start: first address of the range
 * @end: the address behind it
 * @advice: enum ebpfmm_advice; EBPFMM_ADVICE_NONE for memory that is new
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_told_set(struct ebpfmm_told *told, uint64_t start, uint64_t end,
		    enum ebpfmm_advice advice);

/**
 * ebpfmm_told_move - note that mremap(2) has moved or extended a range
 * @told: what memory was told
 * @from: first address of the range before
 * @size: bytes before
 * @to: first address now; @from if it has not moved
 * @new_size: bytes now. What is new was told what the end of the range was told
 *
 * What was at @from stays noted: what is not mapped any more is forgotten with the next plan.
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_told_move(struct ebpfmm_told *told, uint64_t from, uint64_t size, uint64_t to,
		     uint64_t new_size);

/**
 * ebpfmm_told_copy - copy it, for a forked process
 * @to: filled in
 * @from: what is copied
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_told_copy(struct ebpfmm_told *to, const struct ebpfmm_told *from);

/**
 * ebpfmm_told_free - release it
 * @told: zeroed or filled in
 */
void ebpfmm_told_free(struct ebpfmm_told *told);

/**
 * ebpfmm_told_join - undo in a list of mappings what advice has split
 * @told: what memory was told
 * @areas: its mappings; those that advice keeps apart become one
 *
 * The fault policy sees mappings as they are without advice, and so must a plan.
 */
void ebpfmm_told_join(const struct ebpfmm_told *told, struct ebpfmm_try_areas *areas);

/**
 * ebpfmm_advise - find the calls that are missing
 * @told: what memory was told; updated, as if the calls had been made. What is not in the
 *	plan is forgotten
 * @plan: what it should be told
 * @deny: the kernel would use large pages where nobody asks for them
 * @calls: filled in, to be freed with free() of its list
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_advise(struct ebpfmm_told *told, const struct ebpfmm_plan *plan, bool deny,
		  struct ebpfmm_calls *calls);

#endif /* EBPFMM_TRY_ADVICE_H */
