/* SPDX-License-Identifier: GPL-2.0-only */
/* What hooks and commands that were killed have left on the node. */
#ifndef EBPFMM_CTL_LEFTOVERS_H
#define EBPFMM_CTL_LEFTOVERS_H

#include <stdbool.h>

#include "base/error.h"
#include "life/lifecycle.h"

/**
 * struct leftovers - how much there is, or was
 * @life: of attached policies; its files are those of caches and the like, too
 * @traces: 1 if a cgroup is traced and nobody listens
 */
struct leftovers {
	struct ebpfmm_leftovers life;
	unsigned int traces;
};

/**
 * leftovers_find - find all of it
 * @clear: if false, only count
 * @found: how much there is, or was
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int leftovers_find(bool clear, struct leftovers *found, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_LEFTOVERS_H */
