// SPDX-License-Identifier: GPL-2.0-only
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/page_size.h"
#include "base/text.h"

int ebpfmm_json_add(struct json_object *object, const char *key,
		    struct json_object *value)
{
	if (value && !json_object_object_add(object, key, value))
		return 0;
	json_object_put(value);
	return -1;
}

int ebpfmm_json_add_string(struct json_object *object, const char *key,
			   const char *value)
{
	struct json_object *string;
	char *text;

	if (!value)
		return json_object_object_add(object, key, NULL);
	text = ebpfmm_text(value);
	string = text ? json_object_new_string(text) : NULL;
	free(text);
	return ebpfmm_json_add(object, key, string);
}

int ebpfmm_json_add_number(struct json_object *object, const char *key, uint64_t value)
{
	return ebpfmm_json_add(object, key, json_object_new_uint64(value));
}

int ebpfmm_json_add_rounded(struct json_object *object, const char *key, double value,
			    int digits)
{
	char text[32];

	snprintf(text, sizeof(text), "%.*g", digits, value);
	return ebpfmm_json_add(object, key, json_object_new_double_s(value, text));
}

int ebpfmm_json_add_hex(struct json_object *object, const char *key, uint64_t value)
{
	char text[sizeof("0x") + 16];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return ebpfmm_json_add(object, key, json_object_new_string(text));
}

int ebpfmm_json_add_sizes(struct json_object *object, const char *key,
			  unsigned int orders)
{
	struct json_object *sizes = json_object_new_array();

	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (orders & 1U << o)
			json_object_array_add(sizes, json_object_new_string(
							     ebpfmm_order_name(o)));
	return ebpfmm_json_add(object, key, sizes);
}
