// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the numbers of a profile come from: the intervals, and what was made of them.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/page_size.h"
#include "derive/derive_private.h"

static struct ebpfmm_derive_source *source_of(struct ebpfmm_derive_origin *origin,
					      size_t input)
{
	struct ebpfmm_derive_source *sources;
	size_t i;

	for (i = 0; i < origin->nsources; i++) {
		if (origin->sources[i].input == input)
			return &origin->sources[i];
	}
	sources = reallocarray(origin->sources, origin->nsources + 1, sizeof(*sources));
	if (!sources)
		return NULL;
	origin->sources = sources;
	sources += origin->nsources++;
	*sources = (struct ebpfmm_derive_source){ .input = input, .first_us = UINT64_MAX };
	return sources;
}

static int add_source(struct ebpfmm_derive_origin *origin,
		   const struct ebpfmm_derive_interval *interval, uint64_t seen)
{
	struct ebpfmm_derive_source *source;

	if (!seen)
		return 0;
	source = source_of(origin, interval->input);
	if (!source)
		return -1;
	source->intervals++;
	if (source->first_us > interval->time_us)
		source->first_us = interval->time_us;
	if (source->last_us < interval->time_us)
		source->last_us = interval->time_us;
	if (source->top_seen < seen) {
		source->top_seen = seen;
		source->top_us = interval->time_us;
	}
	return 0;
}

/* An origin in one of its spaces. */
struct part {
	struct ebpfmm_derive_origin *origin;
	size_t space;
	uint64_t first;
	uint64_t end;
};

/* Both are sorted: one pass. The @n parts are all of the space. */
static int add_interval(const struct part *parts, size_t n, uint64_t *steps,
			const struct ebpfmm_derive_interval *interval)
{
	uint64_t seen = 0;
	size_t i = 0, p = 0;

	while (i < interval->nruns && p < n) {
		const struct ebpfmm_derive_run *run = &interval->runs[i];
		uint64_t end = run->first + run->pages, from, to;

		++*steps;
		from = run->first > parts[p].first ? run->first : parts[p].first;
		to = end < parts[p].end ? end : parts[p].end;
		if (from < to)
			seen += (to - from) * run->seen;
		if (end < parts[p].end) {
			i++;
			continue;
		}
		if (add_source(parts[p++].origin, interval, seen))
			return -1;
		seen = 0;
	}
	return p < n ? add_source(parts[p].origin, interval, seen) : 0;
}

static int by_space(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->space != y->space)
		return x->space < y->space ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

/* Of mappings that are alike, each one is all in the region. */
static struct part *find_parts(const struct ebpfmm_derive_input *input,
			       struct ebpfmm_derived *out, size_t *n)
{
	struct part *parts;
	size_t i, j;

	*n = 0;
	for (i = 0; i < out->norigins; i++)
		*n += out->origins[i].nalike;
	parts = calloc(*n + 1, sizeof(*parts));
	*n = 0;
	for (i = 0; parts && i < out->norigins; i++) {
		struct ebpfmm_derive_origin *origin = &out->origins[i];

		for (j = 0; j < origin->nalike; j++) {
			size_t space = origin->alike[j];

			parts[(*n)++] = (struct part){
				origin, space, origin->first,
				j ? input->spaces[space].pages : origin->end };
		}
	}
	if (parts && *n)
		qsort(parts, *n, sizeof(*parts), by_space);
	return parts;
}

int derive_sources(const struct ebpfmm_derive_input *input, struct ebpfmm_derived *out)
{
	_cleanup_free_ struct part *parts = NULL;
	size_t i, j, n, all;

	parts = find_parts(input, out, &all);
	if (!parts)
		return -1;
	for (i = 0; i < all; i += n) {
		const struct ebpfmm_derive_space *space = &input->spaces[parts[i].space];

		for (n = 1; i + n < all && parts[i + n].space == parts[i].space;)
			n++;
		for (j = 0; j < space->nintervals; j++) {
			if (add_interval(parts + i, n, &out->steps, &space->intervals[j]))
				return -1;
		}
	}
	return 0;
}

static void explain_size(const struct ebpfmm_derive_input *input,
			 const struct ebpfmm_derived *derived,
			 const struct ebpfmm_derive_origin *origin, unsigned int order,
			 FILE *file)
{
	const struct ebpfmm_profile_region *region =
		&derived->profile->programs[origin->program].regions[origin->region];

	fprintf(file, "  %s: %u ns a page = %" PRIu64 " page walks saved as recorded / %" PRIu64
		" blocks x %g ns a walk%s", ebpfmm_order_name(order), region->benefit.ns[order],
		origin->walks[order], origin->used[order], input->walk_ns[order],
		order == DERIVE_LARGE && input->assumed ? ", assumed" : "");
	if (origin->scale != 1)
		fprintf(file, " x %.3g, which makes all floors the measured gain",
			origin->scale);
	fprintf(file, " x %.6g, horizon / recorded time%s%s\n", origin->stretch,
		origin->capped ? ", cut to what a profile can say" : "",
		order == origin->order ? "; the best size" : "");
}

void ebpfmm_derive_explain(const struct ebpfmm_derive_input *input,
			   const struct ebpfmm_derived *derived, size_t index, FILE *file)
{
	const struct ebpfmm_derive_origin *origin = &derived->origins[index];
	const struct ebpfmm_profile_region *region =
		&derived->profile->programs[origin->program].regions[origin->region];
	char label[DERIVE_LABEL];
	unsigned int order;
	size_t i;

	fprintf(file, "programs[%zu].regions[%zu]: pages %" PRIu64 " to %" PRIu64
		" of %s", origin->program, origin->region, origin->first, origin->end,
		derive_label(input, origin->space, label));
	if (origin->nalike > 1)
		fprintf(file, " and all of %zu mappings that are like it", origin->nalike - 1);
	fprintf(file, ", worth %.6g ms in all\n", origin->value / 1e6);
	for (order = EBPFMM_ORDERS - 1; order; order--) {
		if (region->benefit.sizes & 1U << order)
			explain_size(input, derived, origin, order, file);
	}
	fprintf(file, "  touched: %.3f = %" PRIu64 " pages of %" PRIu64 " blocks of %s%s\n",
		(double)region->benefit.touched / EBPFMM_TOUCHED_ONE, origin->resident,
		origin->blocks, ebpfmm_order_name(origin->order),
		input->spaces[origin->space].has_resident ? ", resident" :
							    ", as far as accesses tell");
	for (i = 0; i < origin->nsources; i++) {
		const struct ebpfmm_derive_source *source = &origin->sources[i];

		fprintf(file, "  from %s: %" PRIu64 " intervals with accesses, %g s to %g s; "
			"most at %g s\n",
			input->inputs && source->input < input->ninputs ?
				input->inputs[source->input] : "the recording",
			source->intervals, (double)source->first_us / 1e6,
			(double)source->last_us / 1e6, (double)source->top_us / 1e6);
	}
}
