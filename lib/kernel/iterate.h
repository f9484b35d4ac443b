/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading the output of BPF iterators. */
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
 * Return: its output, to be closed with fclose(3); or NULL with errno set.
 */
FILE *ebpfmm_iterate_open(int program, const union bpf_iter_link_info *info);

/**
 * ebpfmm_iterate - run an iterator and read the first record of its output
 * @program: descriptor of its program
 * @info: what to iterate over
 * @out: filled in
 * @size: size of the record in bytes
 *
 * Return: 1, 0 when the output is empty, or -1 with errno set.
 */
int ebpfmm_iterate(int program, const union bpf_iter_link_info *info, void *out,
		   size_t size);

#endif /* EBPFMM_ITERATE_H */
