/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the files of the profile parser. Their errors name the place relative to the
 * object that they parse. Each caller prefixes its own part, so that the message finally
 * has the whole place.
 */
#ifndef EBPFMM_PROFILE_INTERNAL_H
#define EBPFMM_PROFILE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json_read.h"
#include "profile/profile.h"

/**
 * profile_guess_size - parse a size in other common notations, for suggestions
 * @text: such as "64k", "2MB", "1 GiB" or "4096"; hostile
 * @bytes: the result; undefined on error
 *
 * Return: true if it is a size.
 */
bool profile_guess_size(const char *text, uint64_t *bytes);

#define PROFILE_SIZE_TEXT	24

/**
 * profile_write_size - format a size in the notation of a profile
 * @bytes: the size
 * @text: set to a JSON string with the largest unit that divides it, or to a number
 */
void profile_write_size(uint64_t bytes, char text[PROFILE_SIZE_TEXT]);

/**
 * profile_size - read a number of bytes
 * @value: of type EBPFMM_JSON_SIZE
 * @bytes: the result
 * @err: names no place
 *
 * Return: 0, or -1 with @err set.
 */
int profile_size(struct json_object *value, uint64_t *bytes,
		 struct ebpfmm_error *err);

/**
 * profile_order - read a key that is a page size
 * @key: the key
 * @err: begins with @key
 *
 * Return: the order, or -1 with @err set.
 */
int profile_order(const char *key, struct ebpfmm_error *err);

/**
 * profile_benefit - read the benefit of page sizes
 * @ns: value of "benefit_ns"
 * @touched: value of "touched", or NULL
 * @benefit: the result
 * @err: relative to the object that contains both
 *
 * Return: 0, or -1 with @err set.
 */
int profile_benefit(struct json_object *ns, struct json_object *touched,
		    struct ebpfmm_benefit *benefit, struct ebpfmm_error *err);

/**
 * profile_check_path - check a path in the container
 * @path: must be absolute and normalised
 * @err: names no place
 *
 * Return: 0, or -1 with @err set.
 */
int profile_check_path(const char *path, struct ebpfmm_error *err);

/**
 * profile_anon_name - read the name of a mapping
 * @name: must be one that PR_SET_VMA_ANON_NAME can set
 * @out: set to the name without a leading space; allocated
 * @err: names no place
 *
 * Return: 0, or -1 with @err set.
 */
int profile_anon_name(const char *name, char **out, struct ebpfmm_error *err);

/**
 * profile_check_conflicts - check the parts of a profile against each other
 * @profile: the profile, each part of which is valid
 * @err: names the second of two conflicting parts, or the first one beyond a limit
 *
 * Return: 0, or -1 with @err set.
 */
int profile_check_conflicts(const struct ebpfmm_profile *profile,
			    struct ebpfmm_error *err);

/**
 * profile_find_in - find a profile by its name in given directories
 * @dirs: two directories, in the order of the search
 * @name: as for ebpfmm_profile_find()
 * @out: as for ebpfmm_profile_parse()
 * @err: as for ebpfmm_profile_find()
 *
 * Return: 0, or -1 with @err set.
 */
int profile_find_in(const char *const dirs[2], const char *name,
		    struct ebpfmm_profile **out, struct ebpfmm_error *err);

#endif /* EBPFMM_PROFILE_INTERNAL_H */
