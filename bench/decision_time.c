// SPDX-License-Identifier: GPL-2.0-only
/*
 * decision_time OBJECT: how long the decision takes on this machine's processor.
 *
 * Loads the object of decision_time.bpf.c into the kernel that runs and lets it
 * measure the program with BPF_PROG_TEST_RUN. Prints the medians of nanoseconds
 * per run: of a program that does nothing, of one that calls functions that do
 * nothing, and of the decision with 1 and with 1,000 regions of 2M. The addresses
 * are spread over the regions at random.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bpf/ebpfmm.h"

#define RUNS		101
#define REPEAT		100000
#define REGION_PAGES	512U
#define SIZES		(1U << 9 | 1U << 4 | 1)

/* As decision_time.bpf.c has it. */
struct asked {
	struct ebpfmm_identity identity;
	__u64 pages;
	__u64 random;
};

static int compare(const void *a, const void *b)
{
	const unsigned int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Median of the nanoseconds per run; each has to answer with these orders. */
static unsigned int measure(struct bpf_object *object, const char *name,
			    unsigned int orders)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, name);
	unsigned int duration[RUNS], i;
	char packet[64] = {};

	for (i = 0; i < RUNS; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet,
			    .data_size_in = sizeof(packet), .repeat = REPEAT);

		if (bpf_prog_test_run_opts(bpf_program__fd(program), &options))
			err(1, "%s: run", name);
		if (options.retval != orders)
			errx(1, "%s: answered %#x instead of %#x", name,
			     options.retval, orders);
		duration[i] = options.duration;
	}
	qsort(duration, RUNS, sizeof(duration[0]), compare);
	return duration[RUNS / 2];
}

static void set(struct bpf_object *object, const char *name, const void *value)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);
	unsigned int zero = 0;

	if (!map || bpf_map_update_elem(bpf_map__fd(map), &zero, value, BPF_ANY))
		err(1, "%s", name);
}

static void fill(struct bpf_object *object, unsigned int regions)
{
	const struct asked asked = { .identity = { .ino = 12345, .dev = 8 },
				     .pages = (__u64)regions * REGION_PAGES };
	struct ebpfmm_large *table = calloc(1, sizeof(*table));
	struct ebpfmm_program *program;
	unsigned int i;

	if (!table)
		errx(1, "no memory");
	table->header.nprograms = 1;
	table->header.nregions = regions;
	program = &table->header.programs[0];
	program->file = asked.identity;
	program->image.count = regions;
	for (i = 0; i < regions; i++) {
		struct ebpfmm_region *region = &table->regions[i];

		region->start = i * REGION_PAGES;
		region->end = (i + 1) * REGION_PAGES;
		region->sizes = SIZES;
		region->touched = EBPFMM_TOUCHED_ONE;
		region->benefit[EBPFMM_BENEFIT(4)] = 900;
		region->benefit[EBPFMM_BENEFIT(9)] = 60000;
	}
	set(object, "table", table);
	set(object, ".data.asked", &asked);
	free(table);
}

int main(int argc, char **argv)
{
	struct bpf_object *object;

	if (argc != 2)
		errx(2, "usage: decision_time OBJECT");
	libbpf_set_print(NULL);
	object = bpf_object__open_file(argv[1], NULL);
	if (!object || bpf_object__load(object))
		err(1, "load %s", argv[1]);
	printf("nothing %u\n", measure(object, "nothing", 0));
	printf("calls %u\n", measure(object, "calls", 0));
	fill(object, 1);
	printf("one %u\n", measure(object, "decision", SIZES & ~1U));
	fill(object, 1000);
	printf("thousand %u\n", measure(object, "decision", SIZES & ~1U));
	bpf_object__close(object);
	return 0;
}
