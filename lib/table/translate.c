// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a profile to the table that the fault policy reads.
 *
 * Each region is first placed, in bytes, in a space: the program's image, its
 * heap, its stack, a part of a shared object, or one kind of mapping. Regions of
 * a space are then sorted, checked for overlap, and turned into pages.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "table/translate_private.h"

static int compare(const void *a, const void *b)
{
	const struct placed *left = a, *right = b;

	if (left->space != right->space)
		return left->space < right->space ? -1 : 1;
	if (left->origin.bytes.start != right->origin.bytes.start)
		return left->origin.bytes.start < right->origin.bytes.start ? -1 : 1;
	return left->index < right->index ? -1 : 1;
}

/* Turn sorted regions into pages. */
static int paginate(const struct job *job, struct placed *placed, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct placed *this = &placed[i];
		const struct placed *before = i ? &placed[i - 1] : NULL;

		this->first = this->origin.part.start >> EBPFMM_PAGE_SHIFT;
		this->end = (this->origin.part.end + PAGE - 1) >> EBPFMM_PAGE_SHIFT;
		if (!before || before->space != this->space)
			continue;

		if (this->origin.bytes.start < before->origin.bytes.end) {
			bool later = this->index > before->index;

			ebpfmm_fail(job->err, 0,
				    "overlaps programs[%zu].regions[%u]",
				    job->index,
				    later ? before->index : this->index);
			return translate_fail(job, later ? this->index :
					      before->index, "");
		}
		if (this->first < before->end)
			this->first = before->end;
		if (this->first >= this->end) {
			ebpfmm_fail(job->err, 0,
				    "has no page of its own: its pages belong to programs[%zu].regions[%u]",
				    job->index, before->index);
			return translate_fail(job, this->index, "");
		}
	}
	return 0;
}

static uint16_t put_region(struct ebpfmm_table *table, uint32_t start,
			   uint32_t end, const struct ebpfmm_benefit *benefit,
			   uint16_t source)
{
	uint16_t n = table->large.header.nregions++;
	struct ebpfmm_region *region = &table->large.regions[n];
	unsigned int order;

	region->start = start;
	region->end = end;
	region->sizes = benefit->sizes;
	region->touched = benefit->touched;
	region->source = source;
	for (order = 0; order < EBPFMM_ORDERS; order++)
		if (order != 1)
			region->benefit[EBPFMM_BENEFIT(order)] =
				benefit->ns[order];
	return n;
}

static struct ebpfmm_span *span_of(const struct job *job, unsigned int space)
{
	struct ebpfmm_header *header = &job->table->large.header;

	if (space >= SPACE_OBJECT)
		return &header->objects[job->to->objects.first + space -
					SPACE_OBJECT].regions;
	if (space >= SPACE_MAPPING)
		return &header->mappings[job->to->mappings.first + space -
					 SPACE_MAPPING].regions;
	if (space == SPACE_STACK)
		return &job->to->stack;
	return space == SPACE_HEAP ? &job->to->heap : &job->to->image;
}

static int translate_regions(const struct job *job)
{
	const struct ebpfmm_profile_program *from = job->from;
	struct ebpfmm_header *header = &job->table->large.header;
	_cleanup_free_ struct placed *placed = NULL;
	size_t i;

	placed = calloc(from->nregions ?: 1, sizeof(*placed));
	if (!placed)
		return ebpfmm_fail(job->err, ENOMEM, "programs[%zu].regions",
				   job->index);
	for (i = 0; i < from->nregions; i++) {
		placed[i].index = i;
		if (!from->regions[i].object && translate_place(job, &placed[i]))
			return -1;
	}
	if (translate_place_objects(job, placed))
		return -1;
	qsort(placed, from->nregions, sizeof(*placed), compare);
	if (paginate(job, placed, from->nregions))
		return -1;

	for (i = 0; i < from->nregions; i++) {
		struct ebpfmm_span *span = span_of(job, placed[i].space);
		uint16_t n;

		if (!span->count++)
			span->first = header->nregions;
		n = put_region(job->table, placed[i].first, placed[i].end,
			       &from->regions[placed[i].index].benefit,
			       placed[i].index);
		job->table->origin[n] = placed[i].origin;
	}
	job->to->default_region = EBPFMM_NO_REGION;
	if (from->has_default) {
		job->to->default_region = header->nregions;
		put_region(job->table, 0, MAX_PAGE, &from->fallback,
			   EBPFMM_NO_REGION);
	}
	return 0;
}

/* Two entries for one file cannot both be meant; refuse the second. */
static int check_twin(const struct job *job, const struct ebpfmm_identity *files)
{
	size_t i;

	for (i = 0; i < job->index; i++)
		if (ebpfmm_same_file(&files[i], &files[job->index]))
			return ebpfmm_fail(job->err, 0,
					   "programs[%zu].exe: %s: the same file as programs[%zu].exe",
					   job->index, job->from->exe, i);
	return 0;
}

static int ask_all(const struct job *job)
{
	for (size_t i = 0; i < job->from->nregions; i++) {
		const struct ebpfmm_profile_region *region = &job->from->regions[i];
		const struct ebpfmm_elf_name name = translate_name_in_file(region);

		if (!region->object && translate_is_in_file(region) &&
		    ebpfmm_binary_ask(job->binary, &name, job->err))
			return -1;
	}
	return 0;
}

static int translate_file(struct job *job, struct ebpfmm_identity *files)
{
	struct ebpfmm_image image;

	if (ebpfmm_binary_open(job->how, job->from->exe, false, &job->binary,
			       job->err) ||
	    ask_all(job) || ebpfmm_binary_image(job->binary, &image, job->err))
		return ebpfmm_prefix(job->err, "programs[%zu].exe: ", job->index);
	files[job->index] = *ebpfmm_binary_identity(job->binary);
	if (check_twin(job, files))
		return -1;

	/* Numbers of stat(2) are not those of the policy. */
	if (job->how->identify)
		job->to->file = files[job->index];
	job->to->start_code = image.start_code;
	job->to->image_start = image.extent.start;
	job->to->image_end = image.extent.end;
	job->table->bias_align[job->index] = image.bias_align;
	return 0;
}

static int translate_program(struct job *job, struct ebpfmm_identity *files)
{
	const struct ebpfmm_header *header = &job->table->large.header;
	int ret = -1;

	job->to->mappings.first = header->nmappings;
	job->to->objects.first = header->nobjects;
	if (!translate_file(job, files))
		ret = translate_regions(job);
	ebpfmm_binary_close(job->binary);
	return ret;
}

int ebpfmm_translate(const struct ebpfmm_profile *profile,
		     const struct ebpfmm_root *how,
		     struct ebpfmm_table **out, struct ebpfmm_error *err)
{
	struct ebpfmm_identity files[EBPFMM_MAX_PROGRAMS];
	struct ebpfmm_header *header;
	struct ebpfmm_table *table;
	size_t i;

	table = calloc(1, sizeof(*table));
	if (!table)
		return ebpfmm_fail(err, ENOMEM, "translate profile `%s`",
				   profile->name);

	table->digest = profile->digest;
	header = &table->large.header;
	header->format = EBPFMM_FORMAT;
	/* A file that an operator names may have a longer name. */
	memcpy(header->name, profile->name,
	       strnlen(profile->name, sizeof(header->name) - 1));
	for (i = 0; i < EBPFMM_ORDERS; i++) {
		header->limit[i] = profile->limit[i];
		if (profile->limit[i] != UINT64_MAX)
			header->limited |= 1U << i;
	}

	for (i = 0; i < profile->nprograms; i++) {
		struct job job = {
			.how = how,
			.from = &profile->programs[i],
			.index = i,
			.table = table,
			.to = &header->programs[i],
			.err = err,
		};

		header->nprograms++;
		if (translate_program(&job, files)) {
			free(table);
			return -1;
		}
	}
	*out = table;
	return 0;
}
