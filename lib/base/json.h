/* SPDX-License-Identifier: GPL-2.0-only */
/* Members of JSON objects. Keys are literals. */
#ifndef EBPFMM_JSON_H
#define EBPFMM_JSON_H

#include <json-c/json.h>
#include <stdint.h>

#include "base/cleanup.h"

/* _cleanup_(json_object_putp) */
EBPFMM_CLEANUP(struct json_object *, json_object_put)

/**
 * json_add_string - add a string
 * @object: the object
 * @key: name of the member
 * @value: any bytes, made valid by ebpfmm_text(); NULL becomes null
 */
void json_add_string(struct json_object *object, const char *key, const char *value);

/**
 * json_add_number - add a number
 * @object: the object
 * @key: name of the member
 * @value: the number
 */
void json_add_number(struct json_object *object, const char *key, uint64_t value);

/**
 * json_add_rounded - add a number that is not known to more than some digits
 * @object: the object
 * @key: name of the member
 * @value: the number; rounded to six significant digits
 */
void json_add_rounded(struct json_object *object, const char *key, double value);

/**
 * json_add_address - add an address, as a string: it may be above 2^53
 * @object: the object
 * @key: name of the member
 * @address: the address
 */
void json_add_address(struct json_object *object, const char *key, uint64_t address);

/**
 * json_add_sizes - add an array of the names of page sizes
 * @object: the object
 * @key: name of the member
 * @orders: bitmap
 */
void json_add_sizes(struct json_object *object, const char *key,
		    unsigned int orders);

#endif /* EBPFMM_JSON_H */
