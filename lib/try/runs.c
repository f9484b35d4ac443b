// SPDX-License-Identifier: GPL-2.0-only
#include "try/runs.h"

#include <stdlib.h>
#include <string.h>

unsigned int ebpfmm_runs_turn(unsigned int layouts, unsigned int turn)
{
	/* Of all De Bruijn sequences, those by which layouts are on average equally late. */
	static const unsigned int sequences[][16] = {
		{ 0, 1, 1, 0 },
		{ 0, 1, 2, 2, 1, 1, 0, 0, 2 },
		{ 0, 1, 2, 2, 3, 1, 3, 3, 0, 0, 3, 2, 1, 1, 0, 2 },
	};

	return sequences[layouts - 2][turn % (layouts * layouts)];
}

static int compare(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return a < b ? -1 : a > b;
}

/* Between two numbers, in proportion. */
static uint64_t quantile(const uint64_t *sorted, size_t count, unsigned int quarters)
{
	size_t at = (count - 1) * quarters / 4, rest = (count - 1) * quarters % 4;
	uint64_t next = rest ? sorted[at + 1] - sorted[at] : 0;

	return sorted[at] + next * rest / 4;
}

struct ebpfmm_spread ebpfmm_runs_spread(const uint64_t *numbers, size_t count)
{
	uint64_t sorted[EBPFMM_RUNS_MAX];

	count = count < EBPFMM_RUNS_MAX ? count : EBPFMM_RUNS_MAX;
	if (!count)
		return (struct ebpfmm_spread){};
	memcpy(sorted, numbers, count * sizeof(*numbers));
	qsort(sorted, count, sizeof(*sorted), compare);
	return (struct ebpfmm_spread){
		.least = sorted[0],
		.low = quantile(sorted, count, 1),
		.median = quantile(sorted, count, 2),
		.high = quantile(sorted, count, 3),
		.most = sorted[count - 1],
	};
}

static struct ebpfmm_spread times(const struct ebpfmm_runs *runs)
{
	return ebpfmm_runs_spread(runs->ns, runs->count);
}

/* One outlier says nothing, so the middle halves of the runs are compared. */
uint64_t ebpfmm_runs_gain(const struct ebpfmm_runs *small, const struct ebpfmm_runs *large)
{
	struct ebpfmm_spread slow = times(small), fast = times(large);
	uint64_t gain = slow.median > fast.median ? slow.median - fast.median : 0;

	return gain > slow.high - slow.low && gain > fast.high - fast.low &&
	       fast.high < slow.low ? gain : 0;
}

double ebpfmm_runs_share(const struct ebpfmm_runs *small, const struct ebpfmm_runs *large,
			 const struct ebpfmm_runs *runs)
{
	double slow = (double)times(small).median, fast = (double)times(large).median;

	return slow > fast ? (slow - (double)times(runs).median) / (slow - fast) : 0;
}

bool ebpfmm_runs_keep(const struct ebpfmm_runs *runs, const struct ebpfmm_runs *other,
		      uint64_t gain)
{
	struct ebpfmm_spread spread = times(runs);
	uint64_t allowed = spread.high - spread.low;

	if (allowed > gain / 10)
		allowed = gain / 10;
	if (allowed < gain / 20)
		allowed = gain / 20;
	return times(other).median <= spread.median + allowed;
}
