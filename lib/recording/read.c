// SPDX-License-Identifier: GPL-2.0-only
#include "recording/read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "recording/line_private.h"

/**
 * struct reader - where reading is
 * @ops: who is told
 * @ctx: of @ops
 * @extent: what came so far
 * @newer: whether the format is of a newer minor version
 * @programs: that have come
 * @spaces: that have come
 * @intervals: lines of accesses that have come
 * @runs: in these
 * @line: the one at hand
 * @text: its bytes
 */
struct reader {
	const struct ebpfmm_recording_ops *ops;
	void *ctx;
	struct ebpfmm_recording_extent *extent;
	bool newer;
	size_t programs;
	size_t spaces;
	uint64_t intervals;
	uint64_t runs;
	struct recording_line line;
	char text[EBPFMM_RECORDING_MAX_LINE];
};

/* --- what comes after what -------------------------------------------------------- */

static int take_header(struct reader *reader, struct ebpfmm_error *err)
{
	const struct ebpfmm_recording_header *header = &reader->line.header;

	reader->newer = header->minor > EBPFMM_RECORDING_MINOR;
	return reader->ops->header(reader->ctx, header, err);
}

static int take_program(struct reader *reader, struct ebpfmm_error *err)
{
	if (reader->line.number != reader->programs)
		return ebpfmm_fail(err, 0, "program.id: must be %zu, the next one",
				   reader->programs);
	reader->programs++;
	return reader->ops->program(reader->ctx, &reader->line.program, err);
}

static int take_space(struct reader *reader, struct ebpfmm_error *err)
{
	const struct ebpfmm_recording_space *space = &reader->line.space;

	if (reader->line.number != reader->spaces)
		return ebpfmm_fail(err, 0, "space.id: must be %zu, the next one",
				   reader->spaces);
	if (space->program >= reader->programs)
		return ebpfmm_fail(err, 0, "space.program: no program %zu came before",
				   space->program);
	reader->spaces++;
	return reader->ops->space(reader->ctx, space, err);
}

static int take_row(struct reader *reader, struct ebpfmm_error *err)
{
	const struct ebpfmm_recording_row *row = &reader->line.row;
	bool resident = reader->line.kind == RECORDING_RESIDENT;

	if (row->space >= reader->spaces)
		return ebpfmm_fail(err, 0, "%s.space: no space %zu came before",
				   resident ? "resident" : "interval", row->space);
	if (resident)
		return reader->ops->resident(reader->ctx, row, err);
	reader->intervals++;
	reader->runs += row->nruns;
	return reader->ops->interval(reader->ctx, row, err);
}

static int take_end(struct reader *reader, struct ebpfmm_error *err)
{
	const struct ebpfmm_recording_end *end = &reader->line.end;

	if (end->intervals != reader->intervals || end->runs != reader->runs)
		return ebpfmm_fail(err, 0, "end: tells of %" PRIu64 " intervals with %" PRIu64
				   " runs, but %" PRIu64 " with %" PRIu64 " came",
				   end->intervals, end->runs, reader->intervals, reader->runs);
	reader->extent->ended = true;
	return reader->ops->end(reader->ctx, end, err);
}

static int take(struct reader *reader, struct ebpfmm_error *err)
{
	enum recording_kind kind = reader->line.kind;
	bool first = !reader->extent->lines;

	if (reader->extent->ended)
		return ebpfmm_fail(err, 0, "something follows the end");
	if (first && kind != RECORDING_HEADER)
		return ebpfmm_fail(err, 0, "is no recording: its first line must be about "
				   "`recording`");
	if (!first && kind == RECORDING_HEADER)
		return ebpfmm_fail(err, 0, "recording: is there once, as the first line");
	switch (kind) {
	case RECORDING_HEADER:
		return take_header(reader, err);
	case RECORDING_PROGRAM:
		return take_program(reader, err);
	case RECORDING_SPACE:
		return take_space(reader, err);
	case RECORDING_INTERVAL:
	case RECORDING_RESIDENT:
		return take_row(reader, err);
	case RECORDING_END:
		return take_end(reader, err);
	default:
		return 0;
	}
}

/* --- lines ------------------------------------------------------------------------ */

/* Return: 1 with the line without its newline, 0 at the end, -1 with @err set. */
static int next_line(struct reader *reader, FILE *file, size_t *length,
		     struct ebpfmm_error *err)
{
	size_t n = 0;
	int c;

	while ((c = getc_unlocked(file)) != EOF && c != '\n') {
		if (n == sizeof(reader->text) - 1)
			return ebpfmm_fail(err, 0, "is longer than %zu bytes",
					   sizeof(reader->text));
		reader->text[n++] = (char)c;
	}
	*length = n;
	if (c == '\n')
		return 1;
	if (ferror(file))
		return ebpfmm_fail(err, errno ? errno : EIO, "cannot be read");
	/* Who writes stops there. */
	if (n && reader->extent->ended)
		return ebpfmm_fail(err, 0, "something follows the end");
	reader->extent->truncated = n > 0;
	return 0;
}

static int read_line(struct reader *reader, FILE *file, struct ebpfmm_error *err)
{
	size_t length = 0;
	int ret = next_line(reader, file, &length, err);

	if (ret <= 0)
		return ret;
	ret = recording_line_parse(reader->text, length, reader->newer, &reader->line, err);
	if (!ret)
		ret = take(reader, err);
	recording_line_clear(&reader->line);
	if (ret)
		return -1;
	reader->extent->lines++;
	return 1;
}

int ebpfmm_recording_read(FILE *file, const struct ebpfmm_recording_ops *ops, void *ctx,
			  struct ebpfmm_recording_extent *extent,
			  struct ebpfmm_error *err)
{
	_cleanup_free_ struct reader *reader = calloc(1, sizeof(*reader));
	int ret;

	*extent = (struct ebpfmm_recording_extent){};
	if (!reader)
		return ebpfmm_fail(err, ENOMEM, "recording");
	reader->ops = ops;
	reader->ctx = ctx;
	reader->extent = extent;
	do {
		errno = 0;
		ret = read_line(reader, file, err);
	} while (ret > 0);
	if (!ret && !extent->lines)
		ret = ebpfmm_fail(err, 0, "is no recording: it has no complete first line");
	if (ret)
		return ebpfmm_prefix(err, "line %" PRIu64 ": ", extent->lines + 1);
	return 0;
}
