/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading an ELF file in a confined child process.
 */
#ifndef EBPFMM_READER_H
#define EBPFMM_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "elf/elf_file.h"
#include "elf/elf_found.h"

/**
 * struct ebpfmm_questions - what to look up in a file
 * @fd: the file: regular, open for reading
 * @debugfd: its debug file, likewise; -1 for none
 * @names: the symbols and sections to look up
 * @count: their number; may be 0
 * @locate: also look up the location of the offset of each
 */
struct ebpfmm_questions {
	int fd;
	int debugfd;
	const struct ebpfmm_elf_name *names;
	size_t count;
	bool locate;
};

/**
 * struct ebpfmm_answer - the result for a name
 * @found: the memory that it stands for
 * @located: whether @location is known
 * @location: location of its offset
 */
struct ebpfmm_answer {
	struct ebpfmm_elf_found found;
	bool located;
	struct ebpfmm_elf_location location;
};

/**
 * enum ebpfmm_read_outcome - result of reading a file
 * @EBPFMM_READ_NOTHING: nothing was read
 * @EBPFMM_READ_BAD_FILE: the file is not valid
 * @EBPFMM_READ_BAD_DEBUG: its debug file is not valid
 * @EBPFMM_READ_BAD_NAME: one name was not found; those after it were not looked up
 * @EBPFMM_READ_ALL: all names were found
 */
enum ebpfmm_read_outcome {
	EBPFMM_READ_NOTHING,
	EBPFMM_READ_BAD_FILE,
	EBPFMM_READ_BAD_DEBUG,
	EBPFMM_READ_BAD_NAME,
	EBPFMM_READ_ALL,
	EBPFMM_OUTCOMES,
};

/**
 * struct ebpfmm_reading - what the child process found in a file
 * @outcome: enum ebpfmm_read_outcome
 * @answered: number of names that were found, from the first one on
 * @stripped: whether the file has no symbols of its own, so that a debug file may have
 *	the name that was not found
 * @id_size: length of @id; 0 if it has none
 * @image: memory layout of the file
 * @id: its build id, if @stripped is set and the outcome is EBPFMM_READ_BAD_NAME
 * @why: the error, unless the outcome is EBPFMM_READ_ALL
 * @no_id: the error in its build id; "" for none
 * @answers: one for each name
 */
struct ebpfmm_reading {
	uint32_t outcome;
	uint32_t answered;
	uint32_t stripped;
	uint32_t id_size;
	struct ebpfmm_image image;
	unsigned char id[EBPFMM_BUILD_ID_MAX];
	char why[EBPFMM_ERROR_SIZE];
	char no_id[EBPFMM_ERROR_SIZE];
	struct ebpfmm_answer answers[];
};

/**
 * ebpfmm_read - read a file
 * @questions: what to look up
 * @out: to be freed with free(); its outcome is not EBPFMM_READ_NOTHING;
 *	untouched on error
 * @err: how the child process ended without an answer
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_read(const struct ebpfmm_questions *questions, struct ebpfmm_reading **out,
		struct ebpfmm_error *err);

/**
 * ebpfmm_reading_check - check the answer of the child process
 * @reading: hostile; has room for @count answers; its texts are made printable
 * @count: number of names
 *
 * Return: NULL if it is valid, or the name of the invalid part.
 */
const char *ebpfmm_reading_check(struct ebpfmm_reading *reading, size_t count);

#endif /* EBPFMM_READER_H */
