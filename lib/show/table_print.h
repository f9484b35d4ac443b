/* SPDX-License-Identifier: GPL-2.0-only */
/* Printing a translated profile, as columns and as JSON. */
#ifndef EBPFMM_TABLE_PRINT_H
#define EBPFMM_TABLE_PRINT_H

#include <stdio.h>

#include "profile/profile.h"
#include "table/table.h"

/**
 * ebpfmm_table_print - print a table as columns or JSON
 * @table: the table
 * @profile: the profile that it was translated from
 * @json: print JSON instead of columns
 * @out: output stream; the caller checks it for errors
 *
 * For each region and size, also prints whether such a page fits, does not fit, or may
 * fit depending on where the kernel puts the memory, and why a region gets less than it
 * asks for.
 */
void ebpfmm_table_print(const struct ebpfmm_table *table,
			const struct ebpfmm_profile *profile, int json,
			FILE *out);

#endif /* EBPFMM_TABLE_PRINT_H */
