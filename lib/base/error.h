/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An error, recorded where it is detected and passed up unchanged: a single line that
 * names the object, as an operator reads it in the journal.
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
 * @err: the error to fill in; if NULL, nothing is recorded
 * @code: errno value, or 0; when not 0, ": " and its text are appended
 * @format: as for printf; arguments may be hostile: bytes that are not printable
 *	ASCII become '?'. @err's own message may be an argument. If the text is too
 *	long, it is truncated before the text of @code
 *
 * Return: -1, so that callers can return it directly.
 */
int ebpfmm_fail(struct ebpfmm_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * ebpfmm_prefix - prefix a recorded error with the place where it happened
 * @err: the error; its message is truncated if too long
 * @format: as for printf; no separator is added
 *
 * Return: -1.
 */
int ebpfmm_prefix(struct ebpfmm_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * ebpfmm_pass - record the error of another function
 * @err: the error to fill in; may be NULL
 * @from: the other error
 *
 * Return: -1.
 */
int ebpfmm_pass(struct ebpfmm_error *err, const struct ebpfmm_error *from);

/**
 * ebpfmm_printable - make text safe for a terminal and for one line of a log
 * @text: every byte that is not printable ASCII becomes '?'
 */
void ebpfmm_printable(char *text);

#endif /* EBPFMM_ERROR_H */
