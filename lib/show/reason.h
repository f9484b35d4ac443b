/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the reasons of decisions. */
#ifndef EBPFMM_REASON_H
#define EBPFMM_REASON_H

/**
 * ebpfmm_reason_name - get the name of a reason
 * @reason: enum ebpfmm_reason
 *
 * Return: a word; "?" for one that is unknown. Static.
 */
const char *ebpfmm_reason_name(unsigned int reason);

#endif /* EBPFMM_REASON_H */
