/* SPDX-License-Identifier: GPL-2.0-only */
/* Durations as people write them. */
#ifndef EBPFMM_DURATION_H
#define EBPFMM_DURATION_H

#include <stdint.h>

#include "base/error.h"

/**
 * ebpfmm_parse_duration - read a duration
 * @text: decimal digits and one of "us", "ms", "s", "m", "h" and "d"
 * @us: set to it, in microseconds; greater than 0, and at most a hundred years
 * @err: begins with @text
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_parse_duration(const char *text, uint64_t *us, struct ebpfmm_error *err);

#endif /* EBPFMM_DURATION_H */
