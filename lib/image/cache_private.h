/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by cache.c, which manages files, and cache_file.c, which reads and writes one.
 * Not for other files.
 */
#ifndef EBPFMM_CACHE_PRIVATE_H
#define EBPFMM_CACHE_PRIVATE_H

#include "image/cache.h"

/**
 * struct cache_key - a file in a certain state
 * @identity: identity of the mapped file
 * @ctime: time of the last change of its inode: seconds
 * @read_at: time at which this state was read: seconds
 * @size: its size in bytes
 * @disk: sequence number of its disk
 * @ctime_nsec: nanoseconds of @ctime
 * @reserved: 0
 */
struct cache_key {
	struct ebpfmm_identity identity;
	int64_t ctime;
	int64_t read_at;
	uint64_t size;
	uint64_t disk;
	uint32_t ctime_nsec;
	uint32_t reserved;
};

/**
 * struct cache_learnt - a name that is not in the cache yet
 * @name: the name, allocated
 * @kind: whether it is a symbol or a section
 * @found: the memory that it stands for
 */
struct cache_learnt {
	char *name;
	enum ebpfmm_elf_kind kind;
	struct ebpfmm_elf_found found;
};

/**
 * struct ebpfmm_cached - the entry of a file
 * @cache: the cache
 * @name: name of the entry's file in the cache
 * @key: the file that it describes
 * @has_image: whether @image is known
 * @image_is_new: whether @image is not in the cache yet
 * @image: memory layout
 * @text: contents of the entry's file; NULL if there was no valid one
 * @learnt: names that are not in the cache yet
 * @nlearnt: their number
 * @room: number of names that @learnt has room for
 */
struct ebpfmm_cached {
	struct ebpfmm_cache *cache;
	char name[64];
	struct cache_key key;
	bool has_image;
	bool image_is_new;
	struct ebpfmm_image image;
	void *text;
	struct cache_learnt *learnt;
	size_t nlearnt;
	size_t room;
};

/* Whether the last change was long enough before the state was read. */
bool cache_settled(const struct cache_key *key);

/* Make an empty entry; NULL without memory. */
struct ebpfmm_cached *cache_new(const struct cache_key *key);

/* Free an entry and all that it holds. */
void cache_free(struct ebpfmm_cached *cached);

/* Read its file, if that is valid. */
void cache_read(struct ebpfmm_cached *cached, int dirfd);

/* Rewrite its file; -1 on failure. */
int cache_write(const struct ebpfmm_cached *cached, int dirfd);

#endif /* EBPFMM_CACHE_PRIVATE_H */
