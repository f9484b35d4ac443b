/* SPDX-License-Identifier: GPL-2.0-only */
/* A cgroup's memory by page size, as the kernel counts it. */
#ifndef EBPFMM_SIZES_H
#define EBPFMM_SIZES_H

#include <stdint.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/cgroup.h"

struct ebpfmm_sizes;

/**
 * ebpfmm_sizes_open - prepare to read the counters of cgroups
 * @out: to be closed with ebpfmm_sizes_close()
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_sizes_open(struct ebpfmm_sizes **out, struct ebpfmm_error *err);

/**
 * ebpfmm_sizes_read - read the anonymous memory of a cgroup and its descendants
 * @sizes: from ebpfmm_sizes_open()
 * @cgroup: the cgroup
 * @bytes: filled in, by page size; the count of single pages is off by up to some
 *	pages per CPU
 * @err: what failed; code is ENOENT when the cgroup has no count of its own
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_sizes_read(struct ebpfmm_sizes *sizes, const struct ebpfmm_cgroup *cgroup,
		      uint64_t bytes[EBPFMM_ORDERS], struct ebpfmm_error *err);

/**
 * ebpfmm_sizes_close - free what ebpfmm_sizes_open() made
 * @sizes: may be NULL
 */
void ebpfmm_sizes_close(struct ebpfmm_sizes *sizes);
EBPFMM_CLEANUP(struct ebpfmm_sizes *, ebpfmm_sizes_close)

#endif /* EBPFMM_SIZES_H */
