/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recordings in memory, laid one upon another: the same program of several recordings is
 * one, and so is the same space of it.
 */
#ifndef EBPFMM_SET_H
#define EBPFMM_SET_H

#include <stdio.h>

#include "recording/damo.h"
#include "recording/recording.h"

/* The most memory that a set takes, unless it says otherwise. */
#define EBPFMM_RECORDING_MAX_MEMORY	(1ULL << 30)
#define EBPFMM_RECORDING_MAX_FILES	256U
/* Of all recordings together; each is compared with those that came before. */
#define EBPFMM_SET_MAX_PROGRAMS		EBPFMM_RECORDING_MAX_PROGRAMS
#define EBPFMM_SET_MAX_SPACES		(2 * EBPFMM_RECORDING_MAX_SPACES)

/**
 * struct ebpfmm_set_file - a recording that is in the set
 * @name: of the file
 * @header: how it was made; its strings belong to the set
 * @end_us: how long was recorded: as the end line says or, without one, the last
 *	time that is in it
 * @lost: as the end line says
 * @processes: likewise; 0: unknown
 * @ended: whether there is an end line
 * @truncated: whether the file was cut off
 */
struct ebpfmm_set_file {
	char *name;
	struct ebpfmm_recording_header header;
	uint64_t end_us;
	uint64_t lost;
	uint64_t processes;
	bool ended;
	bool truncated;
};

/**
 * struct ebpfmm_set_row - the pages of one space at one time
 * @time_us: from the start of its recording
 * @first_run: index of its first run in the set's
 * @nruns: their number
 * @space: index of the space
 * @file: index of the recording
 * @resident: whether it tells resident pages, not accesses
 */
struct ebpfmm_set_row {
	uint64_t time_us;
	uint64_t first_run;
	uint32_t nruns;
	uint32_t space;
	uint16_t file;
	bool resident;
};

/**
 * struct ebpfmm_set_space - a space, with where its rows are
 * @space: what it is; ->program is an index into the set's, and ->seen is
 *	EBPFMM_SEEN_UNKNOWN where recordings disagree
 * @digest: of what it is
 * @pages: where the last run of any row ends
 * @first_row: index of its first row in the set's
 * @accesses: how many rows from there on tell accesses, by file and time
 * @resident: how many behind these tell resident pages, likewise
 */
struct ebpfmm_set_space {
	struct ebpfmm_recording_space space;
	uint64_t digest;
	uint64_t pages;
	size_t first_row;
	size_t accesses;
	size_t resident;
};

/**
 * struct ebpfmm_set - recordings in memory; zeroed before the first one
 * @files: the recordings
 * @programs: the programs of all; size and time are those that came first
 * @spaces: the spaces of all
 * @rows: sorted by space
 * @runs: of all rows
 * @nfiles: number of @files
 * @nprograms: number of @programs
 * @nspaces: number of @spaces
 * @nrows: number of @rows
 * @nruns: number of @runs
 * @max_memory: bytes that it may take; 0: EBPFMM_RECORDING_MAX_MEMORY
 * @room: of the arrays; of no use to others
 */
struct ebpfmm_set {
	struct ebpfmm_set_file *files;
	struct ebpfmm_recording_program *programs;
	struct ebpfmm_set_space *spaces;
	struct ebpfmm_set_row *rows;
	struct ebpfmm_recording_run *runs;
	size_t nfiles;
	size_t nprograms;
	size_t nspaces;
	size_t nrows;
	size_t nruns;
	uint64_t max_memory;
	struct {
		size_t files;
		size_t programs;
		size_t spaces;
		size_t rows;
		size_t runs;
		uint64_t bytes;
	} room;
};

/**
 * ebpfmm_set_add - read a recording into the set
 * @set: after an error of no use but to ebpfmm_set_free()
 * @name: of the file
 * @file: read to its end
 * @err: begins with @name and the line
 *
 * What is the same by ebpfmm_same_program() and ebpfmm_same_space() is there once.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_set_add(struct ebpfmm_set *set, const char *name, FILE *file,
		   struct ebpfmm_error *err);

/**
 * ebpfmm_set_add_damo - take what damo recorded into the set
 * @set: as for ebpfmm_set_add()
 * @name: of the file
 * @source: what damo recorded
 * @err: begins with @name
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_set_add_damo(struct ebpfmm_set *set, const char *name,
			const struct ebpfmm_damo *source, struct ebpfmm_error *err);

/**
 * ebpfmm_set_free - release what a set has
 * @set: becomes an empty one
 */
void ebpfmm_set_free(struct ebpfmm_set *set);

#endif /* EBPFMM_SET_H */
