/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was learnt of ELF files, kept from one container's start to the next.
 *
 *	/run/ebpfmm/cache/			0700
 *		<disk>-<device>-<inode>		one for each file
 *		*.tmp				half-written: left by a death
 *
 * Theory of operation: an entry is believed for the very file that it was made
 * from, in the state that it was made from: inode, device, modification time,
 * change time and size, as the kernel has them of the file that is mapped. On
 * overlayfs that is the file of the layer, so that all containers of an image
 * share it. A build-id is no part of it: an image can claim any.
 *
 * Nobody can set a change time, but it is not finer than the kernel's tick, so a
 * file that was changed just before it was read may change again and look the
 * same. Therefore what was read within EBPFMM_CACHE_SETTLED seconds of a change
 * is neither kept nor believed.
 *
 * Numbers of inodes and devices come again when another file system is mounted,
 * and what is in an image of a disk can have been made up. The sequence number of
 * a disk never comes again. Files of file systems that are on no single disk are
 * not kept.
 *
 * Losing an entry costs time and nothing else, so nothing here ever fails.
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
 * @devices: directory of the block devices by their numbers, as
 *	EBPFMM_CACHE_DEVICES
 *
 * Return: to be closed with ebpfmm_cache_close(); NULL when there can be none.
 */
struct ebpfmm_cache *ebpfmm_cache_open(const char *dir, const char *devices);

/**
 * ebpfmm_cache_close - close the cache
 * @cache: may be NULL
 */
void ebpfmm_cache_close(struct ebpfmm_cache *cache);
EBPFMM_CLEANUP(struct ebpfmm_cache *, ebpfmm_cache_close)

/**
 * ebpfmm_cache_get - what is known of a file
 * @cache: the cache; may be NULL; must stay open
 * @file: the file that is mapped, as the kernel has it now
 * @size: its size in bytes
 *
 * To be called before the file is read for what is to be remembered of it.
 *
 * Return: to be given back with ebpfmm_cache_put(); NULL when nothing may be
 * known of the file, now or later.
 */
struct ebpfmm_cached *ebpfmm_cache_get(struct ebpfmm_cache *cache,
				       const struct ebpfmm_file *file,
				       uint64_t size);

/**
 * ebpfmm_cache_put - keep what was learnt of a file
 * @cached: may be NULL
 * @keep: false only forgets it
 */
void ebpfmm_cache_put(struct ebpfmm_cached *cached, bool keep);

/**
 * ebpfmm_cached_image - how the file is laid out, if that is known
 * @cached: may be NULL
 * @image: filled in
 *
 * Return: whether it is known.
 */
bool ebpfmm_cached_image(const struct ebpfmm_cached *cached,
			 struct ebpfmm_image *image);

/**
 * ebpfmm_cached_find - what a name in the file stands for, if that is known
 * @cached: may be NULL
 * @kind: EBPFMM_ELF_SYMBOL or EBPFMM_ELF_SECTION
 * @name: of the symbol or section
 * @found: filled in
 *
 * Return: whether it is known.
 */
bool ebpfmm_cached_find(const struct ebpfmm_cached *cached,
			enum ebpfmm_elf_kind kind, const char *name,
			struct ebpfmm_elf_found *found);

/**
 * ebpfmm_cached_learn_image - remember how the file is laid out
 * @cached: may be NULL
 * @image: its layout
 */
void ebpfmm_cached_learn_image(struct ebpfmm_cached *cached,
			       const struct ebpfmm_image *image);

/**
 * ebpfmm_cached_learn - remember what a name in the file stands for
 * @cached: may be NULL
 * @kind: EBPFMM_ELF_SYMBOL or EBPFMM_ELF_SECTION
 * @name: of the symbol or section
 * @found: what it stands for
 */
void ebpfmm_cached_learn(struct ebpfmm_cached *cached,
			 enum ebpfmm_elf_kind kind, const char *name,
			 const struct ebpfmm_elf_found *found);

/**
 * ebpfmm_cache_sweep - count and remove what is half-written or too much
 * @cache: may be NULL
 * @remove: if false, only count
 *
 * Return: number of half-written files and of those beyond
 * EBPFMM_CACHE_MAX_FILES.
 */
unsigned int ebpfmm_cache_sweep(struct ebpfmm_cache *cache, bool remove);

#endif /* EBPFMM_CACHE_H */
