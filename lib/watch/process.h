/* SPDX-License-Identifier: GPL-2.0-only */
/* A process that is watched: which program it runs, and what is mapped where. */
#ifndef EBPFMM_WATCH_PROCESS_H
#define EBPFMM_WATCH_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "recording/places.h"
#include "watch/book.h"
#include "watch/plan.h"

/**
 * struct ebpfmm_process - a process
 * @pid: its id
 * @proc: descriptor of its directory in /proc, which no other process gets
 * @device: of the file of its program
 * @inode: likewise
 * @size: its size when its mappings were read, pages
 * @resident: how much of it is in memory, pages
 * @looked: as much of it was in memory when that was looked at, page by page
 * @again_ns: when its mappings may be read again
 * @replaced: whether they are others than when @looked was set
 * @looked_ns: when that was; 0 if it never was
 * @extents: the blocks of 2M that had pages in memory then, or, if the kernel cannot tell,
 *	all that was mapped
 * @grid: what of it is watched
 * @maps: its mappings, as they were read
 * @length: bytes of @maps
 * @places: what is mapped
 * @spaces: for each space of @places the index in the book, or SIZE_MAX if that is full
 */
struct ebpfmm_process {
	pid_t pid;
	int proc;
	dev_t device;
	ino_t inode;
	uint64_t size;
	uint64_t resident;
	uint64_t looked;
	uint64_t again_ns;
	bool replaced;
	uint64_t looked_ns;
	struct ebpfmm_extents extents;
	struct ebpfmm_grid grid;
	char *maps;
	size_t length;
	struct ebpfmm_places places;
	size_t *spaces;
};

/**
 * ebpfmm_process_open - find a process
 * @pid: its id
 * @process: filled in, to be released with ebpfmm_process_close() in any case
 *
 * Return: 0, or -1 if there is none.
 */
int ebpfmm_process_open(pid_t pid, struct ebpfmm_process *process);

/**
 * ebpfmm_process_lives - check whether a process has memory
 * @process: the process
 *
 * Return: false if it has ended, even if nobody has waited for it yet.
 */
bool ebpfmm_process_lives(const struct ebpfmm_process *process);

/**
 * ebpfmm_process_refresh - read what is mapped, if that has changed
 * @process: the process
 * @force: also read it if the size of the process is the same
 * @book: gets its program and its spaces
 * @err: no memory; or, if 1 is returned, perhaps what is wrong with its mappings
 *
 * A mapping that was there before stays the same space, also if its size is another one.
 * What it has grown by downwards is a space of its own.
 * Mappings are not read again before fifty times as long has passed as that took, unless the
 * process runs another program.
 *
 * Return: 0; 1 if the process has ended, its mappings make no sense or there are too many
 * programs, which leaves those that were read before; or -1 with @err set.
 */
int ebpfmm_process_refresh(struct ebpfmm_process *process, bool force,
			   struct ebpfmm_book *book, struct ebpfmm_error *err);

/**
 * ebpfmm_process_pages - in pages of which size a space is mapped
 * @process: the process
 * @space: index of the space in its places
 *
 * Return: the order, that of 2M if any of its pages is so large; or EBPFMM_SEEN_UNKNOWN.
 */
int ebpfmm_process_pages(const struct ebpfmm_process *process, size_t space);

/**
 * ebpfmm_process_resident_fn - called for each space that is in memory
 * @space: index of the space in the places
 * @seen: order of its pages, as ebpfmm_process_pages() returns it
 * @runs: its pages, as a recording has them
 * @nruns: their number
 * @data: of the caller
 * @err: set on failure
 *
 * Return: 0, or -1 with @err set.
 */
typedef int ebpfmm_process_resident_fn(size_t space, int seen,
				       const struct ebpfmm_recording_run *runs, size_t nruns,
				       void *data, struct ebpfmm_error *err);

/**
 * ebpfmm_process_resident - find which pages are in memory
 * @process: the process, whose extents are replaced
 * @fn: called for each space, in ascending order
 * @data: for @fn
 * @err: no memory, or what @fn said
 *
 * Only pages of no file count. What is in memory of 2M at a time becomes one run.
 *
 * Return: 0, also if the kernel cannot tell or the process has ended; or -1 with @err set.
 */
int ebpfmm_process_resident(struct ebpfmm_process *process,
			    ebpfmm_process_resident_fn *fn, void *data,
			    struct ebpfmm_error *err);

/**
 * ebpfmm_process_close - release what a process has
 * @process: may be closed already
 */
void ebpfmm_process_close(struct ebpfmm_process *process);

#endif /* EBPFMM_WATCH_PROCESS_H */
