/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the operator permits of the recordings that annotations ask for:
 *
 *	{ "allowed": true, "max_size": "64M", "max_count": 32 }
 *
 * Each of these is optional, and so is the file. What is wrong in it permits nothing.
 */
#ifndef EBPFMM_CONFIG_RECORDINGS_H
#define EBPFMM_CONFIG_RECORDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The defaults. */
#define EBPFMM_RECORDINGS_MAX_SIZE	(64ULL << 20)
#define EBPFMM_RECORDINGS_MAX_COUNT	32

/*
 * The policy of a container that is recorded and has no profile is attached under this
 * name, which no profile can have.
 */
#define EBPFMM_RECORDINGS_POLICY	"@recording"

/**
 * struct ebpfmm_recordings_config - what is permitted
 * @allowed: whether an annotation may ask for a recording
 * @max_size: bytes of a recording, after which it ends
 * @max_count: recordings in EBPFMM_RECORDINGS_DIR; none begins if there are so many
 */
struct ebpfmm_recordings_config {
	bool allowed;
	uint64_t max_size;
	uint64_t max_count;
};

/**
 * ebpfmm_recordings_parse - parse the configuration
 * @text: JSON, need not end in NUL
 * @length: bytes in @text
 * @out: filled in
 * @err: names the place
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_recordings_parse(const char *text, size_t length,
			    struct ebpfmm_recordings_config *out, struct ebpfmm_error *err);

/**
 * ebpfmm_recordings_load - read EBPFMM_RECORDINGS_CONFIG
 * @out: filled in, with the defaults if there is no such file
 * @err: begins with the path; also that recordings are forbidden
 *
 * Return: 0, or -1 with @err set, which says why nothing may be recorded.
 */
int ebpfmm_recordings_load(struct ebpfmm_recordings_config *out, struct ebpfmm_error *err);

/**
 * ebpfmm_recordings_check_name - check the name of a recording
 * @name: value of the annotation, hostile
 * @err: what is wrong
 *
 * It may have what the name of a profile may have, and is never a path.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_recordings_check_name(const char *name, struct ebpfmm_error *err);

#endif /* EBPFMM_CONFIG_RECORDINGS_H */
