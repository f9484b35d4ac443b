/* SPDX-License-Identifier: GPL-2.0-only */
/* Planted heat, for the tests of deriving a profile. */
#ifndef HEAT_H
#define HEAT_H

#include <stdlib.h>
#include <string.h>

#include "derive/derive.h"

#define HEAT_MIB	256ULL		/* pages of 4K */
#define HEAT_SAMPLES	20
#define HEAT_INTERVALS	100		/* of 100 ms: 10 s */
#define HEAT_SECOND	1000000000ULL

/* What is hot in a space: @seen of HEAT_SAMPLES, the rest @cold. */
struct heat {
	uint64_t pages;
	uint64_t first;
	uint64_t hot;
	uint32_t seen;
	uint32_t cold;
};

static inline void heat_add(struct ebpfmm_derive_run *runs, size_t *n, uint64_t first,
			    uint64_t end, uint32_t seen)
{
	if (first < end)
		runs[(*n)++] = (struct ebpfmm_derive_run){ first, end - first, seen,
							   HEAT_SAMPLES };
}

/* Intervals of a space with that heat; bounds are off by up to @jitter pages. */
static inline struct ebpfmm_derive_interval *heat_intervals(const struct heat *heat,
							    uint64_t jitter)
{
	struct ebpfmm_derive_interval *intervals = calloc(HEAT_INTERVALS, sizeof(*intervals));
	struct ebpfmm_derive_run *runs = calloc(HEAT_INTERVALS, 3 * sizeof(*runs));
	size_t i;

	for (i = 0; i < HEAT_INTERVALS; i++, runs += 3) {
		uint64_t off = jitter ? i * 7919 % (jitter + 1) : 0;
		uint64_t from = heat->first + off, to = heat->first + heat->hot + off;
		size_t n = 0;

		if (to > heat->pages)
			to = heat->pages;
		if (from > to)
			from = to;
		heat_add(runs, &n, 0, from, heat->cold);
		heat_add(runs, &n, from, to, heat->seen);
		heat_add(runs, &n, to, heat->pages, heat->cold);
		intervals[i] = (struct ebpfmm_derive_interval){ runs, n, 0, (i + 1) * 100000 };
	}
	return intervals;
}

static inline void heat_free(const struct ebpfmm_derive_interval *intervals)
{
	free((void *)intervals[0].runs);
	free((void *)intervals);
}

/* Costs as they are by default, 2M at 20 ns a walk, nothing for other sizes. */
static inline struct ebpfmm_derive_input heat_input(const struct ebpfmm_derive_space *spaces,
						    size_t n)
{
	struct ebpfmm_derive_input input = {
		.name = "planted",
		.spaces = spaces,
		.nspaces = n,
		.recorded_ns = 10 * HEAT_SECOND,
		.horizon_ns = 600 * HEAT_SECOND,
		.costs = { .zero_ns = EBPFMM_DEFAULT_ZERO_NS,
			   .fault_ns = EBPFMM_DEFAULT_FAULT_NS },
	};
	unsigned int order;

	input.walk_ns[9] = 20;
	for (order = 1; order < EBPFMM_ORDERS; order++)
		input.costs.compact_ns[order] = EBPFMM_DEFAULT_COMPACT_NS(order);
	return input;
}

/* Derive a profile of them, which must not be refused. */
static inline struct ebpfmm_derived *heat_derive(const struct ebpfmm_derive_space *spaces,
						 size_t n)
{
	struct ebpfmm_derive_input input = heat_input(spaces, n);
	struct ebpfmm_derived *derived = NULL;
	struct ebpfmm_error err = {};

	if (ebpfmm_derive(&input, &derived, &err))
		fail_msg("refused: %s", err.message);
	return derived;
}

#endif /* HEAT_H */
