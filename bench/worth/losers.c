// SPDX-License-Identifier: GPL-2.0-only
/*
 * losers: programs that large pages bring nothing, always with the same work.
 *
 *	losers scan M TIMES	reads M megabytes from begin to end, TIMES times
 *	losers sparse M TIMES	maps M megabytes, touches one page in 32 of them, and unmaps
 *				them, TIMES times
 *	losers fork M TIMES	forks TIMES children, each of which writes to a quarter of the
 *				pages of M megabytes, a page in four
 *	losers free M TIMES	fills M megabytes, gives back all but one page in twenty, uses
 *				those that stay, and unmaps them, TIMES times
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	4096UL

static char *map(size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	return memory;
}

static uint64_t scan(char *memory, size_t size, unsigned long times)
{
	const uint64_t *words = (const uint64_t *)memory;
	uint64_t sum = 0;

	memset(memory, 1, size);
	for (unsigned long n = 0; n < times; n++)
		for (size_t i = 0; i < size / sizeof(*words); i++)
			sum += words[i] ^ n;
	return sum;
}

/* The line in the page depends on the page, or all would be in one set of the cache. */
static uint64_t visit(volatile char *memory, size_t size, size_t step)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < size; i += step)
		sum += (uint64_t)(memory[i + i / step * 64 % PAGE] += 1);
	return sum;
}

static uint64_t touch_few(size_t size, unsigned long times)
{
	uint64_t sum = 0;

	for (unsigned long n = 0; n < times; n++) {
		char *memory = map(size);

		sum += visit(memory, size, 32 * PAGE);
		munmap(memory, size);
	}
	return sum;
}

static uint64_t fork_often(char *memory, size_t size, unsigned long times)
{
	uint64_t sum = 0;
	int status;

	memset(memory, 1, size);
	for (unsigned long n = 0; n < times; n++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid) {
			visit(memory, size, 4 * PAGE);
			_exit(0);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			errx(1, "a child failed");
		sum += (uint64_t)memory[n % size];
	}
	return sum;
}

static uint64_t give_back(size_t size, unsigned long times)
{
	uint64_t sum = 0;

	for (unsigned long n = 0; n < times; n++) {
		char *memory = map(size);

		memset(memory, 1, size);
		for (size_t i = 0; i + 20 * PAGE <= size; i += 20 * PAGE)
			if (madvise(memory + i + PAGE, 19 * PAGE, MADV_DONTNEED))
				err(1, "madvise");
		for (int round = 0; round < 8; round++)
			sum += visit(memory, size, 20 * PAGE);
		munmap(memory, size);
	}
	return sum;
}

int main(int argc, char **argv)
{
	size_t size = argc == 4 ? strtoul(argv[2], NULL, 10) << 20 : 0;
	unsigned long times = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	uint64_t sum;

	if (!size || !times)
		errx(2, "usage: losers scan|sparse|fork|free M TIMES");
	if (!strcmp(argv[1], "scan"))
		sum = scan(map(size), size, times);
	else if (!strcmp(argv[1], "sparse"))
		sum = touch_few(size, times);
	else if (!strcmp(argv[1], "fork"))
		sum = fork_often(map(size), size, times);
	else if (!strcmp(argv[1], "free"))
		sum = give_back(size, times);
	else
		errx(2, "losers: %s is none of scan, sparse, fork and free", argv[1]);
	printf("%llu\n", (unsigned long long)sum);
	return 0;
}
