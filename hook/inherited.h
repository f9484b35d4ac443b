/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The environment that a program inherits from its caller. It differs between engines, and
 * must not affect whether a container gets its policy.
 */
#ifndef EBPFMM_HOOK_INHERITED_H
#define EBPFMM_HOOK_INHERITED_H

/**
 * ebpfmm_forget_inherited - reset what the caller passed on
 *
 * Resets what execve(2) preserves: signal dispositions and the signal mask, timers, the
 * umask, resource limits, environment variables, and descriptors except the first three,
 * which are open afterwards. Call it first, before anything is opened.
 *
 * What needs a privilege that this process lacks is not reset.
 */
void ebpfmm_forget_inherited(void);

#endif /* EBPFMM_HOOK_INHERITED_H */
