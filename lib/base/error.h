/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One error, made where it is noticed and carried up unchanged: a single line
 * that names the object, as an operator reads it in the journal.
 */
#ifndef EBPFMM_ERROR_H
#define EBPFMM_ERROR_H

#include <stddef.h>

#define EBPFMM_ERROR_SIZE 512

/**
 * struct ebpfmm_error - why something failed
 * @code: errno value of the cause, 0 when it is not from a system call
 * @message: one line, without newline or control characters
 */
struct ebpfmm_error {
	int code;
	char message[EBPFMM_ERROR_SIZE];
};

/**
 * ebpfmm_fail - record an error
 * @err: where to; may be NULL, then nothing is recorded
 * @code: errno value, or 0; when not 0, ": " and its text are appended
 * @format: as for printf; what a tenant controls may be in the arguments:
 *	control characters and bytes that are no printable ASCII become '?'.
 *	@err's own message may be one; text that is too long is cut, not the cause
 *
 * Return: -1, so that callers can return it at once.
 */
int ebpfmm_fail(struct ebpfmm_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * ebpfmm_prefix - say where an error that was already recorded happened
 * @err: the error; its message gets the prefix, and is cut if too long
 * @format: as for printf; no separator is added
 *
 * Return: -1.
 */
int ebpfmm_prefix(struct ebpfmm_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * ebpfmm_printable - make text safe for a terminal and for one line of a log
 * @text: every byte that is no printable ASCII becomes '?'
 */
void ebpfmm_printable(char *text);

#endif /* EBPFMM_ERROR_H */
