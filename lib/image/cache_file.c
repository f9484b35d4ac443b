// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file of the cache: a header, the entries of names, sorted, and the names. Only the
 * program that wrote it reads it, so it has the memory layout of that program. A checksum
 * detects damage.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "image/cache_private.h"

/* Increase it when a layout here or the meaning of a number changes. */
#define FORMAT 2
static const char magic[8] = "ebpfmm-c";

/**
 * struct entry - the entry of a name
 * @range: as in struct ebpfmm_elf_found
 * @anonymous: likewise
 * @part_start: likewise
 * @part_end: likewise
 * @part_file_end: likewise
 * @part: likewise
 * @kind: whether it is a symbol or a section
 * @name: offset of the name from the first name, in bytes
 * @reserved: 0
 */
struct entry {
	struct ebpfmm_range range;
	struct ebpfmm_range anonymous;
	uint64_t part_start;
	uint64_t part_end;
	uint64_t part_file_end;
	uint32_t part;
	uint32_t kind;
	uint32_t name;
	uint32_t reserved;
};

/**
 * struct header - the start of the file
 * @magic: identifies a file of the cache
 * @format: FORMAT
 * @count: number of entries that follow
 * @names: size of the names after the entries, each with its NUL
 * @checksum: checksum of the whole file, with 0 in its own place
 * @key: the file that it describes
 * @image: memory layout of that file
 */
struct header {
	char magic[8];
	uint32_t format;
	uint32_t count;
	uint64_t names;
	uint64_t checksum;
	struct cache_key key;
	struct ebpfmm_image image;
};

_Static_assert(sizeof(struct header) % 8 == 0 && sizeof(struct entry) % 8 == 0,
	       "everything is aligned and has no holes at its end");

/* FNV-1a, over eight bytes at a time: all sizes here are multiples of them. */
static uint64_t checksum(const void *data, size_t size)
{
	uint64_t value = 0xcbf29ce484222325ULL, word;
	const char *at = data;

	for (; size >= sizeof(word); size -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		value = (value ^ word) * 0x100000001b3ULL;
	}
	return value;
}

bool cache_settled(const struct cache_key *key)
{
	/* Both are rounded down to seconds. */
	return key->ctime < key->read_at - EBPFMM_CACHE_SETTLED;
}

struct ebpfmm_cached *cache_new(const struct cache_key *key)
{
	struct ebpfmm_cached *cached = calloc(1, sizeof(*cached));

	if (cached)
		cached->key = *key;
	return cached;
}

void cache_free(struct ebpfmm_cached *cached)
{
	size_t i;

	for (i = 0; i < cached->nlearnt; i++)
		free(cached->learnt[i].name);
	free(cached->learnt);
	free(cached->text);
	free(cached);
}

/* --- reading -------------------------------------------------------------------- */

static const struct header *header_of(const struct ebpfmm_cached *cached)
{
	return cached->text;
}

static const struct entry *entries_of(const struct ebpfmm_cached *cached)
{
	return (const void *)(header_of(cached) + 1);
}

static const char *names_of(const struct ebpfmm_cached *cached)
{
	return (const void *)(entries_of(cached) + header_of(cached)->count);
}

/* Compares everything except the time of reading. */
static bool same_key(const struct cache_key *a, const struct cache_key *b)
{
	return !memcmp(&a->identity, &b->identity, sizeof(a->identity)) &&
	       a->ctime == b->ctime && a->ctime_nsec == b->ctime_nsec &&
	       a->size == b->size && a->disk == b->disk;
}

static bool is_sound(struct header *header, size_t size,
		     const struct cache_key *key)
{
	uint64_t sum;

	if (size < sizeof(*header) || memcmp(header->magic, magic, sizeof(magic)) ||
	    header->format != FORMAT)
		return false;
	size -= sizeof(*header);
	if (header->count > size / sizeof(struct entry) ||
	    header->names != size - header->count * sizeof(struct entry) ||
	    header->names % sizeof(uint64_t))
		return false;
	sum = header->checksum;
	header->checksum = 0;
	return checksum(header, sizeof(*header) + size) == sum &&
	       same_key(&header->key, key) && cache_settled(&header->key);
}

static bool are_sound(const struct ebpfmm_cached *cached)
{
	const struct header *header = header_of(cached);
	const struct entry *entries = entries_of(cached);
	const char *names = names_of(cached);
	uint32_t i;

	if (header->count && (!header->names || names[header->names - 1]))
		return false;
	for (i = 0; i < header->count; i++)
		if (entries[i].name >= header->names ||
		    entries[i].part >= EBPFMM_PART_KINDS)
			return false;
	return true;
}

void cache_read(struct ebpfmm_cached *cached, int dirfd)
{
	size_t size = 0;

	cached->text = ebpfmm_file_read(dirfd, cached->name, O_NOFOLLOW,
					EBPFMM_CACHE_MAX_BYTES, &size, NULL);
	if (!cached->text)
		return;
	if (!is_sound(cached->text, size, &cached->key) || !are_sound(cached)) {
		free(cached->text);
		cached->text = NULL;
		return;
	}
	cached->image = header_of(cached)->image;
	cached->has_image = true;
}

bool ebpfmm_cached_image(const struct ebpfmm_cached *cached,
			 struct ebpfmm_image *image)
{
	if (!cached || !cached->has_image)
		return false;
	*image = cached->image;
	return true;
}

static int compare(enum ebpfmm_elf_kind kind, const char *name,
		   enum ebpfmm_elf_kind other_kind, const char *other)
{
	return kind == other_kind ? strcmp(name, other) :
				    kind < other_kind ? -1 : 1;
}

bool ebpfmm_cached_find(const struct ebpfmm_cached *cached,
			enum ebpfmm_elf_kind kind, const char *name,
			struct ebpfmm_elf_found *found)
{
	const struct entry *entries;
	uint32_t low = 0, high;
	const char *names;

	if (!cached || !cached->text)
		return false;
	entries = entries_of(cached);
	names = names_of(cached);
	high = header_of(cached)->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct entry *entry = &entries[middle];
		int order = compare(kind, name, entry->kind,
				    names + entry->name);

		if (!order) {
			*found = (struct ebpfmm_elf_found){
				.range = entry->range,
				.anonymous = entry->anonymous,
				.part_start = entry->part_start,
				.part_end = entry->part_end,
				.part_file_end = entry->part_file_end,
				.part = entry->part,
			};
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* --- writing -------------------------------------------------------------------- */

void ebpfmm_cached_learn_image(struct ebpfmm_cached *cached,
			       const struct ebpfmm_image *image)
{
	if (!cached)
		return;
	cached->image = *image;
	cached->has_image = true;
	cached->image_is_new = true;
}

void ebpfmm_cached_learn(struct ebpfmm_cached *cached,
			 enum ebpfmm_elf_kind kind, const char *name,
			 const struct ebpfmm_elf_found *found)
{
	struct cache_learnt *learnt;

	if (!cached)
		return;
	if (cached->nlearnt == cached->room) {
		size_t room = cached->room ? 2 * cached->room : 16;

		learnt = reallocarray(cached->learnt, room, sizeof(*learnt));
		if (!learnt)
			return;
		cached->learnt = learnt;
		cached->room = room;
	}
	learnt = &cached->learnt[cached->nlearnt];
	learnt->name = strdup(name);
	if (!learnt->name)
		return;
	learnt->kind = kind;
	learnt->found = *found;
	cached->nlearnt++;
}

/**
 * struct line - an entry to be written
 * @entry: the entry, without the offset of its name
 * @name: the name
 */
struct line {
	struct entry entry;
	const char *name;
};

static int by_name(const void *a, const void *b)
{
	const struct line *left = a, *right = b;

	return compare(left->entry.kind, left->name, right->entry.kind,
		       right->name);
}

/* The entries to be written: the new ones and the @old ones. */
static struct line *collect(const struct ebpfmm_cached *cached, size_t old,
			    size_t *count)
{
	struct line *lines = calloc(cached->nlearnt + old ?: 1, sizeof(*lines));
	size_t i, n = 0;

	if (!lines)
		return NULL;
	for (i = 0; i < cached->nlearnt; i++, n++) {
		const struct cache_learnt *learnt = &cached->learnt[i];

		lines[n].name = learnt->name;
		lines[n].entry = (struct entry){
			.range = learnt->found.range,
			.anonymous = learnt->found.anonymous,
			.part_start = learnt->found.part_start,
			.part_end = learnt->found.part_end,
			.part_file_end = learnt->found.part_file_end,
			.part = learnt->found.part,
			.kind = learnt->kind,
		};
	}
	for (i = 0; i < old; i++, n++) {
		lines[n].entry = entries_of(cached)[i];
		lines[n].name = names_of(cached) + lines[n].entry.name;
	}
	qsort(lines, n, sizeof(*lines), by_name);
	for (i = 0, *count = 0; i < n; i++)
		if (!*count || by_name(&lines[*count - 1], &lines[i]))
			lines[(*count)++] = lines[i];
	return lines;
}

/* The file's contents, or NULL when they would be too much. */
static void *compose(const struct ebpfmm_cached *cached, struct line *lines,
		     size_t count, size_t *size)
{
	struct entry *entries;
	struct header *header;
	uint64_t names = 0;
	size_t i;
	char *at;

	for (i = 0; i < count; i++) {
		lines[i].entry.name = names;
		names += strlen(lines[i].name) + 1;
		if (names > EBPFMM_CACHE_MAX_BYTES)
			return NULL;
	}
	names = (names + sizeof(uint64_t) - 1) & -sizeof(uint64_t);
	*size = sizeof(*header) + count * sizeof(*entries) + names;
	if (*size > EBPFMM_CACHE_MAX_BYTES)
		return NULL;
	header = calloc(1, *size);
	if (!header)
		return NULL;
	memcpy(header->magic, magic, sizeof(magic));
	header->format = FORMAT;
	header->count = count;
	header->names = names;
	header->key = cached->key;
	header->image = cached->image;
	entries = (void *)(header + 1);
	at = (void *)(entries + count);
	for (i = 0; i < count; i++) {
		entries[i] = lines[i].entry;
		strcpy(at + entries[i].name, lines[i].name);
	}
	header->checksum = checksum(header, *size);
	return header;
}

static void *compose_with(const struct ebpfmm_cached *cached, size_t old,
			  size_t *size)
{
	size_t count;
	struct line *lines = collect(cached, old, &count);
	void *text = lines ? compose(cached, lines, count, size) : NULL;

	free(lines);
	return text;
}

int cache_write(const struct ebpfmm_cached *cached, int dirfd)
{
	size_t old = cached->text ? header_of(cached)->count : 0;
	char tmp[sizeof(cached->name) + 32];
	const struct ebpfmm_new_file file = { .dirfd = dirfd, .name = cached->name,
					      .tmp = tmp, .mode = 0600 };
	void *text = NULL;
	size_t size = 0;
	int rc;

	if (!cached->has_image)
		return -1;
	text = compose_with(cached, old, &size);
	/* The names that were looked up last are the most likely to be needed again. */
	if (!text && old)
		text = compose_with(cached, 0, &size);
	if (!text)
		return -1;
	snprintf(tmp, sizeof(tmp), "%s.%d.tmp", cached->name, (int)getpid());
	rc = ebpfmm_file_replace(&file, text, size);
	free(text);
	return rc;
}
