// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening files of a container's root.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rootfs.h"

/* A tenant that renames directories without end must not keep us here. */
#define OPEN_TRIES	32

/* glibc has no wrapper for openat2(2). */
static int open_in_root(int rootfd, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd, tries = OPEN_TRIES;

	/* EAGAIN: something was renamed while ".." was being resolved. */
	do {
		fd = syscall(SYS_openat2, rootfd, path, &how, sizeof(how));
	} while (fd < 0 && (errno == EAGAIN || errno == EINTR) && --tries);
	return fd;
}

int ebpfmm_rootfs_open(int rootfd, const char *path, struct ebpfmm_error *err)
{
	char self[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
	struct stat st;
	int pathfd, fd = -1;

	if (path[0] != '/')
		return ebpfmm_fail(err, 0, "%s: not an absolute path", path);

	pathfd = open_in_root(rootfd, path);
	if (pathfd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		int code = errno;

		ebpfmm_fail(err, 0, "%s: not in the container's root", path);
		if (err)
			err->code = code;
		return -1;
	}
	if (pathfd < 0)
		return ebpfmm_fail(err, errno, "%s", path);

	if (fstat(pathfd, &st) < 0) {
		ebpfmm_fail(err, errno, "%s", path);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		ebpfmm_fail(err, 0, "%s: not a regular file", path);
		goto out;
	}

	/* O_NONBLOCK: a lease the tenant holds on the file must not block us. */
	snprintf(self, sizeof(self), "/proc/self/fd/%d", pathfd);
	fd = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		ebpfmm_fail(err, errno, "%s", path);
out:
	close(pathfd);
	return fd;
}
