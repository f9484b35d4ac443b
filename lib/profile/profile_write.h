/* SPDX-License-Identifier: GPL-2.0-only */
/* A profile as the text that it could have been parsed from. */
#ifndef EBPFMM_PROFILE_WRITE_H
#define EBPFMM_PROFILE_WRITE_H

#include <json-c/json.h>

#include "profile/profile.h"

/**
 * ebpfmm_profile_json - write a profile
 * @profile: any that ebpfmm_profile_parse() could have made
 *
 * Parsed again it is the same, but for its digest.
 *
 * Return: to be freed with json_object_put(), or NULL without memory.
 */
struct json_object *ebpfmm_profile_json(const struct ebpfmm_profile *profile);

#endif /* EBPFMM_PROFILE_WRITE_H */
