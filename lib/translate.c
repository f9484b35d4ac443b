// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a profile to the table that the fault policy reads.
 *
 * Each region is first placed, in bytes, in a space: the program's image, its
 * heap, its stack, or one kind of mapping. Regions of a space are then sorted,
 * checked for overlap, and turned into pages.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf_file.h"
#include "rootfs.h"
#include "translate.h"

#define PAGE		(1ULL << EBPFMM_PAGE_SHIFT)
/* The table counts pages in 32 bits. */
#define MAX_PAGE	UINT32_MAX
#define MAX_BYTES	((uint64_t)MAX_PAGE << EBPFMM_PAGE_SHIFT)

/* Spaces in the order their regions have in the table. */
enum space {
	SPACE_IMAGE,
	SPACE_HEAP,
	SPACE_STACK,
	SPACE_MAPPING,		/* and SPACE_MAPPING + n for the n-th mapping */
};

/*
 * A region on its way from bytes to pages. @bytes is what was asked for, @part
 * what of it can be anonymous.
 */
struct placed {
	unsigned int space;
	uint16_t index;
	struct ebpfmm_range bytes;
	struct ebpfmm_range part;
	uint32_t first;
	uint32_t end;
};

/*
 * One program being translated.
 */
struct job {
	const struct ebpfmm_profile_program *from;
	size_t index;
	struct ebpfmm_elf *elf;
	struct ebpfmm_table *table;
	struct ebpfmm_program *to;
	struct ebpfmm_error *err;
};

static int fail_region(const struct job *job, size_t region, const char *member)
{
	return ebpfmm_prefix(job->err, "programs[%zu].regions[%zu]%s: ",
			     job->index, region, member);
}

/* Cut a region out of what its anchor names. */
static int cut(const struct job *job, size_t index,
	       const struct ebpfmm_range *anchor, const char *name,
	       struct ebpfmm_range *bytes)
{
	const struct ebpfmm_profile_region *region = &job->from->regions[index];
	uint64_t size = anchor->end - anchor->start;
	uint64_t length;

	if (region->offset >= size) {
		ebpfmm_fail(job->err, 0,
			    "%llu is outside of %s, which has %llu bytes",
			    (unsigned long long)region->offset, name,
			    (unsigned long long)size);
		return fail_region(job, index, ".offset");
	}
	length = region->has_length ? region->length : size - region->offset;
	if (!length) {
		ebpfmm_fail(job->err, 0, "nothing");
		return fail_region(job, index, ".length");
	}
	if (length > size - region->offset) {
		ebpfmm_fail(job->err, 0,
			    "%llu reaches outside of %s, which has %llu bytes from there",
			    (unsigned long long)length, name,
			    (unsigned long long)(size - region->offset));
		return fail_region(job, index, ".length");
	}
	bytes->start = anchor->start + region->offset;
	bytes->end = bytes->start + length;
	return 0;
}

static int place_in_image(const struct job *job, struct placed *placed)
{
	const struct ebpfmm_profile_region *region =
		&job->from->regions[placed->index];
	const char *member = ".anchor.symbol";
	struct ebpfmm_range anchor;
	int ret;

	if (region->object) {
		ebpfmm_fail(job->err, 0,
			    "regions in shared objects are not supported yet");
		return fail_region(job, placed->index, ".anchor.object");
	}
	if (region->kind == EBPFMM_ANCHOR_SYMBOL) {
		ret = ebpfmm_elf_symbol(job->elf, region->name, &anchor,
					job->err);
	} else {
		member = ".anchor.section";
		ret = ebpfmm_elf_section(job->elf, region->name, &anchor,
					 job->err);
	}
	if (ret) {
		ebpfmm_prefix(job->err, "%s: ", job->from->exe);
		return fail_region(job, placed->index, member);
	}
	if (anchor.end > MAX_BYTES) {
		ebpfmm_fail(job->err, 0, "%s: %s is linked at too high an address",
			    job->from->exe, region->name);
		return fail_region(job, placed->index, member);
	}
	if (cut(job, placed->index, &anchor, region->name, &placed->bytes))
		return -1;
	if (ebpfmm_elf_anonymous(job->elf, &placed->bytes, &placed->part)) {
		ebpfmm_fail(job->err, 0,
			    "can hold no anonymous memory (%s: all pages of %s are mapped from the file)",
			    job->from->exe, region->name);
		return fail_region(job, placed->index, member);
	}
	placed->space = SPACE_IMAGE;
	return 0;
}

/* The matcher of a region in the table: one that is there, or a new one. */
static int find_mapping(const struct job *job, size_t index,
			unsigned int *number)
{
	const struct ebpfmm_profile_region *region = &job->from->regions[index];
	struct ebpfmm_header *header = &job->table->large.header;
	struct ebpfmm_span *span = &job->to->mappings;
	struct ebpfmm_mapping *mapping = &header->mappings[span->first];
	/* The policy skips the space that glibc begins its names with. */
	const char *name = region->name ? region->name + (region->name[0] == ' ') : "";
	size_t length = strlen(name);

	if (length >= sizeof(mapping->name)) {
		ebpfmm_fail(job->err, 0, "longer than the %zu bytes that a mapping's name can have",
			    sizeof(mapping->name) - 1);
		return fail_region(job, index, ".anchor.mapping.name");
	}
	for (*number = 0; *number < span->count; mapping++, ++*number) {
		if (mapping->min_size == region->min_size &&
		    mapping->max_size == region->max_size &&
		    mapping->name_len == length &&
		    !memcmp(mapping->name, name, length))
			return 0;
	}
	if (header->nmappings == EBPFMM_MAX_MAPPINGS) {
		ebpfmm_fail(job->err, 0, "more than %d different ones",
			    EBPFMM_MAX_MAPPINGS);
		return fail_region(job, index, ".anchor.mapping");
	}
	mapping->min_size = region->min_size;
	mapping->max_size = region->max_size;
	mapping->name_len = length;
	memcpy(mapping->name, name, length);
	span->count++;
	header->nmappings++;
	return 0;
}

static int place(const struct job *job, struct placed *placed)
{
	const struct ebpfmm_profile_region *region =
		&job->from->regions[placed->index];
	struct ebpfmm_range anchor = { 0, MAX_BYTES };
	const char *name = "the address space";
	unsigned int number = 0;

	switch (region->kind) {
	case EBPFMM_ANCHOR_SYMBOL:
	case EBPFMM_ANCHOR_SECTION:
		return place_in_image(job, placed);
	case EBPFMM_ANCHOR_HEAP:
		placed->space = SPACE_HEAP;
		break;
	case EBPFMM_ANCHOR_STACK:
		placed->space = SPACE_STACK;
		break;
	case EBPFMM_ANCHOR_MAPPING:
		if (find_mapping(job, placed->index, &number))
			return -1;
		placed->space = SPACE_MAPPING + number;
		if (region->max_size < MAX_BYTES) {
			anchor.end = region->max_size;
			name = "the largest such mapping";
		}
		break;
	}
	if (cut(job, placed->index, &anchor, name, &placed->bytes))
		return -1;
	placed->part = placed->bytes;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct placed *left = a, *right = b;

	if (left->space != right->space)
		return left->space < right->space ? -1 : 1;
	if (left->bytes.start != right->bytes.start)
		return left->bytes.start < right->bytes.start ? -1 : 1;
	return left->index < right->index ? -1 : 1;
}

/* Turn sorted regions into pages. */
static int paginate(const struct job *job, struct placed *placed, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct placed *this = &placed[i];
		const struct placed *before = i ? &placed[i - 1] : NULL;

		this->first = this->part.start >> EBPFMM_PAGE_SHIFT;
		this->end = (this->part.end + PAGE - 1) >> EBPFMM_PAGE_SHIFT;
		if (!before || before->space != this->space)
			continue;

		if (this->bytes.start < before->bytes.end) {
			bool later = this->index > before->index;

			ebpfmm_fail(job->err, 0,
				    "overlaps programs[%zu].regions[%u]",
				    job->index,
				    later ? before->index : this->index);
			return fail_region(job, later ? this->index :
							before->index, "");
		}
		if (this->first < before->end)
			this->first = before->end;
		if (this->first >= this->end) {
			ebpfmm_fail(job->err, 0,
				    "no page of its own: they belong to programs[%zu].regions[%u]",
				    job->index, before->index);
			return fail_region(job, this->index, "");
		}
	}
	return 0;
}

static void put_region(struct ebpfmm_table *table, uint32_t start, uint32_t end,
		       const struct ebpfmm_benefit *benefit, uint16_t source)
{
	uint16_t n = table->large.header.nregions++;
	struct ebpfmm_region *region = &table->large.regions[n];

	region->start = start;
	region->end = end;
	region->sizes = benefit->sizes;
	region->touched = benefit->touched;
	region->source = source;
	memcpy(region->benefit, benefit->ns, sizeof(region->benefit));
}

static struct ebpfmm_span *span_of(const struct job *job, unsigned int space)
{
	switch (space) {
	case SPACE_IMAGE:
		return &job->to->image;
	case SPACE_HEAP:
		return &job->to->heap;
	case SPACE_STACK:
		return &job->to->stack;
	default:
		return &job->table->large.header
				.mappings[job->to->mappings.first +
					  space - SPACE_MAPPING].regions;
	}
}

static int translate_regions(const struct job *job)
{
	const struct ebpfmm_profile_program *from = job->from;
	struct ebpfmm_header *header = &job->table->large.header;
	size_t need = from->nregions + from->has_default;
	struct placed *placed;
	int ret = -1;
	size_t i;

	if (need > (size_t)EBPFMM_LARGE_REGIONS - header->nregions)
		return ebpfmm_fail(job->err, 0,
				   "programs[%zu].regions: more than %d regions in all",
				   job->index, EBPFMM_LARGE_REGIONS);

	placed = calloc(from->nregions ?: 1, sizeof(*placed));
	if (!placed)
		return ebpfmm_fail(job->err, ENOMEM, "programs[%zu].regions",
				   job->index);
	for (i = 0; i < from->nregions; i++) {
		placed[i].index = i;
		if (place(job, &placed[i]))
			goto out;
	}
	qsort(placed, from->nregions, sizeof(*placed), compare);
	if (paginate(job, placed, from->nregions))
		goto out;

	for (i = 0; i < from->nregions; i++) {
		struct ebpfmm_span *span = span_of(job, placed[i].space);

		if (!span->count++)
			span->first = header->nregions;
		put_region(job->table, placed[i].first, placed[i].end,
			   &from->regions[placed[i].index].benefit,
			   placed[i].index);
	}
	job->to->default_region = EBPFMM_NO_REGION;
	if (from->has_default) {
		job->to->default_region = header->nregions;
		put_region(job->table, 0, MAX_PAGE, &from->fallback,
			   EBPFMM_NO_REGION);
	}
	ret = 0;
out:
	free(placed);
	return ret;
}

/* Two entries for one file cannot both be meant; refuse the second. */
static int check_twin(const struct job *job, struct ebpfmm_file *files)
{
	size_t i;

	for (i = 0; i < job->index; i++)
		if (files[i].identity.ino == files[job->index].identity.ino &&
		    files[i].identity.dev == files[job->index].identity.dev)
			return ebpfmm_fail(job->err, 0,
					   "programs[%zu].exe: %s: the same file as programs[%zu].exe",
					   job->index, job->from->exe, i);
	return 0;
}

static int translate_program(struct job *job,
			     const struct ebpfmm_translation *how,
			     struct ebpfmm_file *files)
{
	struct ebpfmm_file *file = &files[job->index];
	const struct ebpfmm_image *image;
	struct stat st;
	int ret = -1;
	int fd;

	fd = ebpfmm_rootfs_open(how->rootfd, job->from->exe, job->err);
	if (fd < 0)
		return ebpfmm_prefix(job->err, "programs[%zu].exe: ",
				     job->index);
	if (ebpfmm_elf_open(fd, &job->elf, job->err)) {
		ebpfmm_prefix(job->err, "programs[%zu].exe: %s: ", job->index,
			      job->from->exe);
		goto out;
	}
	if (how->identify) {
		if (how->identify(fd, false, file, how->data, job->err)) {
			ebpfmm_prefix(job->err, "programs[%zu].exe: %s: ",
				      job->index, job->from->exe);
			goto out;
		}
		job->to->file = file->identity;
	} else {
		if (fstat(fd, &st)) {
			ebpfmm_fail(job->err, errno, "programs[%zu].exe: %s",
				    job->index, job->from->exe);
			goto out;
		}
		file->identity.ino = st.st_ino;
		file->identity.dev = st.st_dev;
	}
	if (check_twin(job, files))
		goto out;

	image = ebpfmm_elf_image(job->elf);
	job->to->start_code = image->start_code;
	job->to->image_start = image->extent.start;
	job->to->image_end = image->extent.end;
	job->table->bias_align[job->index] = image->bias_align;
	job->to->mappings.first = job->table->large.header.nmappings;
	ret = translate_regions(job);
out:
	ebpfmm_elf_close(job->elf);
	close(fd);
	return ret;
}

int ebpfmm_translate(const struct ebpfmm_profile *profile,
		     const struct ebpfmm_translation *how,
		     struct ebpfmm_table **out, struct ebpfmm_error *err)
{
	struct ebpfmm_file files[EBPFMM_MAX_PROGRAMS];
	struct ebpfmm_header *header;
	struct ebpfmm_table *table;
	size_t i;

	if (strlen(profile->name) >= EBPFMM_NAME_SIZE)
		return ebpfmm_fail(err, 0, "name: longer than %d characters",
				   EBPFMM_NAME_SIZE - 1);
	if (profile->nprograms > EBPFMM_MAX_PROGRAMS)
		return ebpfmm_fail(err, 0, "programs: more than %d",
				   EBPFMM_MAX_PROGRAMS);
	table = calloc(1, sizeof(*table));
	if (!table)
		return ebpfmm_fail(err, ENOMEM, "translating %s",
				   profile->name);

	header = &table->large.header;
	header->format = EBPFMM_FORMAT;
	memcpy(header->name, profile->name, strlen(profile->name));
	for (i = 0; i < EBPFMM_ORDERS; i++)
		header->limit[i] = profile->limit[i];

	for (i = 0; i < profile->nprograms; i++) {
		struct job job = {
			.from = &profile->programs[i],
			.index = i,
			.table = table,
			.to = &header->programs[i],
			.err = err,
		};

		header->nprograms++;
		if (translate_program(&job, how, files)) {
			free(table);
			return -1;
		}
	}
	*out = table;
	return 0;
}

int ebpfmm_table_is_small(const struct ebpfmm_table *table)
{
	return table->large.header.nregions <= EBPFMM_SMALL_REGIONS;
}
