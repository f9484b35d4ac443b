/* SPDX-License-Identifier: GPL-2.0-only */
/* What somebody may have meant who wrote a word that is none of ours. */
#ifndef EBPFMM_NEAREST_H
#define EBPFMM_NEAREST_H

#include <stddef.h>

/**
 * ebpfmm_nearest - what a word is likely meant to be
 * @word: hostile
 * @choices: the words there are, each of at most 24 bytes
 * @count: their number
 *
 * Return: one of @choices, or NULL when none is near.
 */
const char *ebpfmm_nearest(const char *word, const char *const *choices, size_t count);

#endif /* EBPFMM_NEAREST_H */
