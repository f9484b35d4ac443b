/* SPDX-License-Identifier: GPL-2.0-only */
/* Where this project is installed, for the advice of `ebpfmm doctor`. */
#ifndef EBPFMM_CTL_DOCTOR_PLACE_H
#define EBPFMM_CTL_DOCTOR_PLACE_H

/**
 * doctor_place - find a file that was installed together with this command
 * @below: its path below the prefix, such as "libexec/ebpfmm/ebpfmm-containerd"
 *
 * Return: its path, to be freed. If there is no such file, the path that it has in a package.
 *	NULL without memory.
 */
char *doctor_place(const char *below);

/**
 * doctor_again - say how to install this project again
 *
 * Asks the package manager whether it knows the hook, so it is not called without need.
 *
 * Return: a command, or advice.
 */
const char *doctor_again(void);

#endif /* EBPFMM_CTL_DOCTOR_PLACE_H */
