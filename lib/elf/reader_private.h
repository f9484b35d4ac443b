/* SPDX-License-Identifier: GPL-2.0-only */
/* The confined child process, for the files of this room that have it read. */
#ifndef EBPFMM_READER_PRIVATE_H
#define EBPFMM_READER_PRIVATE_H

#include <stdbool.h>

#include "base/error.h"
#include "elf/elf_file.h"

/* The child's descriptors of its files. */
#define READER_FILE	0
#define READER_DEBUG	1

/**
 * struct reader_job - what the child has to do
 * @fd: the file
 * @debugfd: its debug file; -1 for none
 * @work: does it, in the child; an error goes to @why
 * @data: for @work; memory that is shared with the child
 * @why: set to the text of the error, "" if there is none; shared as well
 */
struct reader_job {
	int fd;
	int debugfd;
	void (*work)(void *data, struct ebpfmm_error *err);
	void *data;
	char *why;
};

/**
 * reader_run - have a child do it
 * @job: what to do
 * @err: how the child ended, if it did not exit
 *
 * Return: 0 when it has exited, or -1 with @err set.
 */
int reader_run(const struct reader_job *job, struct ebpfmm_error *err);

/**
 * reader_map - memory that is shared with the child
 * @size: in bytes
 * @err: what failed
 *
 * Return: zeroed, to be unmapped; or NULL with @err set.
 */
void *reader_map(size_t size, struct ebpfmm_error *err);

/**
 * reader_check_image - check a memory layout
 * @image: hostile
 *
 * Return: NULL if it is valid, or the name of the invalid part.
 */
const char *reader_check_image(const struct ebpfmm_image *image);

/**
 * reader_check_ranges - check a range and the anonymous part of it
 * @range: hostile
 * @anonymous: hostile; may be empty
 * @image: checked layout that they must be in
 *
 * Return: NULL if they are valid, or the name of the invalid part.
 */
const char *reader_check_ranges(const struct ebpfmm_range *range,
				const struct ebpfmm_range *anonymous,
				const struct ebpfmm_image *image);

/* Whether there is a NUL in so many bytes; if so, the text is made printable. */
bool reader_is_text(char *text, size_t size);

#endif /* EBPFMM_READER_PRIVATE_H */
