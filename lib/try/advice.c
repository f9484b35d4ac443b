// SPDX-License-Identifier: GPL-2.0-only
#include "try/advice.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Neighbours that differ in a flag do not merge. A mapping from the middle of one block of 2M
 * to the middle of the next has no whole block in it. The flag is harmless: it leaves memory
 * out of core dumps.
 */
#define BLOCK		(UINT64_C(2) << 20)
#define HALF		(BLOCK / 2)
/*
 * A process can have only so many mappings, vm.max_map_count. What is larger is address space
 * that was reserved, from which programs map what they use.
 */
#define MAX_PARTS	(8192 * BLOCK)

static int append(struct ebpfmm_told *told, uint64_t start, uint64_t end, int advice)
{
	struct ebpfmm_advised *last = told->count ? &told->list[told->count - 1] : NULL;
	struct ebpfmm_advised *larger;

	if (start >= end || advice == EBPFMM_ADVICE_NONE)
		return 0;
	if (last && last->end == start && last->advice == advice) {
		last->end = end;
		return 0;
	}
	if (told->count == told->room) {
		told->room = told->room ? 2 * told->room : 32;
		larger = reallocarray(told->list, told->room, sizeof(*larger));
		if (!larger)
			return -1;
		told->list = larger;
	}
	told->list[told->count++] = (struct ebpfmm_advised){ start, end, advice };
	return 0;
}

void ebpfmm_told_free(struct ebpfmm_told *told)
{
	free(told->list);
	*told = (struct ebpfmm_told){};
}

int ebpfmm_told_copy(struct ebpfmm_told *to, const struct ebpfmm_told *from)
{
	*to = (struct ebpfmm_told){};
	for (size_t i = 0; i < from->count; i++)
		if (append(to, from->list[i].start, from->list[i].end, from->list[i].advice))
			return -1;
	return 0;
}

int ebpfmm_told_set(struct ebpfmm_told *told, uint64_t start, uint64_t end,
		    enum ebpfmm_advice advice)
{
	struct ebpfmm_told next = {};
	bool added = false;
	int rc = 0;

	for (size_t i = 0; !rc && i < told->count; i++) {
		const struct ebpfmm_advised *old = &told->list[i];

		if (!added && old->end > start) {
			rc = append(&next, old->start, old->start < start ? start : old->start,
				    old->advice) || append(&next, start, end, advice);
			added = true;
		}
		if (old->end <= start)
			rc = append(&next, old->start, old->end, old->advice);
		else if (!rc && old->end > end)
			rc = append(&next, old->start > end ? old->start : end, old->end,
				    old->advice);
	}
	if (!rc && !added)
		rc = append(&next, start, end, advice);
	free(told->list);
	*told = next;
	return rc ? -1 : 0;
}

int ebpfmm_told_move(struct ebpfmm_told *told, uint64_t from, uint64_t size, uint64_t to,
		     uint64_t new_size)
{
	struct ebpfmm_told before = {};
	int last = EBPFMM_ADVICE_NONE;
	int rc = ebpfmm_told_copy(&before, told);

	/* What is behind it belongs to something else. */
	if (to != from && size > new_size)
		size = new_size;
	if (!rc && to != from)
		rc = ebpfmm_told_set(told, to, to + new_size, EBPFMM_ADVICE_NONE);
	for (size_t i = 0; !rc && i < before.count; i++) {
		const struct ebpfmm_advised *old = &before.list[i];
		uint64_t start = old->start > from ? old->start : from;
		uint64_t end = old->end < from + size ? old->end : from + size;
		int advice = old->advice;

		if (start >= end)
			continue;
		if (advice == EBPFMM_ADVICE_PARTS && (to - from) % (2 * BLOCK))
			advice = EBPFMM_ADVICE_SHIFTED;
		if (old->end >= from + size)
			last = advice;
		if (to != from)
			rc = ebpfmm_told_set(told, start - from + to, end - from + to, advice);
	}
	if (!rc && new_size > size)
		rc = ebpfmm_told_set(told, to + size, to + new_size,
				     last == EBPFMM_ADVICE_PARTS ? EBPFMM_ADVICE_SHIFTED : last);
	ebpfmm_told_free(&before);
	return rc;
}

/* Whether advice of ours ends, begins or goes on at an address. */
static bool is_at(const struct ebpfmm_told *told, uint64_t address)
{
	size_t low = 0, high = told->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (told->list[middle].end < address)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < told->count && told->list[low].start <= address; low++)
		if (told->list[low].advice == EBPFMM_ADVICE_LARGE ||
		    told->list[low].advice == EBPFMM_ADVICE_SMALL ||
		    told->list[low].advice == EBPFMM_ADVICE_PARTS ||
		    told->list[low].advice == EBPFMM_ADVICE_SHIFTED)
			return true;
	return false;
}

void ebpfmm_told_join(const struct ebpfmm_told *told, struct ebpfmm_try_areas *areas)
{
	size_t count = 0;

	for (size_t i = 0; i < areas->count; i++) {
		const struct ebpfmm_try_area *area = &areas->list[i];
		struct ebpfmm_try_area *last = count ? &areas->list[count - 1] : NULL;

		if (last && last->anonymous && area->anonymous && last->end == area->start &&
		    !strcmp(last->access, area->access) && !strcmp(last->name, area->name) &&
		    is_at(told, area->start))
			last->end = area->end;
		else
			areas->list[count++] = *area;
	}
	areas->count = count;
}

/* -------------------------------------------------------------------------------------- */

static int call(struct ebpfmm_calls *calls, uint64_t start, uint64_t end, int advice)
{
	struct ebpfmm_call *larger;

	if (start >= end)
		return 0;
	if (calls->count == calls->room) {
		calls->room = calls->room ? 2 * calls->room : 32;
		larger = reallocarray(calls->list, calls->room, sizeof(*larger));
		if (!larger)
			return -1;
		calls->list = larger;
	}
	calls->list[calls->count++] = (struct ebpfmm_call){ start, end - start, advice };
	return 0;
}

/* Every other part gets the flag, counted from address 0, so that neighbours fit together. */
static int call_parts(struct ebpfmm_calls *calls, uint64_t start, uint64_t end)
{
	uint64_t at = start, next;

	while (at < end) {
		next = (at + HALF) / BLOCK * BLOCK + HALF;
		next = next < end ? next : end;
		if ((at + HALF) / BLOCK % 2 && call(calls, at, next, MADV_DONTDUMP))
			return -1;
		at = next;
	}
	return 0;
}

/* What a part becomes that was told @old; adds the calls. */
static int advise_part(const struct ebpfmm_piece *piece, uint64_t start, uint64_t end, int old,
		       bool deny, struct ebpfmm_calls *calls, int *advice)
{
	bool parts = old == EBPFMM_ADVICE_PARTS || old == EBPFMM_ADVICE_SHIFTED;
	bool ours = old == EBPFMM_ADVICE_LARGE || parts;
	int wanted = EBPFMM_ADVICE_NONE;

	*advice = old;
	if (old == EBPFMM_ADVICE_REFUSED || piece->answer == EBPFMM_ANSWER_LATER)
		return 0;
	if (piece->answer == EBPFMM_ANSWER_2M)
		wanted = EBPFMM_ADVICE_LARGE;
	else if (piece->answer == EBPFMM_ANSWER_64K && end - start <= MAX_PARTS)
		wanted = EBPFMM_ADVICE_PARTS;
	else if (piece->answer != EBPFMM_ANSWER_KERNEL ?
		 ours || deny || old == EBPFMM_ADVICE_ASKED : ours && !deny)
		wanted = EBPFMM_ADVICE_SMALL;
	if (wanted == EBPFMM_ADVICE_NONE || wanted == old)
		return 0;
	*advice = wanted;
	if (parts && call(calls, start, end, MADV_DODUMP))
		return -1;
	if (call(calls, start, end, wanted == EBPFMM_ADVICE_SMALL ? MADV_NOHUGEPAGE :
		 MADV_HUGEPAGE))
		return -1;
	return wanted == EBPFMM_ADVICE_PARTS ? call_parts(calls, start, end) : 0;
}

int ebpfmm_advise(struct ebpfmm_told *told, const struct ebpfmm_plan *plan, bool deny,
		  struct ebpfmm_calls *calls)
{
	struct ebpfmm_told next = {};
	size_t i = 0;
	int rc = 0;

	for (size_t n = 0; !rc && n < plan->count; n++) {
		const struct ebpfmm_piece *piece = &plan->list[n];
		uint64_t at = piece->start;

		while (!rc && at < piece->end) {
			int old = EBPFMM_ADVICE_NONE, advice;
			uint64_t to = piece->end;

			while (i < told->count && told->list[i].end <= at)
				i++;
			if (i < told->count && told->list[i].start <= at) {
				old = told->list[i].advice;
				to = told->list[i].end < to ? told->list[i].end : to;
			} else if (i < told->count) {
				to = told->list[i].start < to ? told->list[i].start : to;
			}
			rc = advise_part(piece, at, to, old, deny, calls, &advice) ||
			     append(&next, at, to, advice);
			at = to;
		}
	}
	free(told->list);
	*told = next;
	return rc ? -1 : 0;
}
