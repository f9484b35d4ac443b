/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Having a container recorded. The hook starts a process that does so, and does not wait
 * for it.
 */
#ifndef EBPFMM_HOOK_RECORD_H
#define EBPFMM_HOOK_RECORD_H

#include "attach.h"

/**
 * ebpfmm_hook_may_record - check what a container asks for
 * @job: the container and the name of its recording
 * @err: the name is not valid, or the operator forbids recordings
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_hook_may_record(const struct ebpfmm_job *job, struct ebpfmm_error *err);

/**
 * ebpfmm_hook_record - start the process that records a container
 * @job: the container and the name of its recording, checked
 * @err: what failed; there is no process then
 *
 * The process has nothing of this one: a session of its own, and no open files.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_hook_record(const struct ebpfmm_job *job, struct ebpfmm_error *err);

#endif /* EBPFMM_HOOK_RECORD_H */
