/* SPDX-License-Identifier: GPL-2.0-only */
/* Leftovers of killed hooks and commands. */
#ifndef EBPFMM_CTL_LEFTOVERS_H
#define EBPFMM_CTL_LEFTOVERS_H

#include <stdbool.h>

#include "base/error.h"
#include "life/lifecycle.h"

/**
 * struct leftovers - number of leftovers
 * @life: those of policies; its files include those of the cache and of calibrate
 * @traces: 1 if a cgroup is traced without a listener
 * @recordings: those that nobody makes any more, but DAMON works for
 * @trials: cgroups of trials, and 1 if page sizes are still allowed for one
 */
struct leftovers {
	struct ebpfmm_leftovers life;
	unsigned int traces;
	unsigned int recordings;
	unsigned int trials;
};

/**
 * leftovers_find - find leftovers
 * @clear: if false, only count
 * @found: their number
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int leftovers_find(bool clear, struct leftovers *found, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_LEFTOVERS_H */
