// SPDX-License-Identifier: GPL-2.0-only
/*
 * fragment: leave the machine's free memory in pieces, and stay.
 *
 *	fragment BLOCKS PINNED LEAVE [RUN]
 *
 * Takes all free memory but LEAVE megabytes in single pages, sees from
 * /proc/self/pagemap which aligned 2M blocks it owns, and gives back of each block
 * every other run of RUN pages (default 1), but BLOCKS of them, spread over the
 * machine, as a whole. In PINNED of a hundred of the other blocks one page is
 * pinned, as by I/O that does not end: what compaction moves out of such a block,
 * it moves in vain. The rest of the blocks compaction can empty by moving 256
 * pages each.
 *
 * Prints "ready", then waits to be killed.
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE		4096UL
#define BLOCK_PAGES	512UL
#define PIPE_PAGES	256

/* Of a word of pagemap. */
#define PFN_MASK	((1ULL << 55) - 1)

/**
 * struct block - an aligned 2M block of physical memory
 * @owned: how many of its pages are ours
 * @page: address of each of its pages that is ours
 */
struct block {
	unsigned int owned;
	char *page[BLOCK_PAGES];
};

static unsigned long number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end)
		errx(2, "not a number: %s", text);
	return n;
}

static unsigned long free_memory(void)
{
	struct sysinfo info;

	if (sysinfo(&info))
		err(1, "sysinfo");
	return info.freeram * info.mem_unit;
}

static unsigned long all_memory(void)
{
	struct sysinfo info;

	if (sysinfo(&info))
		err(1, "sysinfo");
	return info.totalram * info.mem_unit;
}

/* Touches pages until only so much is free; how many it touched. */
static unsigned long take(char *memory, unsigned long size, unsigned long leave)
{
	unsigned long pages = 0;

	while ((pages + BLOCK_PAGES) * PAGE <= size && free_memory() > leave)
		for (unsigned long i = 0; i < BLOCK_PAGES; i++)
			*(volatile char *)(memory + pages++ * PAGE) = 1;
	return pages;
}

static void sort_into_blocks(char *memory, unsigned long pages,
			     struct block *blocks, unsigned long count)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t words[BLOCK_PAGES];
	unsigned long i;

	if (fd < 0)
		err(1, "pagemap");
	for (i = 0; i < pages; i++) {
		uint64_t pfn;

		if (i % BLOCK_PAGES == 0 &&
		    pread(fd, words, sizeof(words),
			  (off_t)(((uintptr_t)memory / PAGE + i) * sizeof(*words))) !=
		    sizeof(words))
			err(1, "pagemap");
		pfn = words[i % BLOCK_PAGES] & PFN_MASK;
		if (!pfn || pfn / BLOCK_PAGES >= count)
			continue;
		blocks[pfn / BLOCK_PAGES].owned++;
		blocks[pfn / BLOCK_PAGES].page[pfn % BLOCK_PAGES] = memory + i * PAGE;
	}
	close(fd);
}

static void give_back(char *page)
{
	if (madvise(page, PAGE, MADV_DONTNEED))
		err(1, "madvise");
}

/* Pages in a pipe have a reference that nobody can move. */
static void pin(char *page)
{
	static int left, to;
	struct iovec vec = { page, PAGE };
	int ends[2];

	if (!left) {
		if (pipe(ends) || fcntl(ends[1], F_SETPIPE_SZ, PIPE_PAGES * PAGE) < 0)
			err(1, "pipe");
		to = ends[1];
		left = PIPE_PAGES;
	}
	if (vmsplice(to, &vec, 1, SPLICE_F_NONBLOCK) != (ssize_t)PAGE)
		err(1, "vmsplice");
	left--;
}

/* Whether the n-th of @total is one of @chosen that are spread evenly. */
static bool is_chosen(unsigned long n, unsigned long chosen, unsigned long total)
{
	return (n + 1) * chosen / total != n * chosen / total;
}

int main(int argc, char **argv)
{
	unsigned long size, pages, count, spare, pinned, run, n = 0, whole = 0, i, k;
	struct block *blocks;
	char *memory;

	if (argc != 4 && argc != 5)
		errx(2, "usage: fragment BLOCKS PINNED LEAVE [RUN]");
	spare = number(argv[1]);
	pinned = number(argv[2]);
	run = argc == 5 ? number(argv[4]) : 1;
	if (!run || run > BLOCK_PAGES / 2)
		errx(2, "RUN is from 1 to %lu", BLOCK_PAGES / 2);
	size = all_memory();
	/* Physical memory has holes. */
	count = 2 * size / (BLOCK_PAGES * PAGE) + 4096;
	blocks = calloc(count, sizeof(*blocks));
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (!blocks || memory == MAP_FAILED ||
	    madvise(memory, size, MADV_NOHUGEPAGE))
		err(1, "no memory");
	pages = take(memory, size, number(argv[3]) << 20);
	sort_into_blocks(memory, pages, blocks, count);
	for (i = 0; i < count; i++)
		whole += blocks[i].owned == BLOCK_PAGES;
	if (whole <= spare)
		errx(1, "only %lu whole blocks", whole);
	for (i = 0; i < count; i++) {
		bool is_spare;

		if (blocks[i].owned != BLOCK_PAGES)
			continue;
		is_spare = is_chosen(n, spare, whole);
		for (k = 0; k < BLOCK_PAGES; k++)
			if (is_spare || k / run % 2 == 0)
				give_back(blocks[i].page[k]);
		/* The last page: after all others were moved. */
		if (!is_spare && is_chosen(n, pinned, 100))
			pin(blocks[i].page[BLOCK_PAGES - 1]);
		n++;
	}
	printf("ready %lu blocks\n", whole);
	fflush(stdout);
	for (;;)
		pause();
}
