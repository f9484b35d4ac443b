// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fault policy: which page size for an anonymous page fault of a cgroup.
 *
 * The kernel asks ebpfmm_select_orders() at an anonymous fault of a cgroup that
 * it is attached to, with the orders it admits there. The profile is the one in
 * the cgroup's local storage, put there by user space when the container started;
 * choose.h has the decision, account.h what is kept of it.
 *
 * Memory that the profile says nothing of is left to the kernel.
 */
#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "tables.h"

char LICENSE[] SEC("license") = "GPL";

struct small_tables ebpfmm_small SEC(".maps");
struct large_tables ebpfmm_large SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 512 * 1024);
} ebpfmm_events SEC(".maps");

/* Written by user space, so never what the compiler believes it to be. */
volatile struct ebpfmm_tracing ebpfmm_tracing SEC(".data.tracing");

/* Likewise; these are for a node that was not measured. */
volatile struct ebpfmm_costs ebpfmm_costs SEC(".data.costs") = {
	.zero_ns = EBPFMM_DEFAULT_ZERO_NS,
	.fault_ns = EBPFMM_DEFAULT_FAULT_NS,
	.compact_ns = {
		EBPFMM_DEFAULT_COMPACT_NS(0), EBPFMM_DEFAULT_COMPACT_NS(1),
		EBPFMM_DEFAULT_COMPACT_NS(2), EBPFMM_DEFAULT_COMPACT_NS(3),
		EBPFMM_DEFAULT_COMPACT_NS(4), EBPFMM_DEFAULT_COMPACT_NS(5),
		EBPFMM_DEFAULT_COMPACT_NS(6), EBPFMM_DEFAULT_COMPACT_NS(7),
		EBPFMM_DEFAULT_COMPACT_NS(8), EBPFMM_DEFAULT_COMPACT_NS(9),
	},
};

#include "account.h"

static __always_inline __u32
select_orders(const struct question *question, struct ebpfmm_header *header,
	      struct ebpfmm_region *regions, __u64 capacity)
{
	struct choice choice;

	choose(question, header, regions, capacity, &choice);
	account(question, header, regions, capacity, &choice);
	return choice.answer;
}

SEC("struct_ops/ebpfmm_select_orders")
__u32 BPF_PROG(ebpfmm_select_orders, struct cgroup *cgrp,
	       struct vm_area_struct *vma, unsigned long address,
	       unsigned long orders, __u32 reason)
{
	const struct question question = {
		.cgrp = cgrp,
		.vma = vma,
		.address = address,
		.admissible = orders,
		.why = reason,
	};
	struct ebpfmm_small *small;
	struct ebpfmm_large *large;

	small = bpf_cgrp_storage_get(&ebpfmm_small, cgrp, NULL, 0);
	if (small)
		return select_orders(&question, &small->header, small->regions,
				     EBPFMM_SMALL_REGIONS);

	large = bpf_cgrp_storage_get(&ebpfmm_large, cgrp, NULL, 0);
	if (large)
		return select_orders(&question, &large->header, large->regions,
				     EBPFMM_LARGE_REGIONS);

	return BPF_MM_DEFAULT;
}

SEC(".struct_ops.link")
struct bpf_mm_ops ebpfmm_ops = {
	.select_orders = (void *)ebpfmm_select_orders,
};
