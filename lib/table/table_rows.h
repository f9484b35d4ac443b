/* SPDX-License-Identifier: GPL-2.0-only */
/* Iterating over the regions of a translated profile, and what each of them gets. */
#ifndef EBPFMM_TABLE_ROWS_H
#define EBPFMM_TABLE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "table/table.h"

#define EBPFMM_OPEN_END	UINT32_MAX

enum ebpfmm_row_space {
	EBPFMM_ROW_IMAGE,
	EBPFMM_ROW_HEAP,
	EBPFMM_ROW_STACK,
	EBPFMM_ROW_OBJECT,
	EBPFMM_ROW_MAPPING,
};

/**
 * struct ebpfmm_view - a table and its profile
 * @table: the table
 * @header: its header
 * @profile: the profile that it was translated from; NULL if it is not known
 */
struct ebpfmm_view {
	const struct ebpfmm_table *table;
	const struct ebpfmm_header *header;
	const struct ebpfmm_profile *profile;
};

/**
 * ebpfmm_table_view - get a view of a table
 * @table: the table
 * @profile: the profile that it was translated from; NULL if it is not known
 */
struct ebpfmm_view ebpfmm_table_view(const struct ebpfmm_table *table,
				     const struct ebpfmm_profile *profile);

/**
 * struct ebpfmm_row - one region and its place
 * @region: the region
 * @from: its entry in the profile, NULL if that is not known
 * @origin: its origin
 * @before: index in the profile of the preceding region in its space, or
 *	EBPFMM_NO_REGION
 * @space: its space
 * @object: path of the ELF file that contains it, or NULL
 * @align: alignment of the base of its space, in pages
 */
struct ebpfmm_row {
	const struct ebpfmm_region *region;
	const struct ebpfmm_profile_region *from;
	const struct ebpfmm_origin *origin;
	uint16_t before;
	enum ebpfmm_row_space space;
	const char *object;
	uint64_t align;
};

/**
 * enum ebpfmm_fit - whether a page of some size fits into a region
 * @EBPFMM_FIT_YES: at least one, wherever the kernel puts the region's space
 * @EBPFMM_FIT_MAYBE: it depends on where the kernel puts the space
 * @EBPFMM_FIT_SHORT: no, the region is shorter than such a page
 * @EBPFMM_FIT_ASKEW: no, no address in it has the alignment
 */
enum ebpfmm_fit {
	EBPFMM_FIT_YES,
	EBPFMM_FIT_MAYBE,
	EBPFMM_FIT_SHORT,
	EBPFMM_FIT_ASKEW,
};

typedef void ebpfmm_row_fn(const struct ebpfmm_row *row, void *data);

/**
 * ebpfmm_row_each - iterate over the regions of a program, in the order of the table
 * @view: the table
 * @program: index of the program
 * @fn: called for each of them
 * @data: for @fn
 */
void ebpfmm_row_each(const struct ebpfmm_view *view, size_t program, ebpfmm_row_fn *fn,
		     void *data);

/**
 * ebpfmm_table_default - get the default of a program
 * @view: the table
 * @program: index of the program
 *
 * Return: the program's default, or NULL.
 */
const struct ebpfmm_region *ebpfmm_table_default(const struct ebpfmm_view *view,
						 size_t program);

/**
 * ebpfmm_row_space_name - get the name of a region's space
 * @row: the region
 *
 * Return: its name; static.
 */
const char *ebpfmm_row_space_name(const struct ebpfmm_row *row);

/**
 * ebpfmm_row_sign - get the sign of addresses in a region's space
 * @row: the region
 *
 * Return: the prefix of its addresses; static.
 */
const char *ebpfmm_row_sign(const struct ebpfmm_row *row);

/**
 * ebpfmm_row_fit - check whether a page fits into a region
 * @row: the region
 * @order: order of the page
 *
 * Return: enum ebpfmm_fit.
 */
enum ebpfmm_fit ebpfmm_row_fit(const struct ebpfmm_row *row, unsigned int order);

typedef void ebpfmm_warning_fn(const char *text, void *data);

/**
 * ebpfmm_row_each_warning - report why a region gets less than it asks for
 * @row: the region
 * @maybe: also report sizes that may or may not fit
 * @fn: called for each reason
 * @data: for @fn
 */
void ebpfmm_row_each_warning(const struct ebpfmm_row *row, bool maybe,
			     ebpfmm_warning_fn *fn, void *data);

#endif /* EBPFMM_TABLE_ROWS_H */
