// SPDX-License-Identifier: GPL-2.0-only
/*
 * faults: what one anonymous page fault costs, by the clock.
 *
 *	faults [--at MEGABYTES] [--apart PAGES] [--faults NUMBER] [--batches NUMBER] [--advise]
 *
 * Touches batches of pages of a mapping of 128M and prints the smallest and
 * the median cost of a page fault, in nanoseconds, each batch counting as the
 * mean of its faults. On a machine whose clock counts instructions (vm/run
 * --icount) that is guest instructions.
 *
 *	--at		where in the mapping to begin (0); what is touched are the
 *			60M from there, one batch after the other, and again
 *	--apart		from one page that is touched to the next (1)
 *	--faults	in a batch (256)
 *	--batches	how many (100)
 *	--advise	with MADV_HUGEPAGE
 *
 * Page tables are in place before anything is measured: each batch first
 * touches its pages, gives them back with MADV_DONTNEED, and is then measured.
 */
#include <err.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE		4096UL
#define MAPPED		(128UL << 20)
#define WINDOW		(60UL << 20)
#define MAX_BATCHES	10000

struct options {
	unsigned long at;
	unsigned long apart;
	unsigned long faults;
	unsigned long batches;
	bool advise;
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static uint64_t touch(volatile char *memory, unsigned long step, unsigned long faults)
{
	uint64_t start = now();
	unsigned long i;

	for (i = 0; i < faults; i++)
		memory[i * step] = 1;
	return now() - start;
}

/* For bench/profile_plugin.c; it does nothing. */
static void mark(void)
{
	asm volatile("nopl 0x656d6d66(%rax)");
}

static void give_back(char *memory, unsigned long size)
{
	if (madvise(memory, size, MADV_DONTNEED))
		err(1, "madvise");
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || n > max)
		errx(2, "not a number up to %lu: %s", max, text);
	return n;
}

static void parse(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "at", required_argument, NULL, 'a' },
		{ "apart", required_argument, NULL, 'p' },
		{ "faults", required_argument, NULL, 'f' },
		{ "batches", required_argument, NULL, 'b' },
		{ "advise", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'a':
			options->at = number(optarg, (MAPPED - WINDOW) >> 20) << 20;
			break;
		case 'p':
			options->apart = number(optarg, WINDOW / PAGE);
			break;
		case 'f':
			options->faults = number(optarg, WINDOW / PAGE);
			break;
		case 'b':
			options->batches = number(optarg, MAX_BATCHES);
			break;
		case 'h':
			options->advise = true;
			break;
		default:
			exit(2);
		}
	}
	if (!options->apart || !options->faults || !options->batches || optind != argc ||
	    options->apart * options->faults > WINDOW / PAGE)
		errx(2, "see the head of faults.c");
}

int main(int argc, char **argv)
{
	struct options options = { .apart = 1, .faults = 256, .batches = 100 };
	static uint64_t cost[MAX_BATCHES];
	unsigned long i, step, size;
	char *memory;

	parse(argc, argv, &options);
	step = options.apart * PAGE;
	size = options.faults * step;
	memory = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		err(1, "mmap");
	if (options.advise && madvise(memory, MAPPED, MADV_HUGEPAGE))
		err(1, "madvise");
	memory += options.at;
	mark();
	for (i = 0; i < options.batches; i++) {
		char *batch = memory + i % (WINDOW / size) * size;

		touch(batch, step, options.faults);
		give_back(batch, size);
		cost[i] = touch(batch, step, options.faults);
		give_back(batch, size);
	}
	mark();
	qsort(cost, options.batches, sizeof(cost[0]), compare);
	printf("min %.1f median %.1f\n", (double)cost[0] / options.faults,
	       (double)cost[options.batches / 2] / options.faults);
	return 0;
}
