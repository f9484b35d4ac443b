/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which page size each part of a process's memory should have: the same look-up as that of
 * the fault policy (bpf/place.h, bpf/choose.h), for all of it at once. Pure functions.
 */
#ifndef EBPFMM_TRY_PLAN_H
#define EBPFMM_TRY_PLAN_H

#include "base/bpf_types.h"
#include "table/table.h"
#include "try/area.h"

/**
 * enum ebpfmm_try_answer - the page size of a part of memory
 * @EBPFMM_ANSWER_LATER: none yet, because nobody can access it
 * @EBPFMM_ANSWER_KERNEL: the kernel decides
 * @EBPFMM_ANSWER_4K: single pages
 * @EBPFMM_ANSWER_64K: 64K
 * @EBPFMM_ANSWER_2M: 2M
 */
enum ebpfmm_try_answer {
	EBPFMM_ANSWER_LATER,
	EBPFMM_ANSWER_KERNEL,
	EBPFMM_ANSWER_4K,
	EBPFMM_ANSWER_64K,
	EBPFMM_ANSWER_2M,
};

/* The space of a piece, if no region of the table is named. */
enum ebpfmm_try_space {
	EBPFMM_TRY_IMAGE,
	EBPFMM_TRY_HEAP,
	EBPFMM_TRY_STACK,
	EBPFMM_TRY_OBJECT,
	EBPFMM_TRY_MAPPING,
	EBPFMM_TRY_SPACES,
};

/**
 * struct ebpfmm_piece - a part of memory
 * @start: its first address
 * @end: the address behind it
 * @answer: the page size
 * @space: enum ebpfmm_try_space
 * @row: index of its region in the table, or EBPFMM_NO_REGION
 */
struct ebpfmm_piece {
	uint64_t start;
	uint64_t end;
	uint8_t answer;
	uint8_t space;
	uint16_t row;
};

/**
 * struct ebpfmm_plan - all anonymous memory of a process
 * @list: in ascending order, without overlap
 * @count: their number
 * @room: of the list
 */
struct ebpfmm_plan {
	struct ebpfmm_piece *list;
	size_t count;
	size_t room;
};

/**
 * struct ebpfmm_planning - what a plan is made by
 * @answer: of all memory, without a table
 * @table: a translated profile whose files are identified by stat(2) and, where they are
 *	mapped, by /proc/PID/maps, without their time; NULL for none
 * @costs: what pages cost; with @table
 * @has_64k: pages of 64K can be had
 * @only_2m: who asks for large pages gets no other size than 2M, and who does not, none
 */
struct ebpfmm_planning {
	enum ebpfmm_try_answer answer;
	const struct ebpfmm_table *table;
	const struct ebpfmm_costs *costs;
	bool has_64k;
	bool only_2m;
};

/**
 * struct ebpfmm_planned - a process
 * @program: index of its program in the table; EBPFMM_NO_PROGRAM if it is none of them
 * @memory: its bounds
 * @areas: its mappings
 */
struct ebpfmm_planned {
	unsigned int program;
	struct ebpfmm_try_memory memory;
	const struct ebpfmm_try_areas *areas;
};

/**
 * ebpfmm_plan_make - find the page sizes of a process's memory
 * @how: what it is made by
 * @what: the process
 * @plan: filled in, to be released with ebpfmm_plan_free() in any case
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_plan_make(const struct ebpfmm_planning *how, const struct ebpfmm_planned *what,
		     struct ebpfmm_plan *plan);

/**
 * ebpfmm_plan_add - add a piece
 * @plan: the plan
 * @piece: behind the pieces that are there; merged with the last one if they are alike
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_plan_add(struct ebpfmm_plan *plan, const struct ebpfmm_piece *piece);

/**
 * ebpfmm_plan_keep_whole - let no answer split a mapping
 * @plan: the plan
 * @first: index of the first piece of the mapping; all that follow are of it, too
 *
 * It gets 2M if a piece of it would, and is left to the kernel if the answers differ otherwise,
 * or are 64K, which takes parts.
 */
void ebpfmm_plan_keep_whole(struct ebpfmm_plan *plan, size_t first);

/**
 * ebpfmm_plan_free - release a plan
 * @plan: zeroed or filled in
 */
void ebpfmm_plan_free(struct ebpfmm_plan *plan);

#endif /* EBPFMM_TRY_PLAN_H */
