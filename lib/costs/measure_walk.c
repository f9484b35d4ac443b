// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measuring what a page walk costs: dependent loads, one in each 4K of more memory than a
 * TLB reaches, in pages of 4K and of other sizes. Both touch as many cache lines, so that
 * only the page sizes differ.
 */
#include "costs/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "kernel/thp.h"

#define PAGE (1UL << EBPFMM_PAGE_SHIFT)
#define HUGE (PAGE << (EBPFMM_ORDERS - 1))
#define LINE 64
#define LINES (PAGE / LINE)
/* More than a TLB of 4,096 pages of 4K reaches, less than one of 1,024 pages of 2M. */
#define MOST_BYTES (128UL << 20)
/* The first of the laps warms up. */
#define LAPS 6
/* CPU time of all rounds but the first ones. */
#define MOST_NS (4 * EBPFMM_NS_PER_S)
/* If a spread is more than this part of the time with 4K, it can hide a gain. */
#define CLEAR 8
/* CPU time that one size may take. */
#define CHASE_NS (EBPFMM_NS_PER_S / 2)
/* So many of a hundred blocks must be pages of the size, and so often they may not be. */
#define LEAST_PERCENT 90
#define FAILURES 2
/* Of a word of pagemap (Documentation/admin-guide/mm/pagemap.rst). */
#define FRAME ((1ULL << 55) - 1)

/* --- the chain ------------------------------------------------------------------ */

void **ebpfmm_chase_make(char *memory, size_t pages, uint32_t *places,
			 unsigned short seed[3])
{
	size_t i, j;

	for (i = 0; i < pages; i++)
		places[i] = (uint32_t)i;
	for (i = pages - 1; i; i--) {
		uint32_t swap = places[i];

		j = (size_t)nrand48(seed) % (i + 1);
		places[i] = places[j];
		places[j] = swap;
	}
	/* Its line goes by the turn of a page, which has nothing to do with its address. */
	for (i = 0; i < pages; i++) {
		j = (i + 1) % pages;
		*(void **)(memory + places[i] * PAGE + i % LINES * LINE) =
			memory + places[j] * PAGE + j % LINES * LINE;
	}
	return (void **)(memory + places[0] * PAGE);
}

/* The time of an access in the quickest lap, nanoseconds. */
static double chase(void **at, size_t pages)
{
	int64_t best = INT64_MAX;

	for (int lap = 0; lap < LAPS; lap++) {
		int64_t ns = ebpfmm_clock_ns(CLOCK_THREAD_CPUTIME_ID);

		for (size_t i = 0; i < pages; i++)
			at = *at;
		/* The loads have to be done before the clock is read. */
		__asm__ volatile("" : : "r"(at) : "memory");
		ns = ebpfmm_clock_ns(CLOCK_THREAD_CPUTIME_ID) - ns;
		if (lap && ns < best)
			best = ns;
	}
	return (double)best / (double)pages;
}

/* --- what the times say ----------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint32_t whole(double ns)
{
	if (ns >= EBPFMM_WALK_NS_MAX)
		return EBPFMM_WALK_NS_MAX;
	return ns > 0 ? (uint32_t)(ns + 0.5) : 0;
}

void ebpfmm_solve_walk(const struct ebpfmm_chase *rounds, size_t n,
		       struct ebpfmm_walk *walk)
{
	double gain[EBPFMM_WALK_ROUNDS], noise[EBPFMM_WALK_ROUNDS], small = 0, median, spread;

	for (size_t i = 0; i < n; i++) {
		small += rounds[i].small / (double)n;
		gain[i] = (rounds[i].small + rounds[i].again) / 2 - rounds[i].large;
		noise[i] = fabs(rounds[i].small - rounds[i].again);
	}
	qsort(gain, n, sizeof(gain[0]), by_value);
	qsort(noise, n, sizeof(noise[0]), by_value);
	median = (gain[(n - 1) / 2] + gain[n / 2]) / 2;
	spread = fmax(noise[n * 3 / 4], (gain[n * 3 / 4] - gain[n / 4]) / 2) *
		 2 / sqrt((double)n);
	*walk = (struct ebpfmm_walk){ .state = EBPFMM_WALK_MEASURED };
	if (median <= spread && spread > small / CLEAR) {
		walk->state = EBPFMM_WALK_BUSY;
		return;
	}
	walk->spread_ns = whole(spread);
	walk->saves_ns = median > spread ? whole(median) : 0;
}

/* --- memory in pages of a size -------------------------------------------------- */

/* What is measured with, and what for. */
struct measuring {
	size_t bytes;
	uint32_t *places;
	unsigned short seed[3];
	int pagemap;
	int flags;
};

/* Is the block at @at one page? 1, 0, or -1 if the kernel does not say. */
static int is_page(const struct measuring *measuring, const char *at, size_t pages)
{
	uint64_t frame, flags[HUGE / PAGE];
	ssize_t size = (ssize_t)(pages * sizeof(flags[0]));

	if (pread(measuring->pagemap, &frame, sizeof(frame),
		  (off_t)((uintptr_t)at / PAGE * sizeof(frame))) != sizeof(frame))
		return -1;
	frame &= FRAME;
	/* All frames are 0 without privilege. */
	if (!frame || pread(measuring->flags, flags, (size_t)size,
			    (off_t)(frame * sizeof(flags[0]))) != size)
		return -1;
	if (!(flags[0] & 1ULL << KPF_COMPOUND_HEAD))
		return 0;
	for (size_t i = 1; i < pages; i++)
		if (!(flags[i] & 1ULL << KPF_COMPOUND_TAIL))
			return 0;
	return 1;
}

/* Whether the memory is in pages of a size. */
static enum ebpfmm_walk_state look(const struct measuring *measuring, const char *start,
				   unsigned int order)
{
	size_t size = PAGE << order, found = 0;

	if (!order)
		return EBPFMM_WALK_MEASURED;
	for (size_t at = 0; at < measuring->bytes; at += size) {
		int is = is_page(measuring, start + at, 1UL << order);

		if (is < 0)
			return EBPFMM_WALK_HIDDEN;
		found += (size_t)is;
	}
	return found * 100 >= measuring->bytes / size * LEAST_PERCENT ?
		       EBPFMM_WALK_MEASURED : EBPFMM_WALK_SCARCE;
}

/*
 * Neighbours that differ in a flag stay mappings of their own, and no page is larger than
 * its mapping. So the kernel has no choice where sysfs allows several sizes.
 */
static void advise(char *start, size_t bytes, unsigned int order)
{
	size_t size = PAGE << order;

	if (!order) {
		/* Fails only on a kernel without large pages, which does not need it. */
		madvise(start, bytes, MADV_NOHUGEPAGE);
		return;
	}
	madvise(start, bytes, MADV_HUGEPAGE);
	for (size_t at = 0; size < HUGE && at < bytes; at += 2 * size)
		madvise(start + at, size, MADV_DONTDUMP);
}

/* The time of an access with pages of a size, in new memory. -1 without memory. */
static int time_size(struct measuring *measuring, unsigned int order, double *ns,
		     enum ebpfmm_walk_state *state)
{
	size_t bytes = measuring->bytes, pages = bytes / PAGE;
	char *memory = mmap(NULL, bytes + HUGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *start;

	if (memory == MAP_FAILED)
		return -1;
	start = memory + (-(uintptr_t)memory & (HUGE - 1));
	advise(start, bytes, order);
	/* In order, as most programs touch their memory. */
	for (size_t i = 0; i < bytes; i += PAGE)
		((volatile char *)start)[i] = 1;
	*state = look(measuring, start, order);
	if (*state == EBPFMM_WALK_MEASURED)
		*ns = chase(ebpfmm_chase_make(start, pages, measuring->places,
					      measuring->seed), pages);
	munmap(memory, bytes + HUGE);
	return 0;
}

/* --- all sizes -------------------------------------------------------------------- */

/* The rounds of a size. */
struct series {
	struct ebpfmm_chase rounds[EBPFMM_WALK_ROUNDS];
	size_t n;
	unsigned int failures;
};

/* One round: all sizes, between two times of 4K. */
static int run_round(struct measuring *measuring, struct series *all,
		     struct ebpfmm_walk *walks)
{
	double small, again, large[EBPFMM_ORDERS];
	enum ebpfmm_walk_state state[EBPFMM_ORDERS] = {};
	unsigned int order;

	if (time_size(measuring, 0, &small, &state[0]))
		return -1;
	for (order = 1; order < EBPFMM_ORDERS; order++)
		if (walks[order].state == EBPFMM_WALK_MEASURED &&
		    time_size(measuring, order, &large[order], &state[order]))
			return -1;
	if (time_size(measuring, 0, &again, &state[0]))
		return -1;
	for (order = 1; order < EBPFMM_ORDERS; order++) {
		struct series *series = &all[order];

		if (state[order] == EBPFMM_WALK_MEASURED)
			series->rounds[series->n++] =
				(struct ebpfmm_chase){ small, large[order], again };
		else if (state[order] && ++series->failures >= FAILURES)
			walks[order].state = state[order];
	}
	return 0;
}

static bool any_left(const struct ebpfmm_walk *walks)
{
	for (unsigned int order = 1; order < EBPFMM_ORDERS; order++)
		if (walks[order].state == EBPFMM_WALK_MEASURED)
			return true;
	return false;
}

/* An emulated processor takes far longer than any that has page walks to measure. */
static int give_up_if_slow(struct measuring *measuring, struct ebpfmm_walk *walks)
{
	int64_t ns = ebpfmm_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	enum ebpfmm_walk_state state;
	double small;

	if (time_size(measuring, 0, &small, &state))
		return -1;
	ns = ebpfmm_clock_ns(CLOCK_THREAD_CPUTIME_ID) - ns;
	for (unsigned int order = 1; ns > CHASE_NS && order < EBPFMM_ORDERS; order++)
		if (walks[order].state == EBPFMM_WALK_MEASURED)
			walks[order].state = EBPFMM_WALK_BUSY;
	return 0;
}

static int run_rounds(struct measuring *measuring, struct ebpfmm_walk *walks)
{
	struct series all[EBPFMM_ORDERS] = {};
	int64_t end = ebpfmm_clock_ns(CLOCK_THREAD_CPUTIME_ID) + MOST_NS;

	if (any_left(walks) && give_up_if_slow(measuring, walks))
		return -1;
	for (int i = 0; i < EBPFMM_WALK_ROUNDS && any_left(walks); i++) {
		if (i >= EBPFMM_WALK_LEAST + FAILURES - 1 &&
		    ebpfmm_clock_ns(CLOCK_THREAD_CPUTIME_ID) > end)
			break;
		if (run_round(measuring, all, walks))
			return -1;
	}
	for (unsigned int order = 1; order < EBPFMM_ORDERS; order++)
		if (walks[order].state == EBPFMM_WALK_MEASURED)
			ebpfmm_solve_walk(all[order].rounds, all[order].n, &walks[order]);
	return 0;
}

int ebpfmm_measure_walks(size_t bytes, struct ebpfmm_walk walks[EBPFMM_ORDERS],
			 struct ebpfmm_error *err)
{
	_cleanup_close_ int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int flags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	struct measuring measuring = {
		.bytes = (bytes < MOST_BYTES ? bytes : MOST_BYTES) & ~(HUGE - 1),
		.seed = { 0x330e, 0xabcd, 0x1234 },
		.pagemap = pagemap,
		.flags = flags,
	};
	int rc;

	for (unsigned int order = 1; order < EBPFMM_ORDERS; order++) {
		enum ebpfmm_thp setting = ebpfmm_thp_setting(order);

		walks[order] = (struct ebpfmm_walk){};
		if (EBPFMM_SUPPORTED_ORDERS & 1U << order && setting != EBPFMM_THP_ABSENT)
			walks[order].state = setting == EBPFMM_THP_NEVER ?
				EBPFMM_WALK_FORBIDDEN : EBPFMM_WALK_MEASURED;
	}
	measuring.places = calloc(measuring.bytes / PAGE, sizeof(*measuring.places));
	rc = measuring.places ? run_rounds(&measuring, walks) : -1;
	free(measuring.places);
	return rc ? ebpfmm_fail(err, errno, "allocate memory to measure") : 0;
}
