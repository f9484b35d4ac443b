/* SPDX-License-Identifier: GPL-2.0-only */
/* What `tune` has measured, and printing it. */
#ifndef EBPFMM_CTL_TUNE_H
#define EBPFMM_CTL_TUNE_H

#include "profile/profile.h"
#include "try/runs.h"

/* 4K, 2M, the profile as it was derived, and the smallest that keeps its gain. */
enum tune_layout { TUNE_4K, TUNE_2M, TUNE_ALL, TUNE_PROFILE, TUNE_LAYOUTS };

/**
 * struct tuned - what was measured
 * @runs: by enum tune_layout; without runs where it came not so far
 * @first: runs of 4K and 2M that were made first, to see whether there is a gain
 * @gain: what 2M pages save, nanoseconds; 0 if that may be chance
 * @regions: of the profile as it was derived
 * @kept: of the profile in the end, of which one can have become several
 * @profile: that profile, as JSON; NULL without one
 */
struct tuned {
	struct ebpfmm_runs runs[TUNE_LAYOUTS];
	struct ebpfmm_runs first[2];
	uint64_t gain;
	size_t regions;
	size_t kept;
	struct json_object *profile;
};

/**
 * tune_print - print a table of what was measured
 * @tuned: what was measured
 */
void tune_print(const struct tuned *tuned);

/**
 * tune_print_json - print what was measured as JSON
 * @tuned: what was measured
 */
void tune_print_json(const struct tuned *tuned);

#endif /* EBPFMM_CTL_TUNE_H */
