// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/cgroup_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <libcgroup.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

/* The type of kernfs handles, whose inode number is the cgroup's id (exportfs.h). */
#define FILEID_KERNFS 0xfe
#define USUAL_MOUNT "/sys/fs/cgroup"
/* How often to try to open a cgroup that seems to be removed. */
#define STALE_TRIES 3
/* How long killed processes may take to exit. */
#define EMPTY_MS 10000

static bool is_cgroup2(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

static int init_library(struct ebpfmm_error *err)
{
	int rc = cgroup_init();

	if (rc)
		return ebpfmm_fail(err, 0, "no cgroup v2 on this node: %s",
				   cgroup_strerror(rc));
	return 0;
}

/* Where cgroup v2 is mounted; allocated. To be called after init_library(). */
static char *first_mount(struct ebpfmm_error *err)
{
	char *found = NULL, **mounts = NULL;

	if (cgroup_list_mount_points(CGROUP_V2, &mounts) || !mounts || !mounts[0]) {
		ebpfmm_fail(err, 0, "cgroup v2 is not mounted");
		goto out;
	}
	found = strdup(mounts[0]);
	if (!found)
		ebpfmm_fail(err, ENOMEM, "find the mount of cgroup v2");
out:
	for (size_t i = 0; mounts && mounts[i]; i++)
		free(mounts[i]);
	free(mounts);
	return found;
}

/*
 * A descriptor of the root of cgroup v2 at its usual mount point, or -1 with errno set. This
 * avoids libcgroup, which first clears 400 KB of tables; that would slow the start of a
 * container.
 */
static int open_usual(void)
{
	int fd = open(USUAL_MOUNT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || is_cgroup2(fd))
		return fd;
	close(fd);
	errno = ENOENT;
	return -1;
}

char *ebpfmm_cgroup_mount_point(struct ebpfmm_error *err)
{
	int fd = open_usual();
	char *mount;

	if (fd < 0 && errno == ENOMEM) {
		ebpfmm_fail(err, errno, USUAL_MOUNT);
		return NULL;
	}
	if (fd < 0)
		return init_library(err) ? NULL : first_mount(err);
	close(fd);
	mount = strdup(USUAL_MOUNT);
	if (!mount)
		ebpfmm_fail(err, ENOMEM, "find the mount of cgroup v2");
	return mount;
}

/* Takes over @taken, also on failure. */
static int from_fd(int taken, struct ebpfmm_cgroup *out, struct ebpfmm_error *err)
{
	_cleanup_close_ int fd = taken;
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + sizeof(uint64_t)];
	} id = { .handle.handle_bytes = sizeof(uint64_t) };
	char link[32], path[PATH_MAX];
	ssize_t length;
	int mount_id;

	if (name_to_handle_at(fd, "", &id.handle, &mount_id, AT_EMPTY_PATH))
		return ebpfmm_fail(err, errno, "get the id of the cgroup");
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		return ebpfmm_fail(err, ebpfmm_own_fd_error(errno),
				   "get the path of the cgroup");
	path[length] = '\0';
	out->path = strdup(path);
	if (!out->path)
		return ebpfmm_fail(err, ENOMEM, "get the path of the cgroup");
	memcpy(&out->id, id.handle.f_handle, sizeof(out->id));
	out->fd = take_fd(&fd);
	return 0;
}

int ebpfmm_cgroup_open_dir(const char *path, struct ebpfmm_cgroup *out,
			   struct ebpfmm_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return ebpfmm_fail(err, errno, "%s", path);
	if (!is_cgroup2(fd)) {
		close(fd);
		return ebpfmm_fail(err, 0, "%s: not a cgroup v2 directory", path);
	}
	if (from_fd(fd, out, err))
		return ebpfmm_prefix(err, "%s: ", path);
	return 0;
}

bool ebpfmm_cgroup_has_parent_step(const char *path)
{
	for (const char *at = path; (at = strstr(at, "/..")); at += 3)
		if (!at[3] || at[3] == '/')
			return true;
	return false;
}

/* A descriptor of the root of cgroup v2. */
static int open_mount(struct ebpfmm_error *err)
{
	_cleanup_free_ char *mount = NULL;
	int fd = open_usual();

	if (fd >= 0)
		return fd;
	mount = ebpfmm_cgroup_mount_point(err);
	if (!mount)
		return -1;
	fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? ebpfmm_fail(err, errno, "%s", mount) : fd;
}

int ebpfmm_cgroup_open(const char *path, struct ebpfmm_cgroup *out,
		       struct ebpfmm_error *err)
{
	_cleanup_free_ char *mount = NULL;
	_cleanup_free_ char *full = NULL;
	struct stat st;

	if (path[0] == '/' && !stat(path, &st))
		return ebpfmm_cgroup_open_dir(path, out, err);
	if (ebpfmm_cgroup_has_parent_step(path) || !strncmp(path, "..", 2))
		return ebpfmm_fail(err, 0, "%s: not below the mount point of cgroup v2", path);
	mount = ebpfmm_cgroup_mount_point(err);
	if (!mount)
		return -1;
	if (asprintf(&full, "%s/%s", mount, path + strspn(path, "/")) < 0) {
		full = NULL;
		return ebpfmm_fail(err, ENOMEM, "%s", path);
	}
	return stat(full, &st) ? ebpfmm_fail(err, errno, "%s", path) :
				 ebpfmm_cgroup_open_dir(full, out, err);
}

int ebpfmm_cgroup_open_id(uint64_t id, struct ebpfmm_cgroup *out,
			  struct ebpfmm_error *err)
{
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + sizeof(uint64_t)];
	} handle = { .handle = { .handle_bytes = sizeof(id),
				 .handle_type = FILEID_KERNFS } };
	_cleanup_close_ int mountfd = open_mount(err);
	int fd = -1, tries;

	if (mountfd < 0)
		return -1;
	memcpy(handle.handle.f_handle, &id, sizeof(id));
	/* kernfs also returns ESTALE when it has no memory for an inode. */
	for (tries = 0; tries < STALE_TRIES; tries++) {
		fd = open_by_handle_at(mountfd, &handle.handle,
				       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 || errno != ESTALE)
			break;
	}
	if (fd < 0)
		return ebpfmm_fail(err, errno, "open the cgroup with id %" PRIu64, id);
	return from_fd(fd, out, err);
}

int ebpfmm_cgroup_make(const char *parent, const char *name, struct ebpfmm_cgroup *out,
		       struct ebpfmm_error *err)
{
	char *path;
	int rc;

	if (asprintf(&path, "%s/%s", parent, name) < 0)
		return ebpfmm_fail(err, ENOMEM, "create cgroup `%s`", name);
	/* Create it anew, to drop the settings of a process that was killed. */
	if ((rmdir(path) && errno != ENOENT) || mkdir(path, 0755))
		rc = ebpfmm_fail(err, errno, "create cgroup `%s`", path);
	else
		rc = ebpfmm_cgroup_open_dir(path, out, err);
	free(path);
	return rc;
}

/* Waits until it is empty, according to cgroup.events, or removed. */
static void wait_empty(int fd)
{
	struct pollfd events = { .events = POLLPRI };
	bool empty = false;
	char text[128];
	ssize_t length;

	events.fd = openat(fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (events.fd < 0)
		return;
	do {
		length = pread(events.fd, text, sizeof(text) - 1, 0);
		if (length < 0)
			break;
		text[length] = '\0';
		empty = strstr(text, "populated 0");
	} while (!empty && poll(&events, 1, EMPTY_MS) > 0);
	close(events.fd);
}

int ebpfmm_cgroup_remove(const struct ebpfmm_cgroup *cgroup, struct ebpfmm_error *err)
{
	int fd = openat(cgroup->fd, "cgroup.kill", O_WRONLY | O_CLOEXEC);

	/* Without cgroup.kill (Linux before 5.14), wait for the processes to exit. */
	if (fd >= 0) {
		if (write(fd, "1", 1) < 0)
			ebpfmm_fail(err, errno, "kill the processes of cgroup `%s`", cgroup->path);
		close(fd);
	}
	/* systemd may have removed the empty cgroup already. */
	wait_empty(cgroup->fd);
	if (rmdir(cgroup->path) && errno != ENOENT)
		return ebpfmm_fail(err, errno, "remove cgroup `%s`", cgroup->path);
	return 0;
}

void ebpfmm_cgroup_close(struct ebpfmm_cgroup *cgroup)
{
	if (!cgroup->path)
		return;
	close(cgroup->fd);
	free(cgroup->path);
	*cgroup = (struct ebpfmm_cgroup){ .fd = -1 };
}
