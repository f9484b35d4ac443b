/* SPDX-License-Identifier: GPL-2.0-only */
/* A translated profile, for people and programs. */
#ifndef EBPFMM_TABLE_PRINT_H
#define EBPFMM_TABLE_PRINT_H

#include <stdio.h>

#include "profile/profile.h"
#include "table/table.h"

/**
 * ebpfmm_table_print - print a table for people or programs
 * @table: the table
 * @profile: what it was translated from
 * @json: print JSON instead of columns
 * @out: output stream; the caller checks it for errors
 *
 * Says of each region and size also whether such a page can, cannot or, by
 * where the kernel puts things, may not fit, and why a region gets less than it
 * asks for.
 */
void ebpfmm_table_print(const struct ebpfmm_table *table,
			const struct ebpfmm_profile *profile, int json,
			FILE *out);

#endif /* EBPFMM_TABLE_PRINT_H */
