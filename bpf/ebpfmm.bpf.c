// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fault policy: selects the page size at anonymous page faults of a cgroup.
 *
 * The kernel calls ebpfmm_select_orders() at an anonymous fault in a cgroup that it is
 * attached to, with the orders that the kernel admits there. User space has stored the
 * profile in the cgroup's local storage. choose.h makes the decision, account.h counts it.
 *
 * The kernel decides about memory that the profile does not cover.
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

/* Volatile, because user space writes it. */
volatile struct ebpfmm_tracing ebpfmm_tracing SEC(".data.tracing");

/* Likewise; the defaults are for a node without a measurement. */
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
