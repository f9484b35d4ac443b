// SPDX-License-Identifier: GPL-2.0-only
/*
 * hotcold: touch two mappings by turns, and tell what their faults cost and got.
 *
 *	hotcold HOT COLD [madvise]
 *
 * A mapping named "hot" of HOT megabytes and one named "cold" of COLD megabytes
 * are touched page by page, in the ratio of their sizes, as a program does that
 * fills both; with "madvise" both ask for huge pages (MADV_HUGEPAGE), as allocators
 * do that are told to. Prints, in nanoseconds of the thread's own CPU time (guest
 * instructions where the clock counts these), what the dearest touch and all of
 * them together cost, and how many KiB of each are in huge pages then.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif

#define PAGE	4096UL
#define HUGE	(2UL << 20)

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static char *map(size_t size, const char *name, bool advise)
{
	char *memory = mmap(NULL, size + 2 * HUGE, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	/* Aligned, and with something else at both of its ends. */
	memory = (char *)(((uintptr_t)memory + HUGE) & ~(HUGE - 1));
	if (mprotect(memory, size, PROT_READ | PROT_WRITE) ||
	    prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, memory, size, name))
		err(1, "mapping %s", name);
	if (advise && madvise(memory, size, MADV_HUGEPAGE))
		err(1, "madvise %s", name);
	return memory;
}

static uint64_t touch(char *page)
{
	uint64_t start = now();

	*(volatile char *)page = 1;
	return now() - start;
}

/* KiB of the mapping at that address that are in huge pages. */
static unsigned long huge(const char *memory)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	unsigned long from, to, kib = 0;
	char line[512], *rest;

	if (!file)
		err(1, "smaps");
	while (fgets(line, sizeof(line), file)) {
		from = strtoul(line, &rest, 16);
		if (*rest != '-')
			continue;
		to = strtoul(rest + 1, &rest, 16);
		if (*rest != ' ' || from > (uintptr_t)memory ||
		    to <= (uintptr_t)memory)
			continue;
		while (fgets(line, sizeof(line), file) &&
		       sscanf(line, "AnonHugePages: %lu kB", &kib) != 1)
			;
		break;
	}
	fclose(file);
	return kib;
}

int main(int argc, char **argv)
{
	bool advise = argc == 4 && !strcmp(argv[3], "madvise");
	size_t hot_size = argc >= 3 ? strtoul(argv[1], NULL, 10) << 20 : 0;
	size_t cold_size = argc >= 3 ? strtoul(argv[2], NULL, 10) << 20 : 0;
	size_t cold_at = 0, cold_until, at;
	uint64_t worst = 0, sum = 0, cost;
	char *hot, *cold;

	if (!hot_size || !cold_size || argc != 3 + advise)
		errx(2, "usage: hotcold HOT COLD [madvise]");
	hot = map(hot_size, "hot", advise);
	cold = map(cold_size, "cold", advise);
	for (at = 0; at < hot_size; at += PAGE) {
		cost = touch(hot + at);
		sum += cost;
		if (cost > worst)
			worst = cost;
		cold_until = (at + PAGE) / PAGE * (cold_size / PAGE) /
			     (hot_size / PAGE) * PAGE;
		for (; cold_at < cold_until; cold_at += PAGE) {
			cost = touch(cold + cold_at);
			sum += cost;
			if (cost > worst)
				worst = cost;
		}
	}
	printf("worst %llu\nsum %llu\nhot %lu\ncold %lu\n",
	       (unsigned long long)worst, (unsigned long long)sum, huge(hot),
	       huge(cold));
	return 0;
}
