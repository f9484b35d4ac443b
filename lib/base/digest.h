/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A number by which texts are told apart that nobody made alike on purpose: to notice
 * that a file was changed, not to trust one.
 */
#ifndef EBPFMM_DIGEST_H
#define EBPFMM_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/**
 * ebpfmm_digest - the number of a text
 * @text: any bytes
 * @length: how many
 *
 * Return: FNV-1a of 64 bits, or 1 where that is 0: 0 is for what has no number.
 */
uint64_t ebpfmm_digest(const char *text, size_t length);

#endif /* EBPFMM_DIGEST_H */
