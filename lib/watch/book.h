/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs and spaces that are watched, each once. They are written into the recording
 * when something is told of them for the first time, as only then their pages can be
 * looked at.
 */
#ifndef EBPFMM_WATCH_BOOK_H
#define EBPFMM_WATCH_BOOK_H

#include <sys/types.h>

#include "recording/write.h"

/**
 * struct ebpfmm_entry - a program or a space
 * @number: in the recording; SIZE_MAX if it is not there yet
 * @index: of the entry
 * @program: likewise
 * @space: its @program is the index of the program's entry
 */
struct ebpfmm_entry {
	size_t number;
	size_t index;
	union {
		struct ebpfmm_recording_program program;
		struct ebpfmm_recording_space space;
	};
};

/**
 * struct ebpfmm_entries - all programs, or all spaces
 * @list: by index
 * @count: their number
 * @tree: to find them in
 */
struct ebpfmm_entries {
	struct ebpfmm_entry **list;
	size_t count;
	void *tree;
};

/**
 * struct ebpfmm_book - what is watched; zeroed before use
 * @programs: the programs
 * @spaces: the spaces
 */
struct ebpfmm_book {
	struct ebpfmm_entries programs;
	struct ebpfmm_entries spaces;
};

/* Who maps and unmaps again and again must not use up our memory. */
#define EBPFMM_BOOK_PROGRAMS	(4 * EBPFMM_RECORDING_MAX_PROGRAMS)
#define EBPFMM_BOOK_SPACES	(4 * EBPFMM_RECORDING_MAX_SPACES)
#define EBPFMM_BOOK_FULL	(-2)

/*
 * Both return the index of the one that is the same, perhaps a new one; EBPFMM_BOOK_FULL; or
 * -1 with @err set.
 */
ssize_t ebpfmm_book_program(struct ebpfmm_book *book,
			    const struct ebpfmm_recording_program *program,
			    struct ebpfmm_error *err);
ssize_t ebpfmm_book_space(struct ebpfmm_book *book,
			  const struct ebpfmm_recording_space *space,
			  struct ebpfmm_error *err);

/**
 * ebpfmm_book_put - write a space, and its program, unless that was done
 * @book: the book
 * @index: of the space
 * @seen: order of its pages, or EBPFMM_SEEN_UNKNOWN
 * @writer: the recording
 * @err: what failed
 *
 * Return: 0; EBPFMM_BOOK_FULL if the recording cannot have more; or -1 with @err set.
 */
int ebpfmm_book_put(struct ebpfmm_book *book, size_t index, int seen,
		    struct ebpfmm_recording_writer *writer, struct ebpfmm_error *err);

/**
 * ebpfmm_book_free - release what it has
 * @book: zeroed or in use
 */
void ebpfmm_book_free(struct ebpfmm_book *book);

#endif /* EBPFMM_WATCH_BOOK_H */
