// SPDX-License-Identifier: GPL-2.0-only
#include "page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "derivation.h"
#include "output.h"
#include "show/page.h"

/* What is handed to the page, and memory for it. */
struct making {
	struct ebpfmm_page page;
	struct ebpfmm_page_proposal *proposals;
	size_t *spaces;
	const char **notes;
};

static void free_making(struct making *making)
{
	free(making->proposals);
	free(making->spaces);
	free(making->notes);
}

/* Of all regions together. */
static size_t count_sources(const struct ctl_derivation *result)
{
	const struct ebpfmm_derived *derived = result->derived;
	const size_t *first = result->recorded.first;
	size_t count = 0;

	for (size_t i = 0; i < derived->norigins; i++) {
		const struct ebpfmm_derive_origin *origin = &derived->origins[i];

		for (size_t j = 0; j < origin->nalike; j++)
			count += first[origin->alike[j] + 1] - first[origin->alike[j]];
	}
	return count;
}

static size_t *add_sources(const struct ctl_derivation *result, size_t space, size_t *out)
{
	const struct ebpfmm_recorded *recorded = &result->recorded;

	for (size_t i = recorded->first[space]; i < recorded->first[space + 1]; i++)
		*out++ = recorded->sources[i];
	return out;
}

/* From what was derived, whose spaces are those of @recorded, to spaces of the set. */
static int propose(const struct ctl_derivation *result, struct making *making,
		   struct ebpfmm_error *err)
{
	const struct ebpfmm_derived *derived = result->derived;
	size_t *space;

	making->proposals = calloc(derived->norigins + 1, sizeof(*making->proposals));
	making->spaces = space = calloc(count_sources(result) + 1, sizeof(*making->spaces));
	if (!making->proposals || !space)
		return ebpfmm_fail(err, ENOMEM, "page");
	for (size_t i = 0; i < derived->norigins; i++) {
		const struct ebpfmm_derive_origin *origin = &derived->origins[i];
		struct ebpfmm_page_proposal *proposal = &making->proposals[i];

		*proposal = (struct ebpfmm_page_proposal){
			.spaces = space, .first = origin->first, .end = origin->end,
			.order = origin->order, .used = origin->blocks,
			.worth_ns = origin->value,
		};
		for (size_t j = 0; j < origin->nalike; j++)
			space = add_sources(result, origin->alike[j], space);
		proposal->nspaces = (size_t)(space - proposal->spaces);
	}
	making->page.proposals = making->proposals;
	making->page.nproposals = derived->norigins;
	return 0;
}

static int gather_notes(const struct ctl_derivation *result, struct making *making,
			struct ebpfmm_error *err)
{
	const struct ebpfmm_derived *derived = result->derived;
	size_t first = result->recorded.nnotes, second = derived ? derived->nnotes : 0;

	making->notes = calloc(first + second + 1, sizeof(*making->notes));
	if (!making->notes)
		return ebpfmm_fail(err, ENOMEM, "page");
	for (size_t i = 0; i < first; i++)
		making->notes[i] = result->recorded.notes[i];
	for (size_t i = 0; i < second; i++)
		making->notes[first + i] = derived->notes[i];
	making->page.notes = making->notes;
	making->page.nnotes = first + second;
	return 0;
}

int ctl_page(const struct ctl_args *args, const struct ebpfmm_set *set,
	     const struct ebpfmm_heat *heat, struct ebpfmm_error *err)
{
	_cleanup_(ctl_derivation_free) struct ctl_derivation result = {};
	_cleanup_(free_making) struct making making = { .page = { .set = set, .heat = heat } };
	_cleanup_free_ char *text = NULL;
	struct ebpfmm_error why = {};

	if (ctl_derivation_options(args, &result, err))
		return -1;
	/* A recording of which no profile can be made has a page all the same. */
	if (ctl_derivation_make(args, set, &result, &why)) {
		if (why.code == ENOMEM)
			return ebpfmm_fail(err, ENOMEM, "%s", why.message);
		making.page.why_none = why.message;
	} else if (propose(&result, &making, err)) {
		return -1;
	}
	if (!making.page.why_none && !making.page.nproposals)
		making.page.why_none = "no region repays a large page";
	making.page.horizon_ns = result.input.horizon_ns;
	if (gather_notes(&result, &making, err))
		return -1;
	text = ebpfmm_page_html(&making.page);
	if (!text)
		return ebpfmm_fail(err, ENOMEM, "page");
	/* It says as much as a recording, which belongs to its owner alone. */
	return ctl_replace(args->html, text, strlen(text), 0600, err);
}
