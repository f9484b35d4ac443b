/* SPDX-License-Identifier: GPL-2.0-only */
/* What is mapped in a process, as far as page sizes depend on it. */
#ifndef EBPFMM_TRY_AREA_H
#define EBPFMM_TRY_AREA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct ebpfmm_try_area - a mapping
 * @start: its first address
 * @end: the address behind it
 * @offset: of the file
 * @device: number of the file's device, as makedev(3) makes it
 * @inode: of the file; 0 for none
 * @access: whether it can be read, written and executed, such as "rw-"
 * @usable: it can be read, written or executed
 * @anonymous: memory that has no file, is private, and belongs to the program
 * @name: path of the file, or name of the memory without glibc's leading blank; points
 *	into the text that was parsed; "" for none
 */
struct ebpfmm_try_area {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	uint64_t device;
	uint64_t inode;
	char access[4];
	bool usable;
	bool anonymous;
	const char *name;
};

/**
 * struct ebpfmm_try_areas - all mappings of a process
 * @text: that was parsed
 * @list: in ascending order
 * @count: their number
 */
struct ebpfmm_try_areas {
	char *text;
	struct ebpfmm_try_area *list;
	size_t count;
};

/**
 * struct ebpfmm_try_memory - bounds that the kernel knows of a process
 * @start_code: where its code begins
 * @start_brk: where its heap begins
 * @start_stack: where its stack began
 */
struct ebpfmm_try_memory {
	uint64_t start_code;
	uint64_t start_brk;
	uint64_t start_stack;
};

/**
 * ebpfmm_try_area_parse - read one line of /proc/PID/maps
 * @line: ends in NUL, without newline; hostile; changed
 * @area: filled in
 *
 * Return: whether it is such a line.
 */
bool ebpfmm_try_area_parse(char *line, struct ebpfmm_try_area *area);

/**
 * ebpfmm_try_areas_parse - read /proc/PID/maps
 * @text: allocated, ends in NUL; belongs to @areas then; may be NULL
 * @areas: filled in, to be released with ebpfmm_try_areas_free() in any case
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_try_areas_parse(char *text, struct ebpfmm_try_areas *areas);

/**
 * ebpfmm_try_areas_read - find what is mapped in a thread's process
 * @tid: the thread
 * @areas: filled in, to be released with ebpfmm_try_areas_free() in any case
 *
 * Return: 0, or -1 if it has no memory any more, or there is none for the list.
 */
int ebpfmm_try_areas_read(pid_t tid, struct ebpfmm_try_areas *areas);

/**
 * ebpfmm_try_areas_free - release mappings
 * @areas: zeroed or filled in
 */
void ebpfmm_try_areas_free(struct ebpfmm_try_areas *areas);

/**
 * ebpfmm_try_memory_parse - read /proc/PID/stat
 * @text: ends in NUL
 * @memory: filled in
 *
 * Return: 0, or -1 if it is none.
 */
int ebpfmm_try_memory_parse(const char *text, struct ebpfmm_try_memory *memory);

/**
 * ebpfmm_try_memory_read - find the bounds of a thread's process
 * @tid: the thread
 * @memory: filled in
 *
 * Return: 0, or -1 if it has ended.
 */
int ebpfmm_try_memory_read(pid_t tid, struct ebpfmm_try_memory *memory);

/**
 * ebpfmm_try_read - read memory of a traced thread
 * @tid: the thread
 * @address: where
 * @bytes: filled in
 * @size: how much
 *
 * By its file in /proc, as not every kernel has process_vm_readv(2).
 *
 * Return: whether all of it could be read.
 */
bool ebpfmm_try_read(pid_t tid, uint64_t address, void *bytes, size_t size);

#endif /* EBPFMM_TRY_AREA_H */
