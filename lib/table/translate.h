/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a profile, which speaks of programs and symbols, to the table that the
 * fault policy reads, which speaks of pages relative to a base.
 */
#ifndef EBPFMM_TRANSLATE_H
#define EBPFMM_TRANSLATE_H

#include "base/error.h"
#include "image/root.h"
#include "profile/profile.h"
#include "table/table.h"

/**
 * ebpfmm_translate - translate a profile against a root
 * @profile: as ebpfmm_profile_parse() makes it: whatever it has fits into a table, but
 *	for shared objects, of which it takes their files to tell how many there are
 * @how: see there
 * @out: to be freed with free(); untouched on error
 * @err: names the place in the profile
 *
 * A region covers every page that it has a byte of, except that a page of two
 * regions is the first one's, and that regions in the program's image cover only
 * pages that will be anonymous.
 *
 * Errors: a program that is not in the root, is no ELF executable, or is the
 * file of another entry; a symbol or section that is not there; a region that
 * reaches outside its anchor, that can hold no anonymous memory, that overlaps
 * another or has no page of its own; more shared objects than the table holds.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_translate(const struct ebpfmm_profile *profile,
		     const struct ebpfmm_root *how,
		     struct ebpfmm_table **out, struct ebpfmm_error *err);

#endif /* EBPFMM_TRANSLATE_H */
