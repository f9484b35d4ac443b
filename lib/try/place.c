// SPDX-License-Identifier: GPL-2.0-only
#include "try/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "life/attachment.h"
#include "life/lifecycle.h"
#include "try/rundir.h"

#define NAME	"ebpfmm-try-"

static const struct ebpfmm_try_place nowhere = { .cgroup.fd = -1, .note = -1 };

/* A note without a lock belongs to nobody any more. */
static int take_note(pid_t pid, const char *path, struct ebpfmm_error *err)
{
	_cleanup_close_ int dir = ebpfmm_try_dir(true, err);
	_cleanup_close_ int fd = -1;
	char name[32];

	if (dir < 0)
		return -1;
	snprintf(name, sizeof(name), NAME "%d", (int)pid);
	fd = openat(dir, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) || dprintf(fd, "%s/%s", path, name) < 0)
		return ebpfmm_fail(err, errno, "note the cgroup of the trial");
	return take_fd(&fd);
}

static void drop_note(pid_t pid)
{
	_cleanup_close_ int dir = ebpfmm_try_dir(false, NULL);
	char name[32];

	snprintf(name, sizeof(name), NAME "%d", (int)pid);
	if (dir >= 0)
		unlinkat(dir, name, 0);
}

static int enter(const struct ebpfmm_cgroup *cgroup, pid_t pid, struct ebpfmm_error *err)
{
	_cleanup_close_ int fd = openat(cgroup->fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "%d", (int)pid) < 0)
		return ebpfmm_fail(err, errno, "%s: move a process there", cgroup->path);
	return 0;
}

int ebpfmm_try_place_make(pid_t pid, const struct ebpfmm_profile *profile,
			  struct ebpfmm_try_place *place, struct ebpfmm_error *err)
{
	_cleanup_free_ char *parent = ebpfmm_cgroup_path(getpid(), err);
	_cleanup_close_ int root = -1;
	struct ebpfmm_attachment attachment = { .cgroup = &place->cgroup, .profile = profile };
	char name[32];

	*place = nowhere;
	if (!parent)
		return -1;
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return ebpfmm_fail(err, errno, "/");
	snprintf(name, sizeof(name), NAME "%d", (int)getpid());
	place->note = take_note(getpid(), parent, err);
	if (place->note < 0 || ebpfmm_cgroup_make(parent, name, &place->cgroup, err) ||
	    enter(&place->cgroup, pid, err))
		return -1;
	attachment.rootfd = root;
	return ebpfmm_attach_profile(&attachment, err);
}

void ebpfmm_try_place_remove(struct ebpfmm_try_place *place)
{
	if (place->cgroup.fd >= 0) {
		ebpfmm_life_detach(place->cgroup.id, NULL);
		ebpfmm_cgroup_remove(&place->cgroup, NULL);
		ebpfmm_cgroup_close(&place->cgroup);
	}
	if (place->note >= 0) {
		drop_note(getpid());
		close(place->note);
	}
	*place = nowhere;
}

static bool sweep_one(int dir, const char *name, bool clear)
{
	_cleanup_close_ int note = openat(dir, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct ebpfmm_try_place place = nowhere;
	char path[PATH_MAX] = "";
	const char *last;

	if (note < 0 || flock(note, LOCK_EX | LOCK_NB))
		return false;
	if (!clear)
		return true;
	if (pread(note, path, sizeof(path) - 1, 0) < 0)
		return true;
	last = strrchr(path, '/');
	if (last && !strcmp(last + 1, name) && !ebpfmm_cgroup_open(path, &place.cgroup, NULL))
		ebpfmm_try_place_remove(&place);
	unlinkat(dir, name, 0);
	return true;
}

unsigned int ebpfmm_try_place_sweep(bool clear)
{
	_cleanup_close_ int dir = ebpfmm_try_dir(false, NULL);
	_cleanup_closedir_ DIR *list = NULL;
	unsigned int count = 0;
	struct dirent *entry;

	list = dir < 0 ? NULL : ebpfmm_dir_open(dir, ".");
	while (list && (entry = readdir(list)))
		if (!strncmp(entry->d_name, NAME, strlen(NAME)))
			count += sweep_one(dir, entry->d_name, clear);
	return count;
}
