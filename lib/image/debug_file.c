// SPDX-License-Identifier: GPL-2.0-only
#include "image/debug_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/paths.h"
#include "elf/elf_file.h"
#include "image/rootfs.h"

#define DIRECTORY "/.build-id/"
#define SUFFIX ".debug"

/* "/.build-id/", hexadecimal digits, a slash after the first two, ".debug". */
typedef char debug_path[sizeof(DIRECTORY) + 2 * EBPFMM_BUILD_ID_MAX + 1 +
			sizeof(SUFFIX)];

int ebpfmm_debug_dir_open(const char *dir, int *fd, struct ebpfmm_error *err)
{
	*fd = open(dir ? dir : EBPFMM_DEBUG_DIR, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0 && dir)
		return ebpfmm_fail(err, errno, "%s", dir);
	return 0;
}

static void make_path(const unsigned char *id, size_t size, debug_path path)
{
	char *at = stpcpy(path, DIRECTORY);
	size_t i;

	for (i = 0; i < size; i++)
		at += sprintf(at, i == 1 ? "/%02x" : "%02x", id[i]);
	strcpy(at, SUFFIX);
}

/* 0 if it was used, 1 if it does not exist, -1 with an error. */
static int use_from(int dirfd, const char *path, ebpfmm_debug_file_fn *use, void *data,
		    struct ebpfmm_error *err)
{
	struct ebpfmm_error local = {};
	int fd = ebpfmm_rootfs_open(dirfd, path, &local);
	int rc;

	if (fd < 0 && (local.code == ENOENT || local.code == ENOTDIR))
		return 1;
	if (fd < 0)
		return ebpfmm_fail(err, 0, "its debug file %s", local.message);
	rc = use(fd, data, &local);
	close(fd);
	if (rc)
		ebpfmm_fail(err, 0, "its debug file %s: %s", path, local.message);
	return rc;
}

int ebpfmm_debug_file_use(const unsigned char *id, size_t size, int rootfd, int debugfd,
			  ebpfmm_debug_file_fn *use, void *data, struct ebpfmm_error *err)
{
	char in_root[sizeof(EBPFMM_DEBUG_ROOT) + sizeof(debug_path)];
	debug_path path;
	int rc, other;

	if (!size)
		return ebpfmm_fail(err, 0,
				   "it has no build id, which is needed to find its debug file");
	make_path(id, size, path);
	snprintf(in_root, sizeof(in_root), EBPFMM_DEBUG_ROOT "%s", path);

	rc = use_from(rootfd, in_root, use, data, err);
	if (!rc)
		return 0;
	/* If the image's debug file is not valid, try the operator's. */
	other = debugfd < 0 ? 1 : use_from(debugfd, path, use, data, err);
	if (!other)
		return 0;
	if (rc < 0 || other < 0)
		return -1;
	return ebpfmm_fail(err, 0, "found no debug file %s in the image or on the node",
			   path + 1);
}
