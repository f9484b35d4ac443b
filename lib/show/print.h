/* SPDX-License-Identifier: GPL-2.0-only */
/* What all columns have in common. */
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
 * print_length - print how long a region is
 * @out: output stream
 * @region: the region
 */
void print_length(FILE *out, const struct ebpfmm_region *region);

/**
 * print_clean - print text that may be hostile
 * @out: output stream
 * @text: what is no printable ASCII becomes '?'
 * @length: its room; it may end before, with a NUL
 */
void print_clean(FILE *out, const char *text, size_t length);

/**
 * print_anchor - print what a region is anchored in
 * @out: output stream
 * @row: the region; what the profile says of it is known
 */
void print_anchor(FILE *out, const struct ebpfmm_row *row);

#endif /* EBPFMM_PRINT_H */
