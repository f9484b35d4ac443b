/* SPDX-License-Identifier: GPL-2.0-only */
/* What bpf/damon.bpf.c tells the process that loads it. */
#ifndef EBPFMM_SEEN_H
#define EBPFMM_SEEN_H

/**
 * struct ebpfmm_seen - a region that was accessed
 * @sequence: number of the interval
 * @time_ns: CLOCK_MONOTONIC
 * @start: the first address
 * @end: the address behind it
 * @target: index of the process among those that DAMON watches
 * @count: in how many samples of the interval it was accessed
 */
struct ebpfmm_seen {
	__u64 sequence;
	__u64 time_ns;
	__u64 start;
	__u64 end;
	__u32 target;
	__u32 count;
};

#endif /* EBPFMM_SEEN_H */
