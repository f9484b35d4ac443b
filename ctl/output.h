/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results on stdout. Names of cgroups and containers are made by others: they
 * are printed so that a terminal takes no harm.
 */
#ifndef EBPFMM_CTL_OUTPUT_H
#define EBPFMM_CTL_OUTPUT_H

#include <json-c/json.h>
#include <stdarg.h>
#include <stdint.h>

#include "base/error.h"

/**
 * ctl_print_json - print a result as one line of JSON
 * @value: released
 */
void ctl_print_json(struct json_object *value);

/**
 * ctl_add_string - add a string to a JSON object
 * @object: the object
 * @key: name of the member; a literal
 * @value: its value; NULL becomes null
 */
void ctl_add_string(struct json_object *object, const char *key, const char *value);

/**
 * ctl_add_number - add a number to a JSON object
 * @object: the object
 * @key: name of the member; a literal
 * @value: its value
 */
void ctl_add_number(struct json_object *object, const char *key, uint64_t value);

/**
 * ctl_error - what went wrong, as a member "error" has it everywhere
 * @message: one line
 * @code: a word that stays the same when the message is worded anew
 *
 * Return: { "message": …, "code": … }
 */
struct json_object *ctl_error(const char *message, const char *code);

/**
 * ctl_error_code - the code of a failure
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
 * ctl_print - print a line
 * @format: as for printf; its newline may be missing. All other bytes that are no
 *	printable ASCII become '?'
 */
void ctl_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* EBPFMM_CTL_OUTPUT_H */
