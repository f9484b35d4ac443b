// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions in shared objects. Each file is one object, by however many paths the
 * profile calls it, and each anonymous part of it that has regions is a space.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "table/translate_private.h"

#define MEMBER ".anchor.object"

/**
 * struct object - a shared object that the profile names
 * @path: its path as the profile has it
 * @region: first region that is in it
 * @binary: the file; NULL if it is the same one as @same
 * @same: index of the object that it is
 */
struct object {
	const char *path;
	size_t region;
	struct ebpfmm_binary *binary;
	size_t same;
};

/**
 * struct objects - the objects of a program
 * @list: one for each path
 * @count: their number
 * @nfiles: the number of different files among them
 * @exe: which file a process maps of the program itself
 */
struct objects {
	struct object *list;
	size_t count;
	size_t nfiles;
	struct ebpfmm_identity exe;
};

static int refuse(const struct job *job, size_t region, const char *path,
		  const char *why)
{
	ebpfmm_fail(job->err, 0, "%s: %s", path, why);
	return translate_fail(job, region, MEMBER);
}

/* The first of the objects that is this file; @objects->count if none is. */
static size_t find_file(const struct objects *objects,
			const struct ebpfmm_identity *identity)
{
	size_t i;

	for (i = 0; i < objects->count; i++) {
		struct ebpfmm_binary *binary = objects->list[i].binary;

		if (binary && ebpfmm_same_file(ebpfmm_binary_identity(binary), identity))
			break;
	}
	return i;
}

/* What can be said before the file is read. */
static int check_file(const struct job *job, const struct objects *objects,
		      const struct object *object)
{
	if (objects->nfiles == EBPFMM_MAX_OBJECTS) {
		ebpfmm_fail(job->err, 0, "more than %d shared objects",
			    EBPFMM_MAX_OBJECTS);
		return translate_fail(job, object->region, MEMBER);
	}
	if (ebpfmm_same_file(ebpfmm_binary_identity(object->binary), &objects->exe))
		return refuse(job, object->region, object->path,
			      "is the program itself: leave `object` out");
	return 0;
}

static int check_image(const struct job *job, const struct object *object)
{
	struct ebpfmm_image image;

	if (ebpfmm_binary_image(object->binary, &image, job->err))
		return translate_fail(job, object->region, MEMBER);
	if (!image.bias_align)
		return refuse(job, object->region, object->path,
			      "is a program with a fixed address, not a shared object");
	return 0;
}

/* Open the object of a region, unless one before has the same path or file. */
static int add_object(const struct job *job, struct objects *objects,
		      size_t region, size_t *number)
{
	struct object *new = &objects->list[objects->count];
	const char *path = job->from->regions[region].object;
	size_t i;

	for (i = 0; i < objects->count; i++) {
		if (!strcmp(objects->list[i].path, path)) {
			*number = objects->list[i].same;
			return 0;
		}
	}
	new->path = path;
	new->region = region;
	if (ebpfmm_binary_open(job->how, path, true, &new->binary, job->err))
		return translate_fail(job, region, MEMBER);
	new->same = find_file(objects, ebpfmm_binary_identity(new->binary));
	*number = new->same;
	objects->count++;
	if (new->same != objects->count - 1) {
		ebpfmm_binary_close(new->binary);
		new->binary = NULL;
		return 0;
	}
	if (check_file(job, objects, new))
		return -1;
	objects->nfiles++;
	return 0;
}

/* The part's place in the table: one that is there, or a new one. */
static int find_part(const struct job *job, const struct object *object,
		     size_t region, const struct ebpfmm_elf_found *found,
		     unsigned int *number)
{
	struct ebpfmm_header *header = &job->table->large.header;
	struct ebpfmm_span *span = &job->to->objects;
	struct ebpfmm_object *to = &header->objects[span->first];
	const struct ebpfmm_identity *identity =
		ebpfmm_binary_identity(object->binary);

	uint32_t start = found->part_start >> EBPFMM_PAGE_SHIFT;

	for (*number = 0; *number < span->count; to++, ++*number)
		if (ebpfmm_same_file(&to->file, identity) && to->start == start)
			return 0;
	if (found->part == EBPFMM_PART_LOOSE)
		return refuse(job, region, object->path,
			      "no pages of the file are mapped right before its memory, so the policy cannot recognise it");
	if (found->part == EBPFMM_PART_SHARED)
		return refuse(job, region, object->path,
			      "the policy cannot distinguish two of its segments");
	if (found->part_end > MAX_BYTES)
		return refuse(job, region, object->path,
			      "its memory ends at too high an address");
	if (header->nobjects == EBPFMM_MAX_OBJECTS) {
		ebpfmm_fail(job->err, 0, "more than %d parts of shared objects",
			    EBPFMM_MAX_OBJECTS);
		return translate_fail(job, region, MEMBER);
	}
	to->file = *identity;
	to->file_end = found->part_file_end >> EBPFMM_PAGE_SHIFT;
	to->start = start;
	to->end = found->part_end >> EBPFMM_PAGE_SHIFT;
	span->count++;
	header->nobjects++;
	return 0;
}

static int place_in_object(const struct job *job, const struct object *object,
			   struct placed *placed)
{
	struct ebpfmm_elf_found found;
	unsigned int number;

	if (translate_place_in_file(job, object->binary, object->path, placed, &found) ||
	    find_part(job, object, placed->index, &found, &number))
		return -1;
	placed->space = SPACE_OBJECT + number;
	return 0;
}

/* All that is asked of object @k. */
static int ask_all(const struct job *job, const struct object *object, size_t k,
		   const size_t *number)
{
	for (size_t i = 0; i < job->from->nregions; i++) {
		const struct ebpfmm_elf_name name = translate_name_in_file(&job->from->regions[i]);

		if (job->from->regions[i].object && number[i] == k &&
		    ebpfmm_binary_ask(object->binary, &name, job->err))
			return translate_fail(job, i, MEMBER);
	}
	return 0;
}

static int place_all(const struct job *job, struct objects *objects,
		     const size_t *number, struct placed *placed)
{
	size_t i, k;

	for (k = 0; k < objects->count; k++) {
		struct object *object = &objects->list[k];

		if (!object->binary)
			continue;
		if (ask_all(job, object, k, number) || check_image(job, object))
			return -1;
		for (i = 0; i < job->from->nregions; i++)
			if (job->from->regions[i].object && number[i] == k &&
			    place_in_object(job, object, &placed[i]))
				return -1;
		ebpfmm_binary_close(object->binary);
		object->binary = NULL;
	}
	return 0;
}

static void close_objects(struct objects *objects)
{
	for (size_t i = 0; i < objects->count; i++)
		ebpfmm_binary_close(objects->list[i].binary);
	free(objects->list);
}

int translate_place_objects(const struct job *job, struct placed *placed)
{
	_cleanup_(close_objects) struct objects objects = {};
	size_t count = job->from->nregions, i;
	_cleanup_free_ size_t *number = NULL;
	bool any = false;

	for (i = 0; i < count; i++)
		any = any || job->from->regions[i].object;
	if (!any)
		return 0;

	objects.list = calloc(count, sizeof(*objects.list));
	number = calloc(count, sizeof(*number));
	if (!objects.list || !number)
		return ebpfmm_fail(job->err, ENOMEM, "programs[%zu].regions", job->index);
	if (ebpfmm_binary_mapped(job->binary, &objects.exe, job->err))
		return -1;
	for (i = 0; i < count; i++)
		if (job->from->regions[i].object &&
		    add_object(job, &objects, i, &number[i]))
			return -1;
	return place_all(job, &objects, number, placed);
}
