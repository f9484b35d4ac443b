/* SPDX-License-Identifier: GPL-2.0-only */
/* Comparing parts of what is sorted. */
#ifndef EBPFMM_COMPARE_H
#define EBPFMM_COMPARE_H

#include <stdint.h>
#include <string.h>

/**
 * ebpfmm_compare_numbers - compare numbers
 * @a: a number
 * @b: another one
 *
 * Return: below, above or equal to 0, as for qsort(3).
 */
static inline int ebpfmm_compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/**
 * ebpfmm_compare_texts - compare texts, either of which may be missing
 * @a: a text; NULL comes before all others
 * @b: another one
 *
 * Return: as ebpfmm_compare_numbers().
 */
static inline int ebpfmm_compare_texts(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : !!a - !!b;
}

#endif /* EBPFMM_COMPARE_H */
