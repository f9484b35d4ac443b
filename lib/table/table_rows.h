/* SPDX-License-Identifier: GPL-2.0-only */
/* Going through a translated profile region by region, and what comes of each. */
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
 * struct ebpfmm_view - what is shown
 * @table: the table
 * @header: its header
 * @profile: what it was translated from; NULL if that is not known
 */
struct ebpfmm_view {
	const struct ebpfmm_table *table;
	const struct ebpfmm_header *header;
	const struct ebpfmm_profile *profile;
};

/**
 * struct ebpfmm_row - one region and where it is
 * @region: the region
 * @from: what the profile says of it, NULL if that is not known
 * @origin: where it came from
 * @before: index in the profile of the region before it in its space, or
 *	EBPFMM_NO_REGION
 * @space: its space
 * @object: path of the ELF file that it is in, or NULL
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
 * enum ebpfmm_fit - can a page of some size be in a region?
 * @EBPFMM_FIT_YES: at least one, wherever the region's space is put
 * @EBPFMM_FIT_MAYBE: that depends on where it is put
 * @EBPFMM_FIT_SHORT: no: it is shorter than such a page
 * @EBPFMM_FIT_ASKEW: no: no place in it has the alignment
 */
enum ebpfmm_fit {
	EBPFMM_FIT_YES,
	EBPFMM_FIT_MAYBE,
	EBPFMM_FIT_SHORT,
	EBPFMM_FIT_ASKEW,
};

typedef void ebpfmm_row_fn(const struct ebpfmm_row *row, void *data);

/**
 * ebpfmm_row_each - go through the regions of a program, in the order of the table
 * @view: the table
 * @program: index of the program
 * @fn: called for each of them
 * @data: for @fn
 */
void ebpfmm_row_each(const struct ebpfmm_view *view, size_t program, ebpfmm_row_fn *fn,
		     void *data);

/**
 * ebpfmm_table_default - what holds outside of the regions of a program
 * @view: the table
 * @program: index of the program
 *
 * Return: the program's default, or NULL.
 */
const struct ebpfmm_region *ebpfmm_table_default(const struct ebpfmm_view *view,
						 size_t program);

/**
 * ebpfmm_row_space_name - the space that a region is in
 * @row: the region
 *
 * Return: its name; static.
 */
const char *ebpfmm_row_space_name(const struct ebpfmm_row *row);

/**
 * ebpfmm_row_sign - how addresses count in the space that a region is in
 * @row: the region
 *
 * Return: what they begin with; static.
 */
const char *ebpfmm_row_sign(const struct ebpfmm_row *row);

/**
 * ebpfmm_row_fit - does a page fit into a region?
 * @row: the region
 * @order: of the page
 *
 * Return: see there.
 */
enum ebpfmm_fit ebpfmm_row_fit(const struct ebpfmm_row *row, unsigned int order);

typedef void ebpfmm_warning_fn(const char *text, void *data);

/**
 * ebpfmm_row_each_warning - say for which reasons a region gets less than it asks for
 * @row: the region
 * @maybe: also of sizes that only may fit
 * @fn: called for each reason
 * @data: for @fn
 */
void ebpfmm_row_each_warning(const struct ebpfmm_row *row, bool maybe,
			     ebpfmm_warning_fn *fn, void *data);

#endif /* EBPFMM_TABLE_ROWS_H */
