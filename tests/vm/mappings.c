// SPDX-License-Identifier: GPL-2.0-only
/*
 * mappings HOW: change mappings, touch pages of them, and say which.
 *
 * HOW is one of the changes below. For each page that is touched, each of them once,
 * the output has a line "WHAT ADDRESS", the address in hexadecimal as ebpfmm(8)
 * prints it.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif

#define KIB 1024UL
#define MIB (1024 * KIB)
#define PAGE (4 * KIB)

/* Memory that mappings are made in: without access, it is merged with none. */
#define ROOM (32 * MIB)
static char *room;

static void touch(const char *what, char *at)
{
	printf("%s %#lx\n", what, (unsigned long)at);
	*(volatile char *)at = 1;
}

static void name(char *at, size_t size, const char *text)
{
	if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, at, size, text))
		err(EXIT_FAILURE, "name a mapping");
}

static char *map(char *at, size_t size, int access, int flags)
{
	char *memory = mmap(at, size, access, MAP_PRIVATE | MAP_ANONYMOUS | flags,
			    -1, 0);

	if (memory == MAP_FAILED)
		err(EXIT_FAILURE, "map %zu bytes", size);
	return memory;
}

/* A mapping in the room; @text may be NULL. */
static char *place(size_t offset, size_t size, const char *text)
{
	char *at = map(room + offset, size, PROT_READ | PROT_WRITE, MAP_FIXED);

	if (text)
		name(at, size, text);
	return at;
}

static void unmap(char *at, size_t size)
{
	if (munmap(at, size))
		err(EXIT_FAILURE, "unmap");
}

static void resize(char *at, size_t from, size_t to)
{
	if (to > from)
		unmap(at + from, to - from);
	if (mremap(at, from, to, 0) != at)
		err(EXIT_FAILURE, "resize");
}

static char *move(char *at, size_t size, size_t offset)
{
	char *to = room + offset;

	if (mremap(at, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		err(EXIT_FAILURE, "move");
	return to;
}

/* --- growing and moving --------------------------------------------------------- */

static void grow(void)
{
	char *part = place(0, MIB, "part");
	char *size = place(8 * MIB, MIB, "size");

	touch("first", part);
	resize(part, MIB, 2 * MIB);
	touch("first-after", part + PAGE);
	touch("second-after", part + 64 * KIB);
	touch("new-after", part + MIB);
	touch("small", size);
	resize(size, MIB, 2 * MIB);
	touch("large", size + PAGE);
	resize(size, 2 * MIB, MIB);
	touch("small-again", size + 2 * PAGE);
}

static void move_about(void)
{
	char *part = place(0, MIB, "part");

	touch("first", part);
	touch("second", part + 64 * KIB);
	part = move(part, MIB, 8 * MIB + 64 * KIB);
	touch("first-after", part + PAGE);
	touch("second-after", part + 64 * KIB + PAGE);
	touch("rest-after", part + 128 * KIB);
}

static void rank(void)
{
	char *low = place(4 * MIB, MIB, "rank");
	char *high = place(8 * MIB, MIB, "rank");

	touch("high", high);
	touch("low", low);
	low = move(low, MIB, 12 * MIB);
	touch("high-after", high + PAGE);
	touch("low-after", low + PAGE);
}

/* --- splitting ------------------------------------------------------------------ */

static void cut(char *at, size_t size)
{
	unmap(at, size);
}

static void protect(char *at, size_t size)
{
	if (mprotect(at, size, PROT_READ))
		err(EXIT_FAILURE, "mprotect");
}

static void lock(char *at, size_t size)
{
	/* As mlock(2), but without touching it. */
	if (mlock2(at, size, MLOCK_ONFAULT))
		err(EXIT_FAILURE, "mlock2");
}

static void advise(char *at, size_t size)
{
	if (madvise(at, size, MADV_DONTFORK))
		err(EXIT_FAILURE, "madvise");
}

static void rename_part(char *at, size_t size)
{
	name(at, size, "other");
}

/* A page in the middle is treated differently. */
static void split(void (*treat)(char *at, size_t size))
{
	char *lower = place(0, 4 * MIB, "part");
	char *middle = lower + 2 * MIB, *upper = middle + PAGE;

	touch("first", lower);
	treat(middle, PAGE);
	touch("lower-first", lower + PAGE);
	touch("lower-second", lower + 64 * KIB);
	touch("lower-third", lower + MIB);
	/* Nothing is asked about a page around which the mapping has not 64K. */
	touch("upper-first", upper + 60 * KIB);
	touch("upper-second", upper + 64 * KIB);
	touch("upper-rest", upper + 128 * KIB);
	touch("upper-third", upper + MIB);
}

static void split_by_munmap(void)
{
	split(cut);
}

static void split_by_mprotect(void)
{
	split(protect);
}

static void split_by_mlock(void)
{
	split(lock);
}

static void split_by_madvise(void)
{
	split(advise);
}

static void split_by_name(void)
{
	split(rename_part);
}

static void split_sizes(void)
{
	char *size = place(0, 5 * MIB, "size");

	touch("whole", size);
	unmap(size + 3 * MIB, MIB / 2);
	touch("lower", size + PAGE);
	touch("upper", size + 4 * MIB);
	unmap(size + 4 * MIB, MIB / 2);
	touch("upper-of-upper", size + 5 * MIB - PAGE);
}

/* --- merging and naming --------------------------------------------------------- */

/* Does one line of /proc/self/maps have both? */
static bool are_one(const char *one, const char *other)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end;
	bool together = false;
	char line[512];

	if (!maps)
		err(EXIT_FAILURE, "/proc/self/maps");
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &start, &end) == 2 &&
		    start <= (uintptr_t)one && (uintptr_t)one < end &&
		    start <= (uintptr_t)other && (uintptr_t)other < end)
			together = true;
	fclose(maps);
	return together;
}

/* Where the kernel puts them. */
static void merge(void)
{
	char *upper = map(NULL, 64 * MIB, PROT_READ | PROT_WRITE, 0), *lower;

	touch("alone", upper);
	lower = map(NULL, 64 * MIB, PROT_READ | PROT_WRITE, 0);
	if (lower + 64 * MIB != upper)
		errx(EXIT_FAILURE, "%p is not right below %p", lower, upper);
	touch("lower-half", lower);
	touch("upper-half", upper + PAGE);
}

static void merge_rank(void)
{
	char *low = place(4 * MIB, MIB, "rank");
	char *upper = place(8 * MIB, MIB, "rank");
	char *lower = place(7 * MIB, MIB, "rank");

	touch("upper", upper);
	touch("lower", lower);
	touch("low", low);
}

/* Only until the gaps between other mappings are full is it not with the first. */
static void merge_with_arena(void)
{
	char *arena, *memory;

	for (int tries = 0; tries < 8; tries++) {
		arena = malloc(MIB);
		if (!arena)
			err(EXIT_FAILURE, "malloc");
		memory = map(NULL, MIB, PROT_READ | PROT_WRITE, 0);
		if (are_one(arena, memory))
			return;
	}
	errx(EXIT_FAILURE, "%p and %p are two mappings", arena, memory);
}

static void keep_apart(void)
{
	char *upper = place(8 * MIB, MIB, "part");
	char *lower = place(7 * MIB, MIB, "other");

	touch("upper-first", upper);
	touch("upper-second", upper + 64 * KIB);
	touch("lower", lower);
}

static void name_late(void)
{
	char *part = place(0, MIB, NULL);

	touch("without", part);
	name(part, MIB, "part");
	*(volatile char *)part = 2;
	touch("with", part + PAGE);
}

/* -------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(void);
} changes[] = {
	{ "grow", grow },
	{ "move", move_about },
	{ "rank", rank },
	{ "munmap", split_by_munmap },
	{ "mprotect", split_by_mprotect },
	{ "mlock", split_by_mlock },
	{ "madvise", split_by_madvise },
	{ "rename", split_by_name },
	{ "sizes", split_sizes },
	{ "merge", merge },
	{ "merge-rank", merge_rank },
	{ "merge-arena", merge_with_arena },
	{ "apart", keep_apart },
	{ "name", name_late },
};

int main(int argc, char **argv)
{
	room = map(NULL, ROOM, PROT_NONE, MAP_NORESERVE);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		if (argc == 2 && !strcmp(argv[1], changes[i].name)) {
			changes[i].run();
			return EXIT_SUCCESS;
		}
	}
	errx(2, "usage: mappings HOW");
}
