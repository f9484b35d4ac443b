/* SPDX-License-Identifier: GPL-2.0-only */
/* Page sizes and their names. */
#ifndef EBPFMM_PAGE_SIZE_H
#define EBPFMM_PAGE_SIZE_H

#include "base/bpf_types.h"

/**
 * ebpfmm_order_name - get the name of a page size
 * @order: 0 to EBPFMM_ORDERS - 1
 *
 * Return: a string like "64K"; static.
 */
const char *ebpfmm_order_name(unsigned int order);

/**
 * ebpfmm_parse_order - get the order of a page size
 * @name: exactly as ebpfmm_order_name() writes it
 *
 * Return: the order, or -1 if there is no such anonymous page size.
 */
int ebpfmm_parse_order(const char *name);

#endif /* EBPFMM_PAGE_SIZE_H */
