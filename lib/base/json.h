/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Adding members to JSON objects. Keys are literals. Each function returns 0, or -1 with
 * nothing added if there is no memory. Callers that print may ignore that; callers that
 * write a file must not.
 */
#ifndef EBPFMM_JSON_H
#define EBPFMM_JSON_H

#include <json-c/json.h>
#include <stdint.h>

#include "base/cleanup.h"

/* _cleanup_(json_object_putp) */
EBPFMM_CLEANUP(struct json_object *, json_object_put)

/**
 * ebpfmm_json_add - add a value
 * @object: the object
 * @key: name of the member
 * @value: ownership passes, also on failure; NULL if there was no memory for it
 */
int ebpfmm_json_add(struct json_object *object, const char *key,
		    struct json_object *value);

/**
 * ebpfmm_json_add_string - add a string
 * @object: the object
 * @key: name of the member
 * @value: any bytes, made valid by ebpfmm_text(); NULL becomes null
 */
int ebpfmm_json_add_string(struct json_object *object, const char *key,
			   const char *value);

/**
 * ebpfmm_json_add_number - add a number
 * @object: the object
 * @key: name of the member
 * @value: the number
 */
int ebpfmm_json_add_number(struct json_object *object, const char *key, uint64_t value);

/**
 * ebpfmm_json_add_rounded - add a rounded number
 * @object: the object
 * @key: name of the member
 * @value: the number
 * @digits: number of significant digits
 */
int ebpfmm_json_add_rounded(struct json_object *object, const char *key, double value,
			    int digits);

/**
 * ebpfmm_json_add_hex - add an address or offset as a string, as it may exceed 2^53
 * @object: the object
 * @key: name of the member
 * @value: the number
 */
int ebpfmm_json_add_hex(struct json_object *object, const char *key, uint64_t value);

/**
 * ebpfmm_json_add_sizes - add an array of the names of page sizes
 * @object: the object
 * @key: name of the member
 * @orders: bitmap
 */
int ebpfmm_json_add_sizes(struct json_object *object, const char *key,
			  unsigned int orders);

#endif /* EBPFMM_JSON_H */
