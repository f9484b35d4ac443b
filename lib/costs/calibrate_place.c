// SPDX-License-Identifier: GPL-2.0-only
#include "costs/calibrate_place.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libcgroup.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "kernel/policy.h"

#define NAME "ebpfmm-calibrate"
/* Exists only if systemd manages the node; see sd_booted(3). */
#define SYSTEMD "/run/systemd/system"
#define ROOT_SLICE "-.slice"
/* How long libcgroup waits for a scope, and how long this code does: systemd may be starting. */
#define LIBRARY_MS 1000
#define SCOPE_MS 20000
#define LOOK_NS 20000000L

/* The last error message of libcgroup. */
static char complaint[EBPFMM_ERROR_SIZE / 2];

__attribute__((format(printf, 3, 0)))
static void keep_complaint(void *unused, int level, const char *format, va_list arguments)
{
	(void)unused;
	if (level > CGROUP_LOG_ERROR)
		return;
	vsnprintf(complaint, sizeof(complaint), format, arguments);
	complaint[strcspn(complaint, "\n")] = '\0';
}

static void wait_a_little(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = LOOK_NS }, NULL);
}

/* The path of @pid's cgroup if it is the scope of that name, allocated. */
static char *path_in_scope(pid_t pid, const char *scope)
{
	char *path = ebpfmm_cgroup_path(pid, NULL), *name;

	name = path ? strrchr(path, '/') : NULL;
	if (name && !strcmp(name + 1, scope))
		return path;
	free(path);
	return NULL;
}

/* Makes systemd put @pid into a new scope; returns its path, allocated. */
static char *make_scope(pid_t pid, struct ebpfmm_error *err)
{
	int64_t late_at = ebpfmm_deadline(LIBRARY_MS);
	int64_t deadline = ebpfmm_deadline(SCOPE_MS);
	struct cgroup_systemd_scope_opts options = {};
	char name[64], *path;
	bool late;

	snprintf(name, sizeof(name), NAME "-%d.scope", (int)pid);
	complaint[0] = '\0';
	cgroup_set_logger(keep_complaint, CGROUP_LOG_ERROR, NULL);
	if (!cgroup_set_default_scope_opts(&options)) {
		options.delegated = 1;
		options.pid = pid;
		cgroup_create_scope(name, ROOT_SLICE, &options);
	}
	path = path_in_scope(pid, name);
	/* libcgroup may give up before systemd has made the scope. */
	late = !ebpfmm_time_left(late_at);
	while (late && !path && ebpfmm_time_left(deadline)) {
		wait_a_little();
		path = path_in_scope(pid, name);
	}
	if (!path)
		ebpfmm_fail(err, 0, "systemd did not create a scope to measure in: %s; name a cgroup with --cgroup",
			    complaint[0] ? complaint : "no reason given");
	return path;
}

/* Whether a cgroup or one of its ancestors has a policy of ebpfmm. */
static bool is_governed(const char *path)
{
	struct ebpfmm_policy *policy = NULL;
	struct ebpfmm_cgroup cgroup = {};
	char above[PATH_MAX];
	bool found = false;

	snprintf(above, sizeof(above), "%s", path);
	if (ebpfmm_policy_peek(&policy, NULL) || !policy)
		return false;
	while (!found && above[0] && !ebpfmm_cgroup_open(above, &cgroup, NULL)) {
		found = ebpfmm_policy_is_attached(policy, cgroup.id, NULL) > 0;
		ebpfmm_cgroup_close(&cgroup);
		*strrchr(above, '/') = '\0';
	}
	ebpfmm_policy_close(policy);
	return found;
}

static int put(int dirfd, const char *name, const char *text)
{
	_cleanup_close_ int fd = openat(dirfd, name, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : 0;
}

static int enter(const struct ebpfmm_place *place, pid_t pid, size_t max,
		 struct ebpfmm_error *err)
{
	const struct ebpfmm_cgroup *cgroup = &place->cgroup;
	char text[24];

	snprintf(text, sizeof(text), "%d", (int)pid);
	if (put(cgroup->fd, "cgroup.procs", text))
		return ebpfmm_fail(err, errno, "enter cgroup `%s`", cgroup->path);
	/* The scope belongs to this process and is empty; no other cgroup is changed. */
	if (place->scope)
		put(cgroup->fd, "../cgroup.subtree_control", "+memory");
	snprintf(text, sizeof(text), "%zu", max);
	/* Without the memory controller, only RLIMIT_DATA limits it. */
	if (put(cgroup->fd, "memory.max", text) && errno != ENOENT)
		return ebpfmm_fail(err, errno, "limit the memory of cgroup `%s`", cgroup->path);
	return 0;
}

static int write_note(int note, const char *parent, struct ebpfmm_error *err)
{
	if (ftruncate(note, 0) || lseek(note, 0, SEEK_SET) < 0 ||
	    dprintf(note, "%s/" NAME, parent) < 0)
		return ebpfmm_fail(err, errno, "record the cgroup of the measurement");
	return 0;
}

static int settle(const char *parent, pid_t pid, size_t max, int note,
		  struct ebpfmm_place *out, struct ebpfmm_error *err)
{
	if (write_note(note, parent, err) ||
	    ebpfmm_cgroup_make(parent, NAME, &out->cgroup, err))
		return -1;
	return enter(out, pid, max, err);
}

/* Below the cgroup of --cgroup. */
static int settle_named(const char *parent, pid_t pid, size_t max, int note,
			struct ebpfmm_place *out, struct ebpfmm_error *err)
{
	struct ebpfmm_cgroup cgroup = {};
	int rc;

	if (ebpfmm_cgroup_open(parent, &cgroup, err))
		return -1;
	if (is_governed(cgroup.path))
		rc = ebpfmm_fail(err, 0, "%s: a policy decides here and would distort the measurement; name another cgroup with --cgroup",
				 parent);
	else
		rc = settle(cgroup.path, pid, max, note, out, err);
	ebpfmm_cgroup_close(&cgroup);
	return rc;
}

int ebpfmm_place_make(const char *parent, pid_t pid, size_t max, int note,
		      struct ebpfmm_place *out, struct ebpfmm_error *err)
{
	char *path;
	int rc = -1;

	*out = (struct ebpfmm_place){ .cgroup.fd = -1 };
	if (parent)
		return settle_named(parent, pid, max, note, out, err);
	if (!access(SYSTEMD, F_OK)) {
		out->scope = make_scope(pid, err);
		return out->scope ? settle(out->scope, pid, max, note, out, err) : -1;
	}
	path = ebpfmm_cgroup_path(getpid(), NULL);
	if (path && !is_governed(path))
		rc = settle(path, pid, max, note, out, NULL);
	free(path);
	if (!rc)
		return 0;
	ebpfmm_place_remove(out, note, NULL);
	path = ebpfmm_cgroup_path(0, err);
	if (path)
		rc = settle(path, pid, max, note, out, err);
	free(path);
	return rc;
}

/* The number in a file of a cgroup; UINT64_MAX for "max", or without the controller. */
static uint64_t number_in(const char *dir, const char *name)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[PATH_MAX + 16];
	uint64_t number;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "re");
	return file && fscanf(file, "%" SCNu64, &number) == 1 ? number : UINT64_MAX;
}

uint64_t ebpfmm_place_room(const char *path)
{
	uint64_t room = UINT64_MAX, max, used;
	char above[PATH_MAX], *end;

	snprintf(above, sizeof(above), "%s", path);
	while ((end = strrchr(above, '/')) && end != above) {
		*end = '\0';
		max = number_in(above, "memory.max");
		used = number_in(above, "memory.current");
		if (max == UINT64_MAX || used == UINT64_MAX)
			continue;
		if (room > (max > used ? max - used : 0))
			room = max > used ? max - used : 0;
	}
	return room;
}

/* systemd removes the scope when it notices that it is empty. */
static void wait_gone(const char *scope)
{
	int64_t deadline = ebpfmm_deadline(SCOPE_MS);

	while (!access(scope, F_OK) && ebpfmm_time_left(deadline))
		wait_a_little();
}

int ebpfmm_place_remove(struct ebpfmm_place *place, int note, struct ebpfmm_error *err)
{
	int rc = 0;

	if (place->cgroup.fd >= 0) {
		rc = ebpfmm_cgroup_remove(&place->cgroup, err);
		ebpfmm_cgroup_close(&place->cgroup);
	}
	if (!rc && ftruncate(note, 0))
		rc = ebpfmm_fail(err, errno, "remove the record of the measurement");
	if (place->scope)
		wait_gone(place->scope);
	free(place->scope);
	*place = (struct ebpfmm_place){ .cgroup.fd = -1 };
	return rc;
}

int ebpfmm_place_sweep(int note, bool remove)
{
	struct ebpfmm_place place = { .cgroup.fd = -1 };
	char path[PATH_MAX], *name;
	ssize_t length;

	length = pread(note, path, sizeof(path) - 1, 0);
	if (length <= 0)
		return 0;
	path[length] = '\0';
	name = strrchr(path, '/');
	if (!name || strcmp(name, "/" NAME) ||
	    ebpfmm_cgroup_open(path, &place.cgroup, NULL))
		return 0;
	if (remove)
		ebpfmm_place_remove(&place, note, NULL);
	else
		ebpfmm_cgroup_close(&place.cgroup);
	return 1;
}
