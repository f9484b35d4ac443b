/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What cache.c, which keeps files, and cache_file.c, which reads and writes one,
 * share. Not for others.
 */
#ifndef EBPFMM_CACHE_PRIVATE_H
#define EBPFMM_CACHE_PRIVATE_H

#include "image/cache.h"

/**
 * struct cache_key - a file, and in which state of it
 * @identity: of the file that is mapped
 * @ctime: when its inode was last changed: seconds
 * @read_at: when it was looked at: seconds
 * @size: its size in bytes
 * @disk: sequence number of the disk that it is on
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
 * struct cache_learnt - a name that was not known before
 * @name: the name, allocated
 * @kind: of what it is the name
 * @found: what it stands for
 */
struct cache_learnt {
	char *name;
	enum ebpfmm_elf_kind kind;
	struct ebpfmm_elf_found found;
};

/**
 * struct ebpfmm_cached - what is known of a file
 * @cache: where it is kept
 * @name: of its file there
 * @key: the file
 * @has_image: whether @image is known
 * @image_is_new: it was not known before
 * @image: how it is laid out
 * @text: the cache's file as it was read; NULL when there was none to believe
 * @learnt: what is new
 * @nlearnt: number of names in it
 * @room: how many it has room for
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

/* Did the file rest for long enough before it was looked at? */
bool cache_settled(const struct cache_key *key);

/* Begin with nothing known; NULL without memory. */
struct ebpfmm_cached *cache_new(const struct cache_key *key);

/* Free it and all it holds. */
void cache_free(struct ebpfmm_cached *cached);

/* Take from its file what can be believed. */
void cache_read(struct ebpfmm_cached *cached, int dirfd);

/* Write its file anew; -1 if that was not possible. */
int cache_write(const struct ebpfmm_cached *cached, int dirfd);

#endif /* EBPFMM_CACHE_PRIVATE_H */
