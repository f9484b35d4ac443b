/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Translating a profile, which names programs and symbols, to the table of the fault
 * policy, which has page numbers relative to a base.
 */
#ifndef EBPFMM_TRANSLATE_H
#define EBPFMM_TRANSLATE_H

#include "base/error.h"
#include "image/root.h"
#include "profile/profile.h"
#include "table/table.h"

/**
 * ebpfmm_translate - translate a profile against a root
 * @profile: from ebpfmm_profile_parse(), which ensures that it fits into a table, except
 *	for shared objects, whose number is known only from their files
 * @how: the root
 * @out: to be freed with free(); untouched on error
 * @err: names the place in the profile
 *
 * A region covers every page that contains one of its bytes, with two exceptions: a page
 * of two regions belongs to the first one, and regions in the program's image cover only
 * pages that will be anonymous.
 *
 * Errors: a program that does not exist in the root, is not an ELF executable, or is the
 * file of another entry; a symbol or section that does not exist; a region that reaches
 * outside its anchor, cannot hold anonymous memory, overlaps another one or has no page of
 * its own; more shared objects than the table can hold.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_translate(const struct ebpfmm_profile *profile,
		     const struct ebpfmm_root *how,
		     struct ebpfmm_table **out, struct ebpfmm_error *err);

#endif /* EBPFMM_TRANSLATE_H */
