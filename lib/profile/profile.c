// SPDX-License-Identifier: GPL-2.0-only
/*
 * The objects of a profile, format version 1, from the whole down to an anchor.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/nearest.h"
#include "profile/profile_internal.h"

#define PAGE		(1ULL << EBPFMM_PAGE_SHIFT)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int copy_text(struct json_object *value, char **text,
		     struct ebpfmm_error *err)
{
	*text = strdup(json_object_get_string(value));
	return *text ? 0 : ebpfmm_fail(err, ENOMEM, "profile");
}

static int parse_nth(struct json_object *value, uint16_t *nth,
		     struct ebpfmm_error *err)
{
	int64_t number = json_object_get_int64(value);

	if (number < 1 || number > EBPFMM_MAX_NTH)
		return ebpfmm_fail(err, 0, "%s is not between 1 and %d",
				   json_object_get_string(value), EBPFMM_MAX_NTH);
	*nth = (uint16_t)number;
	return 0;
}

static int parse_mapping(struct json_object *object,
			 struct ebpfmm_profile_region *region,
			 struct ebpfmm_error *err)
{
	struct json_object *name, *min, *max, *nth;
	const struct ebpfmm_json_member members[] = {
		{ "name", EBPFMM_JSON_STRING, false, &name },
		{ "min_size", EBPFMM_JSON_SIZE, false, &min },
		{ "max_size", EBPFMM_JSON_SIZE, false, &max },
		{ "nth", EBPFMM_JSON_INTEGER, false, &nth },
	};

	region->kind = EBPFMM_ANCHOR_MAPPING;
	if (ebpfmm_json_members(object, members, COUNT(members), err))
		return ebpfmm_prefix(err, "mapping.");
	if (!name && !min && !max && !nth)
		return ebpfmm_fail(err, 0, "mapping: must have at least one of name, "
				   "min_size, max_size, nth");
	if (name && profile_anon_name(json_object_get_string(name), &region->name, err))
		return ebpfmm_prefix(err, "mapping.name: ");
	if (min && profile_size(min, &region->min_size, err))
		return ebpfmm_prefix(err, "mapping.min_size: ");
	if (max && profile_size(max, &region->max_size, err))
		return ebpfmm_prefix(err, "mapping.max_size: ");
	if (region->max_size < 1U << EBPFMM_PAGE_SHIFT)
		return ebpfmm_fail(err, 0, "mapping.max_size: must be at least 4K");
	if (region->min_size > region->max_size)
		return ebpfmm_fail(err, 0,
				   "mapping.min_size: must not be larger than max_size");
	if (region->min_size &&
	    (region->min_size - 1) / PAGE == region->max_size / PAGE)
		return ebpfmm_fail(err, 0, "mapping.min_size: no multiple of "
				   "4K is between it and max_size");
	if (nth && parse_nth(nth, &region->nth, err))
		return ebpfmm_prefix(err, "mapping.nth: ");
	return 0;
}

static int parse_area(struct json_object *area,
		      struct ebpfmm_profile_region *region,
		      struct ebpfmm_error *err)
{
	static const char *const names[] = { "heap", "stack" };
	const char *name = json_object_get_string(area), *nearest;

	if (!strcmp(name, "heap")) {
		region->kind = EBPFMM_ANCHOR_HEAP;
		return 0;
	}
	if (!strcmp(name, "stack")) {
		region->kind = EBPFMM_ANCHOR_STACK;
		return 0;
	}
	nearest = ebpfmm_nearest(name, names, COUNT(names));
	if (nearest)
		return ebpfmm_fail(err, 0,
				   "area: \"%.80s\" is not an area, did you mean \"%s\"?",
				   name, nearest);
	return ebpfmm_fail(err, 0,
			   "area: must be \"heap\" or \"stack\", not \"%.80s\"",
			   name);
}

/* A symbol or a section, of the program or of a shared object. */
static int parse_elf(struct json_object *value, const char *key,
		     enum ebpfmm_anchor_kind kind, struct json_object *object,
		     struct ebpfmm_profile_region *region,
		     struct ebpfmm_error *err)
{
	region->kind = kind;
	if (!*json_object_get_string(value))
		return ebpfmm_fail(err, 0, "%s: is empty", key);
	if (copy_text(value, &region->name, err))
		return -1;
	if (!object)
		return 0;
	if (profile_check_path(json_object_get_string(object), err))
		return ebpfmm_prefix(err, "object: ");
	return copy_text(object, &region->object, err);
}

static int parse_anchor(struct json_object *anchor,
			struct ebpfmm_profile_region *region,
			struct ebpfmm_error *err)
{
	struct json_object *symbol, *section, *area, *mapping, *object;
	const struct ebpfmm_json_member members[] = {
		{ "symbol", EBPFMM_JSON_STRING, false, &symbol },
		{ "section", EBPFMM_JSON_STRING, false, &section },
		{ "area", EBPFMM_JSON_STRING, false, &area },
		{ "mapping", EBPFMM_JSON_OBJECT, false, &mapping },
		{ "object", EBPFMM_JSON_STRING, false, &object },
	};

	if (ebpfmm_json_members(anchor, members, COUNT(members), err))
		return ebpfmm_prefix(err, "anchor.");
	if (!!symbol + !!section + !!area + !!mapping != 1)
		return ebpfmm_fail(err, 0, "anchor: must have exactly one of symbol, "
				   "section, area, mapping");
	if (object && !symbol && !section)
		return ebpfmm_fail(err, 0,
				   "anchor.object: requires symbol or section");

	if ((symbol && parse_elf(symbol, "symbol", EBPFMM_ANCHOR_SYMBOL, object,
				 region, err)) ||
	    (section && parse_elf(section, "section", EBPFMM_ANCHOR_SECTION,
				  object, region, err)) ||
	    (area && parse_area(area, region, err)) ||
	    (mapping && parse_mapping(mapping, region, err)))
		return ebpfmm_prefix(err, "anchor.");
	return 0;
}

static int parse_extent(struct json_object *offset, struct json_object *length,
			struct ebpfmm_profile_region *region,
			struct ebpfmm_error *err)
{
	uint64_t end;

	if (offset && profile_size(offset, &region->offset, err))
		return ebpfmm_prefix(err, "offset: ");
	if (region->kind == EBPFMM_ANCHOR_MAPPING &&
	    region->offset >= region->max_size)
		return ebpfmm_fail(err, 0, "offset: must be less than "
				   "max_size, the end of the largest mapping");
	if (!length)
		return 0;
	if (profile_size(length, &region->length, err))
		return ebpfmm_prefix(err, "length: ");
	if (!region->length)
		return ebpfmm_fail(err, 0, "length: must be greater than 0");
	if (__builtin_add_overflow(region->offset, region->length, &end))
		return ebpfmm_fail(err, 0,
				   "length: the sum of offset and length does not fit in 64 bits");
	region->has_length = true;
	return 0;
}

/* Parses an array of objects, each with @parse into an element of @size bytes at @to. */
static int parse_each(struct json_object *array, const char *key,
		      int (*parse)(struct json_object *object, void *to,
				   struct ebpfmm_error *err),
		      void *to, size_t size, struct ebpfmm_error *err)
{
	size_t count = json_object_array_length(array);

	for (size_t i = 0; i < count; i++) {
		struct json_object *object = json_object_array_get_idx(array, i);

		if (ebpfmm_json_type(object, EBPFMM_JSON_OBJECT, err))
			return ebpfmm_prefix(err, "%s[%zu]: ", key, i);
		if (parse(object, (char *)to + i * size, err))
			return ebpfmm_prefix(err, "%s[%zu].", key, i);
	}
	return 0;
}

static int parse_region(struct json_object *object, void *to, struct ebpfmm_error *err)
{
	struct ebpfmm_profile_region *region = to;
	struct json_object *anchor, *offset, *length, *ns, *touched;
	const struct ebpfmm_json_member members[] = {
		{ "anchor", EBPFMM_JSON_OBJECT, true, &anchor },
		{ "offset", EBPFMM_JSON_SIZE, false, &offset },
		{ "length", EBPFMM_JSON_SIZE, false, &length },
		{ "benefit_ns", EBPFMM_JSON_OBJECT, true, &ns },
		{ "touched", EBPFMM_JSON_NUMBER, false, &touched },
	};

	region->max_size = UINT64_MAX;
	if (ebpfmm_json_members(object, members, COUNT(members), err) ||
	    parse_anchor(anchor, region, err) ||
	    parse_extent(offset, length, region, err) ||
	    profile_benefit(ns, touched, &region->benefit, err))
		return -1;
	return 0;
}

static int parse_regions(struct json_object *array,
			 struct ebpfmm_profile_program *program,
			 struct ebpfmm_error *err)
{
	size_t count = json_object_array_length(array);

	program->regions = calloc(count, sizeof(*program->regions));
	if (count && !program->regions)
		return ebpfmm_fail(err, ENOMEM, "regions");
	program->nregions = count;
	return parse_each(array, "regions", parse_region, program->regions,
			  sizeof(*program->regions), err);
}

static int parse_default(struct json_object *object,
			 struct ebpfmm_profile_program *program,
			 struct ebpfmm_error *err)
{
	struct json_object *ns, *touched;
	const struct ebpfmm_json_member members[] = {
		{ "benefit_ns", EBPFMM_JSON_OBJECT, true, &ns },
		{ "touched", EBPFMM_JSON_NUMBER, false, &touched },
	};

	if (ebpfmm_json_members(object, members, COUNT(members), err) ||
	    profile_benefit(ns, touched, &program->fallback, err))
		return ebpfmm_prefix(err, "default.");
	program->has_default = true;
	return 0;
}

static int parse_program(struct json_object *object, void *to, struct ebpfmm_error *err)
{
	struct ebpfmm_profile_program *program = to;
	struct json_object *exe, *regions, *fallback;
	const struct ebpfmm_json_member members[] = {
		{ "exe", EBPFMM_JSON_STRING, true, &exe },
		{ "regions", EBPFMM_JSON_ARRAY, false, &regions },
		{ "default", EBPFMM_JSON_OBJECT, false, &fallback },
	};

	if (ebpfmm_json_members(object, members, COUNT(members), err))
		return -1;
	if (profile_check_path(json_object_get_string(exe), err))
		return ebpfmm_prefix(err, "exe: ");
	if (copy_text(exe, &program->exe, err) ||
	    (regions && parse_regions(regions, program, err)) ||
	    (fallback && parse_default(fallback, program, err)))
		return -1;
	if (!program->nregions && !program->has_default)
		return ebpfmm_fail(err, 0, "regions: %s, and there is no default",
				   regions ? "empty" : "missing");
	return 0;
}

static int parse_programs(struct json_object *array, bool limits,
			  struct ebpfmm_profile *profile,
			  struct ebpfmm_error *err)
{
	size_t count = array ? json_object_array_length(array) : 0;

	/* A profile may consist of limits alone. */
	if (!count && !limits)
		return ebpfmm_fail(err, 0, "programs: %s, and there are no limits",
				   array ? "empty" : "missing");
	if (!count)
		return 0;
	if (count > EBPFMM_MAX_PROGRAMS)
		return ebpfmm_fail(err, 0, "programs[%d]: more than %d programs",
				   EBPFMM_MAX_PROGRAMS, EBPFMM_MAX_PROGRAMS);
	profile->programs = calloc(count, sizeof(*profile->programs));
	if (!profile->programs)
		return ebpfmm_fail(err, ENOMEM, "programs");
	profile->nprograms = count;
	return parse_each(array, "programs", parse_program, profile->programs,
			  sizeof(*profile->programs), err);
}

static int parse_limits(struct json_object *object,
			struct ebpfmm_profile *profile,
			struct ebpfmm_error *err)
{
	json_object_object_foreach(object, key, value) {
		int order = profile_order(key, err);

		if (order < 0)
			return ebpfmm_prefix(err, "limits.");
		if (!order)
			return ebpfmm_fail(err, 0, "limits.4K: there is no smaller "
					   "size to use instead");
		if (ebpfmm_json_type(value, EBPFMM_JSON_SIZE, err) ||
		    profile_size(value, &profile->limit[order], err))
			return ebpfmm_prefix(err, "limits.%s: ", key);
	}
	return 0;
}

static int parse_profile(struct json_object *root,
			 struct ebpfmm_profile *profile,
			 struct ebpfmm_error *err)
{
	struct json_object *schema, *version, *name, *programs, *limits;
	const struct ebpfmm_json_member members[] = {
		/* For editors; ignored. */
		{ "$schema", EBPFMM_JSON_STRING, false, &schema },
		{ "version", EBPFMM_JSON_INTEGER, true, &version },
		{ "name", EBPFMM_JSON_STRING, true, &name },
		{ "programs", EBPFMM_JSON_ARRAY, false, &programs },
		{ "limits", EBPFMM_JSON_OBJECT, false, &limits },
	};
	int order;

	for (order = 0; order < EBPFMM_ORDERS; order++)
		profile->limit[order] = UINT64_MAX;

	if (ebpfmm_json_type(root, EBPFMM_JSON_OBJECT, err))
		return ebpfmm_prefix(err, "profile: ");
	if (ebpfmm_json_version(root, err) ||
	    ebpfmm_json_members(root, members, COUNT(members), err))
		return -1;
	if (ebpfmm_profile_check_name(json_object_get_string(name), "profile", err))
		return ebpfmm_prefix(err, "name: ");
	if (copy_text(name, &profile->name, err) ||
	    copy_text(name, &profile->own_name, err) ||
	    parse_programs(programs, limits && json_object_object_length(limits),
			   profile, err) ||
	    (limits && parse_limits(limits, profile, err)))
		return -1;
	return profile_check_conflicts(profile, err);
}

int ebpfmm_profile_parse(const char *text, size_t length,
			 struct ebpfmm_profile **out, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_profile_freep) struct ebpfmm_profile *profile = NULL;
	_cleanup_(json_object_putp) struct json_object *root = NULL;

	if (length > EBPFMM_PROFILE_MAX_BYTES)
		return ebpfmm_fail(err, 0, "more than %u bytes",
				   EBPFMM_PROFILE_MAX_BYTES);
	if (ebpfmm_json_strict(text, length, &root, err))
		return -1;

	profile = calloc(1, sizeof(*profile));
	if (!profile)
		return ebpfmm_fail(err, ENOMEM, "profile");
	if (parse_profile(root, profile, err))
		return -1;
	profile->digest = ebpfmm_digest(text, length);
	*out = take_ptr(profile);
	return 0;
}

static void free_program(struct ebpfmm_profile_program *program)
{
	size_t i;

	for (i = 0; i < program->nregions; i++) {
		free(program->regions[i].name);
		free(program->regions[i].object);
	}
	free(program->regions);
	free(program->exe);
}

void ebpfmm_profile_free(struct ebpfmm_profile *profile)
{
	size_t i;

	if (!profile)
		return;
	for (i = 0; i < profile->nprograms; i++)
		free_program(&profile->programs[i]);
	free(profile->programs);
	free(profile->name);
	free(profile->own_name);
	free(profile);
}
