/* SPDX-License-Identifier: GPL-2.0-only */
/* Checking the privileges of this process. */
#ifndef EBPFMM_PRIVILEGE_H
#define EBPFMM_PRIVILEGE_H

#include "base/error.h"

/**
 * ebpfmm_privileged - check whether this process may load and attach policies
 * @err: why not: it is in a user namespace (rootless engines) or lacks CAP_SYS_ADMIN
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_privileged(struct ebpfmm_error *err);

#endif /* EBPFMM_PRIVILEGE_H */
