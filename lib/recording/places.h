/* SPDX-License-Identifier: GPL-2.0-only */
/* From the addresses of a process to places, by its /proc/PID/maps. */
#ifndef EBPFMM_PLACES_H
#define EBPFMM_PLACES_H

#include "recording/recording.h"

#define EBPFMM_PLACES_PAGE	4096U

/**
 * struct ebpfmm_area - a mapping
 * @start: its first address
 * @end: the address behind it
 * @space: index of the space that it is a part of
 */
struct ebpfmm_area {
	uint64_t start;
	uint64_t end;
	size_t space;
};

/**
 * struct ebpfmm_places - what is mapped where
 * @exe: path of the program
 * @spaces: its spaces; all have the program 0
 * @nspaces: their number
 * @bases: for each space the address that its pages are counted from
 * @areas: in ascending order; what cannot be a place is left out
 * @nareas: their number
 */
struct ebpfmm_places {
	char *exe;
	struct ebpfmm_recording_space *spaces;
	size_t nspaces;
	uint64_t *bases;
	struct ebpfmm_area *areas;
	size_t nareas;
};

/**
 * ebpfmm_places_parse - read a /proc/PID/maps
 * @text: hostile; need not end in NUL
 * @length: bytes of it
 * @exe: path of the program in its root; NULL: the executable file that is mapped at the
 *	lowest address
 * @places: filled in, to be released with ebpfmm_places_free() in any case
 * @err: begins with "maps: "
 *
 * A writable mapping of no file right behind an image or object is the zeroed part of
 * its data. If the kernel has merged it with a neighbour, that one counts as a part of it.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_places_parse(const char *text, size_t length, const char *exe,
			struct ebpfmm_places *places, struct ebpfmm_error *err);

/**
 * ebpfmm_places_follow - find the mappings that were there before
 * @places: what is mapped now
 * @before: what was mapped before; may be empty
 * @was: set to an array, to be freed: for each space of @places the one of @before that it
 *	was, or SIZE_MAX. A space that goes down has that of the mapping above it
 * @err: no memory
 *
 * A mapping is the one of the same name that began at the same address. One that began in it
 * and has the same name has grown downwards: the space keeps where it began, and what is
 * below becomes a space that goes down. Of several ones that began in it, that is the lowest.
 *
 * Return: 0, or -1 with @err set, which leaves what is mapped to be freed.
 */
int ebpfmm_places_follow(struct ebpfmm_places *places, const struct ebpfmm_places *before,
			 size_t **was, struct ebpfmm_error *err);

/**
 * ebpfmm_places_run - the place of a part of a mapping
 * @places: the places
 * @area: the mapping
 * @start: the first address, in it
 * @end: the address behind, in it or its end
 * @run: its pages set to all that are touched; the count is left
 */
void ebpfmm_places_run(const struct ebpfmm_places *places, const struct ebpfmm_area *area,
		       uint64_t start, uint64_t end, struct ebpfmm_recording_run *run);

/**
 * ebpfmm_places_free - release what places have
 * @places: zeroed or filled in
 */
void ebpfmm_places_free(struct ebpfmm_places *places);

#endif /* EBPFMM_PLACES_H */
