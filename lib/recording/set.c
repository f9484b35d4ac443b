// SPDX-License-Identifier: GPL-2.0-only
#include "recording/set.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/compare.h"
#include "base/digest.h"
#include "recording/read.h"

/**
 * struct adding - a recording that is being added
 * @set: the set
 * @file: its entry there
 * @programs: for each number of the recording, the index in the set
 * @spaces: likewise
 * @nprograms: number of @programs
 * @nspaces: number of @spaces
 */
struct adding {
	struct ebpfmm_set *set;
	struct ebpfmm_set_file *file;
	uint32_t programs[EBPFMM_RECORDING_MAX_PROGRAMS];
	uint32_t spaces[EBPFMM_RECORDING_MAX_SPACES];
	size_t nprograms;
	size_t nspaces;
};

/* --- memory ----------------------------------------------------------------------- */

static int spend(struct ebpfmm_set *set, uint64_t bytes, struct ebpfmm_error *err)
{
	uint64_t max = set->max_memory ? set->max_memory : EBPFMM_RECORDING_MAX_MEMORY;

	if (bytes > max - set->room.bytes)
		return ebpfmm_fail(err, 0, "the recordings need more than %" PRIu64
				   " bytes of memory", max);
	set->room.bytes += bytes;
	return 0;
}

/*
 * Have room for so many more items in an array. Return: the array, which may have moved,
 * or NULL with @err set and the old one as it was.
 */
static void *make_room(struct ebpfmm_set *set, void *array, size_t count, size_t more,
		       size_t item, size_t *room, struct ebpfmm_error *err)
{
	size_t wanted = *room ? *room : 16;
	void *larger;

	if (array && count + more <= *room)
		return array;
	while (wanted < count + more)
		wanted *= 2;
	if (spend(set, (uint64_t)(wanted - *room) * item, err))
		return NULL;
	larger = reallocarray(array, wanted, item);
	if (!larger) {
		ebpfmm_fail(err, ENOMEM, "recordings");
		return NULL;
	}
	*room = wanted;
	return larger;
}

/* @copy becomes NULL where @text is, and on failure. */
static int copy_text(struct ebpfmm_set *set, const char **copy, const char *text,
		     struct ebpfmm_error *err)
{
	*copy = NULL;
	if (!text)
		return 0;
	if (spend(set, strlen(text) + 1, err))
		return -1;
	*copy = strdup(text);
	return *copy ? 0 : ebpfmm_fail(err, ENOMEM, "recordings");
}

/* --- what is told ----------------------------------------------------------------- */

static int on_header(void *ctx, const struct ebpfmm_recording_header *header,
		     struct ebpfmm_error *err)
{
	struct adding *adding = ctx;
	struct ebpfmm_recording_header *copy = &adding->file->header;

	*copy = *header;
	copy->tool = copy->kernel = copy->cpu = NULL;
	if (copy_text(adding->set, &copy->tool, header->tool, err) ||
	    copy_text(adding->set, &copy->kernel, header->kernel, err) ||
	    copy_text(adding->set, &copy->cpu, header->cpu, err))
		return -1;
	if (header->page_size != adding->set->files[0].header.page_size)
		return ebpfmm_fail(err, 0, "page_size: is not that of %s",
				   adding->set->files[0].name);
	return 0;
}

static int add_program(struct ebpfmm_set *set,
		       const struct ebpfmm_recording_program *program,
		       struct ebpfmm_error *err)
{
	struct ebpfmm_recording_program *copy;
	void *larger;

	if (set->nprograms == EBPFMM_SET_MAX_PROGRAMS)
		return ebpfmm_fail(err, 0, "all recordings have more than %u different programs",
				   EBPFMM_SET_MAX_PROGRAMS);
	larger = make_room(set, set->programs, set->nprograms, 1, sizeof(*set->programs),
			   &set->room.programs, err);
	if (!larger)
		return -1;
	set->programs = larger;
	copy = &set->programs[set->nprograms];
	*copy = *program;
	if (copy_text(set, &copy->path, program->path, err))
		return -1;
	if (copy_text(set, &copy->build_id, program->build_id, err)) {
		free((char *)copy->path);
		return -1;
	}
	set->nprograms++;
	return 0;
}

static int on_program(void *ctx, const struct ebpfmm_recording_program *program,
		      struct ebpfmm_error *err)
{
	struct adding *adding = ctx;
	struct ebpfmm_set *set = adding->set;
	size_t i;

	for (i = 0; i < set->nprograms; i++)
		if (ebpfmm_same_program(&set->programs[i], program))
			break;
	if (i == set->nprograms && add_program(set, program, err))
		return -1;
	adding->programs[adding->nprograms++] = (uint32_t)i;
	return 0;
}

static int on_space(void *ctx, const struct ebpfmm_recording_space *space,
		    struct ebpfmm_error *err)
{
	struct adding *adding = ctx;
	struct ebpfmm_set *set = adding->set;
	struct ebpfmm_set_space copy = { .space = *space };
	void *larger;
	size_t i;

	copy.space.program = adding->programs[space->program];
	copy.digest = ebpfmm_digest(space->name ? space->name : "",
				    space->name ? strlen(space->name) : 0) ^
		      space->size ^ (uint64_t)space->rank << 48 ^
		      (uint64_t)copy.space.program << 32 ^ (uint64_t)space->kind << 16 ^
		      (uint64_t)space->down << 24;
	for (i = 0; i < set->nspaces; i++)
		if (set->spaces[i].digest == copy.digest &&
		    ebpfmm_same_space(&set->spaces[i].space, &copy.space))
			break;
	adding->spaces[adding->nspaces++] = (uint32_t)i;
	if (i < set->nspaces) {
		if (set->spaces[i].space.seen != space->seen)
			set->spaces[i].space.seen = EBPFMM_SEEN_UNKNOWN;
		return 0;
	}
	if (set->nspaces == EBPFMM_SET_MAX_SPACES)
		return ebpfmm_fail(err, 0, "all recordings have more than %u different spaces",
				   EBPFMM_SET_MAX_SPACES);
	larger = make_room(set, set->spaces, set->nspaces, 1, sizeof(*set->spaces),
			   &set->room.spaces, err);
	if (!larger)
		return -1;
	set->spaces = larger;
	if (copy_text(set, &copy.space.name, space->name, err))
		return -1;
	set->spaces[set->nspaces++] = copy;
	return 0;
}

static int add_row(struct adding *adding, const struct ebpfmm_recording_row *row,
		   bool resident, struct ebpfmm_error *err)
{
	struct ebpfmm_set *set = adding->set;
	struct ebpfmm_set_space *space = &set->spaces[adding->spaces[row->space]];
	struct ebpfmm_set_file *file = adding->file;
	uint64_t end;
	void *larger;

	larger = make_room(set, set->rows, set->nrows, 1, sizeof(*set->rows),
			   &set->room.rows, err);
	if (!larger)
		return -1;
	set->rows = larger;
	larger = make_room(set, set->runs, set->nruns, row->nruns, sizeof(*set->runs),
			   &set->room.runs, err);
	if (!larger)
		return -1;
	set->runs = larger;
	set->rows[set->nrows++] = (struct ebpfmm_set_row){
		.time_us = row->time_us,
		.first_run = set->nruns,
		.nruns = (uint32_t)row->nruns,
		.space = adding->spaces[row->space],
		.file = (uint16_t)(file - set->files),
		.resident = resident,
	};
	if (row->time_us > file->end_us)
		file->end_us = row->time_us;
	if (!row->nruns)
		return 0;
	memcpy(set->runs + set->nruns, row->runs, row->nruns * sizeof(*row->runs));
	set->nruns += row->nruns;
	end = row->runs[row->nruns - 1].first + row->runs[row->nruns - 1].pages;
	if (end > space->pages)
		space->pages = end;
	return 0;
}

static int on_interval(void *ctx, const struct ebpfmm_recording_row *row,
		       struct ebpfmm_error *err)
{
	return add_row(ctx, row, false, err);
}

static int on_resident(void *ctx, const struct ebpfmm_recording_row *row,
		       struct ebpfmm_error *err)
{
	return add_row(ctx, row, true, err);
}

static int on_end(void *ctx, const struct ebpfmm_recording_end *end,
		  struct ebpfmm_error *err)
{
	struct adding *adding = ctx;

	(void)err;
	adding->file->end_us = end->time_us;
	adding->file->lost = end->lost;
	adding->file->processes = end->processes;
	adding->file->ended = true;
	return 0;
}

static const struct ebpfmm_recording_ops ops = {
	.header = on_header,
	.program = on_program,
	.space = on_space,
	.interval = on_interval,
	.resident = on_resident,
	.end = on_end,
};

/* --- whole recordings ------------------------------------------------------------- */

/* Return: to be freed, or NULL with @err set. */
static struct adding *begin(struct ebpfmm_set *set, const char *name,
			    struct ebpfmm_error *err)
{
	struct adding *adding;
	void *larger;
	char *copy;

	if (set->nfiles == EBPFMM_RECORDING_MAX_FILES) {
		ebpfmm_fail(err, 0, "more than %u recordings", EBPFMM_RECORDING_MAX_FILES);
		return NULL;
	}
	larger = make_room(set, set->files, set->nfiles, 1, sizeof(*set->files),
			   &set->room.files, err);
	if (!larger)
		return NULL;
	set->files = larger;
	adding = calloc(1, sizeof(*adding));
	copy = strdup(name);
	if (!adding || !copy) {
		free(adding);
		free(copy);
		ebpfmm_fail(err, ENOMEM, "recordings");
		return NULL;
	}
	adding->set = set;
	adding->file = &set->files[set->nfiles++];
	*adding->file = (struct ebpfmm_set_file){ .name = copy };
	return adding;
}

static int compare_rows(const void *one, const void *other)
{
	const struct ebpfmm_set_row *a = one, *b = other;
	int order = ebpfmm_compare_numbers(a->space, b->space);

	if (!order)
		order = ebpfmm_compare_numbers(a->resident, b->resident);
	if (!order)
		order = ebpfmm_compare_numbers(a->file, b->file);
	if (!order)
		order = ebpfmm_compare_numbers(a->time_us, b->time_us);
	/* What came first stays first. */
	return order ? order : ebpfmm_compare_numbers(a->first_run, b->first_run);
}

static void sort_rows(struct ebpfmm_set *set)
{
	size_t i;

	if (set->nrows)
		qsort(set->rows, set->nrows, sizeof(*set->rows), compare_rows);
	for (i = 0; i < set->nspaces; i++)
		set->spaces[i].accesses = set->spaces[i].resident = 0;
	for (i = 0; i < set->nrows; i++) {
		struct ebpfmm_set_space *space = &set->spaces[set->rows[i].space];

		if (!space->accesses && !space->resident)
			space->first_row = i;
		if (set->rows[i].resident)
			space->resident++;
		else
			space->accesses++;
	}
}

int ebpfmm_set_add(struct ebpfmm_set *set, const char *name, FILE *file,
		   struct ebpfmm_error *err)
{
	_cleanup_free_ struct adding *adding = begin(set, name, err);
	struct ebpfmm_recording_extent extent;

	if (!adding || ebpfmm_recording_read(file, &ops, adding, &extent, err))
		return ebpfmm_prefix(err, "%s: ", name);
	adding->file->truncated = extent.truncated;
	sort_rows(set);
	return 0;
}

int ebpfmm_set_add_damo(struct ebpfmm_set *set, const char *name,
			const struct ebpfmm_damo *source, struct ebpfmm_error *err)
{
	_cleanup_free_ struct adding *adding = begin(set, name, err);

	if (!adding || ebpfmm_damo_read(source, &ops, adding, err))
		return ebpfmm_prefix(err, "%s: ", name);
	sort_rows(set);
	return 0;
}

void ebpfmm_set_free(struct ebpfmm_set *set)
{
	size_t i;

	for (i = 0; i < set->nfiles; i++) {
		free(set->files[i].name);
		free((char *)set->files[i].header.tool);
		free((char *)set->files[i].header.kernel);
		free((char *)set->files[i].header.cpu);
	}
	for (i = 0; i < set->nprograms; i++) {
		free((char *)set->programs[i].path);
		free((char *)set->programs[i].build_id);
	}
	for (i = 0; i < set->nspaces; i++)
		free((char *)set->spaces[i].space.name);
	free(set->files);
	free(set->programs);
	free(set->spaces);
	free(set->rows);
	free(set->runs);
	*set = (struct ebpfmm_set){};
}
