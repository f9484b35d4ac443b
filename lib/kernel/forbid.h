/* SPDX-License-Identifier: GPL-2.0-only */
/* Who forbids a page size that the kernel does not admit at an address. */
#ifndef EBPFMM_FORBID_H
#define EBPFMM_FORBID_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bpf_types.h"

/**
 * enum ebpfmm_forbidder - who can forbid a page size
 * @EBPFMM_BY_SYSFS: the administrator; see ebpfmm_thp_file()
 * @EBPFMM_BY_PRCTL: the process or whoever started it, by PR_SET_THP_DISABLE of prctl(2),
 *	as MemoryTHP= of systemd.exec(5) does
 * @EBPFMM_BY_MADVISE: the program, by MADV_NOHUGEPAGE of madvise(2)
 * @EBPFMM_BY_MAPPING: the mapping, which does not contain a whole page of the size there
 * @EBPFMM_BY_KERNEL: none of them, so the kernel
 */
enum ebpfmm_forbidder {
	EBPFMM_BY_SYSFS,
	EBPFMM_BY_PRCTL,
	EBPFMM_BY_MADVISE,
	EBPFMM_BY_MAPPING,
	EBPFMM_BY_KERNEL,
	EBPFMM_FORBIDDERS
};

/**
 * struct ebpfmm_forbidden - page sizes that are forbidden
 * @by: bitmap of orders, by who forbids them; a size can be in several
 */
struct ebpfmm_forbidden {
	unsigned int by[EBPFMM_FORBIDDERS];
};

/**
 * ebpfmm_forbidden_by_prctl - find out whether a process gets no large pages at all
 * @pid: the process
 *
 * Return: whether PR_SET_THP_DISABLE is set; false for a process that has ended.
 */
bool ebpfmm_forbidden_by_prctl(pid_t pid);

/**
 * ebpfmm_forbidden_flags - find out from smaps what a program forbids for its mapping
 * @fd: descriptor of /proc/PID/smaps, or of a file of its form
 * @address: an address in the mapping
 * @orders: bitmap of the orders in question
 * @out: added to
 *
 * The letters are those of "VmFlags" in proc_pid_smaps(5). Of a mapping that is not there,
 * nothing is found.
 */
void ebpfmm_forbidden_flags(int fd, uint64_t address, unsigned int orders,
			    struct ebpfmm_forbidden *out);

/**
 * ebpfmm_forbidden_find - find out who forbids page sizes
 * @pid: the process; of one that has ended, only what it does not decide is known
 * @explanation: the decision for an address of it
 * @orders: bitmap of orders that the kernel does not admit there
 * @out: filled in; each of @orders is in it at least once
 */
void ebpfmm_forbidden_find(pid_t pid, const struct ebpfmm_explanation *explanation,
			   unsigned int orders, struct ebpfmm_forbidden *out);

#endif /* EBPFMM_FORBID_H */
