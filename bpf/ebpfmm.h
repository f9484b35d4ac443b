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
#define EBPFMM_FORMAT		7	/* changes whenever a layout here or a pin does */
#endif

/* The assumed costs of pages, until they are measured. */
#define EBPFMM_DEFAULT_ZERO_NS	100
#define EBPFMM_DEFAULT_FAULT_NS	500
#define EBPFMM_DEFAULT_COMPACT_NS(order)	(2000U << (order))

/**
 * struct ebpfmm_costs - what pages cost on this node; written by user space
 * @measured: when they were measured, seconds since 1970; 0 for defaults
 * @zero_ns: time to zero a page of 4K, nanoseconds
 * @fault_ns: time of a page fault without zeroing, nanoseconds
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
 * @sizes: bitmap of the orders that are candidates; bit 0 is always set
 * @touched: share of the pages that is expected to be touched, in
 *	1/EBPFMM_TOUCHED_ONE
 * @source: index of the region in its program in the profile; EBPFMM_NO_REGION
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

/* The index in @benefit of an order; order 1 has none. */
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
 * struct ebpfmm_identity - identifies a file in a certain state
 * @ino: i_ino of the kernel's inode
 * @mtime: time of the last modification: seconds
 * @mtime_nsec: and nanoseconds
 * @dev: s_dev of the inode's superblock, in the kernel's own encoding
 *
 * The time is included because inode numbers are reused (after a file is deleted;
 * in two layers of an overlay without xino), and because a file that was written
 * to is no longer the one that was translated.
 */
struct ebpfmm_identity {
	__u64 ino;
	__s64 mtime;
	__u32 mtime_nsec;
	__u32 dev;
};

/**
 * struct ebpfmm_mapping - selects the anonymous mappings that regions apply to
 * @min_size: smallest size of the mapping in bytes
 * @max_size: largest size in bytes
 * @regions: its regions, in pages from the start of the mapping
 * @name_len: length of @name, 0 if the name does not matter
 * @nth: rank among the matching mappings of a process, from the highest address
 *	downwards, as mmap(2) assigns them; 0 for any
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
 * @file: the file that the process maps; on overlayfs, the file of the layer
 * @file_end: page of the file at which the segment's file-backed part ends
 * @start: page of unbiased virtual address at which its anonymous part starts
 * @end: first page after that part
 * @regions: its regions, in pages of unbiased virtual address
 *
 * The dynamic linker maps the anonymous part right after the file-backed part. The
 * policy recognises it by that, whenever and wherever the object was loaded.
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
 * @file: the file that mm->exe_file refers to
 * @default_region: index of the row for anonymous memory outside every
 *	region, or EBPFMM_NO_REGION
 * @start_code: mm->start_code without the load bias: the lowest p_vaddr of an
 *	executable PT_LOAD (fs/binfmt_elf.c)
 * @image_start: lowest address of a PT_LOAD, rounded down to a page
 * @image_end: end of the highest PT_LOAD, rounded up to a page
 * @image: regions in pages of unbiased virtual address
 * @heap: regions in pages from mm->start_brk
 * @stack: regions in pages downwards from the page above mm->start_stack:
 *	page n is the n-th one below it, counting from 0
 * @mappings: slice of the matchers
 * @objects: slice of the parts of shared objects
 * @outside: faults outside all regions, counted by the policy, modulo 2^32
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
 * enum ebpfmm_reason - the reason of a decision
 * @EBPFMM_BEST: the best candidate of a region
 * @EBPFMM_DEFAULT: the best candidate of the program's default
 * @EBPFMM_EDGE: a better one would have reached outside the region
 * @EBPFMM_FORBIDDEN: the kernel does not admit a better one here (sysfs, the
 *	bounds of the vma, a page table where a 2M page would go)
 * @EBPFMM_LIMIT: a better one would have exceeded the profile's limit
 * @EBPFMM_PRESSURE: a better one would have left too little headroom below the
 *	limits of the memory cgroup
 * @EBPFMM_SUPPLY: no free block of a better one was available, and it is not
 *	worth compaction
 * @EBPFMM_OUTSIDE: in no region, and there is no default: left to the kernel
 * @EBPFMM_OTHER_PROGRAM: not a program of the profile: left to the kernel
 * @EBPFMM_KEPT: the policy was not called, because an earlier answer of 4K to this
 *	thread was still valid; if that answer left the decision to the kernel, its
 *	reason is counted again instead
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
 * struct ebpfmm_lost - net benefit of candidates that were not chosen (sampled)
 * @net: sum of the net benefits, nanoseconds, by order
 * @samples: number of decisions in the sum, by order
 */
struct ebpfmm_lost {
	__s64 net[EBPFMM_ORDERS];
	__u32 samples[EBPFMM_ORDERS];
};

/**
 * struct ebpfmm_header - precedes the regions of a cgroup's policy
 * @format: EBPFMM_FORMAT
 * @nregions: entries in use in the array of regions
 * @nprograms: entries in use in @programs
 * @nmappings: entries in use in @mappings
 * @nobjects: entries in use in @objects
 * @limited: bitmap of the orders that have a limit
 * @reserved: 0
 * @name: of the profile, for people
 * @limit: bytes of the cgroup's memory that may be in pages of each order
 * @programs: the programs; the first one whose file matches applies
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
 * @header: see struct ebpfmm_header
 * @regions: the regions of all programs
 *
 * The number of regions selects one of two storages, so that a small profile does
 * not take the memory of the largest possible one.
 */
struct ebpfmm_small {
	struct ebpfmm_header header;
	struct ebpfmm_region regions[EBPFMM_SMALL_REGIONS];
};

/**
 * struct ebpfmm_large - value of the cgroup storage "ebpfmm_large"
 * @header: see struct ebpfmm_header
 * @regions: the regions of all programs
 *
 * Bounded by BPF_LOCAL_STORAGE_MAX_VALUE_SIZE, which is just below 64 KiB.
 */
struct ebpfmm_large {
	struct ebpfmm_header header;
	struct ebpfmm_region regions[EBPFMM_LARGE_REGIONS];
};

/**
 * struct ebpfmm_file - output of the iterators "ebpfmm_files" and "ebpfmm_mapped"
 * @identity: of an open file, or of the file behind a mapping
 * @at: its descriptor in the process that was iterated over, or the address at
 *	which the mapping starts
 * @ctime: time of the last change of the inode, which nobody can set: seconds
 * @ctime_nsec: and nanoseconds
 * @reserved: 0
 *
 * stat(2) may report other numbers than the kernel's inode has (overlayfs, btrfs),
 * so user space uses the iterators. On overlayfs the open file and the mapped file
 * are different ones.
 */
struct ebpfmm_file {
	struct ebpfmm_identity identity;
	__u64 at;
	__s64 ctime;
	__u32 ctime_nsec;
	__u32 reserved;
};

/**
 * struct ebpfmm_folios - output of the iterator "ebpfmm_folios" for a cgroup
 * @count: anonymous folios of each order from 2 on, including descendants
 */
struct ebpfmm_folios {
	__u64 count[EBPFMM_ORDERS];
};

/**
 * struct ebpfmm_tracing - which cgroup is traced; written by user space
 * @cgroup: id of the cgroup, 0 for none
 * @every: report one decision in this many
 * @lost: events that found no room in the ring buffer, counted by the policy
 * @until: when tracing expires, nanoseconds of CLOCK_MONOTONIC. The listener keeps
 *	postponing it, so that tracing ends with the listener, however that ends.
 */
struct ebpfmm_tracing {
	__u64 cgroup;
	__u64 every;
	__u64 lost;
	__u64 until;
};

/**
 * struct ebpfmm_event - one decision, as reported in the ring buffer
 * @time: CLOCK_MONOTONIC, nanoseconds
 * @address: page-aligned address that faulted
 * @start: first address of the range that gets the same decision
 * @end: first address after it
 * @tgid: process that faulted
 * @tid: its thread
 * @program: index in the table; EBPFMM_NO_PROGRAM if the profile does not name it
 * @region: the region's @source; EBPFMM_NO_REGION if there is none or it is the
 *	program's default
 * @admissible: bitmap of the orders that the kernel admits
 * @orders: bitmap of the orders that were selected
 * @order: the best of them
 * @reason: enum ebpfmm_reason
 * @asked: enum bpf_mm_reason of the kernel
 * @compact: whether the kernel may compact memory for it
 * @candidates: bitmap of the orders that the region names and that fit into it
 * @limited: the candidates that would have exceeded a limit of the profile
 * @pressed: the candidates that would have left too little headroom
 * @missing: the candidates that were checked and had no free block available
 * @touched: the region's, in 1/EBPFMM_TOUCHED_ONE
 * @refused: if the kernel decides, the orders of @admissible that it may not use:
 *	those in @limited, and those that would reach into a region
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
 * enum ebpfmm_outcome - result of an inquiry
 * @EBPFMM_NO_TASK: there is no such process
 * @EBPFMM_NOT_BELOW: the process is not in the cgroup or below it
 * @EBPFMM_BUSY: the lock of its memory (mmap_lock) could not be taken
 * @EBPFMM_NO_MEMORY: it has no user memory
 * @EBPFMM_UNMAPPED: nothing is mapped at the address
 * @EBPFMM_NOT_ANONYMOUS: the mapping is not anonymous memory
 * @EBPFMM_NO_TABLE: the cgroup has no profile
 * @EBPFMM_EXPLAINED: there is an answer
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
 * struct ebpfmm_explanation - the decision for an address, and what it is based on
 * @outcome: enum ebpfmm_outcome; unless it is EBPFMM_EXPLAINED, the rest is 0
 * @is_default: @region is the program's default
 * @vm_start: where the mapping starts
 * @vm_end: first address after it
 * @headroom: bytes that may still be charged, below the nearest limit
 * @headroom_limit: that limit, bytes; both are all ones if there is none
 * @event: the decision, without time and thread
 * @region: the region, or the default; its @sizes are 0 if there is neither
 * @costs: the costs that were used
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
 * @cgroup: id of the cgroup whose profile to use
 * @address: address in the process that is iterated over, page-aligned
 * @orders: bitmap of the orders that are in question, of those that the kernel admits: a
 *	policy is asked about those that policies of cgroups below have selected
 * @answer: filled in by the program
 */
struct ebpfmm_inquiry {
	__u64 cgroup;
	__u64 address;
	__u64 orders;
	struct ebpfmm_explanation answer;
};

#endif /* EBPFMM_H */
