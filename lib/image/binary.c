// SPDX-License-Identifier: GPL-2.0-only
#include "image/binary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "elf/reader.h"
#include "image/cache.h"
#include "image/debug_file.h"
#include "image/rootfs.h"

/**
 * struct ebpfmm_binary - an open file of the root
 * @how: the root, and how to identify files
 * @path: its path there
 * @fd: its descriptor
 * @file: its identity
 * @mapped: identity of the file that a process maps; may be the same as @file
 * @have_mapped: whether @mapped is known
 * @cached: its entry in the cache; may be NULL
 * @asked: the names to look up that @cached does not have
 * @nasked: their number
 * @answers: results of the first @nanswers names
 * @nanswers: their number
 * @next: index in @asked of the next name to find
 * @why: why the next name has no answer
 * @read: whether the file was read
 * @image: its memory layout, if it was read
 * @debug: whether a debug file was searched
 */
struct ebpfmm_binary {
	const struct ebpfmm_root *how;
	const char *path;
	int fd;
	struct ebpfmm_file file;
	struct ebpfmm_file mapped;
	bool have_mapped;
	struct ebpfmm_cached *cached;
	struct ebpfmm_elf_name *asked;
	size_t nasked;
	struct ebpfmm_answer *answers;
	size_t nanswers;
	size_t next;
	struct ebpfmm_error why;
	bool read;
	struct ebpfmm_image image;
	bool debug;
};

static int identify(const struct ebpfmm_binary *binary, int fd, bool mapped,
		    struct ebpfmm_file *file, struct ebpfmm_error *err)
{
	const struct ebpfmm_root *how = binary->how;
	struct stat st;

	if (how->identify) {
		if (how->identify(fd, mapped, file, how->data, err))
			return ebpfmm_prefix(err, "%s: ", binary->path);
		return 0;
	}
	if (fstat(fd, &st))
		return ebpfmm_fail(err, errno, "%s", binary->path);
	*file = (struct ebpfmm_file){
		.identity = {
			.ino = st.st_ino,
			.dev = st.st_dev,
			.mtime = st.st_mtim.tv_sec,
			.mtime_nsec = st.st_mtim.tv_nsec,
		},
	};
	return 0;
}

static int need_mapped(struct ebpfmm_binary *binary, struct ebpfmm_error *err)
{
	if (!binary->have_mapped &&
	    identify(binary, binary->fd, true, &binary->mapped, err))
		return -1;
	binary->have_mapped = true;
	return 0;
}

/*
 * The cache is not used with identities of stat(2), which are too weak, and not for
 * locations in the file, which it does not store.
 */
static int use_cache(struct ebpfmm_binary *binary, struct ebpfmm_error *err)
{
	struct stat st;

	if (!binary->how->cache || !binary->how->identify || binary->how->locate)
		return 0;
	if (need_mapped(binary, err))
		return -1;
	if (fstat(binary->fd, &st))
		return ebpfmm_fail(err, errno, "%s", binary->path);
	binary->cached = ebpfmm_cache_get(binary->how->cache, &binary->mapped,
					  st.st_size);
	return 0;
}

int ebpfmm_binary_open(const struct ebpfmm_root *how, const char *path,
		       bool mapped, struct ebpfmm_binary **out,
		       struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_binary_closep) struct ebpfmm_binary *binary =
		calloc(1, sizeof(*binary));

	if (!binary)
		return ebpfmm_fail(err, ENOMEM, "%s", path);
	binary->how = how;
	binary->path = path;
	binary->fd = ebpfmm_rootfs_open(how->rootfd, path, err);
	if (binary->fd < 0 || identify(binary, binary->fd, mapped, &binary->file, err))
		return -1;
	if (mapped) {
		binary->mapped = binary->file;
		binary->have_mapped = true;
	}
	if (use_cache(binary, err))
		return -1;
	*out = take_ptr(binary);
	return 0;
}

/*
 * Check that the cached file is the one whose contents were read. If a tenant writes to a
 * file of an overlay's lower layer, an older descriptor still maps that file, but reads the
 * copy. A new descriptor maps the copy, too.
 */
static bool is_unchanged(const struct ebpfmm_binary *binary)
{
	_cleanup_close_ int fd = -1;
	struct ebpfmm_file now;
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", binary->fd);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return fd >= 0 && !identify(binary, fd, true, &now, NULL) &&
	       !memcmp(&now.identity, &binary->mapped.identity, sizeof(now.identity)) &&
	       now.ctime == binary->mapped.ctime &&
	       now.ctime_nsec == binary->mapped.ctime_nsec;
}

void ebpfmm_binary_close(struct ebpfmm_binary *binary)
{
	if (!binary)
		return;
	/* The cache is valid for the file alone, not with a debug file. */
	if (binary->cached)
		ebpfmm_cache_put(binary->cached, !binary->debug &&
				 (!binary->read || is_unchanged(binary)));
	free(binary->asked);
	free(binary->answers);
	if (binary->fd >= 0)
		close(binary->fd);
	free(binary);
}

const struct ebpfmm_identity *
ebpfmm_binary_identity(const struct ebpfmm_binary *binary)
{
	return &binary->file.identity;
}

int ebpfmm_binary_mapped(struct ebpfmm_binary *binary,
			 struct ebpfmm_identity *identity,
			 struct ebpfmm_error *err)
{
	if (need_mapped(binary, err))
		return -1;
	*identity = binary->mapped.identity;
	return 0;
}

int ebpfmm_binary_ask(struct ebpfmm_binary *binary,
		      const struct ebpfmm_elf_name *name, struct ebpfmm_error *err)
{
	struct ebpfmm_elf_found found;
	struct ebpfmm_elf_name *asked;

	if (ebpfmm_cached_find(binary->cached, name->kind, name->name, &found))
		return 0;
	asked = reallocarray(binary->asked, binary->nasked + 1, sizeof(*asked));
	if (!asked)
		return ebpfmm_fail(err, ENOMEM, "%s", binary->path);
	asked[binary->nasked++] = *name;
	binary->asked = asked;
	return 0;
}

/* --- reading ---------------------------------------------------------------------- */

/* Look up all names that have no answer yet. */
static int run_reader(const struct ebpfmm_binary *binary, int debugfd,
		      struct ebpfmm_reading **reading, struct ebpfmm_error *err)
{
	const struct ebpfmm_questions questions = {
		.fd = binary->fd,
		.debugfd = debugfd,
		.names = binary->asked + binary->nanswers,
		.count = binary->nasked - binary->nanswers,
		.locate = binary->how->locate,
	};

	return ebpfmm_read(&questions, reading, err);
}

static void take_answers(struct ebpfmm_binary *binary,
			 const struct ebpfmm_reading *reading)
{
	for (uint32_t i = 0; i < reading->answered; i++) {
		const struct ebpfmm_elf_name *name = &binary->asked[binary->nanswers];

		binary->answers[binary->nanswers++] = reading->answers[i];
		ebpfmm_cached_learn(binary->cached, name->kind, name->name,
				    &reading->answers[i].found);
	}
	if (reading->outcome == EBPFMM_READ_BAD_NAME)
		ebpfmm_fail(&binary->why, 0, "%s", reading->why);
}

static int use_debug(int fd, void *data, struct ebpfmm_error *err)
{
	struct ebpfmm_binary *binary = data;
	struct ebpfmm_reading *reading;
	int rc = 0;

	if (run_reader(binary, fd, &reading, err))
		return -1;
	if (reading->outcome < EBPFMM_READ_BAD_NAME)
		rc = ebpfmm_fail(err, 0, "%s", reading->why);
	else
		take_answers(binary, reading);
	free(reading);
	return rc;
}

/* For a symbol that a stripped file lacks, and all names after it. */
static void read_debug(struct ebpfmm_binary *binary, const struct ebpfmm_reading *reading)
{
	struct ebpfmm_error missing = {};

	binary->debug = true;
	if (reading->no_id[0])
		ebpfmm_fail(&missing, 0, "%s", reading->no_id);
	else if (!ebpfmm_debug_file_use(reading->id, reading->id_size,
					binary->how->rootfd, binary->how->debugfd,
					use_debug, binary, &missing))
		return;
	ebpfmm_fail(&binary->why, 0, "%s; %s", reading->why, missing.message);
}

static int read_once(struct ebpfmm_binary *binary, struct ebpfmm_error *err)
{
	struct ebpfmm_reading *reading;
	int rc = 0;

	if (binary->read)
		return 0;
	binary->read = true;
	binary->answers = calloc(binary->nasked ?: 1, sizeof(*binary->answers));
	if (!binary->answers)
		return ebpfmm_fail(err, ENOMEM, "%s", binary->path);
	if (run_reader(binary, -1, &reading, err))
		return ebpfmm_prefix(err, "%s: ", binary->path);
	if (reading->outcome == EBPFMM_READ_BAD_FILE) {
		rc = ebpfmm_fail(err, 0, "%s: %s", binary->path, reading->why);
	} else {
		binary->image = reading->image;
		ebpfmm_cached_learn_image(binary->cached, &binary->image);
		take_answers(binary, reading);
		if (binary->nanswers < binary->nasked && reading->stripped &&
		    binary->asked[binary->nanswers].kind == EBPFMM_ELF_SYMBOL)
			read_debug(binary, reading);
	}
	free(reading);
	return rc;
}

/* --- asking ------------------------------------------------------------------------- */

int ebpfmm_binary_image(struct ebpfmm_binary *binary, struct ebpfmm_image *image,
			struct ebpfmm_error *err)
{
	if (ebpfmm_cached_image(binary->cached, image))
		return 0;
	if (read_once(binary, err))
		return -1;
	*image = binary->image;
	return 0;
}

/* Compares pointers, because each caller passes the name that it has announced. */
static bool is_same_name(const struct ebpfmm_elf_name *a, const struct ebpfmm_elf_name *b)
{
	return a->kind == b->kind && a->name == b->name && a->offset == b->offset;
}

int ebpfmm_binary_find(struct ebpfmm_binary *binary,
		       const struct ebpfmm_elf_name *name,
		       struct ebpfmm_answer *answer, struct ebpfmm_error *err)
{
	if (ebpfmm_cached_find(binary->cached, name->kind, name->name, &answer->found)) {
		answer->located = false;
		return 0;
	}
	if (read_once(binary, err))
		return -1;
	while (binary->next < binary->nasked &&
	       !is_same_name(&binary->asked[binary->next], name))
		binary->next++;
	if (binary->next < binary->nanswers) {
		*answer = binary->answers[binary->next];
		return 0;
	}
	return ebpfmm_fail(err, 0, "%s: %s", binary->path,
			   binary->next < binary->nasked ? binary->why.message :
							   "looked up too late");
}
