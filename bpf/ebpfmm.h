/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fault policy and user space share: one cgroup's translated profile
 * as the policy reads it at a fault, and the counters it keeps. Types, enums
 * and limits only; both sides include this file unchanged. The fixed-width
 * types (__u32 …) come from <linux/types.h> or from vmlinux.h, whichever the
 * includer has.
 *
 * Theory of operation: user space knows what an ELF file says, the kernel
 * knows where things ended up. So addresses here are page numbers relative to
 * a base that only the kernel knows (load bias, start of brk, top of stack,
 * start of a mapping), and the policy adds the base at fault time. That is
 * what makes a profile independent of ASLR.
 */
#ifndef EBPFMM_H
#define EBPFMM_H

/* Orders 0 (4K) to 9 (2M), the sizes an anonymous fault can have on x86-64. */
#define EBPFMM_ORDERS		10
#define EBPFMM_PAGE_SHIFT	12
/* An anonymous folio of two pages cannot exist (THP_ORDERS_ALL_ANON). */
#define EBPFMM_SUPPORTED_ORDERS	(((1U << EBPFMM_ORDERS) - 1) & ~2U)

#define EBPFMM_BENEFITS		(EBPFMM_ORDERS - 1)

#define EBPFMM_MAX_PROGRAMS	16
#define EBPFMM_MAX_MAPPINGS	32
#define EBPFMM_MAX_OBJECTS	32
#define EBPFMM_MAX_NTH		64
#define EBPFMM_SMALL_REGIONS	21
#define EBPFMM_LARGE_REGIONS	1024
#define EBPFMM_NAME_SIZE	64	/* of a profile, with its NUL */
#define EBPFMM_ANON_NAME_SIZE	80	/* ANON_VMA_NAME_MAX_LEN, with NUL */
#define EBPFMM_NO_REGION	0xffffU
#define EBPFMM_NO_PROGRAM	0xffffU
#define EBPFMM_TOUCHED_ONE	1024	/* "every page is touched" */
#ifndef EBPFMM_FORMAT			/* the tests build a second version */
#define EBPFMM_FORMAT		6	/* changes whenever a layout here or a pin does */
#endif

/* What pages are taken to cost until that is measured. */
#define EBPFMM_DEFAULT_ZERO_NS	100
#define EBPFMM_DEFAULT_FAULT_NS	500
#define EBPFMM_DEFAULT_COMPACT_NS(order)	(2000U << (order))

/**
 * struct ebpfmm_costs - what pages cost on this node; written by user space
 * @measured: when they were measured, seconds since 1970; 0: they are defaults
 * @zero_ns: time to zero a page of 4K, nanoseconds
 * @fault_ns: time that a page fault takes besides zeroing, nanoseconds
 * @compact_ns: time to make a free block of each order by compaction, nanoseconds
 */
struct ebpfmm_costs {
	__u64 measured;
	__u32 zero_ns;
	__u32 fault_ns;
	__u32 compact_ns[EBPFMM_ORDERS];
};

/**
 * struct ebpfmm_region - a range of pages and what each page size is worth there
 * @start: first page, relative to the base of the space it is listed in
 * @end: first page after it
 * @sizes: bit o set: order o is a candidate; bit 0 always is
 * @touched: share of the pages that gets touched, in 1/EBPFMM_TOUCHED_ONE
 * @source: which of its program's regions in the profile it is; EBPFMM_NO_REGION
 *	for a default
 * @reserved: 0
 * @decisions: counted by the policy, modulo 2^32
 * @benefit: expected benefit of one page of each order but order 1, nanoseconds;
 *	see EBPFMM_BENEFIT()
 *
 * A page that holds a byte of two adjacent regions belongs to the first one.
 */
struct ebpfmm_region {
	__u32 start;
	__u32 end;
	__u16 sizes;
	__u16 touched;
	__u16 source;
	__u16 reserved;
	__u32 decisions;
	__u32 benefit[EBPFMM_BENEFITS];
};

/* Where the benefit of an order is: there is none of order 1. */
#define EBPFMM_BENEFIT(order)	((order) ? (order) - 1 : 0)

/**
 * struct ebpfmm_span - a slice of a table
 * @first: index of its first entry
 * @count: number of entries; regions of a span are sorted and do not overlap
 */
struct ebpfmm_span {
	__u16 first;
	__u16 count;
};

/**
 * struct ebpfmm_identity - which file, and in which state of it
 * @ino: i_ino of its inode, as the kernel has it
 * @mtime: when its content was last changed: seconds
 * @mtime_nsec: and nanoseconds
 * @dev: s_dev of the inode's superblock, in the kernel's own encoding
 *
 * The time is here because numbers of inodes come again (a file that was
 * deleted; two layers of an overlay without xino), and because a file that was
 * written to is no longer the one that was translated.
 */
struct ebpfmm_identity {
	__u64 ino;
	__s64 mtime;
	__u32 mtime_nsec;
	__u32 dev;
};

/**
 * struct ebpfmm_mapping - which anonymous mappings a set of regions is for
 * @min_size: smallest size of the mapping in bytes
 * @max_size: largest size in bytes
 * @regions: its regions, in pages from the start of the mapping
 * @name_len: length of @name, 0 if the name does not matter
 * @nth: which one of those that match in one process, the highest address being
 *	the first (mmap(2) goes downwards); 0 any of them
 * @name: as set with PR_SET_VMA_ANON_NAME
 *
 * Matchers are tried in order; the first one that matches is taken.
 */
struct ebpfmm_mapping {
	__u64 min_size;
	__u64 max_size;
	struct ebpfmm_span regions;
	__u16 name_len;
	__u16 nth;
	char name[EBPFMM_ANON_NAME_SIZE];
};

/**
 * struct ebpfmm_object - the anonymous part of a segment of a shared object
 * @file: what the process maps: on overlayfs the file of the layer
 * @file_end: page of the file at which the segment's file-backed part ends
 * @start: page of unbiased virtual address at which its anonymous part starts
 * @end: first page after that part
 * @regions: its regions, in pages of unbiased virtual address
 *
 * The dynamic linker maps the one right behind the other, which is how the part
 * is known at a fault, whenever and wherever the object was loaded.
 */
struct ebpfmm_object {
	struct ebpfmm_identity file;
	__u32 file_end;
	__u32 start;
	__u32 end;
	struct ebpfmm_span regions;
};

/**
 * struct ebpfmm_program - one program of a profile
 * @file: as in mm->exe_file
 * @default_region: index of the row for anonymous memory outside every
 *	region, or EBPFMM_NO_REGION
 * @start_code: what mm->start_code is before the load bias is added: the
 *	lowest p_vaddr of an executable PT_LOAD (fs/binfmt_elf.c)
 * @image_start: lowest address of a PT_LOAD, rounded down to a page
 * @image_end: end of the highest PT_LOAD, rounded up to a page
 * @image: regions in pages of unbiased virtual address
 * @heap: regions in pages from mm->start_brk
 * @stack: regions in pages downwards from the page above mm->start_stack:
 *	page n is the n-th one below it, counting from 0
 * @mappings: slice of the matchers
 * @objects: slice of the parts of shared objects
 * @outside: faults of its memory that is in no region, counted by the policy,
 *	modulo 2^32
 */
struct ebpfmm_program {
	struct ebpfmm_identity file;
	__u16 default_region;
	__u16 reserved[3];
	__u64 start_code;
	__u64 image_start;
	__u64 image_end;
	struct ebpfmm_span image;
	struct ebpfmm_span heap;
	struct ebpfmm_span stack;
	struct ebpfmm_span mappings;
	struct ebpfmm_span objects;
	__u32 outside;
};

/**
 * enum ebpfmm_reason - why a decision was what it was
 * @EBPFMM_BEST: the best candidate of a region
 * @EBPFMM_DEFAULT: the best candidate of the program's default
 * @EBPFMM_EDGE: a better one would have reached outside the region
 * @EBPFMM_FORBIDDEN: a better one was not admissible to the kernel here (sysfs,
 *	the bounds of the vma, a page table where a 2M page would go)
 * @EBPFMM_LIMIT: a better one would have exceeded the profile's limit
 * @EBPFMM_PRESSURE: a better one would have left too little headroom below the
 *	limits of the memory cgroup
 * @EBPFMM_SUPPLY: a better one has no free block at hand, and would not repay
 *	making one
 * @EBPFMM_OUTSIDE: in no region and there is no default: left to the kernel
 * @EBPFMM_OTHER_PROGRAM: not a program of the profile: left to the kernel
 * @EBPFMM_KEPT: not asked: an earlier answer to this thread, 4K, stood for it;
 *	where that was to leave it to the kernel its reason is counted again
 */
enum ebpfmm_reason {
	EBPFMM_BEST,
	EBPFMM_DEFAULT,
	EBPFMM_EDGE,
	EBPFMM_FORBIDDEN,
	EBPFMM_LIMIT,
	EBPFMM_PRESSURE,
	EBPFMM_SUPPLY,
	EBPFMM_OUTSIDE,
	EBPFMM_OTHER_PROGRAM,
	EBPFMM_KEPT,
	EBPFMM_REASONS,
};

/* CPUs share a stripe of counters modulo this, so that few share a line. */
#define EBPFMM_STRIPES		4

/**
 * struct ebpfmm_counters - decisions of one stripe of CPUs
 * @order: decisions by the order that was chosen
 * @reason: decisions by enum ebpfmm_reason
 */
struct ebpfmm_counters {
	__u64 order[EBPFMM_ORDERS];
	__u64 reason[EBPFMM_REASONS];
};

/**
 * struct ebpfmm_lost - what candidates were worth that were not chosen (sampled)
 * @net: sum of their net benefits, nanoseconds, by order
 * @samples: how many there are in the sum, by order
 */
struct ebpfmm_lost {
	__s64 net[EBPFMM_ORDERS];
	__u32 samples[EBPFMM_ORDERS];
};

/**
 * struct ebpfmm_header - what precedes the regions of a cgroup's policy
 * @format: EBPFMM_FORMAT
 * @nregions: entries in use in the array of regions
 * @nprograms: entries in use in @programs
 * @nmappings: entries in use in @mappings
 * @nobjects: entries in use in @objects
 * @limited: bitmap of the orders that have a limit
 * @reserved: 0
 * @name: of the profile, for people
 * @limit: bytes of the cgroup's memory that may be in pages of each order
 * @programs: the programs; the first one whose file matches is taken
 * @mappings: matchers of all programs
 * @objects: parts of shared objects, of all programs
 * @counters: kept by the policy
 * @lost: likewise
 */
struct ebpfmm_header {
	__u16 format;
	__u16 nregions;
	__u16 nprograms;
	__u16 nmappings;
	__u16 nobjects;
	__u16 limited;
	__u16 reserved[2];
	char name[EBPFMM_NAME_SIZE];
	__u64 limit[EBPFMM_ORDERS];
	struct ebpfmm_program programs[EBPFMM_MAX_PROGRAMS];
	struct ebpfmm_mapping mappings[EBPFMM_MAX_MAPPINGS];
	struct ebpfmm_object objects[EBPFMM_MAX_OBJECTS];
	struct ebpfmm_counters counters[EBPFMM_STRIPES];
	struct ebpfmm_lost lost;
};

/**
 * struct ebpfmm_small - value of the cgroup storage "ebpfmm_small"
 * @header: see there
 * @regions: the regions of all programs
 *
 * A cgroup has its policy in one of two storages, by its number of regions, so
 * that a usual profile does not pay for the largest possible one.
 */
struct ebpfmm_small {
	struct ebpfmm_header header;
	struct ebpfmm_region regions[EBPFMM_SMALL_REGIONS];
};

/**
 * struct ebpfmm_large - value of the cgroup storage "ebpfmm_large"
 * @header: see there
 * @regions: the regions of all programs
 *
 * Bounded by BPF_LOCAL_STORAGE_MAX_VALUE_SIZE, which is just below 64 KiB.
 */
struct ebpfmm_large {
	struct ebpfmm_header header;
	struct ebpfmm_region regions[EBPFMM_LARGE_REGIONS];
};

/**
 * struct ebpfmm_file - what the iterators "ebpfmm_files" and "ebpfmm_mapped" say
 * @identity: of an open file, or of the file behind a mapping
 * @at: its descriptor in the process that was iterated over, or the address at
 *	which the mapping starts
 * @ctime: when the inode was last changed, which nobody can set: seconds
 * @ctime_nsec: and nanoseconds
 * @reserved: 0
 *
 * stat(2) may say other numbers than the kernel has in the inode (overlayfs,
 * btrfs), so user space asks this way. On overlayfs the file that is open is not
 * the one that is mapped.
 */
struct ebpfmm_file {
	struct ebpfmm_identity identity;
	__u64 at;
	__s64 ctime;
	__u32 ctime_nsec;
	__u32 reserved;
};

/**
 * struct ebpfmm_folios - what the iterator "ebpfmm_folios" says of a cgroup
 * @count: anonymous folios of each order from 2 on, of those below it too
 */
struct ebpfmm_folios {
	__u64 count[EBPFMM_ORDERS];
};

/**
 * struct ebpfmm_tracing - whose decisions are to be told; written by user space
 * @cgroup: id of the cgroup, 0 for nobody's
 * @every: tell one in so many
 * @lost: events for which there was no room, counted by the policy
 * @until: CLOCK_MONOTONIC, nanoseconds: nothing is told from then on. Who listens
 *	puts it off again and again, so that the telling ends with them, whatever
 *	they die of.
 */
struct ebpfmm_tracing {
	__u64 cgroup;
	__u64 every;
	__u64 lost;
	__u64 until;
};

/**
 * struct ebpfmm_event - one decision, as told in the ring buffer
 * @time: CLOCK_MONOTONIC, nanoseconds
 * @address: page-aligned address that faulted
 * @start: address at which the memory that is decided alike starts
 * @end: first address after it
 * @tgid: process whose fault it was
 * @tid: its thread
 * @program: index in the table; EBPFMM_NO_PROGRAM if it is none of the profile
 * @region: the region's @source; EBPFMM_NO_REGION if there is none or it is the
 *	program's default
 * @admissible: bitmap of the orders that the kernel admits
 * @orders: bitmap of the orders that were selected
 * @order: the best of them
 * @reason: enum ebpfmm_reason
 * @asked: enum bpf_mm_reason of the kernel
 * @compact: whether the kernel may compact memory for it
 * @candidates: bitmap of the orders that the region names and that fit into it
 * @limited: of these, which would have exceeded a limit of the profile
 * @pressed: which would have left too little headroom
 * @missing: which had no free block at hand, among those that were looked for
 * @touched: the region's, in 1/EBPFMM_TOUCHED_ONE
 * @refused: where the kernel decides, which of @admissible it may not use: those of
 *	@limited, and those that would reach into a region
 * @net: net benefit of each candidate, nanoseconds
 */
struct ebpfmm_event {
	__u64 time;
	__u64 address;
	__u64 start;
	__u64 end;
	__u32 tgid;
	__u32 tid;
	__u16 program;
	__u16 region;
	__u16 admissible;
	__u16 orders;
	__u8 order;
	__u8 reason;
	__u8 asked;
	__u8 compact;
	__u16 candidates;
	__u16 limited;
	__u16 pressed;
	__u16 missing;
	__u16 touched;
	__u16 refused;
	__s64 net[EBPFMM_ORDERS];
};

/**
 * enum ebpfmm_outcome - what came of the question what would be decided
 * @EBPFMM_NO_TASK: there is no such process
 * @EBPFMM_NOT_BELOW: it is not in the cgroup or below it
 * @EBPFMM_BUSY: its memory could not be looked at just now
 * @EBPFMM_NO_MEMORY: it has none
 * @EBPFMM_UNMAPPED: nothing is mapped at the address
 * @EBPFMM_NOT_ANONYMOUS: what is mapped there is not anonymous memory
 * @EBPFMM_NO_TABLE: the cgroup has no profile
 * @EBPFMM_EXPLAINED: an answer
 */
enum ebpfmm_outcome {
	EBPFMM_NO_TASK,
	EBPFMM_NOT_BELOW,
	EBPFMM_BUSY,
	EBPFMM_NO_MEMORY,
	EBPFMM_UNMAPPED,
	EBPFMM_NOT_ANONYMOUS,
	EBPFMM_NO_TABLE,
	EBPFMM_EXPLAINED,
};

/**
 * struct ebpfmm_explanation - what would be decided for an address, and from what
 * @outcome: enum ebpfmm_outcome; of all others but EBPFMM_EXPLAINED the rest is 0
 * @is_default: @region is the program's default
 * @vm_start: where the mapping starts
 * @vm_end: first address after it
 * @headroom: bytes that may still be charged, below the nearest limit
 * @headroom_limit: that limit, bytes; both are all ones if there is none
 * @event: the decision; there are no time and no thread to it
 * @region: the region, or the default; its @sizes are 0 if it is neither
 * @costs: what pages were taken to cost
 */
struct ebpfmm_explanation {
	__u32 outcome;
	__u32 is_default;
	__u64 vm_start;
	__u64 vm_end;
	__u64 headroom;
	__u64 headroom_limit;
	struct ebpfmm_event event;
	struct ebpfmm_region region;
	struct ebpfmm_costs costs;
};

/**
 * struct ebpfmm_inquiry - a question to the program "ebpfmm_explain", and its answer
 * @cgroup: id of the cgroup whose profile is asked
 * @address: address in the process that is iterated over, page-aligned
 * @answer: filled in by the program
 */
struct ebpfmm_inquiry {
	__u64 cgroup;
	__u64 address;
	struct ebpfmm_explanation answer;
};

#endif /* EBPFMM_H */
