// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program with memory of several kinds, for which regions.json asks for
 * different page sizes: three arrays, a heap and a mapping. It touches every
 * page once, in order, prints where everything is, and waits for a signal.
 *
 * Each line of output is a region: name, first byte, the byte after the last,
 * and the page size that regions.json asks for; the last line is "# ready".
 * examples/pagesizes.c reads exactly this.
 */
#include <err.h>
#include <signal.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif

#define KIB (1UL << 10)
#define MIB (1UL << 20)

/*
 * The arrays are in .bss: pages of .data come from the file. Each array starts
 * and ends at a boundary of its page size, so that it has no edges.
 */
alignas(2 * MIB) static char lookup[48 * MIB];	/* read at random: 2M */
alignas(64 * KIB) static char ring[32 * MIB];	/* read in order: 64K */
alignas(4 * KIB) static char sparse[16 * MIB];	/* mostly left alone: 4K */

/*
 * The heap is not aligned. Its size is a multiple of 2M, so its edges are at
 * most 2M together, which is 3 % of it.
 */
#define HEAP_SIZE (64 * MIB)

#define MAPPING_SIZE (48 * MIB)
#define MAPPING_FRONT (32 * MIB)	/* 64K, the rest is 4K */
#define MAPPING_NAME "ebpfmm-example"

struct region {
	const char *name;
	char *start;
	size_t size;
	const char *asked;
};

static void end(int signal)
{
	(void)signal;
	_exit(EXIT_SUCCESS);
}

/* One sbrk(), so that the heap has its size before its first page is touched. */
static char *make_heap(void)
{
	char *heap = sbrk(HEAP_SIZE);

	if (heap == (void *)-1)
		err(EXIT_FAILURE, "allocate a heap of %lu bytes", HEAP_SIZE);
	return heap;
}

static char *make_mapping(void)
{
	char *mapping = mmap(NULL, MAPPING_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mapping == MAP_FAILED)
		err(EXIT_FAILURE, "map %lu bytes", MAPPING_SIZE);
	if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, mapping, MAPPING_SIZE,
		  MAPPING_NAME))
		warn("set the name of the mapping");
	return mapping;
}

static void touch(const struct region *region)
{
	volatile char *byte = region->start;
	size_t i;

	for (i = 0; i < region->size; i += 4 * KIB)
		byte[i] = 1;
}

int main(void)
{
	/* The heap comes first: stdio would begin one of its own. */
	char *heap = make_heap();
	char *mapping = make_mapping();
	const struct region regions[] = {
		{ "lookup", lookup, sizeof(lookup), "2M" },
		{ "ring", ring, sizeof(ring), "64K" },
		{ "sparse", sparse, sizeof(sparse), "4K" },
		{ "heap", heap, HEAP_SIZE, "2M" },
		{ "mapping-front", mapping, MAPPING_FRONT, "64K" },
		{ "mapping-back", mapping + MAPPING_FRONT,
		  MAPPING_SIZE - MAPPING_FRONT, "4K" },
	};
	const size_t count = sizeof(regions) / sizeof(regions[0]);
	size_t i;

	/* As process 1 of a container it has no default action for signals. */
	signal(SIGTERM, end);
	signal(SIGINT, end);

	for (i = 0; i < count; i++)
		touch(&regions[i]);
	for (i = 0; i < count; i++)
		printf("%s %p %p %s\n", regions[i].name,
		       (void *)regions[i].start,
		       (void *)(regions[i].start + regions[i].size),
		       regions[i].asked);
	printf("# ready\n");
	if (fflush(stdout))
		err(EXIT_FAILURE, "write to standard output");
	for (;;)
		pause();
}
