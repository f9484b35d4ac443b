/* SPDX-License-Identifier: GPL-2.0-only */
/* What one line of a recording says. */
#ifndef EBPFMM_LINE_PRIVATE_H
#define EBPFMM_LINE_PRIVATE_H

#include "recording/recording.h"

struct json_object;

/**
 * enum recording_kind - what a line is about
 * @RECORDING_HEADER: how the recording was made
 * @RECORDING_PROGRAM: a program appears
 * @RECORDING_SPACE: a space appears
 * @RECORDING_INTERVAL: accesses
 * @RECORDING_RESIDENT: resident pages
 * @RECORDING_END: totals
 * @RECORDING_UNKNOWN: something of a newer minor version
 */
enum recording_kind {
	RECORDING_HEADER,
	RECORDING_PROGRAM,
	RECORDING_SPACE,
	RECORDING_INTERVAL,
	RECORDING_RESIDENT,
	RECORDING_END,
	RECORDING_UNKNOWN
};

/**
 * struct recording_line - a line
 * @kind: says which of the following are set
 * @number: of the program or space that appears
 * @header: as in the line
 * @program: likewise
 * @space: likewise; the program is not checked
 * @row: likewise; the space is not checked
 * @end: likewise
 * @runs: room for those of @row
 * @root: what the strings above are in
 */
struct recording_line {
	enum recording_kind kind;
	size_t number;
	union {
		struct ebpfmm_recording_header header;
		struct ebpfmm_recording_program program;
		struct ebpfmm_recording_space space;
		struct ebpfmm_recording_row row;
		struct ebpfmm_recording_end end;
	};
	struct ebpfmm_recording_run runs[EBPFMM_RECORDING_MAX_RUNS];
	struct json_object *root;
};

/**
 * recording_line_parse - take a line apart
 * @text: the line, need not end in NUL
 * @length: bytes, without the newline
 * @newer: whether the recording is of a newer minor version
 * @line: filled in, to be released with recording_line_clear() in any case
 * @err: what is wrong, where in the line
 *
 * Return: 0, or -1 with @err set.
 */
int recording_line_parse(const char *text, size_t length, bool newer,
			 struct recording_line *line, struct ebpfmm_error *err);

/**
 * recording_line_clear - release what a line has
 * @line: zeroed or filled in
 */
void recording_line_clear(struct recording_line *line);

#endif /* EBPFMM_LINE_PRIVATE_H */
