/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing a recording, line by line. Whoever writes can be killed at any time: what
 * was written until then can be read.
 */
#ifndef EBPFMM_WRITE_H
#define EBPFMM_WRITE_H

#include <stdio.h>

#include "recording/recording.h"

/**
 * struct ebpfmm_recording_writer - where writing is; zeroed before the start
 * @file: what is written to
 * @programs: that were written
 * @spaces: that were written
 * @intervals: lines of accesses that were written
 * @runs: in these
 * @processes: that were watched, for the end; 0: unknown
 * @copies: whether names come from a recording, as ebpfmm_text() wrote them
 */
struct ebpfmm_recording_writer {
	FILE *file;
	size_t programs;
	size_t spaces;
	uint64_t intervals;
	uint64_t runs;
	uint64_t processes;
	bool copies;
};

/* Each of these returns 0, or -1 with an error set. What a full disk says may come late. */

/**
 * ebpfmm_recording_create - begin a recording in a new file
 * @writer: gets the file, which the caller closes
 * @dirfd: directory that the file is in, or AT_FDCWD
 * @name: of the file; what has that name is replaced, in one step
 * @header: how is recorded; its versions are not looked at
 * @err: begins with @name
 *
 * Nobody sees the file without its first line. It belongs to its owner alone, as the
 * names in it tell much of what runs. Beside it is @name.new for a moment.
 */
int ebpfmm_recording_create(struct ebpfmm_recording_writer *writer, int dirfd,
			    const char *name, const struct ebpfmm_recording_header *header,
			    struct ebpfmm_error *err);

/**
 * ebpfmm_recording_start - begin a recording in an open file
 * @writer: gets the file
 * @file: stays the caller's
 * @header: as for ebpfmm_recording_create()
 * @err: what failed
 */
int ebpfmm_recording_start(struct ebpfmm_recording_writer *writer, FILE *file,
			   const struct ebpfmm_recording_header *header,
			   struct ebpfmm_error *err);

/**
 * ebpfmm_recording_put_program - tell of a program
 * @writer: the writer
 * @program: its path may be any bytes behind a slash
 * @number: set to its number; may be NULL
 * @err: what failed, what is wrong, or that there are too many
 */
int ebpfmm_recording_put_program(struct ebpfmm_recording_writer *writer,
				 const struct ebpfmm_recording_program *program,
				 size_t *number, struct ebpfmm_error *err);

/**
 * ebpfmm_recording_put_space - tell of a space
 * @writer: the writer
 * @space: its name may be any bytes, behind a slash for an object
 * @number: set to its number; may be NULL
 * @err: what failed, what is wrong, or that there are too many
 */
int ebpfmm_recording_put_space(struct ebpfmm_recording_writer *writer,
			       const struct ebpfmm_recording_space *space,
			       size_t *number, struct ebpfmm_error *err);

/**
 * ebpfmm_recording_put_interval - tell of accesses
 * @writer: the writer
 * @row: any number of runs: too many for one line become several
 * @err: what failed, or which run is wrong
 */
int ebpfmm_recording_put_interval(struct ebpfmm_recording_writer *writer,
				  const struct ebpfmm_recording_row *row,
				  struct ebpfmm_error *err);

/**
 * ebpfmm_recording_put_resident - tell of resident pages
 * @writer: the writer
 * @row: as for ebpfmm_recording_put_interval()
 * @err: likewise
 */
int ebpfmm_recording_put_resident(struct ebpfmm_recording_writer *writer,
				  const struct ebpfmm_recording_row *row,
				  struct ebpfmm_error *err);

/**
 * ebpfmm_recording_finish - tell the end, and flush
 * @writer: the writer; nothing may be put any more
 * @time_us: how long was recorded
 * @lost: aggregated regions that were lost
 * @err: what failed, also of all that was put before
 */
int ebpfmm_recording_finish(struct ebpfmm_recording_writer *writer, uint64_t time_us,
			    uint64_t lost, struct ebpfmm_error *err);

/* What puts each that it is told: to copy a recording, or what is read as one. */
extern const struct ebpfmm_recording_ops ebpfmm_recording_writer_ops;

#endif /* EBPFMM_WRITE_H */
