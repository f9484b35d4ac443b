// SPDX-License-Identifier: GPL-2.0-only
/* Extents of pages, sorted and without overlap. */
#include <stdlib.h>

#include "derive/derive.h"

static int compare_extents(const void *one, const void *other)
{
	const struct ebpfmm_derive_extent *a = one, *b = other;

	return a->first < b->first ? -1 : a->first > b->first;
}

size_t ebpfmm_derive_merge(struct ebpfmm_derive_extent *extents, size_t count)
{
	size_t n = 0;

	qsort(extents, count, sizeof(*extents), compare_extents);
	for (size_t i = 0; i < count; i++) {
		uint64_t end = extents[i].first + extents[i].pages;
		uint64_t last = n ? extents[n - 1].first + extents[n - 1].pages : 0;

		if (!n || extents[i].first > last)
			extents[n++] = extents[i];
		else if (end > last)
			extents[n - 1].pages = end - extents[n - 1].first;
	}
	return n;
}
