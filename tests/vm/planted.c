// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program whose heat is known, for the tests of recordings.
 *
 *	planted [-f] SECONDS
 *
 * Hot are 16M of the heap, 16M of a mapping of 128M, from 40M on, 2M of the mapping "spot"
 * of 1G, from 512M on, and 8M of the zeroed data; "warm", of 32M, is touched once a second;
 * "cold", of 32M, is touched once. SECONDS begin after the first round, with "ready". With -f,
 * a child that was forked does this. An emulated processor takes seconds for the first round.
 *
 * Each round also makes the processor forget its translations: what it remembers it does
 * not look up, and then no access is seen. An emulated one remembers all.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB		(1UL << 20)
#define PAGE		4096UL
/* So many that a kernel rather forgets all translations than each of these. */
#define FORGET		(256 * PAGE)

#ifndef PR_SET_VMA
#define PR_SET_VMA	0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

static char table[8 * MIB] __attribute__((aligned(4096)));
static volatile char *forget;

static volatile char *map(size_t size, const char *name)
{
	char *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (start == MAP_FAILED) {
		perror("planted: mmap");
		exit(1);
	}
	if (name)
		prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, start, size, name);
	return start;
}

/* Without reading: what is read first gets the huge zero page, and then small ones. */
static void touch(volatile char *start, size_t size)
{
	for (size_t i = 0; i < size; i += PAGE)
		start[i] = 1;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void forget_translations(void)
{
	mprotect((void *)forget, FORGET, PROT_READ);
	mprotect((void *)forget, FORGET, PROT_READ | PROT_WRITE);
	touch(forget, FORGET);
}

static void work(double seconds)
{
	volatile char *large = map(128 * MIB, NULL), *spot = map(1024 * MIB, "spot");
	volatile char *warm = map(32 * MIB, "warm"), *cold = map(32 * MIB, "cold");
	volatile char *heap = sbrk(16 * MIB);
	double end = 0, next = 0;

	forget = map(FORGET, "forget");
	touch(large, 128 * MIB);
	touch(cold, 32 * MIB);
	while (!end || now() < end) {
		touch(heap, 16 * MIB);
		touch(large + 40 * MIB, 16 * MIB);
		touch(spot + 512 * MIB, 2 * MIB);
		touch(table, sizeof(table));
		if (now() >= next) {
			touch(warm, 32 * MIB);
			next = now() + 1;
		}
		forget_translations();
		if (!end) {
			puts("ready");
			fflush(stdout);
			end = now() + seconds;
		}
	}
}

int main(int argc, char **argv)
{
	int forks = argc > 1 && !strcmp(argv[1], "-f");
	double seconds = argc > 1 + forks ? atof(argv[1 + forks]) : 10;

	if (forks && fork()) {
		wait(NULL);
		return 0;
	}
	work(seconds);
	return 0;
}
