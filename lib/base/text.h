/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Converting names that are arbitrary bytes, such as those of cgroups, for formats whose
 * strings are Unicode.
 */
#ifndef EBPFMM_TEXT_H
#define EBPFMM_TEXT_H

#include <stddef.h>
#include <stdint.h>

/**
 * ebpfmm_utf8 - decode the first character
 * @bytes: any bytes
 * @room: their number
 * @character: set to the character, if there is one
 *
 * Return: its length in bytes, or 0 if it is not valid UTF-8 (RFC 3629, section 4).
 */
size_t ebpfmm_utf8(const char *bytes, size_t room, uint32_t *character);

/**
 * ebpfmm_text - convert to valid UTF-8 without control characters
 * @bytes: any bytes
 *
 * Each byte of invalid UTF-8, of control characters and of U+FFFD itself becomes U+FFFD
 * and two hexadecimal digits, so that different bytes stay different.
 *
 * Return: allocated, or NULL without memory.
 */
char *ebpfmm_text(const char *bytes);

#endif /* EBPFMM_TEXT_H */
