/* SPDX-License-Identifier: GPL-2.0-only */
/* The checks of `ebpfmm doctor`. */
#ifndef EBPFMM_CTL_DOCTOR_H
#define EBPFMM_CTL_DOCTOR_H

#include <stdbool.h>

#include "findings.h"

/**
 * doctor_node - check the kernel, its file systems, and loaded policies
 * @findings: where to
 */
void doctor_node(struct findings *findings);

/**
 * doctor_engine - check whether container engines call the hook
 * @findings: where to
 */
void doctor_engine(struct findings *findings);

/**
 * doctor_costs - check the costs of pages, and whether they were measured
 * @findings: where to
 * @privileged: whether this process may read the loaded policy
 */
void doctor_costs(struct findings *findings, bool privileged);

/**
 * doctor_sizes - check whether sysfs allows the page sizes that profiles request
 * @findings: where to
 */
void doctor_sizes(struct findings *findings);

#endif /* EBPFMM_CTL_DOCTOR_H */
