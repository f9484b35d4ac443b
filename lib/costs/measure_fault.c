// SPDX-License-Identifier: GPL-2.0-only
/* Measuring the cost of a page fault and of zeroing. */
#include "costs/measure.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "costs/costs.h"

#define PAGE (1UL << EBPFMM_PAGE_SHIFT)
#define HUGE (PAGE << (EBPFMM_ORDERS - 1))
/* The number of batches of each kind, and their time limit. */
#define BATCHES 12
#define LEAST_BATCHES 6
#define MOST_NS 1000000000ULL

static uint64_t count_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt;
}

/* Keeps in @best the quicker of it and @other. */
static void keep_best(struct ebpfmm_touch *best, const struct ebpfmm_touch *other)
{
	if (!best->faults || (__uint128_t)other->ns * best->pages <
			     (__uint128_t)best->ns * other->pages)
		*best = *other;
}

static void touch_all(volatile char *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += PAGE)
		at[i] = 1;
}

/* First touch of fresh memory, with an advice of madvise(2). */
static int touch_fresh(size_t bytes, int advice, struct ebpfmm_touch *touch)
{
	char *memory = mmap(NULL, bytes + HUGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *start;

	if (memory == MAP_FAILED)
		return -1;
	start = memory + (-(uintptr_t)memory & (HUGE - 1));
	/* Fails only on a kernel without large pages, which does not need it. */
	madvise(start, bytes, advice);
	touch->pages = bytes / PAGE;
	touch->faults = count_faults();
	touch->ns = ebpfmm_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	touch_all(start, bytes);
	touch->ns = ebpfmm_clock_ns(CLOCK_THREAD_CPUTIME_ID) - touch->ns;
	touch->faults = count_faults() - touch->faults;
	munmap(memory, bytes + HUGE);
	return 0;
}

bool ebpfmm_solve_fault(const struct ebpfmm_touch *small,
			const struct ebpfmm_touch *large, uint32_t *zero_ns,
			uint32_t *fault_ns)
{
	double one, more, pages, zero, fault;

	if (!small->faults || !large->faults || large->faults * 2 > small->faults)
		return false;
	one = (double)small->ns / small->faults;
	more = (double)large->ns / large->faults;
	pages = (double)large->pages / large->faults;
	zero = (more - one) / (pages - 1);
	fault = one - zero;
	if (!(zero >= 1 && zero < EBPFMM_ZERO_NS_MAX) ||
	    !(fault >= 1 && fault < EBPFMM_FAULT_NS_MAX))
		return false;
	*zero_ns = (uint32_t)(zero + 0.5);
	*fault_ns = (uint32_t)(fault + 0.5);
	return true;
}

/* The time to zero populated memory, of the fastest batch. */
static int time_memset(size_t bytes, struct ebpfmm_touch *best)
{
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct ebpfmm_touch touch = { .pages = bytes / PAGE, .faults = 1 };

	if (memory == MAP_FAILED)
		return -1;
	touch_all(memory, bytes);
	for (int i = 0; i < LEAST_BATCHES; i++) {
		touch.ns = ebpfmm_clock_ns(CLOCK_THREAD_CPUTIME_ID);
		explicit_bzero(memory, bytes);
		touch.ns = ebpfmm_clock_ns(CLOCK_THREAD_CPUTIME_ID) - touch.ns;
		keep_best(best, &touch);
	}
	munmap(memory, bytes);
	return 0;
}

/* Without large pages: time zeroing in user space, and subtract it from a fault. */
static int estimate(size_t bytes, const struct ebpfmm_touch *small,
		    struct ebpfmm_measurement *record, struct ebpfmm_error *err)
{
	struct ebpfmm_touch zeroed = {};
	double zero, fault;

	if (time_memset(bytes, &zeroed))
		return ebpfmm_fail(err, errno, "allocate memory to measure");
	zero = (double)zeroed.ns / zeroed.pages;
	fault = (double)small->ns / small->faults - zero;
	if (zero < 1 || fault < 1)
		return ebpfmm_fail(err, 0,
				   "page faults take no longer than zeroing: the node is too busy to measure");
	record->zero = EBPFMM_ZERO_MEMSET;
	record->costs.zero_ns = (uint32_t)(zero + 0.5);
	record->costs.fault_ns = (uint32_t)(fault + 0.5);
	return 0;
}

int ebpfmm_measure_faults(size_t bytes, struct ebpfmm_measurement *record,
			  struct ebpfmm_error *err)
{
	struct ebpfmm_touch small = {}, large = {}, touch;
	uint64_t start = ebpfmm_clock_ns(CLOCK_MONOTONIC);

	bytes &= ~(HUGE - 1);
	for (int i = 0; i < BATCHES; i++) {
		if (i >= LEAST_BATCHES && ebpfmm_clock_ns(CLOCK_MONOTONIC) - start > MOST_NS)
			break;
		if (touch_fresh(bytes, MADV_NOHUGEPAGE, &touch))
			return ebpfmm_fail(err, errno, "allocate memory to measure");
		/* The first batch warms up. */
		if (i)
			keep_best(&small, &touch);
		if (touch_fresh(bytes, MADV_HUGEPAGE, &touch))
			return ebpfmm_fail(err, errno, "allocate memory to measure");
		if (i)
			keep_best(&large, &touch);
	}
	record->zero = EBPFMM_ZERO_LARGE;
	if (ebpfmm_solve_fault(&small, &large, &record->costs.zero_ns,
			       &record->costs.fault_ns))
		return 0;
	return estimate(bytes, &small, record, err);
}
