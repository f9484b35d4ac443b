/* SPDX-License-Identifier: GPL-2.0-only */
/* The checks of `ebpfmm doctor`. */
#ifndef EBPFMM_CTL_DOCTOR_H
#define EBPFMM_CTL_DOCTOR_H

#include <stdbool.h>

#include "report.h"

/**
 * doctor_node - check the kernel, its file systems, and loaded policies
 * @report: where to
 */
void doctor_node(struct report *report);

/**
 * doctor_engine - check whether container engines call the hook
 * @report: where to
 */
void doctor_engine(struct report *report);

/**
 * doctor_costs - check the costs of pages, and whether they were measured
 * @report: where to
 * @privileged: whether this process may read the loaded policy
 */
void doctor_costs(struct report *report, bool privileged);

/**
 * doctor_sizes - check whether sysfs allows the page sizes that profiles request
 * @report: where to
 */
void doctor_sizes(struct report *report);

#endif /* EBPFMM_CTL_DOCTOR_H */
