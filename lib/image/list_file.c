// SPDX-License-Identifier: GPL-2.0-only
#include "image/list_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "image/debug_file.h"
#include "image/rootfs.h"

/**
 * struct with_debug - what use_debug() gets
 * @fd: the file
 * @least: as for ebpfmm_list_file()
 * @listing: set to what was found
 */
struct with_debug {
	int fd;
	uint64_t least;
	struct ebpfmm_listing *listing;
};

static int use_debug(int fd, void *data, struct ebpfmm_error *err)
{
	struct with_debug *with = data;

	return ebpfmm_list(with->fd, fd, with->least, &with->listing, err);
}

static int check_size(int fd, uint64_t size, struct ebpfmm_error *err)
{
	struct stat file;

	if (fstat(fd, &file))
		return ebpfmm_fail(err, errno, "cannot read its size");
	if (!size || (uint64_t)file.st_size == size)
		return 0;
	return ebpfmm_fail(err, 0, "it has %" PRIu64 " bytes, and %" PRIu64
			   " when it was recorded", (uint64_t)file.st_size, size);
}

int ebpfmm_list_file(const struct ebpfmm_root *how, const char *path, uint64_t size,
		     uint64_t least, struct ebpfmm_listing **out, struct ebpfmm_error *err)
{
	_cleanup_close_ int fd = ebpfmm_rootfs_open(how->rootfd, path, err);
	struct with_debug with = { fd, least, NULL };
	struct ebpfmm_listing *listing;

	if (fd < 0)
		return -1;
	if (check_size(fd, size, err) || ebpfmm_list(fd, -1, least, &listing, err))
		return ebpfmm_prefix(err, "%s: ", path);
	/* What it exports, and its sections, are there also without. */
	if (listing->stripped && listing->id_size &&
	    !ebpfmm_debug_file_use(listing->id, listing->id_size, how->rootfd, how->debugfd,
				   use_debug, &with, NULL)) {
		free(listing);
		listing = with.listing;
	}
	*out = listing;
	return 0;
}
