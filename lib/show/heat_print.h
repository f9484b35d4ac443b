/* SPDX-License-Identifier: GPL-2.0-only */
/* What recordings tell, as columns and a small picture, and as JSON. */
#ifndef EBPFMM_HEAT_PRINT_H
#define EBPFMM_HEAT_PRINT_H

#include <json-c/json.h>
#include <stdio.h>

#include "recording/heat.h"

/**
 * ebpfmm_heat_print - print how hot spaces are, and a heat map
 * @set: the recordings
 * @heat: their heat
 * @out: output stream
 */
void ebpfmm_heat_print(const struct ebpfmm_set *set, const struct ebpfmm_heat *heat,
		       FILE *out);

/**
 * ebpfmm_heat_add - add the numbers of a space to JSON
 * @object: gets size, resident, hot, share and seen
 * @set: the recordings
 * @found: one of their spaces
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_heat_add(struct json_object *object, const struct ebpfmm_set *set,
		    const struct ebpfmm_heat_space *found);

/**
 * ebpfmm_heat_json - convert how hot spaces are to JSON
 * @set: the recordings
 * @heat: their heat
 *
 * Return: to be freed with json_object_put(), or NULL without memory.
 */
struct json_object *ebpfmm_heat_json(const struct ebpfmm_set *set,
				     const struct ebpfmm_heat *heat);

#endif /* EBPFMM_HEAT_PRINT_H */
