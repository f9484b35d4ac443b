/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asking what is in an ELF file, by a process that can do nothing else.
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
 * struct ebpfmm_questions - what is asked of a file
 * @fd: the file: regular, open for reading
 * @debugfd: its debug file, likewise; -1 for none
 * @names: the symbols and sections that are asked for
 * @count: their number; may be 0
 * @locate: also tell where in the file the offset of each is
 */
struct ebpfmm_questions {
	int fd;
	int debugfd;
	const struct ebpfmm_elf_name *names;
	size_t count;
	bool locate;
};

/**
 * struct ebpfmm_answer - what is known of a name
 * @found: what it stands for
 * @located: whether @location is known
 * @location: where in the file its offset is
 */
struct ebpfmm_answer {
	struct ebpfmm_elf_found found;
	bool located;
	struct ebpfmm_elf_location location;
};

/**
 * enum ebpfmm_read_outcome - how far reading a file came
 * @EBPFMM_READ_NOTHING: nowhere
 * @EBPFMM_READ_BAD_FILE: the file is wrong; no more than that is known
 * @EBPFMM_READ_BAD_DEBUG: its debug file is
 * @EBPFMM_READ_BAD_NAME: there is no answer to one question, and to none after it
 * @EBPFMM_READ_ALL: all questions are answered
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
 * struct ebpfmm_reading - what a process found in a file
 * @outcome: how far it came
 * @answered: number of questions that are answered, from the first one on
 * @stripped: whether the file has no symbols of its own, so that a debug file may
 *	answer the question that was not
 * @id_size: length of @id; 0: it has none
 * @image: how the file will be laid out
 * @id: its build id, where @stripped is set and the outcome is EBPFMM_READ_BAD_NAME
 * @why: what is wrong, unless the outcome is EBPFMM_READ_ALL
 * @no_id: what is wrong with its build id; "" for nothing
 * @answers: as many as there are questions
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
 * @questions: what is asked of it
 * @out: to be freed with free(); its outcome is not EBPFMM_READ_NOTHING;
 *	untouched on error
 * @err: how the process that read it ended instead of answering
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_read(const struct ebpfmm_questions *questions, struct ebpfmm_reading **out,
		struct ebpfmm_error *err);

/**
 * ebpfmm_reading_check - can that be an answer?
 * @reading: hostile; has room for @count answers; its texts are made printable
 * @count: number of questions
 *
 * Return: NULL, or which part of it cannot be.
 */
const char *ebpfmm_reading_check(struct ebpfmm_reading *reading, size_t count);

#endif /* EBPFMM_READER_H */
