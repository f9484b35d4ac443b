/* SPDX-License-Identifier: GPL-2.0-only */
/* The page of a report. */
#ifndef EBPFMM_CTL_PAGE_H
#define EBPFMM_CTL_PAGE_H

#include "command.h"
#include "recording/heat.h"

/**
 * ctl_page - write the page that --html names
 * @args: the arguments
 * @set: the recordings
 * @heat: their heat
 * @err: why not
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_page(const struct ctl_args *args, const struct ebpfmm_set *set,
	     const struct ebpfmm_heat *heat, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_PAGE_H */
