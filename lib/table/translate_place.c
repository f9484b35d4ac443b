// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a region is, in bytes of the space that its anchor is in.
 */
#include <string.h>

#include "table/translate_private.h"

int translate_fail(const struct job *job, size_t region, const char *member)
{
	return ebpfmm_prefix(job->err, "programs[%zu].regions[%zu]%s: ",
			     job->index, region, member);
}

int translate_cut(const struct job *job, size_t index, const struct ebpfmm_range *anchor,
		  const char *name, struct ebpfmm_range *bytes)
{
	const struct ebpfmm_profile_region *region = &job->from->regions[index];
	uint64_t size = anchor->end - anchor->start;
	uint64_t length;

	if (region->offset >= size) {
		ebpfmm_fail(job->err, 0,
			    "%llu is outside %s, which has %llu bytes",
			    (unsigned long long)region->offset, name,
			    (unsigned long long)size);
		return translate_fail(job, index, ".offset");
	}
	length = region->has_length ? region->length : size - region->offset;
	if (!length) {
		ebpfmm_fail(job->err, 0, "must be greater than 0");
		return translate_fail(job, index, ".length");
	}
	if (length > size - region->offset) {
		ebpfmm_fail(job->err, 0,
			    "%llu reaches beyond the end of %s, which has %llu bytes from the offset on",
			    (unsigned long long)length, name,
			    (unsigned long long)(size - region->offset));
		return translate_fail(job, index, ".length");
	}
	bytes->start = anchor->start + region->offset;
	bytes->end = bytes->start + length;
	return 0;
}

/* What two ranges have in common; may be empty. */
static struct ebpfmm_range common(const struct ebpfmm_range *a,
				  const struct ebpfmm_range *b)
{
	return (struct ebpfmm_range){
		.start = a->start > b->start ? a->start : b->start,
		.end = a->end < b->end ? a->end : b->end,
	};
}

bool translate_is_in_file(const struct ebpfmm_profile_region *region)
{
	return region->kind == EBPFMM_ANCHOR_SYMBOL ||
	       region->kind == EBPFMM_ANCHOR_SECTION;
}

struct ebpfmm_elf_name translate_name_in_file(const struct ebpfmm_profile_region *region)
{
	return (struct ebpfmm_elf_name){
		.kind = region->kind == EBPFMM_ANCHOR_SYMBOL ? EBPFMM_ELF_SYMBOL :
							       EBPFMM_ELF_SECTION,
		.name = region->name,
		.offset = region->offset,
	};
}

int translate_place_in_file(const struct job *job, struct ebpfmm_binary *binary,
			    const char *path, struct placed *placed,
			    struct ebpfmm_elf_found *found)
{
	const struct ebpfmm_profile_region *region =
		&job->from->regions[placed->index];
	const char *member = region->kind == EBPFMM_ANCHOR_SYMBOL ?
				     ".anchor.symbol" : ".anchor.section";
	const struct ebpfmm_elf_name name = translate_name_in_file(region);
	struct ebpfmm_answer answer;

	if (ebpfmm_binary_find(binary, &name, &answer, job->err))
		return translate_fail(job, placed->index, member);
	*found = answer.found;
	if (found->range.end > MAX_BYTES) {
		ebpfmm_fail(job->err, 0, "%s: %s is linked at too high an address",
			    path, region->name);
		return translate_fail(job, placed->index, member);
	}
	if (translate_cut(job, placed->index, &found->range, region->name, &placed->origin.bytes))
		return -1;
	placed->origin.part = common(&placed->origin.bytes, &found->anonymous);
	if (placed->origin.part.start < placed->origin.part.end) {
		placed->origin.located = answer.located;
		if (answer.located)
			placed->origin.location = answer.location;
		return 0;
	}
	ebpfmm_fail(job->err, 0,
		    "can hold no anonymous memory (%s: all pages of %s are mapped from the file)",
		    path, region->name);
	return translate_fail(job, placed->index,
			      region->object ? ".anchor.object" : member);
}

/*
 * The number of a region's matcher in the table: of one that is there, or a new one.
 * There is room, as the profile was checked.
 */
static unsigned int find_mapping(const struct job *job, size_t index)
{
	const struct ebpfmm_profile_region *region = &job->from->regions[index];
	struct ebpfmm_header *header = &job->table->large.header;
	struct ebpfmm_span *span = &job->to->mappings;
	struct ebpfmm_mapping *mapping = &header->mappings[span->first];
	const char *name = region->name ?: "";
	size_t length = strlen(name);
	unsigned int number;

	for (number = 0; number < span->count; mapping++, number++) {
		if (mapping->min_size == region->min_size &&
		    mapping->max_size == region->max_size &&
		    mapping->nth == region->nth &&
		    mapping->name_len == length &&
		    !memcmp(mapping->name, name, length))
			return number;
	}
	mapping->min_size = region->min_size;
	mapping->max_size = region->max_size;
	mapping->nth = region->nth;
	mapping->name_len = length;
	memcpy(mapping->name, name, length);
	span->count++;
	header->nmappings++;
	return number;
}

int translate_place(const struct job *job, struct placed *placed)
{
	const struct ebpfmm_profile_region *region =
		&job->from->regions[placed->index];
	struct ebpfmm_range anchor = { 0, MAX_BYTES };
	const char *name = "the address space";
	struct ebpfmm_elf_found found;

	switch (region->kind) {
	case EBPFMM_ANCHOR_SYMBOL:
	case EBPFMM_ANCHOR_SECTION:
		placed->space = SPACE_IMAGE;
		return translate_place_in_file(job, job->binary, job->from->exe, placed,
					       &found);
	case EBPFMM_ANCHOR_HEAP:
		placed->space = SPACE_HEAP;
		break;
	case EBPFMM_ANCHOR_STACK:
		placed->space = SPACE_STACK;
		break;
	case EBPFMM_ANCHOR_MAPPING:
		placed->space = SPACE_MAPPING + find_mapping(job, placed->index);
		if (region->max_size < MAX_BYTES) {
			anchor.end = region->max_size;
			name = "the largest such mapping";
		}
		break;
	}
	if (translate_cut(job, placed->index, &anchor, name, &placed->origin.bytes))
		return -1;
	placed->origin.part = placed->origin.bytes;
	return 0;
}
