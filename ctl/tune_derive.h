/* SPDX-License-Identifier: GPL-2.0-only */
/* From a recording of the command to a profile, and to smaller ones. */
#ifndef EBPFMM_CTL_TUNE_DERIVE_H
#define EBPFMM_CTL_TUNE_DERIVE_H

#include <json-c/json.h>

#include "command.h"
#include "derive/derive.h"
#include "derive/derive_recorded.h"
#include "files.h"
#include "recording/set.h"

/**
 * struct tune_derived - a derived profile, and what it was derived from
 * @directory: of the recording, to be removed; NULL if there is none
 * @recording: its file
 * @set: what it has
 * @files: of the programs
 * @recorded: the memory that it tells of
 * @name: of the profile, allocated
 * @input: what it is derived from
 * @derived: the profile
 * @order: its regions, those first that bring most for a page of memory
 */
struct tune_derived {
	char *directory;
	char *recording;
	struct ebpfmm_set set;
	struct ctl_files files;
	struct ebpfmm_recorded recorded;
	char *name;
	struct ebpfmm_derive_input input;
	struct ebpfmm_derived *derived;
	size_t *order;
};

/**
 * tune_record - make a recording of the command, or take the one that is given
 * @args: the arguments
 * @null: descriptor of /dev/null, for input and output of the command
 * @out: zeroed; to be released with tune_derived_free() in any case
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int tune_record(const struct ctl_args *args, int null, struct tune_derived *out,
		struct ebpfmm_error *err);

/**
 * tune_derive - derive a profile
 * @args: the arguments
 * @gain: what 2M pages save in one run, nanoseconds
 * @time: how long a run takes, nanoseconds
 * @out: from tune_record()
 * @err: what failed, or that nothing repays a large page
 *
 * Return: 0, or -1 with @err set.
 */
int tune_derive(const struct ctl_args *args, uint64_t gain, uint64_t time,
		struct tune_derived *out, struct ebpfmm_error *err);

/**
 * tune_log_notes - log what was left out of the profile and why, as notices
 * @derived: from tune_derive()
 */
void tune_log_notes(const struct tune_derived *derived);

/**
 * tune_narrow - derive the profile again, for so much memory in 2M pages at most
 * @derived: from tune_derive()
 * @budget: bytes; the memory is chosen where 2M pages are worth most
 * @err: what failed
 *
 * Return: 0, also if that leaves nothing and tune_regions() is 0; or -1 with @err set.
 */
int tune_narrow(struct tune_derived *derived, uint64_t budget, struct ebpfmm_error *err);

/**
 * tune_regions - count the regions of the profile
 * @derived: from tune_derive()
 *
 * Return: their number.
 */
size_t tune_regions(const struct tune_derived *derived);

/**
 * tune_best - make a profile of the best regions
 * @derived: from tune_derive()
 * @count: how many, at least 1
 * @profile: set to it, to be freed with ebpfmm_profile_free()
 * @json: set to its text, to be released with json_object_put(); may be NULL
 * @err: no memory
 *
 * Return: 0, or -1 with @err set.
 */
int tune_best(const struct tune_derived *derived, size_t count, struct ebpfmm_profile **profile,
	      struct json_object **json, struct ebpfmm_error *err);

/**
 * tune_derived_free - release all of it, and remove the recording that was made
 * @derived: zeroed or filled in
 */
void tune_derived_free(struct tune_derived *derived);

#endif /* EBPFMM_CTL_TUNE_DERIVE_H */
