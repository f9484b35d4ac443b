/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A translated profile: the table that the fault policy reads, and the origin of its
 * regions.
 */
#ifndef EBPFMM_TABLE_H
#define EBPFMM_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bpf_types.h"
#include "elf/elf_file.h"
#include "profile/profile.h"

/**
 * struct ebpfmm_origin - origin of a region in the table, for display
 * @bytes: the range that the profile names, in bytes of the region's space
 * @part: the part of @bytes that can be anonymous memory
 * @located: whether @location is known
 * @location: location in the ELF file at which @bytes starts
 */
struct ebpfmm_origin {
	struct ebpfmm_range bytes;
	struct ebpfmm_range part;
	bool located;
	struct ebpfmm_elf_location location;
};

/**
 * struct ebpfmm_table - a translated profile
 * @large: the table, in the larger of the two layouts; the smaller one is a prefix of
 *	it, and ebpfmm_table_is_small() says which one to store
 * @bias_align: for each program, as in struct ebpfmm_image
 * @origin: for each region
 * @digest: digest of the profile's text; 0 if it is not known
 *
 * Everything but @large is for display; the policy does not need it.
 */
struct ebpfmm_table {
	struct ebpfmm_large large;
	uint64_t bias_align[EBPFMM_MAX_PROGRAMS];
	struct ebpfmm_origin origin[EBPFMM_LARGE_REGIONS];
	uint64_t digest;
};

/**
 * ebpfmm_table_is_small - check which of the two storages a table belongs in
 * @table: the table
 *
 * Return: nonzero for struct ebpfmm_small.
 */
static inline int ebpfmm_table_is_small(const struct ebpfmm_table *table)
{
	return table->large.header.nregions <= EBPFMM_SMALL_REGIONS;
}

/**
 * ebpfmm_table_is_from - check whether a table was translated from a profile
 * @table: the table, such as a cgroup's, with the recorded digest
 * @profile: the profile
 *
 * Compares the digest, and also the name, the number of programs, the limits and the
 * benefit of each region, because table and digest may belong to different profiles
 * while one is being replaced.
 *
 * Return: true if it was; each region of the table then is one of @profile.
 */
bool ebpfmm_table_is_from(const struct ebpfmm_table *table,
			  const struct ebpfmm_profile *profile);

/**
 * ebpfmm_table_each_warning - report why regions get less than they ask for
 * @table: the table
 * @profile: the profile that it was translated from
 * @fn: called with each warning, which begins with the place in the profile
 * @data: for @fn
 */
void ebpfmm_table_each_warning(const struct ebpfmm_table *table,
			       const struct ebpfmm_profile *profile,
			       void (*fn)(const char *text, void *data),
			       void *data);

#endif /* EBPFMM_TABLE_H */
