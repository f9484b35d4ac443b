/* SPDX-License-Identifier: GPL-2.0-only */
/* A plan on its way into a profile. */
#ifndef EBPFMM_DERIVE_ENTRIES_H
#define EBPFMM_DERIVE_ENTRIES_H

#include "derive/derive_private.h"

/**
 * struct derive_entry - a pick on its way into the profile
 * @pick: the pick
 * @program: which one of the programs
 * @class: kind of its space, in the order of the profile
 * @program_value: what all picks of the program are worth
 * @space_value: what all of its space are, and of those that it leads
 * @leader: 1 + the index of the entry whose region is for this one too, or 0
 * @dropped: there is no room for it
 */
struct derive_entry {
	struct derive_pick pick;
	size_t program;
	int class;
	double program_value;
	double space_value;
	size_t leader;
	bool dropped;
};

/**
 * derive_entries - put a plan into the order of a profile
 * @input: the input
 * @lines: its spaces
 * @plan: the plan
 * @whole: filled in: by space, the order if it is all one region, else 0
 * @out: gets notes
 * @entries: set to as many entries as the plan has picks, allocated, also on failure
 * @err: why not
 *
 * Return: 0, or -1 with @err set.
 */
int derive_entries(const struct ebpfmm_derive_input *input, const struct derive_line *lines,
		   const struct derive_plan *plan, unsigned char *whole,
		   struct ebpfmm_derived *out, struct derive_entry **entries,
		   struct ebpfmm_error *err);

/**
 * derive_mark_cold - find mappings without a region
 * @input: the input
 * @entries: all regions
 * @n: their number
 * @whole: by space, set to DERIVE_COLD where it is such a mapping
 *
 * Return: 0, or -1 without memory.
 */
int derive_mark_cold(const struct ebpfmm_derive_input *input,
		     const struct derive_entry *entries, size_t n, unsigned char *whole);

/**
 * derive_keep_cold - give cold mappings anchors of their own, with 4K
 * @input: the input
 * @whole: by space, whether it is cold
 * @grown: index of the space of mappings that grow
 * @region: the region that is for it, and would be for the cold ones
 * @program: gets regions; has room for them
 * @room: how many more different mappings a profile can have; becomes less
 * @out: gets notes
 * @err: no memory
 *
 * Return: 0, or -1 with @err set.
 */
int derive_keep_cold(const struct ebpfmm_derive_input *input, const unsigned char *whole,
		     size_t grown, const struct ebpfmm_profile_region *region,
		     struct ebpfmm_profile_program *program, size_t *room,
		     struct ebpfmm_derived *out, struct ebpfmm_error *err);

#endif /* EBPFMM_DERIVE_ENTRIES_H */
