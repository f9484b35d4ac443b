/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names that others chose, such as those of cgroups, which are bytes, in formats
 * whose strings are Unicode.
 */
#ifndef EBPFMM_TEXT_H
#define EBPFMM_TEXT_H

#include <stddef.h>
#include <stdint.h>

/**
 * ebpfmm_utf8 - the character that bytes begin with
 * @bytes: any
 * @room: how many there are
 * @character: set to the character, if there is one
 *
 * Return: how many bytes of valid UTF-8 (RFC 3629, section 4) it has, 0 if there is none.
 */
size_t ebpfmm_utf8(const char *bytes, size_t room, uint32_t *character);

/**
 * ebpfmm_text - the same as valid UTF-8 without control characters
 * @bytes: any
 *
 * What is no valid UTF-8, and control characters, become U+FFFD and two digits
 * for each byte, and so does U+FFFD itself: different bytes stay different.
 *
 * Return: allocated, or NULL without memory.
 */
char *ebpfmm_text(const char *bytes);

#endif /* EBPFMM_TEXT_H */
