// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
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

/* Of handles of kernfs, whose inode number is the cgroup's id (exportfs.h). */
#define FILEID_KERNFS 0xfe
#define USUAL_MOUNT "/sys/fs/cgroup"
/* How often a cgroup that seems gone is asked for. */
#define STALE_TRIES 3
/* How deep below a cgroup a process is looked for. */
#define SEARCH_DEPTH 4
/* How long those who were killed may take to end. */
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
		ebpfmm_fail(err, ENOMEM, "mount of cgroup v2");
out:
	for (size_t i = 0; mounts && mounts[i]; i++)
		free(mounts[i]);
	free(mounts);
	return found;
}

/*
 * A descriptor of the root of cgroup v2 where it usually is, or -1 with errno set.
 * There it is known when it is seen; the library clears 400 KB of tables first, in
 * which a start of a container would show.
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

/* Where cgroup v2 is mounted; allocated. */
static char *mount_point(struct ebpfmm_error *err)
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
		ebpfmm_fail(err, ENOMEM, "mount of cgroup v2");
	return mount;
}

/* Takes over @fd, also on failure. */
static int from_fd(int fd, struct ebpfmm_cgroup *out, struct ebpfmm_error *err)
{
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + sizeof(uint64_t)];
	} id = { .handle.handle_bytes = sizeof(uint64_t) };
	char link[32], path[PATH_MAX];
	ssize_t length;
	int mount_id;

	if (name_to_handle_at(fd, "", &id.handle, &mount_id, AT_EMPTY_PATH)) {
		ebpfmm_fail(err, errno, "id of the cgroup");
		goto fail;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0) {
		ebpfmm_fail(err, errno, "path of the cgroup");
		goto fail;
	}
	path[length] = '\0';
	out->path = strdup(path);
	if (!out->path) {
		ebpfmm_fail(err, ENOMEM, "path of the cgroup");
		goto fail;
	}
	memcpy(&out->id, id.handle.f_handle, sizeof(out->id));
	out->fd = fd;
	return 0;
fail:
	close(fd);
	return -1;
}

static int open_dir(const char *path, struct ebpfmm_cgroup *out,
		    struct ebpfmm_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return ebpfmm_fail(err, errno, "%s", path);
	if (!is_cgroup2(fd)) {
		close(fd);
		return ebpfmm_fail(err, 0, "%s: not a directory of cgroup v2", path);
	}
	if (from_fd(fd, out, err))
		return ebpfmm_prefix(err, "%s: ", path);
	return 0;
}

/* Is @path the cgroup @ancestor or below it? */
static bool is_within(const char *path, const char *ancestor)
{
	size_t length = strlen(ancestor);

	return !strncmp(path, ancestor, length) &&
	       (!path[length] || path[length] == '/');
}

static bool ends_with(const char *name, size_t length, const char *end)
{
	size_t of_end = strlen(end);

	return length > of_end && !strncmp(name + length - of_end, end, of_end);
}

static bool is_of_container(const char *name, size_t length)
{
	static const char payload[] = "libpod-payload-";

	return ends_with(name, length, ".scope") ||
	       (length >= sizeof(payload) && !strncmp(name, payload, strlen(payload)));
}

void ebpfmm_cgroup_lift(char *path, const char *own)
{
	size_t begin, end = strlen(path);
	char cut;

	for (; end; end = begin) {
		begin = end;
		while (begin && path[begin - 1] != '/')
			begin--;
		if (is_of_container(path + begin, end - begin)) {
			cut = path[end];
			path[end] = '\0';
			if (is_within(own, path))
				path[end] = cut;
			return;
		}
		if (ends_with(path + begin, end - begin, ".slice") ||
		    ends_with(path + begin, end - begin, ".service"))
			return;
		if (begin)
			begin--;
	}
}

static bool has_parent_step(const char *path)
{
	for (const char *at = path; (at = strstr(at, "/..")); at += 3)
		if (!at[3] || at[3] == '/')
			return true;
	return false;
}

/* A descriptor of the root of cgroup v2. */
static int open_mount(struct ebpfmm_error *err)
{
	int fd = open_usual();
	char *mount;

	if (fd >= 0)
		return fd;
	mount = mount_point(err);
	if (!mount)
		return -1;
	fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		ebpfmm_fail(err, errno, "%s", mount);
	free(mount);
	return fd;
}

/* Of /proc/PID/cgroup, is that the line of the hierarchy of v1 that has @controller? */
static bool has_controller(const char *line, const char *controller)
{
	const char *at = strchr(line, ':');
	size_t length;

	while (at && (*at == ':' || *at == ',')) {
		at++;
		length = strcspn(at, ",:");
		if (length == strlen(controller) && !strncmp(at, controller, length))
			return true;
		at += length;
		if (*at == ':')
			break;
	}
	return false;
}

/*
 * What is behind "0::" in /proc/PID/cgroup (cgroups(7)), allocated. The other lines
 * are of hierarchies of v1; @elsewhere is whether one of those accounts for memory.
 */
static char *read_path(pid_t pid, bool *elsewhere, struct ebpfmm_error *err)
{
	char name[32], *line = NULL, *path = NULL;
	size_t size = 0;
	ssize_t length;
	FILE *file;

	*elsewhere = false;
	snprintf(name, sizeof(name), "/proc/%d/cgroup", (int)pid);
	errno = 0;
	file = fopen(name, "re");
	while (file && (length = getline(&line, &size, file)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (!strncmp(line, "0::", 3) && !path)
			path = strdup(line + 3);
		*elsewhere = *elsewhere || has_controller(line, "memory");
	}
	/* Of a process that has ended there is no file, or nothing in it. */
	if (!path)
		ebpfmm_fail(err, errno == ENOMEM ? ENOMEM : ESRCH,
			    "cgroup of process %d", (int)pid);
	free(line);
	if (file)
		fclose(file);
	return path;
}

/* The same, where memory is charged to it: the kernel asks the policies of v2 alone. */
static char *path_of_pid(pid_t pid, struct ebpfmm_error *err)
{
	bool elsewhere;
	char *path = read_path(pid, &elsewhere, err);

	if (!path || !elsewhere)
		return path;
	ebpfmm_fail(err, 0,
		    "this node has cgroup v1 account for memory, not v2 (boot with systemd.unified_cgroup_hierarchy=1)");
	free(path);
	return NULL;
}

char *ebpfmm_cgroup_path(pid_t pid, struct ebpfmm_error *err)
{
	char *mount = mount_point(err), *path = NULL, *full = NULL;
	bool elsewhere;

	if (!mount || !pid)
		return mount;
	path = read_path(pid, &elsewhere, err);
	if (!path)
		goto out;
	if (has_parent_step(path)) {
		ebpfmm_fail(err, 0, "process %d is outside our cgroup namespace", (int)pid);
	} else if (asprintf(&full, "%s%s", mount, strcmp(path, "/") ? path : "") < 0) {
		full = NULL;
		ebpfmm_fail(err, ENOMEM, "cgroup of process %d", (int)pid);
	}
out:
	free(path);
	free(mount);
	return full;
}

int ebpfmm_cgroup_supported(struct ebpfmm_error *err)
{
	char *mount = mount_point(err), *path = NULL;

	if (mount)
		path = path_of_pid(getpid(), err);
	free(mount);
	free(path);
	return path ? 0 : -1;
}

/* @pid, or with 0 any, if the open cgroup itself lists it; otherwise 0. */
static pid_t listed(int cgroup_fd, pid_t pid)
{
	pid_t found = 0;
	FILE *file;
	int fd, other;

	fd = openat(cgroup_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (!found && fscanf(file, "%d", &other) == 1)
		if (!pid || other == pid)
			found = other;
	fclose(file);
	return found;
}

/* A process can move, so the cgroup that was found must list it. */
static int check_member(const char *path, pid_t pid, struct ebpfmm_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool member;

	if (fd < 0)
		return ebpfmm_fail(err, errno, "cgroup `%s` of process %d", path,
				   (int)pid);
	member = listed(fd, pid) == pid;
	close(fd);
	if (!member)
		return ebpfmm_fail(err, 0, "process %d is not in its cgroup `%s`",
				   (int)pid, path);
	return 0;
}

int ebpfmm_cgroup_of_pid(pid_t pid, struct ebpfmm_cgroup *out,
			 struct ebpfmm_error *err)
{
	char *mount, *path = NULL, *own = NULL, *full = NULL;
	int rc = -1;

	mount = mount_point(err);
	if (!mount)
		return -1;
	path = path_of_pid(pid, err);
	if (!path)
		goto out;
	own = path_of_pid(getpid(), err);
	if (!own)
		goto out;
	if (has_parent_step(path)) {
		ebpfmm_fail(err, 0,
			    "process %d is outside our cgroup namespace", (int)pid);
		goto out;
	}
	if (!strcmp(path, "/") || is_within(own, path)) {
		ebpfmm_fail(err, 0,
			    "process %d has no cgroup of its own: it is in `%s`, as other processes of this node are",
			    (int)pid, path);
		goto out;
	}
	if (asprintf(&full, "%s%s", mount, path) < 0) {
		full = NULL;
		ebpfmm_fail(err, ENOMEM, "cgroup of process %d", (int)pid);
		goto out;
	}
	if (check_member(full, pid, err))
		goto out;
	ebpfmm_cgroup_lift(path, own);
	full[strlen(mount) + strlen(path)] = '\0';
	rc = open_dir(full, out, err);
out:
	free(full);
	free(own);
	free(path);
	free(mount);
	return rc;
}

int ebpfmm_cgroup_open(const char *path, struct ebpfmm_cgroup *out,
		       struct ebpfmm_error *err)
{
	char *mount, *full;
	struct stat st;
	int rc;

	if (path[0] == '/' && !stat(path, &st))
		return open_dir(path, out, err);
	if (has_parent_step(path) || !strncmp(path, "..", 2))
		return ebpfmm_fail(err, 0, "%s: not below the mount of cgroup v2", path);
	mount = mount_point(err);
	if (!mount)
		return -1;
	rc = asprintf(&full, "%s/%s", mount, path + strspn(path, "/"));
	free(mount);
	if (rc < 0)
		return ebpfmm_fail(err, ENOMEM, "%s", path);
	if (stat(full, &st))
		rc = ebpfmm_fail(err, errno, "%s", path);
	else
		rc = open_dir(full, out, err);
	free(full);
	return rc;
}

int ebpfmm_cgroup_open_id(uint64_t id, struct ebpfmm_cgroup *out,
			  struct ebpfmm_error *err)
{
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + sizeof(uint64_t)];
	} handle = { .handle = { .handle_bytes = sizeof(id),
				 .handle_type = FILEID_KERNFS } };
	int mountfd, fd = -1, tries, rc = -1;

	mountfd = open_mount(err);
	if (mountfd < 0)
		return -1;
	memcpy(handle.handle.f_handle, &id, sizeof(id));
	/* ESTALE is also what kernfs says when it has no memory for an inode. */
	for (tries = 0; tries < STALE_TRIES; tries++) {
		fd = open_by_handle_at(mountfd, &handle.handle,
				       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 || errno != ESTALE)
			break;
	}
	if (fd < 0)
		ebpfmm_fail(err, errno, "cgroup %" PRIu64, id);
	else
		rc = from_fd(fd, out, err);
	close(mountfd);
	return rc;
}

int ebpfmm_cgroup_make(const char *parent, const char *name, struct ebpfmm_cgroup *out,
		       struct ebpfmm_error *err)
{
	char *path;
	int rc;

	if (asprintf(&path, "%s/%s", parent, name) < 0)
		return ebpfmm_fail(err, ENOMEM, "%s", name);
	/* What a predecessor that was killed has set there is not taken over. */
	if ((rmdir(path) && errno != ENOENT) || mkdir(path, 0755))
		rc = ebpfmm_fail(err, errno, "%s", path);
	else
		rc = open_dir(path, out, err);
	free(path);
	return rc;
}

/* Waits until nothing is in it, as cgroup.events says, or it is gone. */
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

	/* Without it (Linux before 5.14) only what ends by itself is waited for. */
	if (fd >= 0) {
		if (write(fd, "1", 1) < 0)
			ebpfmm_fail(err, errno, "%s", cgroup->path);
		close(fd);
	}
	/* Where systemd removes what is empty, it may be gone before. */
	wait_empty(cgroup->fd);
	if (rmdir(cgroup->path) && errno != ENOENT)
		return ebpfmm_fail(err, errno, "%s", cgroup->path);
	return 0;
}

static pid_t first_pid(int fd, int depth)
{
	pid_t pid = listed(fd, 0);
	struct dirent *entry;
	DIR *dir;
	int sub;

	if (pid || !depth)
		return pid;
	sub = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = sub < 0 ? NULL : fdopendir(sub);
	if (!dir) {
		if (sub >= 0)
			close(sub);
		return 0;
	}
	while (!pid && (entry = readdir(dir))) {
		int child;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = openat(sub, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (child < 0)
			continue;
		pid = first_pid(child, depth - 1);
		close(child);
	}
	closedir(dir);
	return pid;
}

pid_t ebpfmm_cgroup_first_pid(const struct ebpfmm_cgroup *cgroup)
{
	return first_pid(cgroup->fd, SEARCH_DEPTH);
}

void ebpfmm_cgroup_close(struct ebpfmm_cgroup *cgroup)
{
	if (!cgroup->path)
		return;
	close(cgroup->fd);
	free(cgroup->path);
	*cgroup = (struct ebpfmm_cgroup){ .fd = -1 };
}
