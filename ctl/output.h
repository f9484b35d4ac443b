/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results on stdout. Names of cgroups and containers are made by others: they
 * are printed so that a terminal takes no harm.
 */
#ifndef EBPFMM_CTL_OUTPUT_H
#define EBPFMM_CTL_OUTPUT_H

#include <json-c/json.h>
#include <stdint.h>

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
 * ctl_print - print a line
 * @format: as for printf; its newline may be missing. All other bytes that are no
 *	printable ASCII become '?'
 */
void ctl_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* EBPFMM_CTL_OUTPUT_H */
