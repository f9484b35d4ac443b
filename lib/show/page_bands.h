/* SPDX-License-Identifier: GPL-2.0-only */
/* How a space is divided into the bands that the page of a report draws. */
#ifndef EBPFMM_PAGE_BANDS_H
#define EBPFMM_PAGE_BANDS_H

#include <stdbool.h>

#include "recording/set.h"

/* A stretch without accesses is folded if it is so large a part of its space… */
#define PAGE_FOLDS	24
/* … and has so many pages. */
#define PAGE_FOLD_LEAST	512
/* There are at most so many bands more than were asked for. */
#define PAGE_BANDS_MORE	(3 * PAGE_FOLDS)

/**
 * struct page_bands - parts of a space, one below the other
 * @edges: pages where they begin, in ascending order, and the end of the last one
 * @folded: by band, whether it is a long stretch that was never accessed
 * @count: how many
 */
struct page_bands {
	uint64_t *edges;
	bool *folded;
	size_t count;
};

/**
 * page_bands_find - divide a space into bands
 * @set: the recordings
 * @space: the space
 * @pages: how many pages it has, at least those that runs tell of
 * @target: about how many bands are wanted
 * @bands: filled in, to be released with page_bands_free() in any case
 *
 * All bands that are not folded have the same number of pages, a power of two, and begin at
 * a multiple of it; the last one of a space may have less.
 *
 * Return: 0, or -1 without memory.
 */
int page_bands_find(const struct ebpfmm_set *set, const struct ebpfmm_set_space *space,
		    uint64_t pages, size_t target, struct page_bands *bands);

/**
 * page_bands_free - release what bands have
 * @bands: zeroed or filled in
 */
void page_bands_free(struct page_bands *bands);

#endif /* EBPFMM_PAGE_BANDS_H */
