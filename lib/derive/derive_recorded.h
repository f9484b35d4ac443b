/* SPDX-License-Identifier: GPL-2.0-only */
/* What recordings have, as what a profile can be derived from. */
#ifndef EBPFMM_DERIVE_RECORDED_H
#define EBPFMM_DERIVE_RECORDED_H

#include "derive/derive.h"
#include "recording/set.h"

/**
 * struct ebpfmm_recorded_file - what the file of a program or shared object has
 * @symbols: its symbols; offsets count from the lowest page that is mapped of it
 * @nsymbols: how many
 * @sections: its sections
 * @nsections: how many
 * @anonymous: the pages of it that are anonymous memory, in ascending order
 * @nanonymous: how many extents
 *
 * All belongs to who finds it.
 */
struct ebpfmm_recorded_file {
	const struct ebpfmm_derive_symbol *symbols;
	size_t nsymbols;
	const struct ebpfmm_derive_symbol *sections;
	size_t nsections;
	const struct ebpfmm_derive_extent *anonymous;
	size_t nanonymous;
};

/**
 * struct ebpfmm_recorded_files - finds files
 * @find: finds the file of a program, or of a shared object of it if @object is not NULL.
 *	Returns 0, or -1 with @err set
 * @data: for @find
 */
struct ebpfmm_recorded_files {
	int (*find)(const struct ebpfmm_recording_program *program, const char *object,
		    struct ebpfmm_recorded_file *file, void *data, struct ebpfmm_error *err);
	void *data;
};

/**
 * struct ebpfmm_recorded - the memory that recordings tell of
 * @spaces: for ebpfmm_derive(); those that a policy cannot decide about are left out
 * @nspaces: how many
 * @sources: indices in the set; those of one space are next to each other
 * @first: by space, the index of its first source; one more for the end of the last one's
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
	size_t *sources;
	size_t *first;
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
 * @files: finds files, which must live as long; NULL if there are none
 * @recorded: filled in, to be released with ebpfmm_recorded_free() in any case
 * @err: what is no use
 *
 * Mappings of files are left out, as no policy decides about them. Of programs and shared
 * objects only anonymous memory is taken; which part that is no recording tells, but the file.
 * Mappings of a program that grow and have the same name, or none, become one space.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_recorded_read(const struct ebpfmm_set *set,
			 const struct ebpfmm_recorded_files *files,
			 struct ebpfmm_recorded *recorded, struct ebpfmm_error *err);

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
