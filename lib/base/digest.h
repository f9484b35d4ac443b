/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hash that shows whether a file was changed. It does not protect against texts that
 * are made to collide.
 */
#ifndef EBPFMM_DIGEST_H
#define EBPFMM_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/**
 * ebpfmm_digest - hash a text
 * @text: any bytes
 * @length: number of bytes
 *
 * Return: 64-bit FNV-1a, or 1 if that is 0: 0 stands for an unknown digest.
 */
uint64_t ebpfmm_digest(const char *text, size_t length);

#endif /* EBPFMM_DIGEST_H */
