// SPDX-License-Identifier: GPL-2.0-only
#include "tlb.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_SHIFT	12
#define LEVELS		2U

/**
 * struct array - entries, in sets; in each set, what was used last comes first
 * @orders: as in struct tlb_shape
 * @ways: likewise
 * @sets: how many sets; need not be a power of two
 * @tags: number of the page and its order, of each entry; 0: empty
 */
struct array {
	unsigned int orders;
	unsigned int ways;
	unsigned int sets;
	uint64_t *tags;
};

struct tlb {
	const struct tlb_machine *machine;
	struct array arrays[LEVELS][TLB_ARRAYS];
};

/* Never 0. */
static uint64_t tag_of(uint64_t address, unsigned int order)
{
	return (address >> (PAGE_SHIFT + order) << 4) | (order + 1);
}

static uint64_t *set_of(const struct array *array, uint64_t tag)
{
	return array->tags + (tag >> 4) % array->sets * array->ways;
}

/* Move the entry to the front; those before it come after it. */
static void move_first(uint64_t *set, unsigned int way, uint64_t tag)
{
	memmove(set + 1, set, way * sizeof(*set));
	set[0] = tag;
}

static bool find(const struct array *array, uint64_t tag)
{
	uint64_t *set = set_of(array, tag);

	for (unsigned int way = 0; way < array->ways; way++) {
		if (set[way] != tag)
			continue;
		if (way)
			move_first(set, way, tag);
		return true;
	}
	return false;
}

static void insert(struct tlb *tlb, unsigned int level, uint64_t address, unsigned int order)
{
	for (unsigned int i = 0; i < TLB_ARRAYS; i++) {
		const struct array *array = &tlb->arrays[level][i];
		uint64_t tag = tag_of(address, order);

		if (array->orders & 1U << order)
			move_first(set_of(array, tag), array->ways - 1, tag);
	}
}

/* Return: the order of the entry, or TLB_ORDERS. */
static unsigned int find_in_level(const struct tlb *tlb, unsigned int level, uint64_t address)
{
	for (unsigned int i = 0; i < TLB_ARRAYS; i++) {
		const struct array *array = &tlb->arrays[level][i];

		for (unsigned int order = 0; order < TLB_ORDERS; order++)
			if (array->orders & 1U << order && find(array, tag_of(address, order)))
				return order;
	}
	return TLB_ORDERS;
}

bool tlb_lookup(struct tlb *tlb, uint64_t address, struct tlb_counts *counts)
{
	unsigned int order = find_in_level(tlb, 0, address);

	if (order == TLB_ORDERS) {
		order = find_in_level(tlb, 1, address);
		if (order == TLB_ORDERS)
			return false;
		counts->second++;
		insert(tlb, 0, address, order);
	}
	counts->accesses++;
	return true;
}

void tlb_fill(struct tlb *tlb, uint64_t address, unsigned int page, unsigned int contiguous,
	      unsigned int folio, struct tlb_counts *counts)
{
	const struct tlb_machine *machine = tlb->machine;
	unsigned int groups = (machine->hinted ? folio : contiguous) & machine->coalesced;
	unsigned int order = page;

	/* The largest one that this machine coalesces. */
	for (unsigned int o = page + 1; o < TLB_2M; o++)
		if (groups & 1U << o)
			order = o;
	insert(tlb, 0, address, order);
	insert(tlb, 1, address, order);
	counts->accesses++;
	counts->walks[order]++;
}

void tlb_flush(struct tlb *tlb)
{
	for (unsigned int level = 0; level < LEVELS; level++)
		for (unsigned int i = 0; i < TLB_ARRAYS; i++) {
			struct array *array = &tlb->arrays[level][i];

			if (array->tags)
				memset(array->tags, 0, (size_t)array->sets * array->ways *
						       sizeof(*array->tags));
		}
}

static bool make(struct array *array, const struct tlb_shape *shape)
{
	if (!shape->orders)
		return true;
	array->orders = shape->orders;
	array->ways = shape->ways;
	array->sets = shape->entries / shape->ways;
	array->tags = calloc((size_t)array->sets * array->ways, sizeof(*array->tags));
	return array->tags;
}

struct tlb *tlb_new(const struct tlb_machine *machine)
{
	struct tlb *tlb = calloc(1, sizeof(*tlb));

	if (!tlb)
		return NULL;
	tlb->machine = machine;
	for (unsigned int i = 0; i < TLB_ARRAYS; i++) {
		if (!make(&tlb->arrays[0][i], &machine->first[i]) ||
		    !make(&tlb->arrays[1][i], &machine->second[i])) {
			tlb_free(tlb);
			return NULL;
		}
	}
	return tlb;
}

void tlb_free(struct tlb *tlb)
{
	if (!tlb)
		return;
	for (unsigned int level = 0; level < LEVELS; level++)
		for (unsigned int i = 0; i < TLB_ARRAYS; i++)
			free(tlb->arrays[level][i].tags);
	free(tlb);
}
