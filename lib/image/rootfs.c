// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening files of a container's root.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "image/rootfs.h"

/* Not in linux/magic.h. */
#define CONFIGFS_MAGIC	0x62656570
#define FUSECTL_MAGIC	0x65735543

/* The number of retries, because a tenant may rename directories for ever. */
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

/*
 * Virtual file systems of the kernel. Their files are regular by type, but reading one may
 * block for ever or have side effects. Programs are never on them.
 */
static int check_file_system(int fd, const char *path, struct ebpfmm_error *err)
{
	static const uint32_t made_up[] = {
		PROC_SUPER_MAGIC, SYSFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
		SECURITYFS_MAGIC, SELINUX_MAGIC, SMACK_MAGIC, CGROUP_SUPER_MAGIC,
		CGROUP2_SUPER_MAGIC, BPF_FS_MAGIC, BINFMTFS_MAGIC, EFIVARFS_MAGIC,
		RDTGROUP_SUPER_MAGIC, NSFS_MAGIC, DEVPTS_SUPER_MAGIC,
		PSTOREFS_MAGIC, AUTOFS_SUPER_MAGIC, CONFIGFS_MAGIC, FUSECTL_MAGIC,
	};
	struct statfs fs;
	size_t i;

	if (fstatfs(fd, &fs))
		return ebpfmm_fail(err, errno, "%s", path);
	for (i = 0; i < sizeof(made_up) / sizeof(*made_up); i++)
		if ((uint32_t)fs.f_type == made_up[i])
			return ebpfmm_fail(err, 0,
					   "%s: on a virtual file system of the kernel, not in the image",
					   path);
	return 0;
}

int ebpfmm_rootfs_open(int rootfd, const char *path, struct ebpfmm_error *err)
{
	char self[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
	_cleanup_close_ int pathfd = -1;
	struct stat st;
	int fd;

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

	if (fstat(pathfd, &st) < 0)
		return ebpfmm_fail(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return ebpfmm_fail(err, 0, "%s: not a regular file", path);
	if (check_file_system(pathfd, path, err))
		return -1;

	/* O_NONBLOCK: a lease the tenant holds on the file must not block us. */
	snprintf(self, sizeof(self), "/proc/self/fd/%d", pathfd);
	fd = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? ebpfmm_fail(err, ebpfmm_own_fd_error(errno), "%s", path) : fd;
}
