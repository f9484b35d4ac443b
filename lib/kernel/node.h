/* SPDX-License-Identifier: GPL-2.0-only */
/* Identifying this machine and its kernel. */
#ifndef EBPFMM_NODE_H
#define EBPFMM_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/**
 * struct ebpfmm_node - a machine and its kernel
 * @kernel: release of the kernel, as `uname -r` prints it
 * @cpu: model of the first CPU
 * @memory: total memory, bytes
 */
struct ebpfmm_node {
	char kernel[65];
	char cpu[80];
	uint64_t memory;
};

/**
 * ebpfmm_node_read - identify this machine
 * @node: filled in
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_node_read(struct ebpfmm_node *node, struct ebpfmm_error *err);

/**
 * ebpfmm_node_same_machine - compare two machines by CPU and memory
 * @a: one
 * @b: the other
 *
 * Kernels reserve different amounts of memory, so the sizes may differ by a
 * sixteenth.
 *
 * Return: true if they may be the same machine.
 */
bool ebpfmm_node_same_machine(const struct ebpfmm_node *a,
			      const struct ebpfmm_node *b);

#endif /* EBPFMM_NODE_H */
