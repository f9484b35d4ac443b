// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pure part of the fault policy, in a program that any kernel runs: which
 * program, which region, what each size is worth. What only the patched kernel
 * can say is answered here at once: a free block is at hand, there is no limit.
 */
#include "kernel.h"

#include <bpf/bpf_helpers.h>

/* Instead of the kernel's functions, of which bpf/kernel.h has the prototypes. */
#define bpf_mm_first_node(vma, address, order)	((void)(vma), (void)(address), (void)(order), 0)
#define bpf_mm_block_at_hand(node, order)	((void)(node), (void)(order), true)
#define bpf_mm_headroom(vma, headroom)	((void)(vma), (void)(headroom), -1)
#define bpf_mm_folios(cgrp, order)	((void)(cgrp), (void)(order), 0)
#define bpf_mm_keep(start, end, uses, cookie)				\
	((void)(start), (void)(end), (void)(uses), (void)(cookie), 0)
#define bpf_mm_vma_before(vma, address)	((void)(vma), (void)(address), NULL)
#define bpf_mm_vma_after(vma, address)	((void)(vma), (void)(address), NULL)

#include "choose.h"

/* include/uapi/linux/bpf.h */
enum { BPF_MAP_TYPE_ARRAY = 2 };

char LICENSE[] SEC("license") = "GPL";

volatile struct ebpfmm_costs ebpfmm_costs SEC(".data.costs") = {
	.zero_ns = EBPFMM_DEFAULT_ZERO_NS,
	.fault_ns = EBPFMM_DEFAULT_FAULT_NS,
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ebpfmm_large);
} table SEC(".maps");

/* Set by user space: what is asked. The last one is for the addresses. */
struct {
	struct ebpfmm_identity identity;
	__u64 pages;
	__u64 random;
} asked SEC(".data.asked");

/* As the policy does, but that it asks the kernel. */
__noinline __u64 look_at_hand(struct ebpfmm_weighing *w __arg_nonnull)
{
	__u32 order = ebpfmm_next(w);

	if (!order || order >= EBPFMM_ORDERS)
		return 0;
	barrier_var(order);
	ebpfmm_learn(w, &ebpfmm_costs, order, EBPFMM_AT_HAND);
	return 0;
}

__noinline __u64 conclude_all(struct ebpfmm_weighing *w __arg_nonnull)
{
	ebpfmm_conclude(w, &ebpfmm_costs, ebpfmm_better(w, &ebpfmm_costs));
	return 0;
}

SEC("tc")
int nothing(void *ctx)
{
	(void)ctx;
	return 0;
}

__noinline __u64 do_nothing(struct ebpfmm_weighing *w __arg_nonnull)
{
	__u64 left = w->left;

	barrier_var(left);
	return left;
}

/* As many calls as the decision has, that do nothing. */
SEC("tc")
int calls(void *ctx)
{
	struct ebpfmm_weighing w = {};

	(void)ctx;
	return do_nothing(&w) + do_nothing(&w);
}

/* Answers with the orders for a page that is another one each time. */
SEC("tc")
int decision(void *ctx)
{
	struct choice choice = {};
	struct ebpfmm_large *large;
	struct place place = {};
	__u32 zero = 0, round;
	__u64 i;

	(void)ctx;
	large = bpf_map_lookup_elem(&table, &zero);
	if (!large)
		return -1;
	i = find_program(&large->header, &asked.identity);
	if (i >= EBPFMM_MAX_PROGRAMS)
		return -1;
	barrier_var(i);
	place.span = large->header.programs[i].image;
	asked.random = asked.random * 6364136223846793005ULL + 1;
	place.relative = (asked.random >> 32) * asked.pages >> 32;
	i = search(large->regions, EBPFMM_LARGE_REGIONS, &place);
	if (i >= EBPFMM_LARGE_REGIONS)
		return -1;
	barrier_var(i);
	choice.found.start = large->regions[i].start;
	choice.found.end = large->regions[i].end;
	weigh(&choice.weighing, &large->regions[i], &choice.found, place.relative,
	      EBPFMM_SUPPORTED_ORDERS);
	for (round = 0; round < EBPFMM_ROUNDS; round++)
		if (!look_at_hand(&choice.weighing))
			break;
	if (choice.weighing.revised)
		conclude_all(&choice.weighing);
	else
		ebpfmm_confirm(&choice.weighing);
	return choice.weighing.orders;
}
