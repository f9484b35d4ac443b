/* SPDX-License-Identifier: GPL-2.0-only */
/* Going through a translated profile region by region, and what comes of each. */
#ifndef EBPFMM_TABLE_ROWS_H
#define EBPFMM_TABLE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "table/table.h"

#define OPEN_END	UINT32_MAX

enum row_space { ROW_IMAGE, ROW_HEAP, ROW_STACK, ROW_OBJECT, ROW_MAPPING };

/**
 * struct view - what is shown
 * @table: the table
 * @header: its header
 * @profile: what it was translated from; NULL if that is not known
 */
struct view {
	const struct ebpfmm_table *table;
	const struct ebpfmm_header *header;
	const struct ebpfmm_profile *profile;
};

/**
 * struct row - one region and where it is
 * @region: the region
 * @from: what the profile says of it, NULL if that is not known
 * @origin: where it came from
 * @before: index in the profile of the region before it in its space, or
 *	EBPFMM_NO_REGION
 * @space: its space
 * @object: path of the ELF file that it is in, or NULL
 * @align: alignment of the base of its space, in pages
 */
struct row {
	const struct ebpfmm_region *region;
	const struct ebpfmm_profile_region *from;
	const struct ebpfmm_origin *origin;
	uint16_t before;
	enum row_space space;
	const char *object;
	uint64_t align;
};

/**
 * enum fit - can a page of some size be in a region?
 * @FIT_YES: at least one, wherever the region's space is put
 * @FIT_MAYBE: that depends on where it is put
 * @FIT_SHORT: no: it is shorter than such a page
 * @FIT_ASKEW: no: no place in it has the alignment
 */
enum fit { FIT_YES, FIT_MAYBE, FIT_SHORT, FIT_ASKEW };

typedef void row_fn(const struct row *row, void *data);

/* Call for each region of a program, in the order of the table. */
void each_row(const struct view *view, size_t program, row_fn *fn, void *data);

/* The program's default, or NULL. */
const struct ebpfmm_region *default_of(const struct view *view, size_t program);

/* Name of the space, and what addresses in it begin with to say how they count. */
const char *row_space_name(const struct row *row);
const char *row_sign(const struct row *row);

/* Does a page of that order fit? */
enum fit row_fit(const struct row *row, unsigned int order);

typedef void warning_fn(const char *text, void *data);

/*
 * Call for each reason for which the region gets less than it asks for; with
 * @maybe also for sizes that only may fit.
 */
void each_warning(const struct row *row, bool maybe, warning_fn *fn, void *data);

#endif /* EBPFMM_TABLE_ROWS_H */
