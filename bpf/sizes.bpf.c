// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports to user space how many folios of each order a cgroup has. It is not a part of
 * the policy: the process that reads it loads it, and it is not pinned.
 */
#include "kernel.h"

#include <bpf/bpf_helpers.h>

#include "ebpfmm.h"

char LICENSE[] SEC("license") = "GPL";

SEC("iter/cgroup")
int ebpfmm_folios(struct bpf_iter__cgroup *ctx)
{
	struct cgroup *cgrp = ctx->cgroup;
	struct ebpfmm_folios out = {};
	__u32 order;

	if (!cgrp)
		return 0;
	for (order = 1; order < EBPFMM_ORDERS; order++)
		out.count[order] = bpf_mm_folios(cgrp, order);
	bpf_seq_write(ctx->meta->seq, &out, sizeof(out));
	return 0;
}
