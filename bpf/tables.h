/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The maps that the programs of the policy share. ebpfmm.bpf.c defines them; the linker
 * resolves them by name for other files of the object.
 */
#ifndef EBPFMM_TABLES_H
#define EBPFMM_TABLES_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>

#include "ebpfmm.h"

/* A cgroup's table is in this map or in the next one. */
struct small_tables {
	__uint(type, BPF_MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ebpfmm_small);
};

struct large_tables {
	__uint(type, BPF_MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ebpfmm_large);
};

extern struct small_tables ebpfmm_small SEC(".maps");
extern struct large_tables ebpfmm_large SEC(".maps");

/* Volatile, because user space writes it. */
extern volatile struct ebpfmm_costs ebpfmm_costs;

#endif /* EBPFMM_TABLES_H */
