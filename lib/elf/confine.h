/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dropping everything that a process does not need to parse its open files.
 */
#ifndef EBPFMM_CONFINE_H
#define EBPFMM_CONFINE_H

#include <stdint.h>

#include "base/error.h"

/**
 * ebpfmm_confine - restrict this process to open files, memory and exit
 * @memory: limit of its address space in bytes
 * @err: what failed; the process must exit then
 *
 * Cannot be undone. The process has no capabilities and gets none, cannot grow a file,
 * dumps no core, has some seconds of CPU time, and is the OOM killer's first choice. It
 * may read its open files, map and unmap memory that is not executable, and exit. Any
 * other system call kills it with SIGSYS.
 *
 * A build with AddressSanitizer, which makes other system calls, has neither the limit
 * of memory nor the seccomp filter.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_confine(uint64_t memory, struct ebpfmm_error *err);

#endif /* EBPFMM_CONFINE_H */
