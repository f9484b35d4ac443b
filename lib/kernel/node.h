/* SPDX-License-Identifier: GPL-2.0-only */
/* Which machine this is, under which kernel. */
#ifndef EBPFMM_NODE_H
#define EBPFMM_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/**
 * struct ebpfmm_node - a machine and its kernel
 * @kernel: release of the kernel, as `uname -r` prints it
 * @cpu: model of the first CPU
 * @memory: memory in all, bytes
 */
struct ebpfmm_node {
	char kernel[65];
	char cpu[80];
	uint64_t memory;
};

/**
 * ebpfmm_node_read - which one is this?
 * @node: filled in
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_node_read(struct ebpfmm_node *node, struct ebpfmm_error *err);

/**
 * ebpfmm_node_same_machine - are these the same machine?
 * @a: one
 * @b: the other
 *
 * Each kernel keeps another part of the memory for itself, so that the sizes
 * may differ by a sixteenth.
 *
 * Return: whether they are, as far as CPU and memory say.
 */
bool ebpfmm_node_same_machine(const struct ebpfmm_node *a,
			      const struct ebpfmm_node *b);

#endif /* EBPFMM_NODE_H */
