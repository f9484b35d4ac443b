/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What sysfs says of page sizes (Documentation/admin-guide/mm/transhuge.rst).
 */
#ifndef EBPFMM_THP_H
#define EBPFMM_THP_H

#define EBPFMM_THP_DIR "/sys/kernel/mm/transparent_hugepage"
/* Bytes of the longest path below it. */
#define EBPFMM_THP_PATH 96

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

/**
 * ebpfmm_thp_file - get the file in sysfs that decides about a page size
 * @order: as for ebpfmm_thp_setting()
 * @path: set to the path of the file; "" if this kernel does not have the size
 */
void ebpfmm_thp_file(unsigned int order, char path[EBPFMM_THP_PATH]);

#endif /* EBPFMM_THP_H */
