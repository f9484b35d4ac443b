// SPDX-License-Identifier: GPL-2.0-only
/*
 * faults: what one 4K anonymous page fault costs, by the clock.
 *
 *	faults [BATCHES]
 *
 * Maps and touches batches of pages of one mapping and prints the smallest and
 * the median cost of a page fault over the batches, in nanoseconds. On a machine
 * whose clock counts instructions (vm/run --icount) that is guest
 * instructions.
 *
 * Page tables are in place before anything is measured: each batch first
 * touches its pages, gives them back with MADV_DONTNEED, and is then measured.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE		4096UL
#define PAGES		256UL
#define MAX_BATCHES	10000

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static uint64_t touch(volatile char *memory)
{
	uint64_t start = now();
	unsigned long i;

	for (i = 0; i < PAGES; i++)
		memory[i * PAGE] = 1;
	return now() - start;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	static uint64_t cost[MAX_BATCHES];
	long batches = argc > 1 ? strtol(argv[1], NULL, 10) : 400;
	char *memory;
	long i;

	if (batches < 1 || batches > MAX_BATCHES) {
		fprintf(stderr, "faults: between 1 and %d batches\n",
			MAX_BATCHES);
		return 2;
	}
	memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	touch(memory);
	for (i = 0; i < batches; i++) {
		if (madvise(memory, PAGES * PAGE, MADV_DONTNEED)) {
			perror("madvise");
			return 1;
		}
		cost[i] = touch(memory);
	}
	qsort(cost, batches, sizeof(cost[0]), compare);
	printf("min %.1f median %.1f\n", (double)cost[0] / PAGES,
	       (double)cost[batches / 2] / PAGES);
	return 0;
}
