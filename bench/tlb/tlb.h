/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of data TLBs: two levels of caches of translations, by page size. It counts
 * which accesses each level answers, and for which the page tables are walked. It knows
 * nothing of time, of prefetchers, of page walk caches or of other threads of a core.
 */
#ifndef EBPFMM_BENCH_TLB_H
#define EBPFMM_BENCH_TLB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Orders of what an entry can translate: 4K to 2M. */
#define TLB_ORDERS	10U
#define TLB_2M		9U
#define TLB_ARRAYS	2U

/**
 * struct tlb_shape - one array of entries
 * @orders: bitmap of the orders that it holds; 0: the array does not exist
 * @entries: how many
 * @ways: how many of them a translation can be in; @entries if it can be in any
 */
struct tlb_shape {
	unsigned int orders;
	unsigned int entries;
	unsigned int ways;
};

/**
 * struct tlb_machine - the TLBs of a processor
 * @name: a word, for tables
 * @what: the processor, and where its numbers are from
 * @coalesced: bitmap of orders that an entry can have although page tables have 4K: for an
 *	aligned group of pages that is as contiguous in memory as in the address space
 * @hinted: only if the kernel says so, which it does for pages of one folio
 * @first: arrays of the first level
 * @second: arrays of the second level
 */
struct tlb_machine {
	const char *name;
	const char *what;
	unsigned int coalesced;
	bool hinted;
	struct tlb_shape first[TLB_ARRAYS];
	struct tlb_shape second[TLB_ARRAYS];
};

/* The machines, up to one without a name. */
extern const struct tlb_machine tlb_machines[];

/**
 * struct tlb_counts - what was counted
 * @accesses: all accesses
 * @second: those that the second level answered
 * @walks: those that neither did, by the order of the entry that was made
 */
struct tlb_counts {
	uint64_t accesses;
	uint64_t second;
	uint64_t walks[TLB_ORDERS];
};

struct tlb;

/**
 * tlb_new - make a TLB that holds nothing
 * @machine: its shape
 *
 * Return: to be freed with tlb_free(), or NULL without memory.
 */
struct tlb *tlb_new(const struct tlb_machine *machine);

/**
 * tlb_free - free a TLB
 * @tlb: may be NULL
 */
void tlb_free(struct tlb *tlb);

/**
 * tlb_lookup - look for a translation, which becomes the one that was used last
 * @tlb: the TLB
 * @address: virtual address
 * @counts: where the access is counted, unless it needs a walk
 *
 * Return: whether one of the levels has it; if not, tlb_fill() is next.
 */
bool tlb_lookup(struct tlb *tlb, uint64_t address, struct tlb_counts *counts);

/**
 * tlb_fill - put a translation into both levels, and count the walk
 * @tlb: the TLB
 * @address: virtual address
 * @page: order of the page, as page tables have it: 0 or TLB_2M
 * @contiguous: bitmap of the orders in which the pages around @address are contiguous
 * @folio: those in which they are of one folio, too
 * @counts: where the access is counted
 */
void tlb_fill(struct tlb *tlb, uint64_t address, unsigned int page, unsigned int contiguous,
	      unsigned int folio, struct tlb_counts *counts);

/**
 * tlb_flush - forget all translations
 * @tlb: the TLB
 */
void tlb_flush(struct tlb *tlb);

#endif /* EBPFMM_BENCH_TLB_H */
