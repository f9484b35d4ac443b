/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a container may have what its annotations ask for: they are the tenant's, and
 * the operator decides.
 */
#ifndef EBPFMM_HOOK_PERMIT_H
#define EBPFMM_HOOK_PERMIT_H

#include "choice.h"
#include "state.h"

/**
 * ebpfmm_permit - take from a choice what the operator does not permit
 * @state: the container
 * @fallback: annotations that the state may lack, or NULL
 * @choice: @choice->no_profile, @choice->no_required and @choice->no_record are set for
 *	what is not permitted, and @choice->required and @choice->record are cleared
 *
 * If it cannot be known what is permitted, nothing is. Without privilege over the node,
 * nobody's permission is needed: nothing is attached either.
 */
void ebpfmm_permit(const struct ebpfmm_state *state, struct json_object *fallback,
		   struct ebpfmm_choice *choice);

#endif /* EBPFMM_HOOK_PERMIT_H */
