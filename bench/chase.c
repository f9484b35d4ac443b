// SPDX-License-Identifier: GPL-2.0-only
/*
 * chase: a program that page sizes matter for, always with the same work.
 *
 *	chase [MILLIONS [hugepage | nohugepage]]
 *
 * Makes so many million dependent accesses (default 20), each to a random cache line of 512M
 * that are hot: of 128M zeroed data, 128M heap, and 256M in the middle of a mapping of 1G.
 * As much zeroed data and heap, and the rest of the mapping, are cold: filled at the
 * beginning, and never used again. So where 2M pages are used everywhere, two thirds of
 * them bring nothing.
 *
 * Prints the time of an access, and how much memory was in 2M pages at the end. The word
 * behind the number asks for them, or refuses them, for all of it.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define MIB	(1UL << 20)
#define PAGE	4096UL
#define LARGE	(2 * MIB)
#define LINE	64

/* Neighbours in memory, in this order or the other. */
static char hot_table[128 * MIB] __attribute__((aligned(4096)));
static char cold_table[128 * MIB] __attribute__((aligned(4096)));

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void advise(char *start, size_t size)
{
	char *from = (char *)(((uintptr_t)start + PAGE - 1) & ~(PAGE - 1));

	if (madvise(from, size - PAGE, MADV_HUGEPAGE))
		err(1, "madvise");
}

static void fill(char *start, size_t size, int word)
{
	memset(start, word, size);
}

/* From the top of brk, where malloc() does not put what is so large. */
static char *grow_heap(size_t size)
{
	char *start = sbrk((intptr_t)size);

	if (start == (char *)-1)
		err(1, "brk");
	return start;
}

static unsigned long huge_kib(void)
{
	FILE *file = fopen("/proc/self/smaps_rollup", "re");
	unsigned long kib = 0;
	char line[256];

	if (!file)
		err(1, "smaps_rollup");
	while (fgets(line, sizeof(line), file) &&
	       sscanf(line, "AnonHugePages: %lu kB", &kib) != 1)
		;
	fclose(file);
	return kib;
}

int main(int argc, char **argv)
{
	unsigned long millions = argc > 1 ? strtoul(argv[1], NULL, 10) : 20, i, n;
	const char *word = argc > 2 ? argv[2] : "";
	uint64_t state = 88172645463325252ULL;
	char *heap, *mapping, *areas[4];
	double start;

	if (!millions || (word[0] && strcmp(word, "hugepage") && strcmp(word, "nohugepage")))
		errx(2, "usage: chase [MILLIONS [hugepage | nohugepage]]");
	n = millions * 1000000;
	if (!strcmp(word, "nohugepage") && prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		err(1, "prctl");
	heap = grow_heap(256 * MIB);
	mapping = mmap(NULL, 1024 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);
	if (mapping == MAP_FAILED)
		err(1, "mmap");
	if (!strcmp(word, "hugepage")) {
		advise(hot_table, sizeof(hot_table));
		advise(cold_table, sizeof(cold_table));
		advise(heap, 256 * MIB);
		advise(mapping, 1024 * MIB);
	}
	fill(hot_table, sizeof(hot_table), 1);
	fill(cold_table, sizeof(cold_table), 2);
	fill(heap, 256 * MIB, 3);
	fill(mapping, 1024 * MIB, 4);
	areas[0] = hot_table;
	areas[1] = heap;
	areas[2] = mapping + 384 * MIB;
	areas[3] = areas[2] + 128 * MIB;
	start = seconds();
	for (i = 0; i < n; i++) {
		char *line = areas[state >> 62] + (state >> 20) % (128 * MIB / LINE) * LINE;

		/* Where the next one goes depends on what is found. */
		state = state * 6364136223846793005ULL + 1442695040888963407ULL +
			(unsigned char)*line;
		*line += 1;
	}
	printf("%.1f ns an access, %lu MiB in 2M pages (%llx)\n",
	       (seconds() - start) * 1e9 / (double)n, huge_kib() >> 10,
	       (unsigned long long)state);
	return 0;
}
