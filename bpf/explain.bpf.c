// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells user space what would be decided for an address of a process. Not a part
 * of the policy, but made of the same pieces: loaded by who asks, with the
 * policy's own maps, and gone when that has its answer. Nothing is counted.
 */
#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "tables.h"

char LICENSE[] SEC("license") = "GPL";

/* The policy's. */
struct small_tables ebpfmm_small SEC(".maps");
struct large_tables ebpfmm_large SEC(".maps");
volatile struct ebpfmm_costs ebpfmm_costs SEC(".data.costs");

#include "choose.h"

/* The question; the process is what is iterated over. */
const volatile __u64 asked_cgroup;
const volatile __u64 asked_address;

/* The answer. Each who asks has loaded its own. */
struct ebpfmm_explanation explanation;

static __always_inline void copy_costs(void)
{
	__u32 order;

	explanation.costs.measured = ebpfmm_costs.measured;
	explanation.costs.zero_ns = ebpfmm_costs.zero_ns;
	explanation.costs.fault_ns = ebpfmm_costs.fault_ns;
	for (order = 0; order < EBPFMM_ORDERS; order++)
		explanation.costs.compact_ns[order] = ebpfmm_costs.compact_ns[order];
}

static __always_inline __u32 explain_by(const struct question *question,
					struct ebpfmm_header *header,
					const struct ebpfmm_region *regions,
					__u64 capacity)
{
	struct choice choice;
	__u64 row;

	choose(question, header, regions, capacity, &choice);
	describe(question, regions, capacity, &choice, &explanation.event);
	row = choice.found.row;
	if (row < capacity) {
		barrier_var(row);
		explanation.region = regions[row];
		explanation.is_default = choice.found.is_default;
	}
	return EBPFMM_EXPLAINED;
}

static __always_inline __u32 explain(struct cgroup *cgrp,
				     struct vm_area_struct *vma)
{
	const struct question question = {
		.cgrp = cgrp,
		.vma = vma,
		.address = asked_address,
		.admissible = bpf_mm_admissible_orders(vma, asked_address),
		.why = BPF_MM_FAULT,
	};
	struct bpf_mm_headroom headroom = {};
	struct ebpfmm_small *small;
	struct ebpfmm_large *large;

	bpf_mm_headroom(vma, &headroom);
	explanation.headroom = headroom.bytes;
	explanation.headroom_limit = headroom.limit;
	copy_costs();

	small = bpf_cgrp_storage_get(&ebpfmm_small, cgrp, NULL, 0);
	if (small)
		return explain_by(&question, &small->header, small->regions,
				  EBPFMM_SMALL_REGIONS);
	large = bpf_cgrp_storage_get(&ebpfmm_large, cgrp, NULL, 0);
	if (large)
		return explain_by(&question, &large->header, large->regions,
				  EBPFMM_LARGE_REGIONS);
	return EBPFMM_NO_TABLE;
}

static __always_inline __u32 look_at(struct task_struct *task, struct cgroup *cgrp)
{
	struct bpf_iter_task_vma mappings;
	__u32 outcome = EBPFMM_UNMAPPED;
	struct vm_area_struct *vma;
	int rc;

	rc = bpf_iter_task_vma_new(&mappings, task, asked_address);
	vma = bpf_iter_task_vma_next(&mappings);
	if (rc) {
		/* ENOENT */
		outcome = rc == -2 ? EBPFMM_NO_MEMORY : EBPFMM_BUSY;
	} else if (vma && vma->vm_start <= asked_address) {
		explanation.vm_start = vma->vm_start;
		explanation.vm_end = vma->vm_end;
		outcome = vma->vm_ops ? EBPFMM_NOT_ANONYMOUS : explain(cgrp, vma);
		explanation.event.tgid = task->tgid;
	}
	bpf_iter_task_vma_destroy(&mappings);
	return outcome;
}

SEC("iter/task")
int ebpfmm_explain(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct cgroup *cgrp;

	if (!task)
		return 0;
	cgrp = bpf_cgroup_from_id(asked_cgroup);
	if (!cgrp)
		return 0;
	if (bpf_task_under_cgroup(task, cgrp) == 1)
		explanation.outcome = look_at(task, cgrp);
	else
		explanation.outcome = EBPFMM_NOT_BELOW;
	bpf_cgroup_release(cgrp);
	return 0;
}
