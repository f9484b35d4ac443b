/* SPDX-License-Identifier: GPL-2.0-only */
/* Suggestions for misspelt words. */
#ifndef EBPFMM_NEAREST_H
#define EBPFMM_NEAREST_H

#include <stddef.h>

/**
 * ebpfmm_nearest - find the valid word that was probably meant
 * @word: the misspelt word, hostile
 * @choices: the valid words, of at most 24 bytes each
 * @count: their number
 *
 * Return: one of @choices, or NULL when none is similar enough.
 */
const char *ebpfmm_nearest(const char *word, const char *const *choices, size_t count);

#endif /* EBPFMM_NEAREST_H */
