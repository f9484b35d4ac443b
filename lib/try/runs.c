// SPDX-License-Identifier: GPL-2.0-only
#include "try/runs.h"

#include <math.h>
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

uint64_t ebpfmm_runs_median(const struct ebpfmm_runs *runs)
{
	return times(runs).median;
}

/*
 * The rank-sum test of Mann and Whitney ("On a test of whether one of two random variables is
 * stochastically larger than the other", 1947), one-sided at 5 %, with the normal distribution
 * that they show to be near. Where too few runs can reach that, all must be on their side.
 */
static bool is_faster(const struct ebpfmm_runs *slow, const struct ebpfmm_runs *fast)
{
	const double pairs = (double)slow->count * (double)fast->count;
	const double deviation = sqrt(pairs * (double)(slow->count + fast->count + 1) / 12);
	double against = 0;

	for (size_t i = 0; i < slow->count; i++)
		for (size_t j = 0; j < fast->count; j++)
			against += fast->ns[j] > slow->ns[i] ? 1 :
				   fast->ns[j] == slow->ns[i] ? 0.5 : 0;
	return against == 0 || pairs / 2 - against - 0.5 >= 1.645 * deviation;
}

uint64_t ebpfmm_runs_gain(const struct ebpfmm_runs *small, const struct ebpfmm_runs *large)
{
	const uint64_t slow = ebpfmm_runs_median(small), fast = ebpfmm_runs_median(large);

	return slow > fast && is_faster(small, large) ? slow - fast : 0;
}

double ebpfmm_runs_share(const struct ebpfmm_runs *small, const struct ebpfmm_runs *large,
			 const struct ebpfmm_runs *runs)
{
	double slow = (double)ebpfmm_runs_median(small), fast = (double)ebpfmm_runs_median(large);

	return slow > fast ? (slow - (double)ebpfmm_runs_median(runs)) / (slow - fast) : 0;
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
	return ebpfmm_runs_median(other) <= spread.median + allowed;
}
