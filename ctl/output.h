/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Printing results on stdout. Names of cgroups and containers are hostile: they are printed
 * so that they cannot harm a terminal.
 */
#ifndef EBPFMM_CTL_OUTPUT_H
#define EBPFMM_CTL_OUTPUT_H

#include <json-c/json.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/**
 * ctl_print_json - print a result as one line of JSON
 * @value: released
 */
void ctl_print_json(struct json_object *value);

/**
 * ctl_error - make the value of a member "error"
 * @message: one line
 * @code: a word that does not change when the message is reworded
 *
 * Return: { "message": …, "code": … }
 */
struct json_object *ctl_error(const char *message, const char *code);

/**
 * ctl_error_code - get the code of a failure
 * @err: what failed
 *
 * Return: the name of its errno value, such as ENOENT, or "failed" without one.
 */
const char *ctl_error_code(const struct ebpfmm_error *err);

/**
 * ctl_format - text from a format
 * @format: as for printf(3)
 * @args: likewise
 *
 * Return: to be freed, or NULL without memory.
 */
char *ctl_format(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/**
 * ctl_replace - write a file that an option names, atomically
 * @path: the file; while it is written, there is another one behind whose name is ".new"
 * @bytes: its content
 * @size: size of @bytes
 * @mode: permissions
 * @err: begins with @path, such as that something is there that is no regular file
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_replace(const char *path, const void *bytes, size_t size, mode_t mode,
		struct ebpfmm_error *err);

/**
 * ctl_print - print a line
 * @format: as for printf; the newline is optional. All other bytes that are not
 *	printable ASCII become '?'
 */
void ctl_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* EBPFMM_CTL_OUTPUT_H */
