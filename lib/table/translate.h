/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a profile, which speaks of programs and symbols, to the table that the
 * fault policy reads, which speaks of pages relative to a base.
 */
#ifndef EBPFMM_TRANSLATE_H
#define EBPFMM_TRANSLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/bpf_types.h"
#include "base/error.h"
#include "elf/elf_file.h"
#include "profile/profile.h"

/**
 * struct ebpfmm_origin - where a region in the table came from, for people
 * @bytes: what the profile asks for, in bytes of the region's space
 * @part: what of it can be anonymous memory
 * @located: whether @location is known
 * @location: where in its ELF file @bytes starts
 */
struct ebpfmm_origin {
	struct ebpfmm_range bytes;
	struct ebpfmm_range part;
	bool located;
	struct ebpfmm_elf_location location;
};

/**
 * struct ebpfmm_table - a translated profile
 * @large: the table, in the larger of the two layouts; the smaller one is a
 *	prefix of it, so what ebpfmm_table_is_small() tells is the part to store
 * @bias_align: for each program, as in struct ebpfmm_image
 * @origin: for each region
 * @digest: of the profile's text; 0 if that is not known any more
 *
 * All but @large is for people who want to know what came of their profile; the
 * policy does not need it.
 */
struct ebpfmm_table {
	struct ebpfmm_large large;
	uint64_t bias_align[EBPFMM_MAX_PROGRAMS];
	struct ebpfmm_origin origin[EBPFMM_LARGE_REGIONS];
	uint64_t digest;
};

/**
 * ebpfmm_identify_fn - tells which file a descriptor is, as the kernel sees it
 * @fd: descriptor of an open regular file
 * @mapped: the file that is mapped when this one is, which is another one on
 *	overlayfs; false for the file itself, as it is in mm->exe_file
 * @file: to be filled in
 * @data: as in struct ebpfmm_translation
 * @err: set on failure
 *
 * Return: 0, or -1 with @err set.
 */
typedef int ebpfmm_identify_fn(int fd, bool mapped, struct ebpfmm_file *file,
			       void *data, struct ebpfmm_error *err);

/* Where the operator keeps debug files of programs whose images have none. */
#define EBPFMM_DEBUG_DIR "/etc/ebpfmm/debug"

struct ebpfmm_cache;

/**
 * struct ebpfmm_translation - what a profile is translated against, and how
 * @rootfd: directory that is the container's root
 * @debugfd: the operator's directory of debug files; -1 for none
 * @identify: tells files apart; NULL takes what stat(2) says (ebpfmm resolve),
 *	which is not what the policy needs
 * @data: for @identify
 * @cache: what is known from earlier translations; NULL for none
 * @locate: also tell where in their ELF files regions are; @cache is not used then
 */
struct ebpfmm_translation {
	int rootfd;
	int debugfd;
	ebpfmm_identify_fn *identify;
	void *data;
	struct ebpfmm_cache *cache;
	bool locate;
};

/**
 * ebpfmm_translate - translate a profile against a root
 * @profile: a checked profile
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
 * another or has no page of its own; more regions, programs or mappings than
 * the table holds.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_translate(const struct ebpfmm_profile *profile,
		     const struct ebpfmm_translation *how,
		     struct ebpfmm_table **out, struct ebpfmm_error *err);

/**
 * ebpfmm_table_is_small - which of the two storages a table belongs in
 * @table: the table
 *
 * Return: nonzero for struct ebpfmm_small.
 */
int ebpfmm_table_is_small(const struct ebpfmm_table *table);

/**
 * ebpfmm_table_is_from - was a table translated from a profile?
 * @table: the table, such as the one that a cgroup has, with the digest that was kept
 * @profile: what it may have been translated from
 *
 * By the digest, and by what the table still has of it, as that may be of another
 * profile than the digest while one is replaced: the name, the number of programs,
 * the limits, and the benefit of each region.
 *
 * Return: whether it was; each region of the table is one of @profile then.
 */
bool ebpfmm_table_is_from(const struct ebpfmm_table *table,
			  const struct ebpfmm_profile *profile);

/**
 * ebpfmm_table_print - print a table for people or programs
 * @table: the table
 * @profile: what it was translated from
 * @json: print JSON instead of columns
 * @out: where to; the caller checks it for errors
 *
 * Says of each region and size also whether such a page can, cannot or, by
 * where the kernel puts things, may not fit, and why a region gets less than it
 * asks for.
 */
void ebpfmm_table_print(const struct ebpfmm_table *table,
			const struct ebpfmm_profile *profile, int json,
			FILE *out);

/**
 * ebpfmm_table_each_warning - why regions get less than they ask for
 * @table: the table
 * @profile: what it was translated from
 * @fn: called with each warning, which begins with the place in the profile
 * @data: for @fn
 */
void ebpfmm_table_each_warning(const struct ebpfmm_table *table,
			       const struct ebpfmm_profile *profile,
			       void (*fn)(const char *text, void *data),
			       void *data);

#endif /* EBPFMM_TRANSLATE_H */
