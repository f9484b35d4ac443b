/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs of one command under one layout, and what they tell. Pure functions. */
#ifndef EBPFMM_TRY_RUNS_H
#define EBPFMM_TRY_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EBPFMM_RUNS_MAX	100U

/**
 * struct ebpfmm_runs - runs under one layout
 * @ns: the time of each, in the order in which they were made
 * @large: bytes in 2M pages of each
 * @peak: most memory of each, bytes
 * @count: their number
 */
struct ebpfmm_runs {
	uint64_t ns[EBPFMM_RUNS_MAX];
	uint64_t large[EBPFMM_RUNS_MAX];
	uint64_t peak[EBPFMM_RUNS_MAX];
	size_t count;
};

/**
 * struct ebpfmm_spread - where times lie
 * @least: the shortest
 * @low: a quarter is shorter
 * @median: half of them are shorter
 * @high: a quarter is longer
 * @most: the longest
 */
struct ebpfmm_spread {
	uint64_t least;
	uint64_t low;
	uint64_t median;
	uint64_t high;
	uint64_t most;
};

/**
 * ebpfmm_runs_turn - which layout is next
 * @layouts: how many take turns, 2 to 4
 * @turn: number of the turn, from 0
 *
 * A run leaves memory to the next one: large blocks are at hand after one with large pages. So
 * in @layouts times @layouts turns, each layout comes once after each one, itself included.
 * Where all get as many runs, they are made equally late on average, give or take one turn.
 *
 * Return: index of the layout.
 */
unsigned int ebpfmm_runs_turn(unsigned int layouts, unsigned int turn);

/**
 * ebpfmm_runs_spread - find where numbers lie
 * @numbers: such as the times of runs
 * @count: their number; 0 makes all 0
 *
 * Return: it.
 */
struct ebpfmm_spread ebpfmm_runs_spread(const uint64_t *numbers, size_t count);

/**
 * ebpfmm_runs_median - find the time that half of the runs were shorter than
 * @runs: the runs
 *
 * Return: nanoseconds; 0 without runs.
 */
uint64_t ebpfmm_runs_median(const struct ebpfmm_runs *runs);

/**
 * ebpfmm_runs_gain - find what 2M pages save
 * @small: runs with 4K pages
 * @large: runs with 2M pages
 *
 * Each run of one is compared with each of the other, so that one that is out of line says little.
 *
 * Return: nanoseconds, between the medians; 0 if runs whose layouts do not matter would look so in
 * more than one of twenty cases. Fewer than three of each always can; then it is 0 unless each of
 * @large is faster than each of @small.
 */
uint64_t ebpfmm_runs_gain(const struct ebpfmm_runs *small, const struct ebpfmm_runs *large);

/**
 * ebpfmm_runs_share - which share of a gain runs keep
 * @small: runs with 4K pages
 * @large: runs with 2M pages
 * @runs: the runs
 *
 * Return: 1 where they are as fast as @large, 0 where they are as @small; 0 without a gain.
 */
double ebpfmm_runs_share(const struct ebpfmm_runs *small, const struct ebpfmm_runs *large,
			 const struct ebpfmm_runs *runs);

/**
 * ebpfmm_runs_keep - check whether other runs keep what runs have gained
 * @runs: the runs
 * @other: the others
 * @gain: what 2M pages save
 *
 * Return: whether @other are not slower than @runs, but for a twentieth of the gain or for the
 * spread of @runs, which counts up to a tenth of the gain.
 */
bool ebpfmm_runs_keep(const struct ebpfmm_runs *runs, const struct ebpfmm_runs *other,
		      uint64_t gain);

#endif /* EBPFMM_TRY_RUNS_H */
