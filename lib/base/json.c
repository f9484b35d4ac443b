// SPDX-License-Identifier: GPL-2.0-only
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/page_size.h"

void json_add_string(struct json_object *object, const char *key, const char *value)
{
	char *text = value ? ebpfmm_text(value) : NULL;

	json_object_object_add(object, key,
			       text ? json_object_new_string(text) : NULL);
	free(text);
}

void json_add_number(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

void json_add_rounded(struct json_object *object, const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6g", value);
	json_object_object_add(object, key, json_object_new_double_s(value, text));
}

void json_add_address(struct json_object *object, const char *key, uint64_t address)
{
	char text[sizeof("0x") + 16];

	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	json_object_object_add(object, key, json_object_new_string(text));
}

void json_add_sizes(struct json_object *object, const char *key, unsigned int orders)
{
	struct json_object *sizes = json_object_new_array();

	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (orders & 1U << o)
			json_object_array_add(sizes, json_object_new_string(
							     ebpfmm_order_name(o)));
	json_object_object_add(object, key, sizes);
}
