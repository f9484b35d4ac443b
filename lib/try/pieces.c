// SPDX-License-Identifier: GPL-2.0-only
/* The list that a plan is, whatever decides about its pieces. */
#include "try/plan.h"

#include <stdlib.h>

int ebpfmm_plan_add(struct ebpfmm_plan *plan, const struct ebpfmm_piece *piece)
{
	struct ebpfmm_piece *last = plan->count ? &plan->list[plan->count - 1] : NULL;
	struct ebpfmm_piece *larger;

	if (piece->start >= piece->end)
		return 0;
	if (last && last->end == piece->start && last->answer == piece->answer &&
	    last->space == piece->space && last->row == piece->row) {
		last->end = piece->end;
		return 0;
	}
	if (plan->count == plan->room) {
		plan->room = plan->room ? 2 * plan->room : 64;
		larger = reallocarray(plan->list, plan->room, sizeof(*larger));
		if (!larger)
			return -1;
		plan->list = larger;
	}
	plan->list[plan->count++] = *piece;
	return 0;
}

void ebpfmm_plan_free(struct ebpfmm_plan *plan)
{
	free(plan->list);
	*plan = (struct ebpfmm_plan){};
}

void ebpfmm_plan_keep_whole(struct ebpfmm_plan *plan, size_t first)
{
	bool large = false, split = false;

	for (size_t i = first; i < plan->count; i++) {
		large |= plan->list[i].answer == EBPFMM_ANSWER_2M;
		split |= plan->list[i].answer != plan->list[first].answer ||
			 plan->list[i].answer == EBPFMM_ANSWER_64K;
	}
	for (size_t i = first; split && i < plan->count; i++)
		plan->list[i].answer = large ? EBPFMM_ANSWER_2M : EBPFMM_ANSWER_KERNEL;
}
