// SPDX-License-Identifier: GPL-2.0-only
#include "binary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache.h"
#include "debug_file.h"
#include "rootfs.h"

/**
 * struct ebpfmm_binary - an open file of the root
 * @how: the root, and how files are told apart
 * @path: its path there
 * @fd: the file
 * @file: which one it is
 * @mapped: which one a process maps; the same if @file is of that kind
 * @have_mapped: whether @mapped is known
 * @cached: what is known of it from before; may be NULL
 * @read: whether its contents were needed
 * @elf: its contents; NULL before they were needed
 * @debug: whether a debug file was looked for
 */
struct ebpfmm_binary {
	const struct ebpfmm_translation *how;
	const char *path;
	int fd;
	struct ebpfmm_file file;
	struct ebpfmm_file mapped;
	bool have_mapped;
	struct ebpfmm_cached *cached;
	bool read;
	struct ebpfmm_elf *elf;
	bool debug;
};

static int identify(const struct ebpfmm_binary *binary, int fd, bool mapped,
		    struct ebpfmm_file *file, struct ebpfmm_error *err)
{
	const struct ebpfmm_translation *how = binary->how;
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

/* Numbers of stat(2) are too weak to believe what is known of a file. */
static int use_cache(struct ebpfmm_binary *binary, struct ebpfmm_error *err)
{
	struct stat st;

	if (!binary->how->cache || !binary->how->identify)
		return 0;
	if (need_mapped(binary, err))
		return -1;
	if (fstat(binary->fd, &st))
		return ebpfmm_fail(err, errno, "%s", binary->path);
	binary->cached = ebpfmm_cache_get(binary->how->cache, &binary->mapped,
					  st.st_size);
	return 0;
}

int ebpfmm_binary_open(const struct ebpfmm_translation *how, const char *path,
		       bool mapped, struct ebpfmm_binary **out,
		       struct ebpfmm_error *err)
{
	struct ebpfmm_binary *binary = calloc(1, sizeof(*binary));

	if (!binary)
		return ebpfmm_fail(err, ENOMEM, "%s", path);
	binary->how = how;
	binary->path = path;
	binary->fd = ebpfmm_rootfs_open(how->rootfd, path, err);
	if (binary->fd < 0 || identify(binary, binary->fd, mapped, &binary->file, err))
		goto fail;
	if (mapped) {
		binary->mapped = binary->file;
		binary->have_mapped = true;
	}
	if (use_cache(binary, err))
		goto fail;
	*out = binary;
	return 0;
fail:
	ebpfmm_binary_close(binary);
	return -1;
}

/*
 * Is it the contents of the file that is remembered that were read? When a tenant
 * writes to a file of an overlay's lower layer, a descriptor from before maps that
 * file still, but reads the copy. One that is opened now maps the copy, too.
 */
static bool is_unchanged(const struct ebpfmm_binary *binary)
{
	struct ebpfmm_file now;
	bool unchanged;
	char path[40];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", binary->fd);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	unchanged = !identify(binary, fd, true, &now, NULL) &&
		    !memcmp(&now.identity, &binary->mapped.identity,
			    sizeof(now.identity)) &&
		    now.ctime == binary->mapped.ctime &&
		    now.ctime_nsec == binary->mapped.ctime_nsec;
	close(fd);
	return unchanged;
}

void ebpfmm_binary_close(struct ebpfmm_binary *binary)
{
	if (!binary)
		return;
	/* What a debug file said is not known of the file alone. */
	if (binary->cached)
		ebpfmm_cache_put(binary->cached, !binary->debug &&
				 (!binary->read || is_unchanged(binary)));
	ebpfmm_elf_close(binary->elf);
	if (binary->fd >= 0)
		close(binary->fd);
	free(binary);
}

void ebpfmm_binary_release(struct ebpfmm_binary *binary)
{
	ebpfmm_elf_close(binary->elf);
	binary->elf = NULL;
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

static int need_elf(struct ebpfmm_binary *binary, struct ebpfmm_error *err)
{
	if (binary->elf)
		return 0;
	binary->read = true;
	if (ebpfmm_elf_open(binary->fd, &binary->elf, err))
		return ebpfmm_prefix(err, "%s: ", binary->path);
	ebpfmm_cached_learn_image(binary->cached, ebpfmm_elf_image(binary->elf));
	return 0;
}

int ebpfmm_binary_image(struct ebpfmm_binary *binary, struct ebpfmm_image *image,
			struct ebpfmm_error *err)
{
	if (ebpfmm_cached_image(binary->cached, image))
		return 0;
	if (need_elf(binary, err))
		return -1;
	*image = *ebpfmm_elf_image(binary->elf);
	return 0;
}

static void describe_part(const struct ebpfmm_elf *elf,
			  struct ebpfmm_anchor *anchor)
{
	struct ebpfmm_elf_part part;

	anchor->anonymous = (struct ebpfmm_range){};
	anchor->part_start = 0;
	anchor->part_end = 0;
	anchor->part_file_end = 0;
	anchor->part = EBPFMM_PART_LOOSE;
	ebpfmm_elf_anonymous(elf, &anchor->range, &anchor->anonymous);
	if (ebpfmm_elf_part_of(elf, &anchor->range, &part))
		return;
	anchor->part_start = part.start;
	anchor->part_end = part.end;
	anchor->part_file_end = part.file_end;
	anchor->part = part.shared ? EBPFMM_PART_SHARED : EBPFMM_PART_UNIQUE;
}

static int find_symbol(struct ebpfmm_binary *binary, const char *name,
		       struct ebpfmm_range *range, struct ebpfmm_error *err)
{
	struct ebpfmm_error why = {}, missing = {};

	if (!ebpfmm_elf_symbol(binary->elf, name, range, &why))
		return 0;
	if (!ebpfmm_elf_is_stripped(binary->elf) || binary->debug)
		return ebpfmm_fail(err, 0, "%s", why.message);
	binary->debug = true;
	if (ebpfmm_debug_file_add(binary->elf, binary->how->rootfd,
				  binary->how->debugfd, &missing))
		return ebpfmm_fail(err, 0, "%s; %s", why.message, missing.message);
	return ebpfmm_elf_symbol(binary->elf, name, range, err);
}

int ebpfmm_binary_find(struct ebpfmm_binary *binary, enum ebpfmm_anchor_kind kind,
		       const char *name, struct ebpfmm_anchor *anchor,
		       struct ebpfmm_error *err)
{
	int rc;

	if (ebpfmm_cached_find(binary->cached, kind, name, anchor))
		return 0;
	if (need_elf(binary, err))
		return -1;
	if (kind == EBPFMM_ANCHOR_SYMBOL)
		rc = find_symbol(binary, name, &anchor->range, err);
	else
		rc = ebpfmm_elf_section(binary->elf, name, &anchor->range, err);
	if (rc)
		return ebpfmm_prefix(err, "%s: ", binary->path);
	describe_part(binary->elf, anchor);
	ebpfmm_cached_learn(binary->cached, kind, name, anchor);
	return 0;
}

bool ebpfmm_binary_locate(struct ebpfmm_binary *binary, uint64_t address,
			  struct ebpfmm_elf_location *location)
{
	return !need_elf(binary, NULL) &&
	       !ebpfmm_elf_locate(binary->elf, address, location);
}
