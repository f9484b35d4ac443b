/* SPDX-License-Identifier: GPL-2.0-only */
/* The checks of `ebpfmm doctor`. */
#ifndef EBPFMM_CTL_DOCTOR_H
#define EBPFMM_CTL_DOCTOR_H

#include <stdbool.h>

#include "report.h"

/**
 * doctor_node - the kernel, its file systems, and what is loaded
 * @report: where to
 */
void doctor_node(struct report *report);

/**
 * doctor_engine - the hook as container engines see it
 * @report: where to
 */
void doctor_engine(struct report *report);

/**
 * doctor_costs - what pages are taken to cost, and whether that was measured
 * @report: where to
 * @privileged: whether the loaded policy may be looked at
 */
void doctor_costs(struct report *report, bool privileged);

/**
 * doctor_sizes - page sizes that are asked for, and what sysfs says to them
 * @report: where to
 */
void doctor_sizes(struct report *report);

#endif /* EBPFMM_CTL_DOCTOR_H */
