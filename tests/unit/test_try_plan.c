// SPDX-License-Identifier: GPL-2.0-only
/* Which page size each part of a process's memory should have, and what stops for the tracer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "try/filter.h"
#include "try/plan.h"

#define M	(UINT64_C(1) << 20)
#define PAGES(bytes)	((uint32_t)((bytes) >> 12))

/* Image at 64M with 8M of zeroed data, heap of 12M, two mappings, a stack. */
static const char maps[] =
	"04000000-04001000 r-xp 00000000 fe:01 77 /bin/program\n"
	"04001000-04002000 rw-p 00001000 fe:01 77 /bin/program\n"
	"04002000-04802000 rw-p 00000000 00:00 0 \n"
	"06001000-06c01000 rw-p 00000000 00:00 0 [heap]\n"
	"10000000-11000000 rw-p 00000000 00:00 0 [anon: hot]\n"
	"11000000-12000000 rw-p 00000000 00:00 0 \n"
	"12000000-13000000 ---p 00000000 00:00 0 \n"
	"20000000-20001000 rw-p 00005000 fe:01 88 /lib/x.so\n"
	"20001000-20801000 rw-p 00000000 00:00 0 \n"
	"30000000-31000000 rw-s 00000000 00:01 5 /dev/zero (deleted)\n"
	"7f000000-7f021000 rw-p 00000000 00:00 0 [stack]\n"
	"7f030000-7f032000 r-xp 00000000 00:00 0 [vdso]\n";

static const struct ebpfmm_costs costs = { .zero_ns = 100, .fault_ns = 500 };

struct world {
	struct ebpfmm_try_areas areas;
	struct ebpfmm_table *table;
	struct ebpfmm_planning how;
	struct ebpfmm_planned what;
	struct ebpfmm_plan plan;
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_int_equal(ebpfmm_try_areas_parse(strdup(maps), &world->areas), 0);
	world->table = calloc(1, sizeof(*world->table));
	world->table->large.header.nprograms = 1;
	world->table->large.header.programs[0] = (struct ebpfmm_program){
		.default_region = EBPFMM_NO_REGION, .start_code = 0, .image_end = 0x802000,
	};
	world->how = (struct ebpfmm_planning){ .costs = &costs, .only_2m = true,
					       .has_64k = true };
	world->what = (struct ebpfmm_planned){
		.memory = { 0x4000000, 0x6001000, 0x7f020123 }, .areas = &world->areas,
	};
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	ebpfmm_try_areas_free(&world->areas);
	ebpfmm_plan_free(&world->plan);
	free(world->table);
	free(world);
	return 0;
}

/* Add a region. */
static struct ebpfmm_span add(struct world *world, uint64_t start, uint64_t end,
			      unsigned int sizes)
{
	struct ebpfmm_header *header = &world->table->large.header;
	struct ebpfmm_region *region = &world->table->large.regions[header->nregions];

	*region = (struct ebpfmm_region){ .start = PAGES(start), .end = PAGES(end),
					  .sizes = 1 | sizes, .touched = EBPFMM_TOUCHED_ONE };
	world->how.table = world->table;
	return (struct ebpfmm_span){ header->nregions++, 1 };
}

static void plan(struct world *world)
{
	uint64_t last = 0;

	assert_int_equal(ebpfmm_plan_make(&world->how, &world->what, &world->plan), 0);
	for (size_t i = 0; i < world->plan.count; i++) {
		assert_true(world->plan.list[i].start >= last);
		assert_true(world->plan.list[i].end > world->plan.list[i].start);
		last = world->plan.list[i].end;
	}
}

static void answers(const struct world *world, uint64_t start, uint64_t end, int answer)
{
	uint64_t at = start;

	for (size_t i = 0; i < world->plan.count; i++) {
		const struct ebpfmm_piece *piece = &world->plan.list[i];

		if (piece->end <= at || piece->start >= end)
			continue;
		assert_int_equal(piece->answer, answer);
		assert_true(piece->start <= at);
		at = piece->end;
	}
	assert_true(at >= end);
}

static void test_whole(void **state)
{
	struct world *world = *state;

	world->how.answer = EBPFMM_ANSWER_2M;
	plan(world);
	answers(world, 0x4002000, 0x4802000, EBPFMM_ANSWER_2M);
	answers(world, 0x6001000, 0x6c01000, EBPFMM_ANSWER_2M);
	answers(world, 0x10000000, 0x13000000, EBPFMM_ANSWER_2M);
	/* The last ones are the object's memory and a stack that has no whole block. */
	assert_int_equal(world->plan.list[world->plan.count - 1].space, EBPFMM_TRY_STACK);
	answers(world, 0x7f000000, 0x7f021000, EBPFMM_ANSWER_4K);
	assert_int_equal(world->plan.list[0].space, EBPFMM_TRY_IMAGE);
	/* Where other sizes are allowed, only whole blocks are told. */
	world->how.only_2m = false;
	plan(world);
	answers(world, 0x4002000, 0x4200000, EBPFMM_ANSWER_4K);
	answers(world, 0x4200000, 0x4800000, EBPFMM_ANSWER_2M);
	world->how.answer = EBPFMM_ANSWER_64K;
	plan(world);
	answers(world, 0x6001000, 0x6010000, EBPFMM_ANSWER_4K);
	answers(world, 0x6010000, 0x6c00000, EBPFMM_ANSWER_64K);
	/* Nothing splits a stack. */
	answers(world, 0x7f000000, 0x7f021000, EBPFMM_ANSWER_KERNEL);
}

static void test_spaces(void **state)
{
	struct world *world = *state;
	struct ebpfmm_program *program = &world->table->large.header.programs[0];

	program->image = add(world, 0x102000, 0x502000, 1 << 9);
	program->heap = add(world, 2 * M, 4 * M, 1 << 4);
	program->stack = add(world, 0, 0x10000, 1 << 4);
	plan(world);
	answers(world, 0x4002000, 0x4102000, EBPFMM_ANSWER_KERNEL);
	answers(world, 0x4102000, 0x4502000, EBPFMM_ANSWER_2M);
	answers(world, 0x4502000, 0x4802000, EBPFMM_ANSWER_KERNEL);
	answers(world, 0x6001000, 0x6201000, EBPFMM_ANSWER_KERNEL);
	answers(world, 0x6210000, 0x6400000, EBPFMM_ANSWER_64K);
	answers(world, 0x6401000, 0x6c01000, EBPFMM_ANSWER_KERNEL);
	/* Page 0 is that of the stack's start; those above it are not the stack's. */
	answers(world, 0x7f000000, 0x7f011000, EBPFMM_ANSWER_KERNEL);
	answers(world, 0x12000000, 0x13000000, EBPFMM_ANSWER_LATER);
	/* Another program is left alone. */
	world->what.program = EBPFMM_NO_PROGRAM;
	plan(world);
	answers(world, 0x4002000, 0x4802000, EBPFMM_ANSWER_KERNEL);
}

static void test_mappings(void **state)
{
	struct world *world = *state;
	struct ebpfmm_header *header = &world->table->large.header;
	struct ebpfmm_program *program = &header->programs[0];

	program->mappings.count = 2;
	header->mappings[0] = (struct ebpfmm_mapping){
		.max_size = UINT64_MAX, .name = "hot", .name_len = 3,
		.regions = add(world, 0, 4 * M, 1 << 9),
	};
	/* From above: 20001000 is first, 11000000 is second. */
	header->mappings[1] = (struct ebpfmm_mapping){
		.min_size = 8 * M, .max_size = 16 * M, .nth = 2,
		.regions = add(world, 0, (uint64_t)UINT32_MAX << 12, 1 << 9),
	};
	plan(world);
	answers(world, 0x10000000, 0x10400000, EBPFMM_ANSWER_2M);
	answers(world, 0x10400000, 0x11000000, EBPFMM_ANSWER_KERNEL);
	answers(world, 0x11000000, 0x12000000, EBPFMM_ANSWER_2M);
	answers(world, 0x20001000, 0x20801000, EBPFMM_ANSWER_KERNEL);
	/* The shared mapping and [vdso] are not in it. */
	for (size_t i = 0; i < world->plan.count; i++) {
		assert_true(world->plan.list[i].start != 0x30000000);
		assert_true(world->plan.list[i].start != 0x7f030000);
	}
}

static void test_object(void **state)
{
	struct world *world = *state;
	struct ebpfmm_header *header = &world->table->large.header;
	struct ebpfmm_program *program = &header->programs[0];

	program->objects.count = 1;
	header->objects[0] = (struct ebpfmm_object){
		.file = { .ino = 88, .dev = (uint32_t)world->areas.list[7].device },
		.file_end = 6, .start = 0x100, .end = 0x100 + PAGES(6 * M),
		.regions = add(world, 0x100000, 0x100000 + 6 * M, 1 << 9),
	};
	program->default_region = header->nregions;
	add(world, 0, (uint64_t)UINT32_MAX << 12, 0);
	plan(world);
	answers(world, 0x20001000, 0x20601000, EBPFMM_ANSWER_2M);
	answers(world, 0x20601000, 0x20801000, EBPFMM_ANSWER_4K);
	answers(world, 0x11000000, 0x12000000, EBPFMM_ANSWER_4K);
	header->objects[0].file_end = 7;
	plan(world);
	answers(world, 0x20001000, 0x20801000, EBPFMM_ANSWER_4K);
}

static void test_best(void **state)
{
	struct world *world = *state;
	struct ebpfmm_program *program = &world->table->large.header.programs[0];

	/* At its ends, a region gets the next best size. */
	program->image = add(world, 0x102000, 0x502000, 1 << 9 | 1 << 4);
	world->table->large.regions[0].benefit[EBPFMM_BENEFIT(9)] = 1000;
	plan(world);
	answers(world, 0x4102000, 0x4110000, EBPFMM_ANSWER_4K);
	answers(world, 0x4110000, 0x4200000, EBPFMM_ANSWER_64K);
	answers(world, 0x4200000, 0x4400000, EBPFMM_ANSWER_2M);
	answers(world, 0x4400000, 0x4500000, EBPFMM_ANSWER_64K);
	world->how.has_64k = false;
	plan(world);
	answers(world, 0x4102000, 0x4502000, EBPFMM_ANSWER_2M);
	/* Nothing pays if nothing is touched. */
	world->table->large.regions[0].touched = 0;
	plan(world);
	answers(world, 0x4102000, 0x4502000, EBPFMM_ANSWER_4K);
}

static void test_stat(void **state)
{
	struct ebpfmm_try_memory memory;
	char text[512] = "12 (a) b (c)) S";

	(void)state;
	for (int field = 4; field <= 52; field++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " %d", field * 100);
	assert_int_equal(ebpfmm_try_memory_parse(text, &memory), 0);
	assert_int_equal(memory.start_code, 2600);
	assert_int_equal(memory.start_stack, 2800);
	assert_int_equal(memory.start_brk, 4700);
	assert_int_equal(ebpfmm_try_memory_parse("12 (a) S 1 2", &memory), -1);
	assert_int_equal(ebpfmm_try_memory_parse("", &memory), -1);
}

/* Jumps stay inside. */
static void test_filter(void **state)
{
	struct sock_filter filter[64];

	(void)state;
	for (int i = 0; i < 8; i++) {
		unsigned short length = ebpfmm_try_filter_make(
			i & 4 ? EBPFMM_STOP_TO_ADVISE : EBPFMM_STOP_TO_LOOK, i & 1, i & 2, filter);

		assert_true(length <= 64);
		assert_int_equal(BPF_CLASS(filter[length - 1].code), BPF_RET);
		for (unsigned short at = 0; at < length; at++) {
			if (BPF_CLASS(filter[at].code) != BPF_JMP)
				continue;
			assert_true(at + 1 + filter[at].jt < length);
			assert_true(at + 1 + filter[at].jf < length);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_whole),
		TEST(test_spaces),
		TEST(test_mappings),
		TEST(test_object),
		TEST(test_best),
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
