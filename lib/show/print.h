/* SPDX-License-Identifier: GPL-2.0-only */
/* Helpers to print columns. */
#ifndef EBPFMM_PRINT_H
#define EBPFMM_PRINT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "table/table_rows.h"

/**
 * print_bytes - print a number of bytes in the largest unit that divides it
 * @out: output stream
 * @bytes: the number
 */
void print_bytes(FILE *out, uint64_t bytes);

/**
 * print_length - print the length of a region
 * @out: output stream
 * @region: the region
 */
void print_length(FILE *out, const struct ebpfmm_region *region);

/**
 * print_clean - print text that may be hostile
 * @out: output stream
 * @text: bytes that are not printable ASCII become '?'
 * @length: maximum length; a NUL ends it earlier
 */
void print_clean(FILE *out, const char *text, size_t length);

/**
 * print_anchor - print the anchor of a region
 * @out: output stream
 * @row: the region, with its entry in the profile
 */
void print_anchor(FILE *out, const struct ebpfmm_row *row);

/**
 * format_anchor - get what print_anchor() prints
 * @row: likewise
 *
 * Return: to be freed, or NULL without memory.
 */
char *format_anchor(const struct ebpfmm_row *row);

#endif /* EBPFMM_PRINT_H */
