/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cache of what was read from ELF files, for the next container with the same file.
 *
 *	/run/ebpfmm/cache/			0700
 *		<disk>-<device>-<inode>		one for each file
 *		*.tmp				incomplete: left by a process that was killed
 *
 * Theory of operation: an entry is valid only for the file that it was made from, in the
 * same state: the inode, device, modification time, change time and size of the mapped
 * file must match, as the kernel has them. On overlayfs that is the file of the layer, so
 * all containers of an image share an entry. The build id is not part of the key, because
 * an image can claim any.
 *
 * Nobody can set a change time, but its resolution is the kernel's tick. A file that was
 * changed just before it was read may change again without a visible difference. So what
 * was read within EBPFMM_CACHE_SETTLED seconds of a change is neither stored nor used.
 *
 * Inode and device numbers are reused when another file system is mounted, and a disk
 * image can contain any of them. The sequence number of a disk is never reused, so it is
 * part of the key. Files on file systems without a single disk are not cached.
 *
 * A lost entry only costs time, so these functions report no errors.
 */
#ifndef EBPFMM_CACHE_H
#define EBPFMM_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "elf/elf_file.h"
#include "elf/elf_found.h"

#define EBPFMM_CACHE_DEVICES	"/sys/dev/block"
#define EBPFMM_CACHE_MAX_FILES	256
#define EBPFMM_CACHE_MAX_BYTES	(256U << 10)	/* of one file */
#define EBPFMM_CACHE_SETTLED	2

struct ebpfmm_cache;
struct ebpfmm_cached;

/**
 * ebpfmm_cache_open - open the cache
 * @dir: its directory, created if it does not exist; EBPFMM_CACHE_DIR
 * @devices: directory of block devices by number, such as EBPFMM_CACHE_DEVICES
 *
 * Return: to be closed with ebpfmm_cache_close(); NULL if it cannot be used.
 */
struct ebpfmm_cache *ebpfmm_cache_open(const char *dir, const char *devices);

/**
 * ebpfmm_cache_close - close the cache
 * @cache: may be NULL
 */
void ebpfmm_cache_close(struct ebpfmm_cache *cache);
EBPFMM_CLEANUP(struct ebpfmm_cache *, ebpfmm_cache_close)

/**
 * ebpfmm_cache_get - get the entry of a file
 * @cache: the cache; may be NULL; must stay open
 * @file: the mapped file, in the kernel's current state
 * @size: its size in bytes
 *
 * Call this before reading from the file what is to be cached.
 *
 * Return: to be released with ebpfmm_cache_put(); NULL if the file cannot be cached.
 */
struct ebpfmm_cached *ebpfmm_cache_get(struct ebpfmm_cache *cache,
				       const struct ebpfmm_file *file,
				       uint64_t size);

/**
 * ebpfmm_cache_put - store an entry and free it
 * @cached: may be NULL
 * @keep: if false, only free it
 */
void ebpfmm_cache_put(struct ebpfmm_cached *cached, bool keep);

/**
 * ebpfmm_cached_image - get the cached memory layout of a file
 * @cached: may be NULL
 * @image: filled in
 *
 * Return: true if it is cached.
 */
bool ebpfmm_cached_image(const struct ebpfmm_cached *cached,
			 struct ebpfmm_image *image);

/**
 * ebpfmm_cached_find - look up a name in an entry
 * @cached: may be NULL
 * @kind: EBPFMM_ELF_SYMBOL or EBPFMM_ELF_SECTION
 * @name: name of the symbol or section
 * @found: filled in
 *
 * Return: true if it is cached.
 */
bool ebpfmm_cached_find(const struct ebpfmm_cached *cached,
			enum ebpfmm_elf_kind kind, const char *name,
			struct ebpfmm_elf_found *found);

/**
 * ebpfmm_cached_learn_image - add the memory layout of a file to its entry
 * @cached: may be NULL
 * @image: its layout
 */
void ebpfmm_cached_learn_image(struct ebpfmm_cached *cached,
			       const struct ebpfmm_image *image);

/**
 * ebpfmm_cached_learn - add a name to the entry of a file
 * @cached: may be NULL
 * @kind: EBPFMM_ELF_SYMBOL or EBPFMM_ELF_SECTION
 * @name: name of the symbol or section
 * @found: the memory that it stands for
 */
void ebpfmm_cached_learn(struct ebpfmm_cached *cached,
			 enum ebpfmm_elf_kind kind, const char *name,
			 const struct ebpfmm_elf_found *found);

/**
 * ebpfmm_cache_sweep - remove incomplete files, and those that are too many
 * @cache: may be NULL
 * @remove: if false, only count
 *
 * Return: number of incomplete files and of those beyond EBPFMM_CACHE_MAX_FILES.
 */
unsigned int ebpfmm_cache_sweep(struct ebpfmm_cache *cache, bool remove);

#endif /* EBPFMM_CACHE_H */
