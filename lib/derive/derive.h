/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From heat to a profile.
 *
 * What a recording says is coarse: of a run of pages, one page at a time was looked at, so
 * many times (@samples), and so many times (@seen) it had been accessed since. So about the
 * share seen/samples of the run's pages was accessed in each sampling interval; which ones
 * is not known. They are taken to be spread evenly over the run. A block of 2^o pages in
 * which x pages were accessed saves x - 1 page walks if x > 1 and else none, which is
 * convex in x: so no way to spread them over blocks and intervals saves less. It is a
 * floor for another reason as well: a page that was seen accessed was walked at least once.
 *
 * A size repays in a block if the page walks alone pay for it: for zeroing the pages that
 * nobody touches, and for a free block, which costs what making another one would. The
 * page faults that a large page saves are no reason to give one to cold memory.
 */
#ifndef EBPFMM_DERIVE_H
#define EBPFMM_DERIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "profile/profile.h"

#define EBPFMM_DERIVE_MAX_PAGES		(1ULL << 44)	/* more no process can have */
#define EBPFMM_DERIVE_MAX_SAMPLES	(1U << 20)
#define EBPFMM_DERIVE_MAX_SPACES	(1U << 16)
/* What a page walk costs less with 2M pages, nanoseconds, where that was not measured. */
#define EBPFMM_DERIVE_WALK_NS		20
#define EBPFMM_DERIVE_TAIL		100	/* the last hundredth is not worth its regions */

/**
 * struct ebpfmm_derive_run - pages that were looked at together
 * @first: first page, from the start of the space
 * @pages: how many
 * @seen: how many samples found an access
 * @samples: of how many, at most EBPFMM_DERIVE_MAX_SAMPLES
 */
struct ebpfmm_derive_run {
	uint64_t first;
	uint64_t pages;
	uint32_t seen;
	uint32_t samples;
};

/**
 * struct ebpfmm_derive_interval - what was seen in one interval
 * @runs: sorted, without overlap; what is in none was not looked at
 * @nruns: how many
 * @input: index of the recording
 * @time_us: its end, from the start of that recording, for who asks
 */
struct ebpfmm_derive_interval {
	const struct ebpfmm_derive_run *runs;
	size_t nruns;
	size_t input;
	uint64_t time_us;
};

/**
 * struct ebpfmm_derive_extent - pages
 * @first: first page, from the start of the space
 * @pages: how many
 */
struct ebpfmm_derive_extent {
	uint64_t first;
	uint64_t pages;
};

/**
 * ebpfmm_derive_merge - sort extents, and make one of those that touch or overlap
 * @extents: the extents
 * @count: how many
 *
 * Return: how many are left.
 */
size_t ebpfmm_derive_merge(struct ebpfmm_derive_extent *extents, size_t count);

/**
 * struct ebpfmm_derive_symbol - a symbol or a section
 * @name: as a profile has it
 * @offset: bytes from the start of the space
 * @size: bytes
 */
struct ebpfmm_derive_symbol {
	const char *name;
	uint64_t offset;
	uint64_t size;
};

/**
 * enum ebpfmm_derive_kind - what a space is
 * @EBPFMM_DERIVE_IMAGE: the program or a shared object
 * @EBPFMM_DERIVE_HEAP: from the start of brk
 * @EBPFMM_DERIVE_STACK: pages are counted downwards
 * @EBPFMM_DERIVE_MAPPING: an anonymous mapping
 */
enum ebpfmm_derive_kind {
	EBPFMM_DERIVE_IMAGE,
	EBPFMM_DERIVE_HEAP,
	EBPFMM_DERIVE_STACK,
	EBPFMM_DERIVE_MAPPING,
};

/**
 * struct ebpfmm_derive_space - memory that offsets are counted in, and its heat
 * @kind: what it is
 * @label: what messages call it; NULL: by its index
 * @exe: path of the program in its container
 * @object: path of the shared object, for an image; NULL for the program itself
 * @name: of a mapping; NULL if it has none
 * @grows: it is for mappings whose sizes and bounds are others when their memory is touched:
 *	they have one answer for all of them
 * @rank: of a mapping among all of the process, 1 being the highest address; 0 unknown
 * @pages: size
 * @skew: pages from a 2M boundary of addresses to the space's first page, below 512;
 *	for a stack from the boundary above, downwards; that of one run where runs differ
 * @intervals: what was seen, in any order
 * @nintervals: how many
 * @has_resident: whether @resident is known; else pages in runs with accesses count
 * @resident: pages that were there, sorted, without overlap
 * @nresident: how many extents
 * @symbols: of an image, in any order
 * @nsymbols: how many
 * @sections: of an image, likewise
 * @nsections: how many
 */
struct ebpfmm_derive_space {
	enum ebpfmm_derive_kind kind;
	const char *label;
	const char *exe;
	const char *object;
	const char *name;
	bool grows;
	uint32_t rank;
	uint64_t pages;
	uint32_t skew;
	const struct ebpfmm_derive_interval *intervals;
	size_t nintervals;
	bool has_resident;
	const struct ebpfmm_derive_extent *resident;
	size_t nresident;
	const struct ebpfmm_derive_symbol *symbols;
	size_t nsymbols;
	const struct ebpfmm_derive_symbol *sections;
	size_t nsections;
};

/**
 * struct ebpfmm_derive_input - all that a profile is derived from
 * @name: of the profile
 * @spaces: the memory of all programs, the cold spaces too: names must tell them apart
 * @nspaces: how many, at most EBPFMM_DERIVE_MAX_SPACES
 * @inputs: names of the recordings, for who asks; may be NULL
 * @ninputs: how many
 * @walk_ns: by order, what a page walk costs less than with 4K; 0: the size brings nothing
 *	on this CPU and is never named
 * @unknown: set of orders whose @walk_ns is 0 because nobody knows what they bring
 * @assumed: whether that of 2M was not measured
 * @costs: of zeroing, page faults and compaction
 * @recorded_ns: how long was recorded, above 0
 * @horizon_ns: how long the memory is expected to live
 * @has_gain: whether @gain_ns is known
 * @gain_ns: what the largest of the sizes saved in all in @recorded_ns, measured
 * @has_budget: whether there is one
 * @budget: bytes that may be in 2M pages
 * @region_ns: what a region must bring more than none; 0: as much as four pages of the
 *	largest size that brings something cost
 * @max_regions: at most so many, defaults included; 0: as many as a profile can have
 */
struct ebpfmm_derive_input {
	const char *name;
	const struct ebpfmm_derive_space *spaces;
	size_t nspaces;
	const char *const *inputs;
	size_t ninputs;
	double walk_ns[EBPFMM_ORDERS];
	unsigned int unknown;
	bool assumed;
	struct ebpfmm_costs costs;
	uint64_t recorded_ns;
	uint64_t horizon_ns;
	bool has_gain;
	double gain_ns;
	bool has_budget;
	uint64_t budget;
	double region_ns;
	size_t max_regions;
};

/**
 * struct ebpfmm_derive_source - intervals of one recording that a region comes from
 * @input: index of the recording
 * @intervals: how many have accesses in the region
 * @first_us: the end of the first of them
 * @last_us: of the last
 * @top_us: of the one that saw most
 * @top_seen: pages times accesses that it saw
 */
struct ebpfmm_derive_source {
	size_t input;
	uint64_t intervals;
	uint64_t first_us;
	uint64_t last_us;
	uint64_t top_us;
	uint64_t top_seen;
};

/**
 * struct ebpfmm_derive_origin - where the numbers of a region come from
 * @program: index in the profile
 * @region: index in the program
 * @space: index in the input
 * @alike: indices of the spaces that it is for, @space being the first: mappings that are
 *	alike and hot as a whole are one region
 * @nalike: how many
 * @order: the size that is best
 * @first: first page in the space, before it got a name
 * @end: first page after it
 * @blocks: blocks of @order in it that were in use
 * @resident: pages in them that are touched
 * @walks: by order, the page walks that all its blocks of that order save, as recorded
 * @used: by order, how many blocks were in use
 * @walk_ns: by order, what a page walk is taken to cost, scaled to the whole gain
 * @scale: the factor in it, 1 if the whole gain is not known
 * @stretch: horizon / recorded time
 * @value: what the region is worth in all, nanoseconds
 * @capped: a number is larger than a profile can say
 * @sources: the intervals
 * @nsources: how many recordings
 */
struct ebpfmm_derive_origin {
	size_t program;
	size_t region;
	size_t space;
	size_t *alike;
	size_t nalike;
	unsigned int order;
	uint64_t first;
	uint64_t end;
	uint64_t blocks;
	uint64_t resident;
	uint64_t walks[EBPFMM_ORDERS];
	uint64_t used[EBPFMM_ORDERS];
	double walk_ns[EBPFMM_ORDERS];
	double scale;
	double stretch;
	double value;
	bool capped;
	struct ebpfmm_derive_source *sources;
	size_t nsources;
};

/**
 * struct ebpfmm_derived - what came of it
 * @profile: NULL if nothing repays
 * @origins: one for each region, in the order of the profile
 * @norigins: how many
 * @notes: what was left out and why, one line each
 * @nnotes: how many
 * @value: what all regions are worth, nanoseconds
 * @all: what the whole would be worth without budget and limits
 * @large: bytes that are in 2M pages
 * @steps: how much work it was
 */
struct ebpfmm_derived {
	struct ebpfmm_profile *profile;
	struct ebpfmm_derive_origin *origins;
	size_t norigins;
	char **notes;
	size_t nnotes;
	double value;
	double all;
	uint64_t large;
	uint64_t steps;
};

/**
 * ebpfmm_derive - derive a profile
 * @input: what was recorded and measured
 * @out: to be freed with ebpfmm_derived_free(); untouched on error
 * @err: names the space, interval and run that make no sense
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_derive(const struct ebpfmm_derive_input *input, struct ebpfmm_derived **out,
		  struct ebpfmm_error *err);

/**
 * ebpfmm_derive_explain - print where the numbers of a region come from
 * @input: as it was given to ebpfmm_derive()
 * @derived: what came of it
 * @index: of the origin
 * @file: where to
 */
void ebpfmm_derive_explain(const struct ebpfmm_derive_input *input,
			   const struct ebpfmm_derived *derived, size_t index, FILE *file);

/**
 * ebpfmm_derived_free - free it, its profile included
 * @derived: may be NULL
 */
void ebpfmm_derived_free(struct ebpfmm_derived *derived);
EBPFMM_CLEANUP(struct ebpfmm_derived *, ebpfmm_derived_free)

#endif /* EBPFMM_DERIVE_H */
