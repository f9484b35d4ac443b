/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What sysfs says of page sizes (Documentation/admin-guide/mm/transhuge.rst).
 */
#ifndef EBPFMM_THP_H
#define EBPFMM_THP_H

#define EBPFMM_THP_DIR "/sys/kernel/mm/transparent_hugepage"

/**
 * enum ebpfmm_thp - what sysfs says of a page size
 * @EBPFMM_THP_ABSENT: this kernel does not have it
 * @EBPFMM_THP_NEVER: forbidden
 * @EBPFMM_THP_ALLOWED: allowed, at least to who asks for it
 */
enum ebpfmm_thp {
	EBPFMM_THP_ABSENT,
	EBPFMM_THP_NEVER,
	EBPFMM_THP_ALLOWED,
};

/**
 * ebpfmm_thp_setting - find out whether sysfs allows a page size
 * @order: the size, larger than 4K
 *
 * Kernels before 6.8 have 2M only, with one setting for all.
 *
 * Return: the setting that counts, which may be that of all sizes.
 */
enum ebpfmm_thp ebpfmm_thp_setting(unsigned int order);

#endif /* EBPFMM_THP_H */
