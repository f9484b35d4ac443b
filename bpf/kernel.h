/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel types that the policy uses, with the fields that it reads. CO-RE relocates
 * their offsets when the object is loaded. They are written out instead of generated into
 * a vmlinux.h, so that the build needs no kernel.
 */
#ifndef EBPFMM_KERNEL_H
#define EBPFMM_KERNEL_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;

#define true 1
#define false 0

/* include/uapi/linux/bpf.h */
enum {
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
	BPF_MAP_TYPE_CGRP_STORAGE = 32,
};

enum {
	BPF_F_NO_PREALLOC = 1U << 0,
};

enum {
	BPF_RB_NO_WAKEUP = 1U << 0,
	BPF_RB_FORCE_WAKEUP = 1U << 1,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

/* fs/, include/linux/fs.h */
struct super_block {
	__u32 s_dev;
};

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
	__s64 i_mtime_sec;
	__u32 i_mtime_nsec;
	__s64 i_ctime_sec;
	__u32 i_ctime_nsec;
};

struct file {
	struct inode *f_inode;
};

/* include/linux/mm_types.h */
struct anon_vma_name {
	char name[0];
};

struct mm_struct {
	unsigned long start_code;
	unsigned long start_brk;
	unsigned long brk;
	unsigned long start_stack;
	struct file *exe_file;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	unsigned long vm_flags;
	unsigned long vm_pgoff;
	struct mm_struct *vm_mm;
	struct file *vm_file;
	const void *vm_ops;
	struct anon_vma_name *anon_name;
};

/* include/linux/kernfs.h, include/linux/cgroup-defs.h */
struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

/* include/linux/sched.h */
struct task_struct {
	__s32 pid;
	__s32 tgid;
};

/* include/linux/damon.h */
struct damon_addr_range {
	unsigned long start;
	unsigned long end;
};

struct damon_region {
	struct damon_addr_range ar;
	unsigned int nr_accesses;
};

struct seq_file;

/* kernel/bpf/task_iter.c */
struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__cgroup {
	struct bpf_iter_meta *meta;
	struct cgroup *cgroup;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	__u32 fd;
	struct file *file;
};

struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
};

/* include/linux/bpf_mm.h, of the patched kernel */
struct bpf_mm_ops {
	__u32 (*select_orders)(struct cgroup *cgrp, struct vm_area_struct *vma,
			       unsigned long address, unsigned long orders,
			       __u32 reason);
};

struct bpf_mm_headroom {
	__u64 bytes;
	__u64 limit;
};

#pragma clang attribute pop

/* kernel/bpf/helpers.c */
struct bpf_iter_num {
	__u64 opaque[1];
} __attribute__((aligned(8)));

extern struct cgroup *bpf_cgroup_from_id(__u64 id)
	__attribute__((section(".ksyms")));
extern void bpf_cgroup_release(struct cgroup *cgrp)
	__attribute__((section(".ksyms")));
extern long bpf_task_under_cgroup(struct task_struct *task,
				  struct cgroup *ancestor)
	__attribute__((section(".ksyms")));

/* kernel/bpf/task_iter.c */
struct bpf_iter_task_vma {
	__u64 opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_task_vma_new(struct bpf_iter_task_vma *it,
				 struct task_struct *task, __u64 address)
	__attribute__((section(".ksyms")));
extern struct vm_area_struct *
bpf_iter_task_vma_next(struct bpf_iter_task_vma *it)
	__attribute__((section(".ksyms")));
extern void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it)
	__attribute__((section(".ksyms")));

/* include/linux/mm.h */
enum {
	VM_READ = 1U << 0,
	VM_WRITE = 1U << 1,
	VM_EXEC = 1U << 2,
};

enum bpf_mm_reason {
	BPF_MM_FAULT,
	BPF_MM_SWAPIN,
	BPF_MM_COLLAPSE,
};

enum bpf_mm_answer {
	BPF_MM_COMPACT = 1U << 30,
	BPF_MM_DEFAULT = 1U << 31,
};

/* mm/bpf_mm.c, of the patched kernel */
extern struct vm_area_struct *
bpf_mm_vma_before(struct vm_area_struct *vma, unsigned long address)
	__attribute__((section(".ksyms")));
extern struct vm_area_struct *
bpf_mm_vma_after(struct vm_area_struct *vma, unsigned long address)
	__attribute__((section(".ksyms")));
extern unsigned long
bpf_mm_admissible_orders(struct vm_area_struct *vma, unsigned long address)
	__attribute__((section(".ksyms")));
extern __u32 bpf_mm_first_node(struct vm_area_struct *vma, unsigned long address,
			       __u32 order) __attribute__((section(".ksyms")));
extern bool bpf_mm_block_at_hand(__u32 node, __u32 order)
	__attribute__((section(".ksyms")));
extern __u32 bpf_mm_fragmentation(__u32 node, __u32 order)
	__attribute__((section(".ksyms")));
extern int bpf_mm_headroom(struct vm_area_struct *vma,
			   struct bpf_mm_headroom *headroom)
	__attribute__((section(".ksyms")));
extern __u64 bpf_mm_folios(struct cgroup *cgrp, __u32 order)
	__attribute__((section(".ksyms")));
extern __u64 bpf_mm_keep(unsigned long start, unsigned long end, __u32 uses,
			 __u32 cookie)
	__attribute__((section(".ksyms")));

#endif /* EBPFMM_KERNEL_H */
