// SPDX-License-Identifier: GPL-2.0-only
/* Finding the cgroup of a process, and the processes of a cgroup. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "kernel/cgroup_private.h"

/* The depth to which a process is searched below a cgroup. */
#define SEARCH_DEPTH 4
#define SCOPE ".scope"

/* Whether @path is the first @length bytes of @ancestor, or below that. */
static bool is_within(const char *path, const char *ancestor, size_t length)
{
	return !strncmp(path, ancestor, length) && (!path[length] || path[length] == '/');
}

static bool ends_with(const char *name, size_t length, const char *end)
{
	size_t of_end = strlen(end);

	return length > of_end && !strncmp(name + length - of_end, end, of_end);
}

/* Whether an engine names a container's cgroup so: ID, or PREFIX-ID. */
static bool is_named(const char *name, size_t length, const char *id)
{
	size_t of_id = strlen(id);

	return of_id && length >= of_id && !strncmp(name + length - of_id, id, of_id) &&
	       (length == of_id || name[length - of_id - 1] == '-');
}

/*
 * Where in @path the name of the container's cgroup ends, or 0. A scope is looked for below
 * everything that contains @own; another cgroup only up to what has processes of others.
 */
static size_t find_named(const char *path, const char *own, const char *id, bool scope)
{
	size_t begin, end, length;

	for (end = strlen(path); end; end = begin ? begin - 1 : 0) {
		bool is_scope;

		begin = end;
		while (begin && path[begin - 1] != '/')
			begin--;
		length = end - begin;
		is_scope = ends_with(path + begin, length, SCOPE);
		if (is_within(own, path, end))
			break;
		if (is_scope == scope &&
		    is_named(path + begin, length - (scope ? strlen(SCOPE) : 0), id))
			return end;
		if (!scope && (is_scope || ends_with(path + begin, length, ".slice") ||
			       ends_with(path + begin, length, ".service")))
			break;
	}
	return 0;
}

void ebpfmm_cgroup_lift(char *path, const char *own, const char *id)
{
	size_t end = find_named(path, own, id, true) ?: find_named(path, own, id, false);

	if (end)
		path[end] = '\0';
}

/* Whether a line of /proc/PID/cgroup is of the v1 hierarchy with @controller. */
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
 * The path after "0::" in /proc/PID/cgroup (cgroups(7)), allocated. The other lines are of
 * v1 hierarchies; @elsewhere is set to whether one of these has the memory controller.
 */
static char *read_path(pid_t pid, bool *elsewhere, struct ebpfmm_error *err)
{
	_cleanup_fclose_ FILE *file = NULL;
	_cleanup_free_ char *line = NULL;
	char name[32], *path = NULL;
	size_t size = 0;
	ssize_t length;

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
	/* If the process has exited, the file is missing or empty. */
	if (!path)
		ebpfmm_fail(err, errno == ENOMEM ? ENOMEM : ESRCH,
			    "get the cgroup of process %d", (int)pid);
	return path;
}

/* The same, but fails if v1 has the memory controller: policies work only on v2. */
static char *path_of_pid(pid_t pid, struct ebpfmm_error *err)
{
	bool elsewhere;
	char *path = read_path(pid, &elsewhere, err);

	if (!path || !elsewhere)
		return path;
	ebpfmm_fail(err, 0,
		    "the memory controller is on cgroup v1, not v2 (boot with systemd.unified_cgroup_hierarchy=1)");
	free(path);
	return NULL;
}

char *ebpfmm_cgroup_path(pid_t pid, struct ebpfmm_error *err)
{
	_cleanup_free_ char *mount = ebpfmm_cgroup_mount_point(err);
	_cleanup_free_ char *path = NULL;
	char *full = NULL;
	bool elsewhere;

	if (!mount || !pid)
		return take_ptr(mount);
	path = read_path(pid, &elsewhere, err);
	if (!path)
		return NULL;
	if (ebpfmm_cgroup_has_parent_step(path)) {
		ebpfmm_fail(err, 0, "process %d is outside this cgroup namespace", (int)pid);
	} else if (asprintf(&full, "%s%s", mount, strcmp(path, "/") ? path : "") < 0) {
		full = NULL;
		ebpfmm_fail(err, ENOMEM, "get the cgroup of process %d", (int)pid);
	}
	return full;
}

int ebpfmm_cgroup_supported(struct ebpfmm_error *err)
{
	_cleanup_free_ char *mount = ebpfmm_cgroup_mount_point(err);
	_cleanup_free_ char *path = mount ? path_of_pid(getpid(), err) : NULL;

	return path ? 0 : -1;
}

/* Returns @pid, or for 0 any process, if the cgroup itself lists it; otherwise 0. */
static pid_t listed(int cgroup_fd, pid_t pid)
{
	_cleanup_fclose_ FILE *file = ebpfmm_file_stream(cgroup_fd, "cgroup.procs");
	pid_t found = 0;
	int other;

	while (file && !found && fscanf(file, "%d", &other) == 1)
		if (!pid || other == pid)
			found = other;
	return found;
}

/* A process can move, so the cgroup that was found must list it. */
static int check_member(const char *path, pid_t pid, struct ebpfmm_error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return ebpfmm_fail(err, errno, "open cgroup `%s` of process %d", path,
				   (int)pid);
	if (listed(fd, pid) != pid)
		return ebpfmm_fail(err, 0, "process %d has left its cgroup `%s`",
				   (int)pid, path);
	return 0;
}

/*
 * The cgroup of a container's process, as in /proc/PID/cgroup, allocated; @own is set to
 * that of this process, allocated, or NULL.
 */
static char *path_of_container(pid_t pid, char **own, struct ebpfmm_error *err)
{
	_cleanup_free_ char *path = path_of_pid(pid, err);

	*own = path ? path_of_pid(getpid(), err) : NULL;
	if (!*own)
		return NULL;
	if (ebpfmm_cgroup_has_parent_step(path)) {
		ebpfmm_fail(err, 0, "process %d is outside this cgroup namespace", (int)pid);
		return NULL;
	}
	if (!strcmp(path, "/") || is_within(*own, path, strlen(path))) {
		ebpfmm_fail(err, 0,
			    "process %d has no cgroup of its own: it shares `%s` with other processes of this node",
			    (int)pid, path);
		return NULL;
	}
	return take_ptr(path);
}

char *ebpfmm_cgroup_name(pid_t pid, const char *id, struct ebpfmm_error *err)
{
	_cleanup_free_ char *own = NULL;
	char *path = path_of_container(pid, &own, err);

	if (path)
		ebpfmm_cgroup_lift(path, own, id);
	return path;
}

int ebpfmm_cgroup_of_pid(pid_t pid, const char *id, struct ebpfmm_cgroup *out,
			 struct ebpfmm_error *err)
{
	_cleanup_free_ char *mount = ebpfmm_cgroup_mount_point(err);
	_cleanup_free_ char *own = NULL;
	_cleanup_free_ char *path = mount ? path_of_container(pid, &own, err) : NULL;
	_cleanup_free_ char *full = NULL;

	if (!path)
		return -1;
	if (asprintf(&full, "%s%s", mount, path) < 0) {
		full = NULL;
		return ebpfmm_fail(err, ENOMEM, "get the cgroup of process %d", (int)pid);
	}
	if (check_member(full, pid, err))
		return -1;
	ebpfmm_cgroup_lift(path, own, id);
	full[strlen(mount) + strlen(path)] = '\0';
	return ebpfmm_cgroup_open_dir(full, out, err);
}

static pid_t first_pid(int fd, int depth)
{
	_cleanup_closedir_ DIR *dir = NULL;
	pid_t pid = listed(fd, 0);
	struct dirent *entry;

	if (pid || !depth)
		return pid;
	dir = ebpfmm_dir_open(fd, ".");
	while (dir && !pid && (entry = readdir(dir))) {
		_cleanup_close_ int child = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (child >= 0)
			pid = first_pid(child, depth - 1);
	}
	return pid;
}

pid_t ebpfmm_cgroup_first_pid(const struct ebpfmm_cgroup *cgroup)
{
	return first_pid(cgroup->fd, SEARCH_DEPTH);
}
