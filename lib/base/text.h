/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names that others chose, such as those of cgroups, which are bytes, in formats
 * whose strings are Unicode.
 */
#ifndef EBPFMM_TEXT_H
#define EBPFMM_TEXT_H

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
