/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program has from the one that started it. Engines are many, and what they
 * leave behind must not decide whether a container gets its policy.
 */
#ifndef EBPFMM_HOOK_INHERITED_H
#define EBPFMM_HOOK_INHERITED_H

/**
 * ebpfmm_forget_inherited - be as a program that was started by nobody in particular
 *
 * Resets what execve(2) keeps: what signals do and which are blocked, timers, the
 * umask, resource limits, the environment, and open descriptors but the first three,
 * which are open afterwards. To be called first, before anything is opened.
 *
 * What may not be reset for want of privilege stays as it is.
 */
void ebpfmm_forget_inherited(void);

#endif /* EBPFMM_HOOK_INHERITED_H */
