/* SPDX-License-Identifier: GPL-2.0-only */
/* What recordings have, as what a profile can be derived from. */
#ifndef EBPFMM_DERIVE_RECORDED_H
#define EBPFMM_DERIVE_RECORDED_H

#include "derive/derive.h"
#include "recording/set.h"

/**
 * struct ebpfmm_recorded - the memory that recordings tell of
 * @spaces: for ebpfmm_derive(); those that a policy cannot decide about are left out
 * @nspaces: how many
 * @inputs: names of the recordings; belong to the set
 * @ninputs: how many
 * @recorded_ns: how long all recordings took together
 * @notes: what was left out and why, one line each
 * @nnotes: how many
 * @intervals: of all spaces
 * @runs: of all intervals
 * @resident: of all spaces
 */
struct ebpfmm_recorded {
	struct ebpfmm_derive_space *spaces;
	size_t nspaces;
	const char **inputs;
	size_t ninputs;
	uint64_t recorded_ns;
	char **notes;
	size_t nnotes;
	struct ebpfmm_derive_interval *intervals;
	struct ebpfmm_derive_run *runs;
	struct ebpfmm_derive_extent *resident;
};

/**
 * ebpfmm_recorded_read - find the memory that recordings tell of
 * @set: the recordings; must live as long as @recorded
 * @recorded: filled in, to be released with ebpfmm_recorded_free() in any case
 * @err: what is no use
 *
 * Mappings of files are left out, as no policy decides about them. So are the files of
 * programs and shared objects: which part of them is anonymous memory no recording tells.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_recorded_read(const struct ebpfmm_set *set, struct ebpfmm_recorded *recorded,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_recorded_note - add a line to what people should know
 * @recorded: gets the line
 * @err: no memory
 * @format: as for printf
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_recorded_note(struct ebpfmm_recorded *recorded, struct ebpfmm_error *err,
			 const char *format, ...) __attribute__((format(printf, 3, 4)));

/**
 * ebpfmm_recorded_free - release what it has
 * @recorded: zeroed or filled in
 */
void ebpfmm_recorded_free(struct ebpfmm_recorded *recorded);

#endif /* EBPFMM_DERIVE_RECORDED_H */
