/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The profile of an operator, parsed and checked, not yet translated.
 * Format version 1; see ebpfmm-profile(5).
 */
#ifndef EBPFMM_PROFILE_H
#define EBPFMM_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "base/error.h"

/* A profile of 1,024 regions has about 200 KiB. */
#define EBPFMM_PROFILE_MAX_BYTES	(1U << 20)

/**
 * enum ebpfmm_anchor_kind - the kind of start that a region is counted from
 * @EBPFMM_ANCHOR_SYMBOL: an ELF symbol
 * @EBPFMM_ANCHOR_SECTION: an ELF section
 * @EBPFMM_ANCHOR_HEAP: the start of brk
 * @EBPFMM_ANCHOR_STACK: the stack's start, downwards
 * @EBPFMM_ANCHOR_MAPPING: the start of an anonymous mapping
 */
enum ebpfmm_anchor_kind {
	EBPFMM_ANCHOR_SYMBOL,
	EBPFMM_ANCHOR_SECTION,
	EBPFMM_ANCHOR_HEAP,
	EBPFMM_ANCHOR_STACK,
	EBPFMM_ANCHOR_MAPPING,
};

/**
 * struct ebpfmm_benefit - the benefit of each page size
 * @sizes: bitmap of the orders that are candidates; bit 0 is always set
 * @touched: share of the pages that is expected to be touched, in
 *	1/EBPFMM_TOUCHED_ONE
 * @ns: nanoseconds that one page of each order saves; 0 where not named
 */
struct ebpfmm_benefit {
	uint16_t sizes;
	uint16_t touched;
	uint32_t ns[EBPFMM_ORDERS];
};

/**
 * struct ebpfmm_profile_region - one entry of "regions"
 * @kind: kind of anchor
 * @name: symbol, section or mapping name, without the leading space of glibc's mapping
 *	names; NULL for a mapping without a name
 * @object: shared object that @name is in; NULL for the program itself
 * @min_size: smallest size of a mapping in bytes, default 0
 * @max_size: largest size of a mapping in bytes, default UINT64_MAX
 * @nth: rank among the matching mappings, from 1; 0 for any
 * @offset: bytes from the anchor
 * @length: bytes; meaningful only with @has_length
 * @has_length: if false, the region reaches to the end of its anchor
 * @benefit: the benefit of each page size
 */
struct ebpfmm_profile_region {
	enum ebpfmm_anchor_kind kind;
	char *name;
	char *object;
	uint64_t min_size;
	uint64_t max_size;
	uint16_t nth;
	uint64_t offset;
	uint64_t length;
	bool has_length;
	struct ebpfmm_benefit benefit;
};

/**
 * struct ebpfmm_profile_program - one entry of "programs"
 * @exe: absolute path in the container
 * @regions: its regions in the order of the file
 * @nregions: their number
 * @has_default: whether @fallback is meaningful
 * @fallback: the "default" entry
 */
struct ebpfmm_profile_program {
	char *exe;
	struct ebpfmm_profile_region *regions;
	size_t nregions;
	bool has_default;
	struct ebpfmm_benefit fallback;
};

/**
 * struct ebpfmm_profile - a whole profile
 * @name: its name: that of its file without directory and ".json"; without a file,
 *	@own_name
 * @own_name: the "name" entry
 * @programs: NULL if there are none, only limits
 * @nprograms: their number
 * @limit: bytes per order; UINT64_MAX where there is no limit
 * @digest: ebpfmm_digest() of the text that it was parsed from
 */
struct ebpfmm_profile {
	char *name;
	char *own_name;
	struct ebpfmm_profile_program *programs;
	size_t nprograms;
	uint64_t limit[EBPFMM_ORDERS];
	uint64_t digest;
};

/**
 * ebpfmm_profile_parse - parse and check a profile
 * @text: JSON text, need not end in NUL
 * @length: bytes in @text
 * @out: the profile, to be freed with ebpfmm_profile_free(); untouched on error
 * @err: names the place: "programs[0].regions[2].anchor.symbol: …", or line and
 *	column for a JSON syntax error
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_profile_parse(const char *text, size_t length,
			 struct ebpfmm_profile **out, struct ebpfmm_error *err);

/**
 * ebpfmm_profile_bytes - read a size
 * @text: as a profile has it in a string, such as "64M" or "0x1000"
 * @bytes: the result
 * @err: begins with @text
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_profile_bytes(const char *text, uint64_t *bytes, struct ebpfmm_error *err);

/**
 * ebpfmm_profile_load - read and parse a profile from a file
 * @path: regular file of at most EBPFMM_PROFILE_MAX_BYTES
 * @out: as for ebpfmm_profile_parse()
 * @err: messages begin with @path
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_profile_load(const char *path, struct ebpfmm_profile **out,
			struct ebpfmm_error *err);

/**
 * ebpfmm_profile_find - find an installed profile by its name and load it
 * @name: value of the annotation, hostile: letters, digits, '.', '_' and '-',
 *	not beginning with '.'; never a path. ".json" at its end may be left out
 * @out: as for ebpfmm_profile_parse()
 * @err: what failed; code is ENOENT when no directory has it
 *
 * Its file is NAME.json in EBPFMM_PROFILE_DIR_ADMIN, or else in
 * EBPFMM_PROFILE_DIR_VENDOR.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_profile_find(const char *name, struct ebpfmm_profile **out,
			struct ebpfmm_error *err);

/**
 * ebpfmm_profile_is_file_name - check the file name of an installed profile
 * @file: name of a file in one of the directories
 *
 * Return: true if ebpfmm_profile_find() can find it.
 */
bool ebpfmm_profile_is_file_name(const char *file);

/**
 * ebpfmm_profile_check_name - check a name that may become that of a file
 * @name: hostile: letters, digits, '.', '_' and '-', not beginning with '.', below
 *	EBPFMM_NAME_SIZE bytes
 * @what: whose name it is, for messages, such as "profile"
 * @err: names no place
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_profile_check_name(const char *name, const char *what, struct ebpfmm_error *err);

/**
 * ebpfmm_profile_name - get the name of the profile in a file
 * @path: path or name of the file
 *
 * Return: the name, allocated, or NULL without memory.
 */
char *ebpfmm_profile_name(const char *path);

/**
 * ebpfmm_profile_free - free a profile
 * @profile: may be NULL
 */
void ebpfmm_profile_free(struct ebpfmm_profile *profile);
EBPFMM_CLEANUP(struct ebpfmm_profile *, ebpfmm_profile_free)

#endif /* EBPFMM_PROFILE_H */
