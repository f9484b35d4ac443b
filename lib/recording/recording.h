/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a recording has in it. Not addresses are kept but places: a space of a program,
 * and pages counted from the start of the space, so that recordings of several runs and
 * of several nodes can be laid one upon another. The format is in ebpfmm-recording(5).
 *
 * A recording is hostile: who records copies names that a tenant chose, and who reads
 * may have it from elsewhere. So everything in it has a limit.
 */
#ifndef EBPFMM_RECORDING_H
#define EBPFMM_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A newer minor version may have keys and lines that are not known here. */
#define EBPFMM_RECORDING_VERSION	1U
#define EBPFMM_RECORDING_MINOR		1U

#define EBPFMM_RECORDING_MAX_LINE	(1U << 20)	/* bytes, with the newline */
#define EBPFMM_RECORDING_MAX_PROGRAMS	1024U
#define EBPFMM_RECORDING_MAX_SPACES	16384U
#define EBPFMM_RECORDING_MAX_RUNS	16384U		/* of one line */
#define EBPFMM_RECORDING_MAX_TEXT	20480U		/* bytes of a path or name */
#define EBPFMM_RECORDING_MAX_RANK	65536U
#define EBPFMM_RECORDING_MAX_BYTES	(1ULL << 57)	/* of an address space */
#define EBPFMM_RECORDING_MAX_PAGE	(EBPFMM_RECORDING_MAX_BYTES >> 12)
/* Times: 285 years in microseconds. */
#define EBPFMM_RECORDING_MAX_US		(UINT64_MAX / 2048)

/**
 * struct ebpfmm_recording_header - how a recording was made
 * @version: of the format
 * @minor: of the format
 * @tool: version of the program that recorded, or NULL
 * @start_ns: CLOCK_REALTIME when it started; 0: unknown
 * @kernel: release of the kernel, or NULL
 * @cpu: model of the CPU, or NULL
 * @memory: bytes that the node has; 0: unknown
 * @page_size: bytes of the pages that all is counted in
 * @sampling_us: time between two looks at a page
 * @aggregation_us: time that one interval lasts
 */
struct ebpfmm_recording_header {
	unsigned int version;
	unsigned int minor;
	const char *tool;
	uint64_t start_ns;
	const char *kernel;
	const char *cpu;
	uint64_t memory;
	uint32_t page_size;
	uint64_t sampling_us;
	uint64_t aggregation_us;
};

/**
 * struct ebpfmm_recording_program - a program, and which file it is
 * @path: in the root of the process, absolute; as ebpfmm_text() writes it
 * @size: bytes of the file
 * @mtime_ns: when the file was changed last
 * @build_id: GNU build id in hexadecimal digits, or NULL
 */
struct ebpfmm_recording_program {
	const char *path;
	uint64_t size;
	int64_t mtime_ns;
	const char *build_id;
};

/**
 * enum ebpfmm_space_kind - what a space is
 * @EBPFMM_SPACE_IMAGE: the program's own file, counted from its lowest page, with the
 *	zeroed part of its data behind it
 * @EBPFMM_SPACE_OBJECT: a shared object, likewise
 * @EBPFMM_SPACE_HEAP: what brk(2) allocates, counted from its start
 * @EBPFMM_SPACE_STACK: the main thread's stack, counted downwards: page 0 is the highest
 * @EBPFMM_SPACE_MAPPING: any other mapping, counted from where it began when it was first
 *	seen
 * @EBPFMM_SPACE_KINDS: how many there are
 */
enum ebpfmm_space_kind {
	EBPFMM_SPACE_IMAGE,
	EBPFMM_SPACE_OBJECT,
	EBPFMM_SPACE_HEAP,
	EBPFMM_SPACE_STACK,
	EBPFMM_SPACE_MAPPING,
	EBPFMM_SPACE_KINDS
};

/* Of a space whose pages' size is not known, or changed while it was watched. */
#define EBPFMM_SEEN_UNKNOWN	(-1)

/**
 * struct ebpfmm_recording_space - a part of a program's memory
 * @program: number of the program
 * @kind: what it is
 * @name: path of an object; name of a mapping or NULL; NULL otherwise
 * @size: bytes of a mapping when it was first seen; 0 otherwise
 * @rank: of a mapping: 1 for the highest one of the same @name and @size, 2 for the one
 *	below; 0 otherwise
 * @down: of a mapping: what it has grown by below where it began when it was first seen,
 *	counted downwards from there; @size and @rank are those of the mapping
 * @seen: order of the page size through which accesses were seen: all of such a page
 *	looks accessed where one byte is; or EBPFMM_SEEN_UNKNOWN
 */
struct ebpfmm_recording_space {
	size_t program;
	enum ebpfmm_space_kind kind;
	const char *name;
	uint64_t size;
	unsigned int rank;
	bool down;
	int seen;
};

/**
 * struct ebpfmm_recording_run - neighbouring pages that are alike
 * @first: the first page, counted from the start of the space
 * @pages: how many; at least 1
 * @count: in how many samples of the interval each was accessed; or how many of
 *	them are resident
 */
struct ebpfmm_recording_run {
	uint64_t first;
	uint32_t pages;
	uint32_t count;
};

/**
 * struct ebpfmm_recording_row - the pages of one space at one time
 * @time_us: end of the interval, counted from the start of the recording
 * @space: number of the space
 * @runs: in ascending order, without overlap; other pages were not accessed, or are not
 *	resident
 * @nruns: their number
 */
struct ebpfmm_recording_row {
	uint64_t time_us;
	size_t space;
	const struct ebpfmm_recording_run *runs;
	size_t nruns;
};

/**
 * struct ebpfmm_recording_end - the last line
 * @time_us: how long was recorded
 * @intervals: lines of accesses
 * @runs: runs in these
 * @lost: aggregated regions that came and could not be recorded
 * @processes: that were watched, for a while at least; 0: unknown
 */
struct ebpfmm_recording_end {
	uint64_t time_us;
	uint64_t intervals;
	uint64_t runs;
	uint64_t lost;
	uint64_t processes;
};

/**
 * struct ebpfmm_recording_ops - who is told what a recording has in it
 * @header: comes first, once
 * @program: they are numbered from 0 in the order in which they come
 * @space: likewise; its program has come before
 * @interval: accesses; their space has come before
 * @resident: which pages are in memory; likewise
 * @end: comes last, where the recording was not cut off
 *
 * All must be there. What they get lives until they return. Each returns 0, or -1 with
 * an error set, which ends the reading.
 */
struct ebpfmm_recording_ops {
	int (*header)(void *ctx, const struct ebpfmm_recording_header *header,
		      struct ebpfmm_error *err);
	int (*program)(void *ctx, const struct ebpfmm_recording_program *program,
		       struct ebpfmm_error *err);
	int (*space)(void *ctx, const struct ebpfmm_recording_space *space,
		     struct ebpfmm_error *err);
	int (*interval)(void *ctx, const struct ebpfmm_recording_row *row,
			struct ebpfmm_error *err);
	int (*resident)(void *ctx, const struct ebpfmm_recording_row *row,
			struct ebpfmm_error *err);
	int (*end)(void *ctx, const struct ebpfmm_recording_end *end,
		   struct ebpfmm_error *err);
};

/**
 * ebpfmm_space_kind_name - how a kind of space is written
 * @kind: the kind
 *
 * Return: a static string.
 */
const char *ebpfmm_space_kind_name(enum ebpfmm_space_kind kind);

/**
 * ebpfmm_parse_space_kind - which kind of space is meant
 * @name: as ebpfmm_space_kind_name() writes it
 *
 * Return: the kind, or -1 if there is none of that name.
 */
int ebpfmm_parse_space_kind(const char *name);

/**
 * ebpfmm_same_program - whether two programs are the same in a profile
 * @a: a program
 * @b: a program, perhaps of another recording
 *
 * Return: whether their paths are the same, and their build ids or, if neither has one,
 * their sizes.
 */
bool ebpfmm_same_program(const struct ebpfmm_recording_program *a,
			 const struct ebpfmm_recording_program *b);

/**
 * ebpfmm_same_space - whether two spaces are the same
 * @a: a space
 * @b: a space whose program has the number that it has for @a
 *
 * Return: whether program, kind, name, size, rank and direction are.
 */
bool ebpfmm_same_space(const struct ebpfmm_recording_space *a,
		       const struct ebpfmm_recording_space *b);

#define EBPFMM_SPACE_LABEL	128	/* bytes; a longer name is cut */

/**
 * ebpfmm_space_label - what people call a space
 * @space: the space
 * @label: such as "heap", "object /lib/libm.so.6", "mapping pool 64M #2" or
 *	"mapping pool 64M #2 down"
 *
 * The program is not in it. A byte that is not printable ASCII becomes '?'.
 */
void ebpfmm_space_label(const struct ebpfmm_recording_space *space,
			char label[EBPFMM_SPACE_LABEL]);

/**
 * ebpfmm_recording_row_check - whether runs are what a row may have
 * @row: the row; its space is not looked at
 * @resident: whether counts are those of resident pages
 * @err: which run is wrong, as "runs[N]: …"
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_recording_row_check(const struct ebpfmm_recording_row *row, bool resident,
			       struct ebpfmm_error *err);

#endif /* EBPFMM_RECORDING_H */
