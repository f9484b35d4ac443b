// SPDX-License-Identifier: GPL-2.0-only
#include "derive/derive_rows.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/page_size.h"
#include "derive/derive_grown.h"

#define PAGE	(1ULL << EBPFMM_PAGE_SHIFT)
#define LARGE	(1ULL << (EBPFMM_ORDERS - 1))	/* pages of the largest block */

/* Of what is left out, more than this share of all accesses is worth a line. */
#define WORTH_A_NOTE	100

/**
 * struct reading - the set on its way
 * @set: the set
 * @files: finds files, or NULL
 * @out: what becomes of it
 * @heat: by space of the set, pages times accesses
 * @all: of all spaces
 * @twins: by program of the set, whether another build of it is used
 */
struct reading {
	const struct ebpfmm_set *set;
	const struct ebpfmm_recorded_files *files;
	struct ebpfmm_recorded *out;
	double *heat;
	double all;
	bool *twins;
};

int ebpfmm_recorded_note(struct ebpfmm_recorded *out, struct ebpfmm_error *err,
			 const char *format, ...)
{
	char **notes = reallocarray(out->notes, out->nnotes + 1, sizeof(*notes));
	va_list args;
	int ret;

	if (!notes)
		return ebpfmm_fail(err, ENOMEM, "notes");
	out->notes = notes;
	va_start(args, format);
	ret = vasprintf(&notes[out->nnotes], format, args);
	va_end(args);
	if (ret < 0)
		return ebpfmm_fail(err, ENOMEM, "notes");
	ebpfmm_printable(notes[out->nnotes++]);
	return 0;
}

static double row_heat(const struct ebpfmm_set *set, const struct ebpfmm_set_row *row)
{
	double sum = 0;

	for (uint32_t i = 0; i < row->nruns; i++) {
		const struct ebpfmm_recording_run *run = &set->runs[row->first_run + i];

		sum += (double)run->pages * run->count;
	}
	return sum;
}

static void sum_heat(struct reading *reading)
{
	const struct ebpfmm_set *set = reading->set;

	for (size_t i = 0; i < set->nrows; i++) {
		double heat;

		if (set->rows[i].resident)
			continue;
		heat = row_heat(set, &set->rows[i]);
		reading->heat[set->rows[i].space] += heat;
		reading->all += heat;
	}
}

/* A profile knows programs by their path: of several builds, the hottest one counts. */
static int choose_builds(struct reading *reading, struct ebpfmm_error *err)
{
	const struct ebpfmm_set *set = reading->set;
	double heat[EBPFMM_SET_MAX_PROGRAMS] = {};
	size_t i, j;

	for (i = 0; i < set->nspaces; i++)
		heat[set->spaces[i].space.program] += reading->heat[i];
	for (i = 0; i < set->nprograms; i++) {
		for (j = 0; j < set->nprograms && !reading->twins[i]; j++)
			reading->twins[i] =
				i != j && !strcmp(set->programs[i].path, set->programs[j].path) &&
				(heat[j] > heat[i] || (heat[j] == heat[i] && j < i));
		if (reading->twins[i] &&
		    ebpfmm_recorded_note(reading->out, err, "%s: of several builds that were "
					 "recorded, only the one with most accesses is used",
					 set->programs[i].path))
			return -1;
	}
	return 0;
}

/* As in places.c, what was mapped from a file has its path; no name can be so. */
static bool is_file(const struct ebpfmm_recording_space *space)
{
	return space->kind == EBPFMM_SPACE_MAPPING && space->name &&
	       (*space->name == '/' || strpbrk(space->name, "[]\\`$"));
}

static bool is_image(const struct ebpfmm_recording_space *space)
{
	return space->kind == EBPFMM_SPACE_IMAGE || space->kind == EBPFMM_SPACE_OBJECT;
}

/* Return: 0, or -1 with @why set to why it cannot be used. */
static int find_file(const struct reading *reading, const struct ebpfmm_recording_space *space,
		     struct ebpfmm_recorded_file *file, struct ebpfmm_error *why)
{
	if (!reading->files)
		return ebpfmm_fail(why, 0, "without its file, no region of it has a name");
	if (reading->files->find(&reading->set->programs[space->program], space->name, file,
				 reading->files->data, why))
		return -1;
	return file->nanonymous ? 0 : ebpfmm_fail(why, 0, "it is all mapped from the file");
}

/* Files are looked at only where it pays. */
static int is_left_out(struct reading *reading, size_t index, bool *out,
		       struct ebpfmm_recorded_file *file, struct ebpfmm_error *err)
{
	const struct ebpfmm_recording_space *space = &reading->set->spaces[index].space;
	bool hot = reading->heat[index] * WORTH_A_NOTE > reading->all;
	char label[EBPFMM_SPACE_LABEL];
	struct ebpfmm_error why = {};

	*out = true;
	if (reading->twins[space->program])
		return 0;
	if (is_file(space))
		ebpfmm_fail(&why, 0, "no policy decides about files");
	else if (!is_image(space) || (hot && !find_file(reading, space, file, &why)))
		*out = false;
	if (!*out || !hot)
		return 0;
	ebpfmm_space_label(space, label);
	return ebpfmm_recorded_note(reading->out, err, "%s of %s is left out, with %.1f %% of "
				    "the accesses: %s", label,
				    reading->set->programs[space->program].path,
				    100 * reading->heat[index] / reading->all, why.message);
}

/*
 * A recording ranks a mapping among those of the same name and size. Without a name,
 * a profile ranks it among all of that size.
 */
static uint32_t rank_of(const struct reading *reading, size_t index)
{
	const struct ebpfmm_set *set = reading->set;
	const struct ebpfmm_recording_space *space = &set->spaces[index].space;

	for (size_t i = 0; i < set->nspaces && !space->name; i++) {
		const struct ebpfmm_recording_space *other = &set->spaces[i].space;

		if (other->program == space->program && other->kind == space->kind &&
		    other->size == space->size && other->name && !is_file(other))
			return 0;
	}
	return space->rank;
}

static enum ebpfmm_derive_kind kind_of(enum ebpfmm_space_kind kind)
{
	switch (kind) {
	case EBPFMM_SPACE_HEAP:
		return EBPFMM_DERIVE_HEAP;
	case EBPFMM_SPACE_STACK:
		return EBPFMM_DERIVE_STACK;
	case EBPFMM_SPACE_MAPPING:
		return EBPFMM_DERIVE_MAPPING;
	default:
		return EBPFMM_DERIVE_IMAGE;
	}
}

static int set_label(struct ebpfmm_derive_space *space,
		     const struct ebpfmm_recording_space *from, struct ebpfmm_error *err)
{
	char name[EBPFMM_SPACE_LABEL], *label;

	ebpfmm_space_label(from, name);
	if (asprintf(&label, "%s of %s", name, space->exe) < 0)
		return ebpfmm_fail(err, ENOMEM, "recordings");
	space->label = label;
	return 0;
}

static int note_seen(struct reading *reading, size_t index, const char *label,
		     struct ebpfmm_error *err)
{
	int seen = reading->set->spaces[index].space.seen;

	if (seen <= 0 || reading->heat[index] * WORTH_A_NOTE <= reading->all)
		return 0;
	return ebpfmm_recorded_note(reading->out, err, "%s was seen through pages of %s: all of "
				    "such a page looks as hot as its hottest part", label,
				    ebpfmm_order_name((unsigned int)seen));
}

static uint64_t pages_of(const struct ebpfmm_set_space *space)
{
	uint64_t pages = space->space.size / PAGE;

	return space->pages > pages ? space->pages : pages;
}

/* A space of the output, which comes from @count spaces of the set. */
static struct ebpfmm_derive_space *new_space(struct ebpfmm_recorded *out,
					     const size_t *sources, size_t count)
{
	memcpy(&out->sources[out->first[out->nspaces]], sources, count * sizeof(*sources));
	out->first[out->nspaces + 1] = out->first[out->nspaces] + count;
	return &out->spaces[out->nspaces++];
}

static int add_space(struct reading *reading, size_t index,
		     const struct ebpfmm_recorded_file *file, struct derive_rest *rest,
		     struct ebpfmm_error *err)
{
	const struct ebpfmm_set *set = reading->set;
	const struct ebpfmm_set_space *from = &set->spaces[index];
	struct ebpfmm_derive_space *space = new_space(reading->out, &index, 1);

	*space = (struct ebpfmm_derive_space){
		.kind = kind_of(from->space.kind),
		.exe = set->programs[from->space.program].path,
		.object = from->space.kind == EBPFMM_SPACE_OBJECT ? from->space.name : NULL,
		.name = from->space.kind == EBPFMM_SPACE_OBJECT ? NULL : from->space.name,
		.symbols = file->symbols,
		.nsymbols = file->nsymbols,
		.sections = file->sections,
		.nsections = file->nsections,
		.rank = rank_of(reading, index),
		.pages = pages_of(from),
		.intervals = rest->intervals,
		.nintervals = from->accesses,
		.has_resident = from->resident,
		.resident = rest->resident,
	};
	space->nresident = derive_rows(set, from, file, rest);
	if (set_label(space, &from->space, err))
		return -1;
	return note_seen(reading, index, space->label, err);
}

static int set_grown_label(struct ebpfmm_derive_space *space, struct ebpfmm_error *err)
{
	char *label;

	if (asprintf(&label, "mappings that grow%s%s of %s", space->name ? ", named " : "",
		     space->name ? space->name : "", space->exe) < 0)
		return ebpfmm_fail(err, ENOMEM, "recordings");
	ebpfmm_printable(label);
	space->label = label;
	return 0;
}

/* What was added of a space of the set since @interval and @extent begins at page @start. */
static void move(const struct derive_rest *rest, struct ebpfmm_derive_interval *interval,
		 struct ebpfmm_derive_extent *extent, uint64_t start)
{
	struct ebpfmm_derive_run *run = rest->runs;

	if (interval < rest->intervals)
		run = (struct ebpfmm_derive_run *)interval->runs;
	for (; run < rest->runs; run++)
		run->first += start;
	for (; extent < rest->resident; extent++)
		extent->first += start;
}

/*
 * Mappings that grow and that no anchor tells apart are one space, in which they lie one
 * behind the other, each in blocks of its own.
 */
static int add_grown(struct reading *reading, const size_t *members, size_t count,
		     struct derive_rest *rest, struct ebpfmm_error *err)
{
	const struct ebpfmm_set *set = reading->set;
	const struct ebpfmm_recording_space *first = &set->spaces[members[0]].space;
	const struct ebpfmm_recorded_file none = {};
	struct ebpfmm_derive_space *space = new_space(reading->out, members, count);

	*space = (struct ebpfmm_derive_space){
		.kind = EBPFMM_DERIVE_MAPPING,
		.grows = true,
		.exe = set->programs[first->program].path,
		.name = first->name,
		.intervals = rest->intervals,
		.has_resident = true,
		.resident = rest->resident,
	};
	if (set_grown_label(space, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct ebpfmm_set_space *from = &set->spaces[members[i]];
		struct ebpfmm_derive_interval *interval = rest->intervals;
		struct ebpfmm_derive_extent *extent = rest->resident;

		space->nintervals += from->accesses;
		space->has_resident &= from->resident > 0;
		space->nresident += derive_rows(set, from, &none, rest);
		move(rest, interval, extent, space->pages);
		space->pages += (pages_of(from) + LARGE - 1) / LARGE * LARGE;
		if (note_seen(reading, members[i], space->label, err))
			return -1;
	}
	return 0;
}

/* Mappings that grow, in groups of those that no anchor tells apart. */
static int add_groups(struct reading *reading, size_t *grown, size_t count,
		      struct derive_rest *rest, struct ebpfmm_error *err)
{
	size_t n;

	derive_grown_sort(reading->set, grown, count);
	for (size_t i = 0; i < count; i += n) {
		for (n = 1; i + n < count; n++)
			if (derive_grown_compare(reading->set, grown[i], grown[i + n]))
				break;
		if (add_grown(reading, &grown[i], n, rest, err))
			return -1;
	}
	return 0;
}

static int add_files(struct reading *reading, struct ebpfmm_error *err)
{
	const struct ebpfmm_set *set = reading->set;
	struct ebpfmm_recorded *out = reading->out;
	uint64_t us = 0;

	for (size_t i = 0; i < set->nfiles; i++) {
		out->inputs[out->ninputs++] = set->files[i].name;
		if (__builtin_add_overflow(us, set->files[i].end_us, &us))
			us = UINT64_MAX;
	}
	if (!us)
		return ebpfmm_fail(err, 0, "nothing was recorded: no time passed");
	if (__builtin_mul_overflow(us, 1000, &out->recorded_ns))
		return ebpfmm_fail(err, 0, "the recordings are too long");
	if (set->files[0].header.page_size != PAGE)
		return ebpfmm_fail(err, 0, "%s: has pages of %" PRIu32 " bytes, and a profile "
				   "needs pages of 4096", set->files[0].name,
				   set->files[0].header.page_size);
	return 0;
}

int ebpfmm_recorded_read(const struct ebpfmm_set *set,
			 const struct ebpfmm_recorded_files *files,
			 struct ebpfmm_recorded *recorded, struct ebpfmm_error *err)
{
	_cleanup_free_ double *heat = calloc(set->nspaces + 1, sizeof(*heat));
	_cleanup_free_ bool *twins = calloc(set->nprograms + 1, sizeof(*twins));
	struct reading reading = { set, files, recorded, heat, 0, twins };
	_cleanup_free_ struct ebpfmm_derive_extent *there =
		calloc(set->nruns + 1, sizeof(*there));
	_cleanup_free_ bool *grows = calloc(set->nspaces + 1, sizeof(*grows));
	_cleanup_free_ size_t *grown = calloc(set->nspaces + 1, sizeof(*grown));
	struct derive_rest rest;
	size_t ngrown = 0;

	*recorded = (struct ebpfmm_recorded){
		.spaces = calloc(set->nspaces + 1, sizeof(*recorded->spaces)),
		.sources = calloc(set->nspaces + 1, sizeof(*recorded->sources)),
		.first = calloc(set->nspaces + 1, sizeof(*recorded->first)),
		.inputs = calloc(set->nfiles + 1, sizeof(*recorded->inputs)),
		.intervals = calloc(set->nrows + 1, sizeof(*recorded->intervals)),
		.runs = calloc(set->nruns + 1, sizeof(*recorded->runs)),
		.resident = calloc(set->nruns + 1, sizeof(*recorded->resident)),
	};
	rest = (struct derive_rest){
		recorded->runs, recorded->intervals, recorded->resident, there };
	if (!heat || !twins || !recorded->spaces || !recorded->sources || !recorded->first ||
	    !recorded->inputs || !rest.runs || !rest.intervals || !rest.resident || !there ||
	    !grows || !grown || derive_find_grown(set, grows))
		return ebpfmm_fail(err, ENOMEM, "recordings");
	if (!set->nfiles)
		return ebpfmm_fail(err, 0, "there is no recording");
	if (add_files(&reading, err))
		return -1;
	sum_heat(&reading);
	if (choose_builds(&reading, err))
		return -1;
	for (size_t i = 0; i < set->nspaces; i++) {
		struct ebpfmm_recorded_file file = {};
		bool left_out;

		if (is_left_out(&reading, i, &left_out, &file, err))
			return -1;
		if (left_out)
			continue;
		if (grows[i])
			grown[ngrown++] = i;
		else if (add_space(&reading, i, &file, &rest, err))
			return -1;
	}
	return add_groups(&reading, grown, ngrown, &rest, err);
}

void ebpfmm_recorded_free(struct ebpfmm_recorded *recorded)
{
	for (size_t i = 0; i < recorded->nspaces; i++)
		free((char *)recorded->spaces[i].label);
	for (size_t i = 0; i < recorded->nnotes; i++)
		free(recorded->notes[i]);
	free(recorded->spaces);
	free(recorded->sources);
	free(recorded->first);
	free(recorded->inputs);
	free(recorded->notes);
	free(recorded->intervals);
	free(recorded->runs);
	free(recorded->resident);
	*recorded = (struct ebpfmm_recorded){};
}
