// SPDX-License-Identifier: GPL-2.0-only
#include "derive/derive_grown.h"

#include <stdlib.h>
#include <string.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "base/compare.h"

/* Both parts of a mapping that has grown downwards are the same. */
static int compare_mappings(const void *one, const void *other, void *data)
{
	const struct ebpfmm_set *set = data;
	const struct ebpfmm_recording_space *a = &set->spaces[*(const size_t *)one].space;
	const struct ebpfmm_recording_space *b = &set->spaces[*(const size_t *)other].space;
	int order = ebpfmm_compare_numbers(a->program, b->program);

	if (!order)
		order = ebpfmm_compare_numbers(a->size, b->size);
	if (!order)
		order = ebpfmm_compare_numbers(a->rank, b->rank);
	return order ? order : ebpfmm_compare_texts(a->name, b->name);
}

int derive_find_grown(const struct ebpfmm_set *set, bool *grows)
{
	_cleanup_free_ size_t *list = calloc(set->nspaces + 1, sizeof(*list));
	size_t count = 0, i, j, n;

	if (!list)
		return -1;
	for (i = 0; i < set->nspaces; i++) {
		const struct ebpfmm_set_space *space = &set->spaces[i];

		grows[i] = space->space.kind == EBPFMM_SPACE_MAPPING &&
			   (space->space.down ||
			    space->pages > space->space.size >> EBPFMM_PAGE_SHIFT);
		if (space->space.kind == EBPFMM_SPACE_MAPPING)
			list[count++] = i;
	}
	if (count)
		qsort_r(list, count, sizeof(*list), compare_mappings, (void *)set);
	for (i = 0; i < count; i += n) {
		bool any = false;

		for (n = 0; i + n < count &&
		     !compare_mappings(&list[i], &list[i + n], (void *)set); n++)
			any |= grows[list[i + n]];
		for (j = i; j < i + n; j++)
			grows[list[j]] = any;
	}
	return 0;
}

/* glibc begins its names with a space, which a profile leaves out. */
static const char *without_space(const char *name)
{
	return name && *name == ' ' ? name + 1 : name;
}

int derive_grown_compare(const struct ebpfmm_set *set, size_t a, size_t b)
{
	const struct ebpfmm_recording_space *x = &set->spaces[a].space;
	const struct ebpfmm_recording_space *y = &set->spaces[b].space;
	int order = strcmp(set->programs[x->program].path, set->programs[y->program].path);

	return order ? order : ebpfmm_compare_texts(without_space(x->name),
						    without_space(y->name));
}

static int by_anchor(const void *one, const void *other, void *data)
{
	size_t a = *(const size_t *)one, b = *(const size_t *)other;
	int order = derive_grown_compare(data, a, b);

	return order ? order : ebpfmm_compare_numbers(a, b);
}

void derive_grown_sort(const struct ebpfmm_set *set, size_t *list, size_t count)
{
	if (count)
		qsort_r(list, count, sizeof(*list), by_anchor, (void *)set);
}
