/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A translated profile: what the fault policy reads, and where it came from.
 */
#ifndef EBPFMM_TABLE_H
#define EBPFMM_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bpf_types.h"
#include "elf/elf_file.h"
#include "profile/profile.h"

/**
 * struct ebpfmm_origin - where a region in the table came from, for people
 * @bytes: what the profile asks for, in bytes of the region's space
 * @part: what of it can be anonymous memory
 * @located: whether @location is known
 * @location: where in its ELF file @bytes starts
 */
struct ebpfmm_origin {
	struct ebpfmm_range bytes;
	struct ebpfmm_range part;
	bool located;
	struct ebpfmm_elf_location location;
};

/**
 * struct ebpfmm_table - a translated profile
 * @large: the table, in the larger of the two layouts; the smaller one is a
 *	prefix of it, so what ebpfmm_table_is_small() tells is the part to store
 * @bias_align: for each program, as in struct ebpfmm_image
 * @origin: for each region
 * @digest: of the profile's text; 0 if that is not known any more
 *
 * All but @large is for people who want to know what came of their profile; the
 * policy does not need it.
 */
struct ebpfmm_table {
	struct ebpfmm_large large;
	uint64_t bias_align[EBPFMM_MAX_PROGRAMS];
	struct ebpfmm_origin origin[EBPFMM_LARGE_REGIONS];
	uint64_t digest;
};

/**
 * ebpfmm_table_is_small - which of the two storages a table belongs in
 * @table: the table
 *
 * Return: nonzero for struct ebpfmm_small.
 */
static inline int ebpfmm_table_is_small(const struct ebpfmm_table *table)
{
	return table->large.header.nregions <= EBPFMM_SMALL_REGIONS;
}

/**
 * ebpfmm_table_is_from - was a table translated from a profile?
 * @table: the table, such as the one that a cgroup has, with the digest that was kept
 * @profile: what it may have been translated from
 *
 * By the digest, and by what the table still has of it, as that may be of another
 * profile than the digest while one is replaced: the name, the number of programs,
 * the limits, and the benefit of each region.
 *
 * Return: whether it was; each region of the table is one of @profile then.
 */
bool ebpfmm_table_is_from(const struct ebpfmm_table *table,
			  const struct ebpfmm_profile *profile);

/**
 * ebpfmm_table_each_warning - why regions get less than they ask for
 * @table: the table
 * @profile: what it was translated from
 * @fn: called with each warning, which begins with the place in the profile
 * @data: for @fn
 */
void ebpfmm_table_each_warning(const struct ebpfmm_table *table,
			       const struct ebpfmm_profile *profile,
			       void (*fn)(const char *text, void *data),
			       void *data);

#endif /* EBPFMM_TABLE_H */
