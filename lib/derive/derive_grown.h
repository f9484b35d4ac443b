/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings that grow. What malloc(3) maps grows by whatever comes next: a page is touched when
 * the mapping is smaller than it was in the end and often, as it grows downwards, when it
 * begins elsewhere. So neither its size nor an offset in it says anything.
 */
#ifndef EBPFMM_DERIVE_GROWN_H
#define EBPFMM_DERIVE_GROWN_H

#include "recording/set.h"

/**
 * derive_find_grown - find mappings that were seen to grow
 * @set: the recordings
 * @grows: by space, set to whether it is such a mapping, or what one has grown by
 *
 * Return: 0, or -1 without memory.
 */
int derive_find_grown(const struct ebpfmm_set *set, bool *grows);

/**
 * derive_grown_compare - compare mappings that grow by what an anchor can name
 * @set: the recordings
 * @a: index of a space
 * @b: index of another one
 *
 * Return: 0 if path of the program and name are the same; else below or above 0.
 */
int derive_grown_compare(const struct ebpfmm_set *set, size_t a, size_t b);

/**
 * derive_grown_sort - bring those that are the same next to each other
 * @set: the recordings
 * @list: indices of spaces; those that are the same keep their order
 * @count: their number
 */
void derive_grown_sort(const struct ebpfmm_set *set, size_t *list, size_t count);

#endif /* EBPFMM_DERIVE_GROWN_H */
