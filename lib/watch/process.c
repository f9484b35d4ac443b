// SPDX-License-Identifier: GPL-2.0-only
#include "watch/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"

/* How much longer than reading mappings the time until they are read again must be. */
#define PAUSE		50U
#define MAX_MAPS	(64U << 20)	/* bytes; a kernel permits fewer mappings */

int ebpfmm_process_open(pid_t pid, struct ebpfmm_process *process)
{
	char path[32];

	*process = (struct ebpfmm_process){ .pid = pid };
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	process->proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return process->proc < 0 ? -1 : 0;
}

/* --- what is mapped ------------------------------------------------------------------- */

/* Return: to be freed, or NULL if the process has ended. */
static char *read_maps(const struct ebpfmm_process *process, size_t *length)
{
	_cleanup_close_ int fd = openat(process->proc, "maps", O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	size_t room = 0, used = 0;
	ssize_t got = 1;

	while (fd >= 0 && got > 0 && used < MAX_MAPS) {
		if (room - used < 65536) {
			char *larger = realloc(text, room += 262144);

			if (!larger)
				return NULL;
			text = larger;
		}
		got = read(fd, text + used, room - used);
		if (got > 0)
			used += (size_t)got;
	}
	*length = used;
	return used && !got ? take_ptr(text) : NULL;
}

/* Return: its size, which is 0 if it has ended. */
static uint64_t read_size(const struct ebpfmm_process *process, uint64_t *resident)
{
	_cleanup_close_ int fd = openat(process->proc, "statm", O_RDONLY | O_CLOEXEC);
	char text[64];
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	uint64_t pages;

	if (length <= 0)
		return 0;
	text[length] = '\0';
	return sscanf(text, "%" SCNu64 " %" SCNu64, &pages, resident) == 2 ? pages : 0;
}

bool ebpfmm_process_lives(const struct ebpfmm_process *process)
{
	uint64_t resident;

	return read_size(process, &resident);
}

/* What a mapping has grown by is known by the mapping. Return: the index, or as the book. */
static ssize_t add_below(size_t mapping, struct ebpfmm_book *book, struct ebpfmm_error *err)
{
	struct ebpfmm_recording_space space;

	if (mapping == SIZE_MAX)
		return EBPFMM_BOOK_FULL;
	space = book->spaces.list[mapping]->space;
	space.down = true;
	return ebpfmm_book_space(book, &space, err);
}

static int add_spaces(const struct ebpfmm_process *process, const struct ebpfmm_places *places,
		      const size_t *was, size_t program, size_t *spaces,
		      struct ebpfmm_book *book, struct ebpfmm_error *err)
{
	_cleanup_free_ bool *used = calloc(EBPFMM_BOOK_SPACES, sizeof(*used));
	ssize_t found;
	size_t i;

	if (!used)
		return ebpfmm_fail(err, ENOMEM, "mappings");
	for (i = 0; i < places->nspaces; i++) {
		spaces[i] = was[i] == SIZE_MAX || places->spaces[i].down ?
			    SIZE_MAX : process->spaces[was[i]];
		if (spaces[i] != SIZE_MAX)
			used[spaces[i]] = true;
	}
	for (i = 0; i < places->nspaces; i++) {
		struct ebpfmm_recording_space space = places->spaces[i];

		if (spaces[i] != SIZE_MAX)
			continue;
		space.program = program;
		space.seen = EBPFMM_SEEN_UNKNOWN;
		found = space.down ? add_below(process->spaces[was[i]], book, err) :
				     ebpfmm_book_space(book, &space, err);
		/* Where an older one has its rank, it gets a rank that is free. */
		while (found >= 0 && !space.down && space.rank &&
		       space.rank < EBPFMM_RECORDING_MAX_RANK && used[found]) {
			space.rank++;
			found = ebpfmm_book_space(book, &space, err);
		}
		if (found < 0 && found != EBPFMM_BOOK_FULL)
			return -1;
		spaces[i] = found < 0 ? SIZE_MAX : (size_t)found;
		if (found >= 0)
			used[found] = true;
	}
	return 0;
}

static ssize_t add_program(const struct ebpfmm_places *places, const struct stat *file,
			   struct ebpfmm_book *book, struct ebpfmm_error *err)
{
	const struct ebpfmm_recording_program program = {
		.path = places->exe,
		.size = (uint64_t)file->st_size,
		.mtime_ns = file->st_mtim.tv_sec * 1000000000 + file->st_mtim.tv_nsec,
	};

	return ebpfmm_book_program(book, &program, err);
}

/* Return: 0, or 1 if it has ended. */
static int read_program(const struct ebpfmm_process *process, struct stat *file,
			char path[PATH_MAX])
{
	ssize_t length = readlinkat(process->proc, "exe", path, PATH_MAX - 1);

	if (length <= 0 || fstatat(process->proc, "exe", file, 0))
		return 1;
	path[length] = '\0';
	return 0;
}

static int replace_places(struct ebpfmm_process *process, struct ebpfmm_places *places,
			  const struct stat *file, struct ebpfmm_book *book,
			  struct ebpfmm_error *err)
{
	_cleanup_free_ size_t *was = NULL, *spaces = NULL;
	ssize_t program = add_program(places, file, book, err);

	if (ebpfmm_places_follow(places, &process->places, &was, err))
		return -1;
	spaces = calloc(places->nspaces + 1, sizeof(*spaces));
	if (!spaces)
		return ebpfmm_fail(err, ENOMEM, "mappings");
	if (program == EBPFMM_BOOK_FULL)
		return 1;
	if (program < 0 ||
	    add_spaces(process, places, was, (size_t)program, spaces, book, err))
		return -1;
	ebpfmm_places_free(&process->places);
	free(process->spaces);
	process->places = *places;
	*places = (struct ebpfmm_places){};
	process->spaces = take_ptr(spaces);
	return 0;
}

static int64_t cpu_ns(void)
{
	return ebpfmm_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* Return: as ebpfmm_process_refresh(). */
static int read_again(struct ebpfmm_process *process, const struct stat *file,
		      const char *path, struct ebpfmm_book *book, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_places_free) struct ebpfmm_places places = {};
	_cleanup_free_ char *maps = NULL;
	size_t length;
	int rc;

	maps = read_maps(process, &length);
	if (!maps)
		return 1;
	if (process->places.nareas && length == process->length &&
	    !memcmp(maps, process->maps, length))
		return 0;
	if (ebpfmm_places_parse(maps, length, path, &places, err))
		return 1;
	rc = replace_places(process, &places, file, book, err);
	if (rc)
		return rc;
	process->device = file->st_dev;
	process->inode = file->st_ino;
	process->replaced = true;
	free(process->maps);
	process->maps = take_ptr(maps);
	process->length = length;
	return 0;
}

int ebpfmm_process_refresh(struct ebpfmm_process *process, bool force,
			   struct ebpfmm_book *book, struct ebpfmm_error *err)
{
	uint64_t size = read_size(process, &process->resident);
	uint64_t now = (uint64_t)ebpfmm_clock_ns(CLOCK_MONOTONIC);
	int64_t start = cpu_ns();
	char path[PATH_MAX];
	struct stat file;
	int rc;

	if (!size || read_program(process, &file, path))
		return 1;
	if (file.st_dev != process->device || file.st_ino != process->inode) {
		/* Another program: nothing of what was mapped is there any more. */
		ebpfmm_places_free(&process->places);
		ebpfmm_grid_free(&process->grid);
	} else if ((!force && size == process->size) || now < process->again_ns) {
		return 0;
	}
	rc = read_again(process, &file, path, book, err);
	process->size = size;
	process->again_ns = now + PAUSE * (uint64_t)(cpu_ns() - start);
	return rc;
}

void ebpfmm_process_close(struct ebpfmm_process *process)
{
	ebpfmm_places_free(&process->places);
	ebpfmm_grid_free(&process->grid);
	ebpfmm_extents_free(&process->extents);
	free(process->spaces);
	free(process->maps);
	closep(&process->proc);
	*process = (struct ebpfmm_process){ .proc = -1 };
}
