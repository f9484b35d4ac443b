// SPDX-License-Identifier: GPL-2.0-only
/*
 * From runs of pages to what each block of a size would have saved. Only where something
 * changes is noted, so the work is by the number of runs, whatever the size of the space.
 */
#include <stdlib.h>

#include "derive/derive_private.h"

/* What changes at a block, modulo 2^64: the sums up to any block are right. */
struct change {
	uint64_t block;
	uint64_t walks;
	uint64_t resident;
};

/* Changes of the blocks from @low to below @high; others are left out. */
struct tally {
	struct change *changes;
	size_t n;
	size_t room;
	unsigned int order;
	uint64_t low;
	uint64_t high;
	uint64_t *steps;
};

static int by_block(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return (x->block > y->block) - (x->block < y->block);
}

/* One change for each block. */
static void tally_merge(struct tally *tally)
{
	struct change *changes = tally->changes;
	size_t i, n = 0;

	if (!tally->n)
		return;
	qsort(changes, tally->n, sizeof(*changes), by_block);
	*tally->steps += tally->n;
	for (i = 0; i < tally->n; i++) {
		if (n && changes[n - 1].block == changes[i].block) {
			changes[n - 1].walks += changes[i].walks;
			changes[n - 1].resident += changes[i].resident;
		} else {
			changes[n++] = changes[i];
		}
	}
	tally->n = n;
}

/* Room for two more: blocks that changed before need no more of it. */
static int tally_room(struct tally *tally)
{
	struct change *changes;
	size_t room;

	if (tally->n + 2 <= tally->room)
		return 0;
	tally_merge(tally);
	if (tally->n <= tally->room / 2 && tally->n + 2 <= tally->room)
		return 0;
	room = tally->room ? tally->room * 2 : 64;
	changes = reallocarray(tally->changes, room, sizeof(*changes));
	if (!changes)
		return -1;
	tally->changes = changes;
	tally->room = room;
	return 0;
}

static int tally_add(struct tally *tally, uint64_t block, uint64_t blocks, uint64_t walks,
		     uint64_t resident)
{
	uint64_t end = block + blocks;

	if (block < tally->low)
		block = tally->low;
	if (end > tally->high)
		end = tally->high;
	if (block >= end)
		return 0;
	if (tally_room(tally))
		return -1;
	tally->changes[tally->n++] = (struct change){ block, walks, resident };
	tally->changes[tally->n++] = (struct change){ end, -walks, -resident };
	*tally->steps += 2;
	return 0;
}

/* A block that several runs have pages in. */
struct shared {
	uint64_t block;
	uint64_t seen;
	uint32_t samples;
};

static int shared_end(struct tally *tally, struct shared *shared)
{
	uint64_t seen = shared->seen;

	shared->seen = 0;
	if (seen <= shared->samples)
		return 0;
	return tally_add(tally, shared->block, 1, seen - shared->samples, 0);
}

static int shared_add(struct tally *tally, struct shared *shared, uint64_t page,
		      uint64_t pages, const struct ebpfmm_derive_run *run)
{
	uint64_t block = page >> tally->order;

	if (shared->block != block || !shared->seen) {
		if (shared_end(tally, shared))
			return -1;
		shared->block = block;
		shared->samples = 0;
	}
	shared->seen += pages * run->seen;
	if (shared->samples < run->samples)
		shared->samples = run->samples;
	return 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int add_run(struct tally *tally, struct shared *shared, uint64_t page,
		   const struct ebpfmm_derive_run *run)
{
	uint64_t size = 1ULL << tally->order, end = page + run->pages, blocks, part;

	part = least(-page & (size - 1), run->pages);
	if (part && shared_add(tally, shared, page, part, run))
		return -1;
	page += part;
	blocks = (end - page) >> tally->order;
	if (blocks && size * run->seen > run->samples &&
	    tally_add(tally, page >> tally->order, blocks, size * run->seen - run->samples, 0))
		return -1;
	page += blocks << tally->order;
	return page < end ? shared_add(tally, shared, page, end - page, run) : 0;
}

static int add_interval(struct tally *tally, const struct ebpfmm_derive_space *space,
			const struct ebpfmm_derive_interval *interval)
{
	struct shared shared = {};
	size_t i;

	*tally->steps += interval->nruns;
	for (i = 0; i < interval->nruns; i++) {
		const struct ebpfmm_derive_run *run = &interval->runs[i];

		if (run->seen && add_run(tally, &shared, space->skew + run->first, run))
			return -1;
	}
	return shared_end(tally, &shared);
}

static int add_resident(struct tally *tally, uint64_t page, uint64_t pages)
{
	uint64_t size = 1ULL << tally->order, end = page + pages, blocks, part;

	++*tally->steps;
	part = least(-page & (size - 1), pages);
	if (part && tally_add(tally, page >> tally->order, 1, 0, part))
		return -1;
	page += part;
	blocks = (end - page) >> tally->order;
	if (blocks && tally_add(tally, page >> tally->order, blocks, 0, size))
		return -1;
	page += blocks << tally->order;
	return page < end ? tally_add(tally, page >> tally->order, 1, 0, end - page) : 0;
}

/* Where residence is not known: what ever was in a run with an access. */
static int add_accessed(struct tally *tally, const struct ebpfmm_derive_space *space)
{
	_cleanup_free_ struct change *changes = NULL;
	struct tally pages = { .high = UINT64_MAX, .steps = tally->steps };
	uint64_t depth = 0;
	size_t i, j;
	int ret = 0;

	for (i = 0; !ret && i < space->nintervals; i++) {
		const struct ebpfmm_derive_interval *interval = &space->intervals[i];

		for (j = 0; !ret && j < interval->nruns; j++) {
			if (interval->runs[j].seen)
				ret = tally_add(&pages,
						space->skew + interval->runs[j].first,
						interval->runs[j].pages, 1, 0);
		}
	}
	tally_merge(&pages);
	changes = pages.changes;
	for (i = 0; !ret && i < pages.n; i++) {
		depth += changes[i].walks;
		if (depth)
			ret = add_resident(tally, changes[i].block,
					   changes[i + 1].block - changes[i].block);
	}
	return ret;
}

static int to_stretches(struct tally *tally, struct derive_track *track)
{
	uint64_t walks = 0, resident = 0;
	size_t i;

	tally_merge(tally);
	if (!tally->n)
		return 0;
	track->stretches = calloc(tally->n, sizeof(*track->stretches));
	if (!track->stretches)
		return -1;
	for (i = 0; i + 1 < tally->n; i++) {
		const struct change *change = &tally->changes[i];
		struct derive_stretch *last = track->n ? &track->stretches[track->n - 1] : NULL;
		uint64_t blocks = change[1].block - change->block;

		walks += change->walks;
		resident += change->resident;
		if (!walks && !resident)
			continue;
		if (last && last->first + last->blocks == change->block &&
		    last->walks == walks && last->resident == resident)
			last->blocks += blocks;
		else
			track->stretches[track->n++] = (struct derive_stretch){
				change->block, blocks, walks, resident };
	}
	return 0;
}

int derive_heat(const struct ebpfmm_derive_space *space, uint64_t end,
		struct derive_track *track, uint64_t *steps)
{
	uint64_t size = 1ULL << track->order;
	struct tally tally = {
		.order = track->order,
		.low = (space->skew + size - 1) >> track->order,
		.high = end >> track->order,
		.steps = steps,
	};
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < space->nintervals; i++)
		ret = add_interval(&tally, space, &space->intervals[i]);
	for (i = 0; !ret && space->has_resident && i < space->nresident; i++)
		ret = add_resident(&tally, space->skew + space->resident[i].first,
				   space->resident[i].pages);
	if (!ret && !space->has_resident)
		ret = add_accessed(&tally, space);
	if (!ret)
		ret = to_stretches(&tally, track);
	free(tally.changes);
	return ret;
}
