/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether this process may change the node at all. */
#ifndef EBPFMM_PRIVILEGE_H
#define EBPFMM_PRIVILEGE_H

#include "base/error.h"

/**
 * ebpfmm_privileged - may this process load and attach policies?
 * @err: why not: a user namespace (rootless container engines) or a capability
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_privileged(struct ebpfmm_error *err);

#endif /* EBPFMM_PRIVILEGE_H */
