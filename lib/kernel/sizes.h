/* SPDX-License-Identifier: GPL-2.0-only */
/* In pages of which size a cgroup has its memory: the kernel's own account. */
#ifndef EBPFMM_SIZES_H
#define EBPFMM_SIZES_H

#include <stdint.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/cgroup.h"

struct ebpfmm_sizes;

/**
 * ebpfmm_sizes_open - prepare to read the accounts of cgroups
 * @out: to be closed with ebpfmm_sizes_close()
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_sizes_open(struct ebpfmm_sizes **out, struct ebpfmm_error *err);

/**
 * ebpfmm_sizes_read - anonymous memory of a cgroup and those below, by page size
 * @sizes: from ebpfmm_sizes_open()
 * @cgroup: the cgroup
 * @bytes: filled in; that in single pages is known to some pages per CPU only
 * @err: what failed; code is ENOENT when its memory is not accounted for
 *	separately
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_sizes_read(struct ebpfmm_sizes *sizes, const struct ebpfmm_cgroup *cgroup,
		      uint64_t bytes[EBPFMM_ORDERS], struct ebpfmm_error *err);

/**
 * ebpfmm_sizes_close - close
 * @sizes: may be NULL
 */
void ebpfmm_sizes_close(struct ebpfmm_sizes *sizes);
EBPFMM_CLEANUP(struct ebpfmm_sizes *, ebpfmm_sizes_close)

#endif /* EBPFMM_SIZES_H */
