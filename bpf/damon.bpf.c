// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells what one of DAMON's threads has seen, interval by interval. It is not a part of the
 * policy: the process that reads it loads it, and it is not pinned.
 */
#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "seen.h"

char LICENSE[] SEC("license") = "GPL";

/* Some intervals of some thousand regions. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} seen SEC(".maps");

/* The thread; 0 for none. */
__s32 thread;
/* How many regions did not fit. */
__u64 lost;

/* Only that thread changes these. */
static __s32 last_thread;
static __u64 sequence;
static __u32 last_target;
static __u64 last_start;

SEC("tp_btf/damon_aggregated")
int BPF_PROG(ebpfmm_aggregated, unsigned int target, struct damon_region *region,
	     unsigned int regions)
{
	__u64 start = region->ar.start, flags = BPF_RB_NO_WAKEUP;
	struct ebpfmm_seen *out;

	if (!thread || (__s32)bpf_get_current_pid_tgid() != thread)
		return 0;
	/* Each interval goes through all targets and their regions in ascending order. */
	if (thread != last_thread || target < last_target ||
	    (target == last_target && start <= last_start)) {
		sequence++;
		/* The one before is complete. */
		flags = BPF_RB_FORCE_WAKEUP;
	}
	last_thread = thread;
	last_target = target;
	last_start = start;
	if (!region->nr_accesses && flags == BPF_RB_NO_WAKEUP)
		return 0;
	out = bpf_ringbuf_reserve(&seen, sizeof(*out), 0);
	if (!out) {
		lost += !!region->nr_accesses;
		return 0;
	}
	out->sequence = sequence;
	out->time_ns = bpf_ktime_get_ns();
	out->start = start;
	out->end = region->ar.end;
	out->target = target;
	out->count = region->nr_accesses;
	bpf_ringbuf_submit(out, flags);
	return 0;
}
