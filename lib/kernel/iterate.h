/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers that BPF iterators write. */
#ifndef EBPFMM_ITERATE_H
#define EBPFMM_ITERATE_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdio.h>

/**
 * ebpfmm_iterate_open - run an iterator
 * @program: descriptor of its program
 * @info: what to iterate over
 *
 * Return: what it says, to be closed; or NULL with errno set.
 */
FILE *ebpfmm_iterate_open(int program, const union bpf_iter_link_info *info);

/**
 * ebpfmm_iterate - run an iterator and take the first thing it says
 * @program: descriptor of its program
 * @info: what to iterate over
 * @out: filled in
 * @size: bytes of it
 *
 * Return: 1, 0 when it had nothing to say, or -1 with errno set.
 */
int ebpfmm_iterate(int program, const union bpf_iter_link_info *info, void *out,
		   size_t size);

#endif /* EBPFMM_ITERATE_H */
