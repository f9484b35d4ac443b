// SPDX-License-Identifier: GPL-2.0-only
/*
 * A profile as JSON: the other way round than profile.c.
 */
#include "profile/profile_write.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/page_size.h"
#include "profile/profile_internal.h"

static int add_size(struct json_object *object, const char *key, uint64_t bytes)
{
	char text[PROFILE_SIZE_TEXT];

	profile_write_size(bytes, text);
	if (text[0] != '"')
		return ebpfmm_json_add_number(object, key, bytes);
	text[strlen(text) - 1] = '\0';
	return ebpfmm_json_add_string(object, key, text + 1);
}

static int add_benefit(struct json_object *object, const struct ebpfmm_benefit *benefit)
{
	struct json_object *ns = json_object_new_object();
	unsigned int order;

	if (ebpfmm_json_add(object, "benefit_ns", ns))
		return -1;
	for (order = 0; order < EBPFMM_ORDERS; order++) {
		if ((benefit->sizes & 1U << order && order) || benefit->ns[order]) {
			if (ebpfmm_json_add_number(ns, ebpfmm_order_name(order),
						   benefit->ns[order]))
				return -1;
		}
	}
	if (benefit->touched == EBPFMM_TOUCHED_ONE)
		return 0;
	/* In steps of 1/1024, which four digits tell apart. */
	return ebpfmm_json_add_rounded(object, "touched",
				       (double)benefit->touched / EBPFMM_TOUCHED_ONE, 4);
}

static int add_mapping(struct json_object *anchor,
		       const struct ebpfmm_profile_region *region)
{
	struct json_object *mapping = json_object_new_object();

	if (ebpfmm_json_add(anchor, "mapping", mapping))
		return -1;
	if ((region->name && ebpfmm_json_add_string(mapping, "name", region->name)) ||
	    (region->max_size != UINT64_MAX &&
	     add_size(mapping, "max_size", region->max_size)) ||
	    (region->nth && ebpfmm_json_add_number(mapping, "nth", region->nth)))
		return -1;
	/* One key there must be. */
	if (!region->min_size && (region->name || region->nth ||
				  region->max_size != UINT64_MAX))
		return 0;
	return add_size(mapping, "min_size", region->min_size);
}

static int add_anchor(struct json_object *object, const struct ebpfmm_profile_region *region)
{
	struct json_object *anchor = json_object_new_object();

	if (ebpfmm_json_add(object, "anchor", anchor))
		return -1;
	if (region->object && ebpfmm_json_add_string(anchor, "object", region->object))
		return -1;
	switch (region->kind) {
	case EBPFMM_ANCHOR_SYMBOL:
		return ebpfmm_json_add_string(anchor, "symbol", region->name);
	case EBPFMM_ANCHOR_SECTION:
		return ebpfmm_json_add_string(anchor, "section", region->name);
	case EBPFMM_ANCHOR_HEAP:
		return ebpfmm_json_add_string(anchor, "area", "heap");
	case EBPFMM_ANCHOR_STACK:
		return ebpfmm_json_add_string(anchor, "area", "stack");
	case EBPFMM_ANCHOR_MAPPING:
		break;
	}
	return add_mapping(anchor, region);
}

static int add_region(struct json_object *array, const struct ebpfmm_profile_region *region)
{
	struct json_object *object = json_object_new_object();

	if (!object || json_object_array_add(array, object)) {
		json_object_put(object);
		return -1;
	}
	if (add_anchor(object, region) ||
	    (region->offset && add_size(object, "offset", region->offset)) ||
	    (region->has_length && add_size(object, "length", region->length)))
		return -1;
	return add_benefit(object, &region->benefit);
}

static int add_program(struct json_object *array,
		       const struct ebpfmm_profile_program *program)
{
	struct json_object *object = json_object_new_object(), *regions, *fallback;
	size_t i;

	if (!object || json_object_array_add(array, object)) {
		json_object_put(object);
		return -1;
	}
	regions = json_object_new_array();
	if (ebpfmm_json_add_string(object, "exe", program->exe) ||
	    ebpfmm_json_add(object, "regions", regions))
		return -1;
	for (i = 0; i < program->nregions; i++) {
		if (add_region(regions, &program->regions[i]))
			return -1;
	}
	if (!program->has_default)
		return 0;
	fallback = json_object_new_object();
	return ebpfmm_json_add(object, "default", fallback) ||
	       add_benefit(fallback, &program->fallback) ? -1 : 0;
}

static int add_limits(struct json_object *root, const struct ebpfmm_profile *profile)
{
	struct json_object *limits = NULL;
	unsigned int order;

	for (order = 1; order < EBPFMM_ORDERS; order++) {
		if (profile->limit[order] == UINT64_MAX)
			continue;
		if (!limits) {
			limits = json_object_new_object();
			if (ebpfmm_json_add(root, "limits", limits))
				return -1;
		}
		if (add_size(limits, ebpfmm_order_name(order), profile->limit[order]))
			return -1;
	}
	return 0;
}

struct json_object *ebpfmm_profile_json(const struct ebpfmm_profile *profile)
{
	_cleanup_(json_object_putp) struct json_object *root = json_object_new_object();
	struct json_object *programs;
	size_t i;

	if (!root || ebpfmm_json_add_number(root, "version", 1) ||
	    ebpfmm_json_add_string(root, "name", profile->own_name))
		return NULL;
	programs = profile->nprograms ? json_object_new_array() : NULL;
	if (profile->nprograms && ebpfmm_json_add(root, "programs", programs))
		return NULL;
	for (i = 0; i < profile->nprograms; i++) {
		if (add_program(programs, &profile->programs[i]))
			return NULL;
	}
	if (add_limits(root, profile))
		return NULL;
	return take_ptr(root);
}
