// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports to user space what the policy would decide for an address of a process. It is
 * not a part of the policy, but shares its code and its maps. The first `ebpfmm explain`
 * loads and pins it beside the policy, because verifying it takes as long as verifying the
 * policy. It changes no counters.
 */
#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "tables.h"

char LICENSE[] SEC("license") = "GPL";

/* The maps of the policy. */
struct small_tables ebpfmm_small SEC(".maps");
struct large_tables ebpfmm_large SEC(".maps");
volatile struct ebpfmm_costs ebpfmm_costs SEC(".data.costs");

#include "choose.h"

/* The inquiry and its answer, in the storage of the thread that runs the iterator. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ebpfmm_inquiry);
} ebpfmm_inquiry SEC(".maps");

static __always_inline void copy_costs(struct ebpfmm_costs *costs)
{
	__u32 order;

	costs->measured = ebpfmm_costs.measured;
	costs->zero_ns = ebpfmm_costs.zero_ns;
	costs->fault_ns = ebpfmm_costs.fault_ns;
	for (order = 0; order < EBPFMM_ORDERS; order++)
		costs->compact_ns[order] = ebpfmm_costs.compact_ns[order];
}

static __always_inline __u32 explain_by(const struct question *question,
					struct ebpfmm_header *header,
					const struct ebpfmm_region *regions,
					__u64 capacity,
					struct ebpfmm_explanation *out)
{
	struct choice choice;
	__u64 row;

	choose(question, header, regions, capacity, &choice);
	describe(question, regions, capacity, &choice, &out->event);
	row = choice.found.row;
	if (row < capacity) {
		barrier_var(row);
		out->region = regions[row];
		out->is_default = choice.found.is_default;
	}
	return EBPFMM_EXPLAINED;
}

static __always_inline __u32 explain(struct cgroup *cgrp, struct vm_area_struct *vma,
				     struct ebpfmm_inquiry *inquiry)
{
	struct ebpfmm_explanation *out = &inquiry->answer;
	const struct question question = {
		.cgrp = cgrp,
		.vma = vma,
		.address = inquiry->address,
		.admissible = bpf_mm_admissible_orders(vma, inquiry->address) &
			      inquiry->orders,
		.why = BPF_MM_FAULT,
	};
	struct bpf_mm_headroom headroom = {};
	struct ebpfmm_small *small;
	struct ebpfmm_large *large;

	bpf_mm_headroom(vma, &headroom);
	out->headroom = headroom.bytes;
	out->headroom_limit = headroom.limit;
	copy_costs(&out->costs);

	small = bpf_cgrp_storage_get(&ebpfmm_small, cgrp, NULL, 0);
	if (small)
		return explain_by(&question, &small->header, small->regions,
				  EBPFMM_SMALL_REGIONS, out);
	large = bpf_cgrp_storage_get(&ebpfmm_large, cgrp, NULL, 0);
	if (large)
		return explain_by(&question, &large->header, large->regions,
				  EBPFMM_LARGE_REGIONS, out);
	return EBPFMM_NO_TABLE;
}

static __always_inline __u32 look_at(struct task_struct *task, struct cgroup *cgrp,
				     struct ebpfmm_inquiry *inquiry)
{
	struct ebpfmm_explanation *out = &inquiry->answer;
	struct bpf_iter_task_vma mappings;
	__u32 outcome = EBPFMM_UNMAPPED;
	struct vm_area_struct *vma;
	int rc;

	rc = bpf_iter_task_vma_new(&mappings, task, inquiry->address);
	vma = bpf_iter_task_vma_next(&mappings);
	if (rc) {
		/* ENOENT */
		outcome = rc == -2 ? EBPFMM_NO_MEMORY : EBPFMM_BUSY;
	} else if (vma && vma->vm_start <= inquiry->address) {
		out->vm_start = vma->vm_start;
		out->vm_end = vma->vm_end;
		outcome = vma->vm_ops ? EBPFMM_NOT_ANONYMOUS :
					explain(cgrp, vma, inquiry);
		out->event.tgid = task->tgid;
	}
	bpf_iter_task_vma_destroy(&mappings);
	return outcome;
}

SEC("iter/task")
int ebpfmm_explain(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct ebpfmm_inquiry *inquiry;
	struct cgroup *cgrp;

	inquiry = bpf_task_storage_get(&ebpfmm_inquiry, bpf_get_current_task_btf(), NULL, 0);
	if (!task || !inquiry)
		return 0;
	cgrp = bpf_cgroup_from_id(inquiry->cgroup);
	if (!cgrp)
		return 0;
	if (bpf_task_under_cgroup(task, cgrp) == 1)
		inquiry->answer.outcome = look_at(task, cgrp, inquiry);
	else
		inquiry->answer.outcome = EBPFMM_NOT_BELOW;
	bpf_cgroup_release(cgrp);
	return 0;
}
