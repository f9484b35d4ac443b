// SPDX-License-Identifier: GPL-2.0-only
#include "watch/book.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/compare.h"

static int compare_programs(const void *one, const void *other)
{
	const struct ebpfmm_recording_program *a = &((const struct ebpfmm_entry *)one)->program;
	const struct ebpfmm_recording_program *b = &((const struct ebpfmm_entry *)other)->program;
	int order = ebpfmm_compare_texts(a->path, b->path);

	if (!order)
		order = ebpfmm_compare_texts(a->build_id, b->build_id);
	return order ? order : ebpfmm_compare_numbers(a->size, b->size);
}

static int compare_spaces(const void *one, const void *other)
{
	const struct ebpfmm_recording_space *a = &((const struct ebpfmm_entry *)one)->space;
	const struct ebpfmm_recording_space *b = &((const struct ebpfmm_entry *)other)->space;
	int order = ebpfmm_compare_numbers(a->program, b->program);

	if (!order)
		order = ebpfmm_compare_numbers(a->kind, b->kind);
	if (!order)
		order = ebpfmm_compare_numbers(a->size, b->size);
	if (!order)
		order = ebpfmm_compare_numbers(a->rank, b->rank);
	if (!order)
		order = ebpfmm_compare_numbers(a->down, b->down);
	return order ? order : ebpfmm_compare_texts(a->name, b->name);
}

static void free_program(void *entry)
{
	struct ebpfmm_entry *program = entry;

	free((char *)program->program.path);
	free((char *)program->program.build_id);
	free(program);
}

static void free_space(void *entry)
{
	struct ebpfmm_entry *space = entry;

	free((char *)space->space.name);
	free(space);
}

/* Whether copies of texts could be made. */
static bool copy_text(const char **text)
{
	if (!*text)
		return true;
	*text = strdup(*text);
	return *text;
}

static ssize_t add(struct ebpfmm_entries *entries, struct ebpfmm_entry *entry,
		   int (*compare)(const void *one, const void *other))
{
	struct ebpfmm_entry **larger;

	if (!(entries->count & (entries->count + 15) % 16)) {
		larger = reallocarray(entries->list, entries->count + 16, sizeof(*larger));
		if (!larger)
			return -1;
		entries->list = larger;
	}
	if (!tsearch(entry, &entries->tree, compare))
		return -1;
	entry->number = SIZE_MAX;
	entry->index = entries->count;
	entries->list[entries->count++] = entry;
	return (ssize_t)entry->index;
}

/* Return: the index, or -1. */
static ssize_t find(const struct ebpfmm_entries *entries, const struct ebpfmm_entry *key,
		    int (*compare)(const void *one, const void *other))
{
	struct ebpfmm_entry *const *found = tfind(key, &entries->tree, compare);

	return found ? (ssize_t)(*found)->index : -1;
}

ssize_t ebpfmm_book_program(struct ebpfmm_book *book,
			    const struct ebpfmm_recording_program *program,
			    struct ebpfmm_error *err)
{
	struct ebpfmm_entry key = { .program = *program }, *entry;
	ssize_t index = find(&book->programs, &key, compare_programs);

	if (index >= 0)
		return index;
	if (book->programs.count == EBPFMM_BOOK_PROGRAMS)
		return EBPFMM_BOOK_FULL;
	entry = malloc(sizeof(*entry));
	if (!entry)
		return ebpfmm_fail(err, ENOMEM, "programs");
	*entry = key;
	if (copy_text(&entry->program.path) && copy_text(&entry->program.build_id)) {
		index = add(&book->programs, entry, compare_programs);
		if (index >= 0)
			return index;
	}
	free(entry);
	return ebpfmm_fail(err, ENOMEM, "programs");
}

ssize_t ebpfmm_book_space(struct ebpfmm_book *book,
			  const struct ebpfmm_recording_space *space,
			  struct ebpfmm_error *err)
{
	struct ebpfmm_entry key = { .space = *space }, *entry;
	ssize_t index = find(&book->spaces, &key, compare_spaces);

	if (index >= 0)
		return index;
	if (book->spaces.count == EBPFMM_BOOK_SPACES)
		return EBPFMM_BOOK_FULL;
	entry = malloc(sizeof(*entry));
	if (!entry)
		return ebpfmm_fail(err, ENOMEM, "spaces");
	*entry = key;
	if (copy_text(&entry->space.name)) {
		index = add(&book->spaces, entry, compare_spaces);
		if (index >= 0)
			return index;
		free((char *)entry->space.name);
	}
	free(entry);
	return ebpfmm_fail(err, ENOMEM, "spaces");
}

int ebpfmm_book_put(struct ebpfmm_book *book, size_t index, int seen,
		    struct ebpfmm_recording_writer *writer, struct ebpfmm_error *err)
{
	struct ebpfmm_entry *entry = book->spaces.list[index];
	struct ebpfmm_entry *program = book->programs.list[entry->space.program];
	struct ebpfmm_recording_space space = entry->space;

	if (entry->number != SIZE_MAX)
		return 0;
	if (writer->spaces >= EBPFMM_RECORDING_MAX_SPACES ||
	    (program->number == SIZE_MAX && writer->programs >= EBPFMM_RECORDING_MAX_PROGRAMS))
		return EBPFMM_BOOK_FULL;
	if (program->number == SIZE_MAX &&
	    ebpfmm_recording_put_program(writer, &program->program, &program->number, err))
		return -1;
	space.program = program->number;
	space.seen = seen;
	return ebpfmm_recording_put_space(writer, &space, &entry->number, err);
}

void ebpfmm_book_free(struct ebpfmm_book *book)
{
	tdestroy(book->programs.tree, free_program);
	tdestroy(book->spaces.tree, free_space);
	free(book->programs.list);
	free(book->spaces.list);
	*book = (struct ebpfmm_book){};
}
