// SPDX-License-Identifier: GPL-2.0-only
#include "try/plan.h"

#include <stdlib.h>
#include <string.h>

#include "../../bpf/price.h"

#define PAGE		(UINT64_C(1) << EBPFMM_PAGE_SHIFT)
#define ORDER_64K	4U
#define ORDER_2M	9U
#define BYTES(order)	(PAGE << (order))
/* As in bpf/place.h: how many mappings an object's memory may have been split into. */
#define MAX_SPLITS	16U

/**
 * struct planner - a plan that is being made
 * @how: what it is made by
 * @what: the process
 * @header: of the table, or NULL
 * @program: in the table, or NULL
 * @bias: of the program
 * @brk: end of the heap
 * @plan: the plan
 */
struct planner {
	const struct ebpfmm_planning *how;
	const struct ebpfmm_planned *what;
	const struct ebpfmm_header *header;
	const struct ebpfmm_program *program;
	uint64_t bias;
	uint64_t brk;
	struct ebpfmm_plan *plan;
};

/* --- sizes ---------------------------------------------------------------------------- */

static uint64_t up(uint64_t address, unsigned int order)
{
	return (address + BYTES(order) - 1) & ~(BYTES(order) - 1);
}

static uint64_t down(uint64_t address, unsigned int order)
{
	return address & ~(BYTES(order) - 1);
}

/* The best order of a region up to @most, among those that can be had. */
static unsigned int best_order(const struct planner *planner, const struct ebpfmm_region *region,
			       unsigned int most)
{
	const struct ebpfmm_planning *how = planner->how;
	static const unsigned int orders[] = { ORDER_64K, ORDER_2M };
	int64_t best_net = region->benefit[0];
	unsigned int best = 0;

	for (size_t i = 0; i < 2 && orders[i] <= most; i++) {
		int64_t net;

		if (!(region->sizes >> orders[i] & 1) || (orders[i] == ORDER_64K && !how->has_64k))
			continue;
		net = ebpfmm_net(region, how->costs, orders[i]);
		if (net > best_net) {
			best = orders[i];
			best_net = net;
		}
	}
	return best;
}

static enum ebpfmm_try_answer answer_of(unsigned int order)
{
	return order == ORDER_2M ? EBPFMM_ANSWER_2M :
	       order == ORDER_64K ? EBPFMM_ANSWER_64K : EBPFMM_ANSWER_4K;
}

/* Bounds of the whole blocks of an order. Return: whether there is one. */
static bool whole(const struct ebpfmm_piece *piece, unsigned int order, uint64_t *start,
		  uint64_t *end)
{
	*start = up(piece->start, order);
	*end = down(piece->end, order);
	return *start < *end;
}

/* Only whole blocks get a size; what is before and behind them gets the next best one. */
static int add_by_size(const struct planner *planner, const struct ebpfmm_region *region,
		       struct ebpfmm_piece piece, unsigned int most)
{
	unsigned int order = region ? best_order(planner, region, most) : most;
	struct ebpfmm_piece before = piece, behind = piece;
	uint64_t start, end;
	bool edges;

	if (order && !whole(&piece, order, &start, &end))
		return add_by_size(planner, region, piece, order == ORDER_2M && region ?
				   ORDER_64K : 0);
	piece.answer = answer_of(order);
	/* The kernel makes whole blocks by itself. */
	edges = order == ORDER_64K ||
		(order == ORDER_2M &&
		 (!planner->how->only_2m ||
		  (region && best_order(planner, region, ORDER_64K))));
	if (!edges)
		return ebpfmm_plan_add(planner->plan, &piece);
	before.end = start;
	behind.start = end;
	piece.start = start;
	piece.end = end;
	most = order == ORDER_2M && region ? ORDER_64K : 0;
	if ((before.start < before.end && add_by_size(planner, region, before, most)) ||
	    ebpfmm_plan_add(planner->plan, &piece))
		return -1;
	return behind.start < behind.end ? add_by_size(planner, region, behind, most) : 0;
}

/* A part that belongs to one region, to the default (@row is its), or to none. */
static int add_row(const struct planner *planner, uint64_t start, uint64_t end,
		   enum ebpfmm_try_space space, unsigned int row, bool named)
{
	struct ebpfmm_piece piece = {
		.start = start, .end = end, .answer = EBPFMM_ANSWER_KERNEL, .space = space,
		.row = named ? row : EBPFMM_NO_REGION,
	};

	if (start >= end)
		return 0;
	if (row >= EBPFMM_LARGE_REGIONS)
		return ebpfmm_plan_add(planner->plan, &piece);
	return add_by_size(planner, &planner->how->table->large.regions[row], piece, ORDER_2M);
}

/* --- regions -------------------------------------------------------------------------- */

/**
 * struct space - a part of memory in which regions are counted from one base
 * @kind: enum ebpfmm_try_space
 * @span: its regions
 * @base: address of page 0
 * @down: pages are counted downwards, page 0 being the one below @base
 */
struct space {
	enum ebpfmm_try_space kind;
	struct ebpfmm_span span;
	uint64_t base;
	bool down;
};

static void bounds(const struct space *space, const struct ebpfmm_region *region,
		   uint64_t *start, uint64_t *end)
{
	uint64_t first = (uint64_t)region->start << EBPFMM_PAGE_SHIFT;
	uint64_t behind = (uint64_t)region->end << EBPFMM_PAGE_SHIFT;

	if (!space->down) {
		*start = space->base + first;
		*end = space->base + behind;
		return;
	}
	*start = space->base > behind ? space->base - behind : 0;
	*end = space->base > first ? space->base - first : 0;
}

/* The regions of a space, in ascending order of addresses, and what is between them. */
static int add_space(const struct planner *planner, const struct space *space, uint64_t start,
		     uint64_t end)
{
	unsigned int otherwise = planner->program->default_region;
	const struct ebpfmm_span *span = &space->span;

	for (unsigned int i = 0; i < span->count && start < end; i++) {
		unsigned int row = span->first + (space->down ? span->count - 1 - i : i);
		uint64_t first, behind;

		if (row >= EBPFMM_LARGE_REGIONS)
			break;
		bounds(space, &planner->how->table->large.regions[row], &first, &behind);
		if (behind <= start || first >= end)
			continue;
		first = first > start ? first : start;
		behind = behind < end ? behind : end;
		if (add_row(planner, start, first, space->kind, otherwise, false) ||
		    add_row(planner, first, behind, space->kind, row, true))
			return -1;
		start = behind;
	}
	return add_row(planner, start, end, space->kind, otherwise, false);
}

/* --- spaces --------------------------------------------------------------------------- */

static bool is_stack(const struct planner *planner, const struct ebpfmm_try_area *area)
{
	uint64_t start = planner->what->memory.start_stack;

	return area->start <= start && start < area->end;
}

static bool is_heap(const struct planner *planner, uint64_t address)
{
	return address >= planner->what->memory.start_brk && address < planner->brk;
}

static bool is_mapping(const struct planner *planner, const struct ebpfmm_try_area *area)
{
	return area->anonymous && area->usable && !is_stack(planner, area) &&
	       !is_heap(planner, area->start);
}

static bool matches(const struct ebpfmm_mapping *mapping, const struct ebpfmm_try_area *area)
{
	uint64_t size = area->end - area->start;

	return size >= mapping->min_size && size <= mapping->max_size &&
	       (!mapping->name_len || !strncmp(mapping->name, area->name, sizeof(mapping->name)));
}

static unsigned int rank(const struct planner *planner, size_t index,
			 const struct ebpfmm_mapping *mapping)
{
	const struct ebpfmm_try_areas *areas = planner->what->areas;
	unsigned int above = 0;

	for (size_t i = index + 1; i < areas->count; i++)
		above += is_mapping(planner, &areas->list[i]) && matches(mapping, &areas->list[i]);
	return above + 1;
}

static const struct ebpfmm_mapping *mapping_of(const struct planner *planner, size_t index)
{
	const struct ebpfmm_span *span = &planner->program->mappings;
	const struct ebpfmm_try_area *area = &planner->what->areas->list[index];

	for (unsigned int i = span->first; i < span->first + span->count; i++) {
		const struct ebpfmm_mapping *mapping = &planner->header->mappings[i];

		if (matches(mapping, area) &&
		    (!mapping->nth || rank(planner, index, mapping) == mapping->nth))
			return mapping;
	}
	return NULL;
}

/* Index of the file's mapping right below a mapping, or below those right below it. */
static ssize_t file_below(const struct planner *planner, size_t index)
{
	const struct ebpfmm_try_area *list = planner->what->areas->list;

	for (unsigned int i = 0; i < MAX_SPLITS && index; i++) {
		if (list[index - 1].end != list[index].start)
			break;
		index--;
		if (list[index].inode)
			return (ssize_t)index;
	}
	return -1;
}

static const struct ebpfmm_object *object_of(const struct planner *planner, size_t index,
					     uint64_t *start)
{
	const struct ebpfmm_span *span = &planner->program->objects;
	ssize_t below = file_below(planner, index);
	const struct ebpfmm_try_area *file;
	uint64_t file_end;

	if (below < 0)
		return NULL;
	file = &planner->what->areas->list[below];
	file_end = (file->offset + file->end - file->start) >> EBPFMM_PAGE_SHIFT;
	*start = file->end;
	for (unsigned int i = span->first; i < span->first + span->count; i++) {
		const struct ebpfmm_object *object = &planner->header->objects[i];

		if (object->file_end == file_end && object->file.ino == file->inode &&
		    object->file.dev == (uint32_t)file->device)
			return object;
	}
	return NULL;
}

/* Without a table: whether it is the zeroed part of a file's data, and of which file. */
static enum ebpfmm_try_space space_of(const struct planner *planner, size_t index)
{
	const struct ebpfmm_try_areas *areas = planner->what->areas;
	uint64_t code = planner->what->memory.start_code;
	ssize_t below = file_below(planner, index);

	if (below < 0)
		return EBPFMM_TRY_MAPPING;
	for (size_t i = 0; i < areas->count; i++)
		if (areas->list[i].start <= code && code < areas->list[i].end)
			return areas->list[i].inode == areas->list[below].inode ?
			       EBPFMM_TRY_IMAGE : EBPFMM_TRY_OBJECT;
	return EBPFMM_TRY_OBJECT;
}

/* What is neither image nor heap nor stack: part of an object, then a mapping. */
static int add_other(const struct planner *planner, size_t index, uint64_t start, uint64_t end)
{
	const struct ebpfmm_try_area *area = &planner->what->areas->list[index];
	struct space space = { .kind = EBPFMM_TRY_MAPPING, .base = area->start };
	const struct ebpfmm_mapping *mapping;
	const struct ebpfmm_object *object;
	uint64_t object_start, object_end;

	if (!planner->program)
		return add_row(planner, start, end, space_of(planner, index), EBPFMM_NO_REGION,
			       false);
	object = object_of(planner, index, &object_start);
	if (object) {
		struct space part = {
			.kind = EBPFMM_TRY_OBJECT, .span = object->regions,
			.base = object_start - ((uint64_t)object->start << EBPFMM_PAGE_SHIFT),
		};

		object_end = part.base + ((uint64_t)object->end << EBPFMM_PAGE_SHIFT);
		object_end = object_end < end ? object_end : end;
		if (object_end > start) {
			if (add_space(planner, &part, start, object_end))
				return -1;
			start = object_end;
		}
	}
	if (start >= end)
		return 0;
	mapping = mapping_of(planner, index);
	if (mapping)
		space.span = mapping->regions;
	return add_space(planner, &space, start, end);
}

/* A part of a mapping that is in one space. */
static int add_part(const struct planner *planner, size_t index, uint64_t start, uint64_t end)
{
	const struct ebpfmm_try_area *area = &planner->what->areas->list[index];
	const struct ebpfmm_program *program = planner->program;
	struct space space = {};

	if (program && start - planner->bias - program->image_start <
		       program->image_end - program->image_start) {
		space = (struct space){ EBPFMM_TRY_IMAGE, program->image, planner->bias, false };
	} else if (is_heap(planner, start)) {
		space.kind = EBPFMM_TRY_HEAP;
		space.base = planner->what->memory.start_brk & ~(PAGE - 1);
		if (program)
			space.span = program->heap;
	} else if (is_stack(planner, area)) {
		space.kind = EBPFMM_TRY_STACK;
		space.base = (planner->what->memory.start_stack & ~(PAGE - 1)) + PAGE;
		space.down = true;
		if (program)
			space.span = program->stack;
	} else {
		return add_other(planner, index, start, end);
	}
	return program ? add_space(planner, &space, start, end) :
			 add_row(planner, start, end, space.kind, EBPFMM_NO_REGION, false);
}

/* --- the plan ------------------------------------------------------------------------- */

static int compare(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return a < b ? -1 : a > b;
}

/* Cut a mapping where image and heap begin and end. */
static int add_area(const struct planner *planner, size_t index)
{
	const struct ebpfmm_try_area *area = &planner->what->areas->list[index];
	const struct ebpfmm_program *program = planner->program;
	uint64_t cuts[5] = {
		planner->what->memory.start_brk & ~(PAGE - 1), planner->brk,
		program ? planner->bias + program->image_start : 0,
		program ? planner->bias + program->image_end : 0,
		area->end,
	};
	uint64_t at = area->start;

	qsort(cuts, 5, sizeof(cuts[0]), compare);
	for (size_t i = 0; i < 5; i++) {
		if (cuts[i] <= at || cuts[i] > area->end)
			continue;
		if (add_part(planner, index, at, cuts[i]))
			return -1;
		at = cuts[i];
	}
	return 0;
}

/* One answer for all memory. What cannot be accessed yet may be, without another call. */
static int add_whole(const struct planner *planner, size_t index)
{
	size_t first = planner->plan->count;
	enum ebpfmm_try_answer answer = planner->how->answer;
	struct ebpfmm_plan *plan = planner->plan;
	struct ebpfmm_plan parts = {};
	int rc = 0;

	if (add_area(planner, index))
		return -1;
	if (answer != EBPFMM_ANSWER_64K && answer != EBPFMM_ANSWER_2M) {
		for (size_t i = first; i < plan->count; i++)
			plan->list[i].answer = answer;
		return 0;
	}
	/* Sizes split pieces. */
	for (size_t i = first; !rc && i < plan->count; i++)
		rc = ebpfmm_plan_add(&parts, &plan->list[i]);
	plan->count = first;
	for (size_t i = 0; !rc && i < parts.count; i++)
		rc = add_by_size(planner, NULL, parts.list[i],
				 answer == EBPFMM_ANSWER_2M ? ORDER_2M : ORDER_64K);
	ebpfmm_plan_free(&parts);
	return rc;
}

static uint64_t find_brk(const struct ebpfmm_planned *what)
{
	uint64_t brk = 0;

	for (size_t i = 0; i < what->areas->count; i++)
		if (!strcmp(what->areas->list[i].name, "[heap]") &&
		    what->areas->list[i].end > brk)
			brk = what->areas->list[i].end;
	return brk;
}

int ebpfmm_plan_make(const struct ebpfmm_planning *how, const struct ebpfmm_planned *what,
		     struct ebpfmm_plan *plan)
{
	struct planner planner = { .how = how, .what = what, .plan = plan,
				   .brk = find_brk(what) };

	plan->count = 0;
	if (how->table && what->program < how->table->large.header.nprograms) {
		planner.header = &how->table->large.header;
		planner.program = &planner.header->programs[what->program];
		planner.bias = what->memory.start_code - planner.program->start_code;
	}
	for (size_t i = 0; i < what->areas->count; i++) {
		const struct ebpfmm_try_area *area = &what->areas->list[i];
		const struct ebpfmm_piece later = {
			.start = area->start, .end = area->end,
			.answer = EBPFMM_ANSWER_LATER, .space = EBPFMM_TRY_MAPPING,
			.row = EBPFMM_NO_REGION,
		};
		size_t first = plan->count;
		int rc;

		if (!area->anonymous)
			continue;
		if (!how->table)
			rc = add_whole(&planner, i);
		else if (area->usable)
			rc = add_area(&planner, i);
		else
			rc = ebpfmm_plan_add(plan, &later);
		if (rc)
			return -1;
		/* glibc takes a stack to be as large as its mapping: pthread_getattr_np(3). */
		if (is_stack(&planner, area))
			ebpfmm_plan_keep_whole(plan, first);
	}
	return 0;
}
