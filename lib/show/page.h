/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What recordings tell, as a page for a web browser. The page has all that it needs and
 * loads nothing. All that it shows is hostile, so it is data in the page, which its script
 * puts there as text; a policy in its head forbids whatever else there might be.
 */
#ifndef EBPFMM_PAGE_H
#define EBPFMM_PAGE_H

#include <json-c/json.h>

#include "recording/heat.h"

/* At most so many spaces are drawn, the hottest ones; and so many notes are told. */
#define EBPFMM_PAGE_MAX_DRAWN	64U
#define EBPFMM_PAGE_MAX_NOTES	50U
/* Values of one line from left to right, at most. */
#define EBPFMM_PAGE_MAX_COLUMNS	240U

/**
 * struct ebpfmm_page_proposal - a region that is proposed for a profile
 * @spaces: indices in the set of the spaces that it is for
 * @nspaces: how many; at least 1
 * @first: its first page
 * @end: the first page behind
 * @order: the page size that is best
 * @used: how many such pages would be in use
 * @worth_ns: what it saves over the horizon
 */
struct ebpfmm_page_proposal {
	const size_t *spaces;
	size_t nspaces;
	uint64_t first;
	uint64_t end;
	unsigned int order;
	uint64_t used;
	double worth_ns;
};

/**
 * struct ebpfmm_page - what a page is made of
 * @set: the recordings
 * @heat: their heat
 * @proposals: what ebpfmm-profile(5) could have
 * @nproposals: how many
 * @horizon_ns: how long memory is expected to live
 * @why_none: why there are no proposals, or NULL
 * @notes: what people should know, one line each
 * @nnotes: how many
 */
struct ebpfmm_page {
	const struct ebpfmm_set *set;
	const struct ebpfmm_heat *heat;
	const struct ebpfmm_page_proposal *proposals;
	size_t nproposals;
	uint64_t horizon_ns;
	const char *why_none;
	const char *const *notes;
	size_t nnotes;
};

/**
 * ebpfmm_page_json - the data in a page
 * @page: what it is made of
 *
 * Its size is bounded, whatever the recordings are.
 *
 * Return: to be freed with json_object_put(), or NULL without memory.
 */
struct json_object *ebpfmm_page_json(const struct ebpfmm_page *page);

/**
 * ebpfmm_page_script - make JSON safe to be in an element <script>
 * @json: the text of a JSON value
 *
 * Return: the same value, without '<', '>' and '&', allocated; or NULL without memory.
 */
char *ebpfmm_page_script(const char *json);

/**
 * ebpfmm_page_html - make a page
 * @page: what it is made of
 *
 * Return: the text, allocated; or NULL without memory.
 */
char *ebpfmm_page_html(const struct ebpfmm_page *page);

#endif /* EBPFMM_PAGE_H */
