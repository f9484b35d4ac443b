/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of a decision besides the answer: it is counted, sampled, and told
 * to whoever traces the cgroup.
 */
#ifndef EBPFMM_ACCOUNT_H
#define EBPFMM_ACCOUNT_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>

#include "choose.h"

/* What candidates lose by is noted of one decision in so many. */
#define SAMPLED		16

static __always_inline void count(struct ebpfmm_header *header, __u64 order,
				  __u64 reason, __u64 times)
{
	__u64 stripe = bpf_get_smp_processor_id() % EBPFMM_STRIPES;
	struct ebpfmm_counters *counters = &header->counters[stripe];

	if (order < EBPFMM_ORDERS) {
		barrier_var(order);
		__sync_fetch_and_add(&counters->order[order], times);
	}
	if (reason < EBPFMM_REASONS) {
		barrier_var(reason);
		__sync_fetch_and_add(&counters->reason[reason], times);
	}
}

/* Counts for the region or, where there is none, for the rest of the program. */
static __always_inline void count_place(struct ebpfmm_header *header,
					struct ebpfmm_region *regions,
					__u64 capacity, __u64 row,
					__u64 program, __u32 times)
{
	if (row < capacity) {
		barrier_var(row);
		__sync_fetch_and_add(&regions[row].decisions, times);
	} else if (program < EBPFMM_MAX_PROGRAMS) {
		barrier_var(program);
		__sync_fetch_and_add(&header->programs[program].outside, times);
	}
}

/* What those candidates were worth that were not chosen. */
__noinline __u64 sample(struct ebpfmm_header *header __arg_nonnull,
			const struct ebpfmm_weighing *w __arg_nonnull)
{
	__u32 order;

	for (order = 0; order < EBPFMM_ORDERS; order++) {
		if (order == w->order || !(w->candidates >> order & 1))
			continue;
		__sync_fetch_and_add(&header->lost.net[order], w->net[order]);
		__sync_fetch_and_add(&header->lost.samples[order], 1);
	}
	return 0;
}

static __always_inline bool is_traced(struct cgroup *cgrp)
{
	return ebpfmm_tracing.cgroup && ebpfmm_tracing.cgroup == cgrp->kn->id;
}

static __always_inline void
trace(const struct question *question, const struct ebpfmm_region *regions,
      __u64 capacity, const struct choice *choice)
{
	__u64 every = ebpfmm_tracing.every;
	__u64 thread = bpf_get_current_pid_tgid();
	struct ebpfmm_event *event;

	if (every > 1 && bpf_get_prandom_u32() % every)
		return;
	event = bpf_ringbuf_reserve(&ebpfmm_events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&ebpfmm_tracing.lost, 1);
		return;
	}
	describe(question, regions, capacity, choice, event);
	event->time = bpf_ktime_get_ns();
	event->tgid = thread >> 32;
	event->tid = thread;
	bpf_ringbuf_submit(event, 0);
}

/* --- all of it ------------------------------------------------------------------- */

static __always_inline void
account(const struct question *question, struct ebpfmm_header *header,
	struct ebpfmm_region *regions, __u64 capacity, struct choice *choice)
{
	const struct ebpfmm_weighing *w = &choice->weighing;
	bool decided = is_decided(choice->reason);

	if (is_traced(question->cgrp))
		trace(question, regions, capacity, choice);
	if (question->why != BPF_MM_FAULT)
		return;
	count(header, decided ? w->order : EBPFMM_ORDERS, choice->reason, 1);
	count_place(header, regions, capacity,
		    decided ? choice->found.row : EBPFMM_NO_REGION,
		    choice->found.program, 1);
	if (decided && w->candidates != 1 &&
	    !(bpf_get_prandom_u32() % SAMPLED))
		sample(header, w);
}

#endif /* EBPFMM_ACCOUNT_H */
