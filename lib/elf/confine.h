/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Giving up all that a process does not need in order to parse what it has open.
 */
#ifndef EBPFMM_CONFINE_H
#define EBPFMM_CONFINE_H

#include <stdint.h>

#include "base/error.h"

/**
 * ebpfmm_confine - keep this process to open files, memory and its own end
 * @memory: bytes of address space that it may have in all
 * @err: what failed; the process is to end then
 *
 * For good: it has no capability and gets none, makes no file longer, dumps no core,
 * has some seconds of CPU time, and is the first that the OOM killer takes. It may
 * read what is open, get and give back memory that is no code, and end. Any other
 * system call ends it by SIGSYS.
 *
 * Built with AddressSanitizer, whose own calls are others, there is no limit to the
 * memory and no filter of system calls.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_confine(uint64_t memory, struct ebpfmm_error *err);

#endif /* EBPFMM_CONFINE_H */
