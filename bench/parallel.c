// SPDX-License-Identifier: GPL-2.0-only
/*
 * parallel: how many page faults a second do several threads take at once?
 *
 *	parallel THREADS BATCHES
 *
 * Each thread has a mapping of its own, of which it touches 256 pages and gives
 * them back, BATCHES times; all begin together. Prints faults per second of
 * CLOCK_MONOTONIC, from the beginning of the first to the end of the last.
 */
#include <err.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE		4096UL
#define PAGES		256UL
#define MAPPED		(64UL << 20)
#define MAX_THREADS	64

static pthread_barrier_t barrier;
static unsigned long batches;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void touch(char *memory)
{
	volatile char *byte = memory;
	unsigned long i;

	for (i = 0; i < PAGES; i++)
		byte[i * PAGE] = 1;
	if (madvise(memory, PAGES * PAGE, MADV_DONTNEED))
		err(1, "madvise");
}

static void *run(void *argument)
{
	char *memory = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	unsigned long i;

	(void)argument;
	if (memory == MAP_FAILED)
		err(1, "mmap");
	touch(memory);
	pthread_barrier_wait(&barrier);
	for (i = 0; i < batches; i++)
		touch(memory);
	pthread_barrier_wait(&barrier);
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned long count = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	pthread_t threads[MAX_THREADS];
	unsigned long i;
	uint64_t start;

	batches = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	if (!count || count > MAX_THREADS || !batches)
		errx(2, "usage: parallel THREADS BATCHES");
	pthread_barrier_init(&barrier, NULL, count + 1);
	for (i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, run, NULL))
			errx(1, "no thread");
	pthread_barrier_wait(&barrier);
	start = now();
	pthread_barrier_wait(&barrier);
	start = now() - start;
	for (i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("%.0f\n", (double)count * batches * PAGES * 1e9 / start);
	return 0;
}
