// SPDX-License-Identifier: GPL-2.0-only
/*
 * The best regions of one space, by dynamic programming. A region has one size, begins and
 * ends on bounds of its blocks, and costs something; what is outside is 4K and is worth 0.
 * Between two places where a track changes, the worth of a region is linear in where it
 * begins and ends, so only these places need to be looked at, and where a smaller block
 * changes also the bounds of larger blocks around it: a neighbour can end there. So the
 * work is by the number of stretches.
 */
#include <math.h>
#include <stdlib.h>

#include "derive/derive_private.h"

double derive_block_value(const struct derive_track *track,
			  const struct derive_stretch *stretch)
{
	uint64_t size = 1ULL << track->order;

	/* Resident may have been counted before pages came that were accessed. */
	return (double)stretch->walks * track->walk_ns -
	       (double)(size - stretch->resident) * track->zero_ns - track->block_ns;
}

struct derive_sum derive_sum(const struct derive_track *track, uint64_t start, uint64_t end)
{
	uint64_t first = start >> track->order, last = end >> track->order;
	size_t low = 0, high = track->n;
	struct derive_sum sum = {};

	/* The first stretch that ends behind the start. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct derive_stretch *stretch = &track->stretches[middle];

		if (stretch->first + stretch->blocks <= first)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < track->n && track->stretches[low].first < last; low++) {
		const struct derive_stretch *stretch = &track->stretches[low];
		uint64_t from = stretch->first > first ? stretch->first : first;
		uint64_t to = stretch->first + stretch->blocks;
		uint64_t blocks = (to < last ? to : last) - from;

		uint64_t walks;

		if (__builtin_mul_overflow(blocks, stretch->walks, &walks) ||
		    __builtin_add_overflow(sum.walks, walks, &sum.walks))
			sum.walks = UINT64_MAX;
		sum.used += blocks;
		sum.resident += blocks * stretch->resident;
		sum.value += (double)blocks * derive_block_value(track, stretch);
	}
	return sum;
}

static int by_page(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void add_pos(struct derive_line *line, uint64_t page)
{
	if (page >= line->start && page <= line->end)
		line->pos[line->npos++] = page;
}

/* The bound of a stretch, and those of larger blocks around it. */
static void add_bound(struct derive_line *line, unsigned int track, uint64_t page)
{
	add_pos(line, page);
	while (++track < line->ntracks) {
		uint64_t mask = (1ULL << line->tracks[track].order) - 1;

		if (page & mask) {
			add_pos(line, page & ~mask);
			add_pos(line, (page | mask) + 1);
		}
	}
}

static int find_positions(struct derive_line *line)
{
	size_t room = 0, i, n = 0;
	unsigned int t;

	for (t = 0; t < line->ntracks; t++)
		room += line->tracks[t].n * 2 * (1 + 2 * (line->ntracks - 1 - t));
	if (!room)
		return 0;
	line->pos = calloc(room, sizeof(*line->pos));
	if (!line->pos)
		return -1;
	for (t = 0; t < line->ntracks; t++) {
		const struct derive_track *track = &line->tracks[t];

		for (i = 0; i < track->n; i++) {
			const struct derive_stretch *stretch = &track->stretches[i];

			add_bound(line, t, stretch->first << track->order);
			add_bound(line, t, (stretch->first + stretch->blocks) << track->order);
		}
	}
	qsort(line->pos, line->npos, sizeof(*line->pos), by_page);
	for (i = 0; i < line->npos; i++) {
		if (!n || line->pos[n - 1] != line->pos[i])
			line->pos[n++] = line->pos[i];
	}
	line->npos = n;
	return 0;
}

/* Sums up to each position. Within a stretch they are right on bounds of blocks. */
static int sum_up(const struct derive_line *line, struct derive_track *track)
{
	double value = 0;
	uint64_t used = 0;
	size_t i, next = 0;

	track->value = calloc(line->npos, sizeof(*track->value));
	track->used = calloc(line->npos, sizeof(*track->used));
	if (!track->value || !track->used)
		return -1;
	for (i = 0; i < line->npos; i++) {
		uint64_t block = line->pos[i] >> track->order, blocks;
		const struct derive_stretch *stretch = track->stretches + next;

		for (; next < track->n && stretch->first + stretch->blocks <= block;
		     stretch = track->stretches + ++next) {
			value += (double)stretch->blocks * derive_block_value(track, stretch);
			used += stretch->blocks;
		}
		track->value[i] = value;
		track->used[i] = used;
		if (next == track->n || stretch->first >= block)
			continue;
		blocks = block - stretch->first;
		track->value[i] += (double)blocks * derive_block_value(track, stretch);
		track->used[i] += blocks;
	}
	return 0;
}

int derive_line_ready(struct derive_line *line)
{
	unsigned int t;

	if (find_positions(line))
		return -1;
	for (t = 0; line->npos && t < line->ntracks; t++) {
		if (sum_up(line, &line->tracks[t]))
			return -1;
	}
	return 0;
}

void derive_line_clear(struct derive_line *line)
{
	unsigned int t;

	for (t = 0; t < line->ntracks; t++) {
		free(line->tracks[t].stretches);
		free(line->tracks[t].value);
		free(line->tracks[t].used);
	}
	free(line->pos);
}

/* How the best plan up to a position ends: with a region, or as the one before it. */
struct ending {
	size_t start;
	unsigned int track;
	bool region;
};

static int append(struct derive_plan *plan, const struct derive_pick *pick)
{
	struct derive_pick *picks;

	if (plan->n == plan->room) {
		size_t room = plan->room ? plan->room * 2 : 16;

		picks = reallocarray(plan->picks, room, sizeof(*picks));
		if (!picks)
			return -1;
		plan->picks = picks;
		plan->room = room;
	}
	plan->picks[plan->n++] = *pick;
	return 0;
}

/* From the last position backwards; then the other way round. */
static int trace(const struct derive_line *line, size_t index,
		 const struct ending *endings, struct derive_plan *plan)
{
	size_t i = line->npos - 1, low = plan->n, high;
	struct derive_pick pick;

	while (i) {
		const struct ending *ending = &endings[i];
		const struct derive_track *track = &line->tracks[ending->track];

		if (!ending->region) {
			i--;
			continue;
		}
		pick = (struct derive_pick){
			.line = index,
			.track = ending->track,
			.start = line->pos[ending->start],
			.end = line->pos[i],
			.value = track->value[i] - track->value[ending->start],
			.used = track->used[i] - track->used[ending->start],
		};
		if (append(plan, &pick))
			return -1;
		i = ending->start;
	}
	for (high = plan->n; low + 1 < high; low++) {
		pick = plan->picks[low];
		plan->picks[low] = plan->picks[--high];
		plan->picks[high] = pick;
	}
	return 0;
}

/* A track's value up to a position, less what 2M pages cost. */
static double worth(const struct derive_track *track, size_t i, double large_ns)
{
	if (track->order != DERIVE_LARGE)
		return track->value[i];
	return track->value[i] - (double)track->used[i] * large_ns;
}

/* The best size for all of a space, the blocks where it does harm included. */
static int solve_whole(const struct derive_line *line, size_t index, double region_ns,
		       double large_ns, struct derive_plan *plan)
{
	struct derive_pick pick = { .line = index, .start = line->start, .end = line->end };
	double best = region_ns;
	unsigned int t;

	for (t = 0; t < line->ntracks; t++) {
		const struct derive_track *track = &line->tracks[t];
		struct derive_sum sum = derive_sum(track, 0, line->end);
		double price = track->order == DERIVE_LARGE ? large_ns : 0;
		double value = sum.value - (double)sum.used * price;

		if (value <= best)
			continue;
		best = value;
		pick.track = t;
		pick.value = sum.value;
		pick.used = sum.used;
	}
	return pick.used ? append(plan, &pick) : 0;
}

int derive_solve(const struct derive_line *line, size_t index, double region_ns,
		 double large_ns, struct derive_plan *plan, uint64_t *steps)
{
	_cleanup_free_ struct ending *endings = calloc(line->npos + 1, sizeof(*endings));
	double open[EBPFMM_ORDERS], best = 0;
	size_t start[EBPFMM_ORDERS] = {}, i;
	unsigned int t;

	if (!endings)
		return -1;
	if (!line->npos)
		return 0;
	if (line->whole)
		return solve_whole(line, index, region_ns, large_ns, plan);
	for (t = 0; t < line->ntracks; t++)
		open[t] = -INFINITY;
	*steps += line->npos * line->ntracks;
	for (i = 0; i < line->npos; i++) {
		for (t = 0; t < line->ntracks; t++) {
			const struct derive_track *track = &line->tracks[t];
			double closed;

			if (line->pos[i] & ((1ULL << track->order) - 1))
				continue;
			/* Of equal ones the shortest: strictly more to end later. */
			closed = open[t] + worth(track, i, large_ns);
			if (closed > best) {
				best = closed;
				endings[i] = (struct ending){ start[t], t, true };
			}
		}
		for (t = 0; t < line->ntracks; t++) {
			const struct derive_track *track = &line->tracks[t];
			double opened = best - region_ns - worth(track, i, large_ns);

			if (line->pos[i] & ((1ULL << track->order) - 1) || opened < open[t])
				continue;
			open[t] = opened;
			start[t] = i;
		}
	}
	return trace(line, index, endings, plan);
}
