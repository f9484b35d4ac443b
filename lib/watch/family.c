// SPDX-License-Identifier: GPL-2.0-only
#include "watch/family.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

/* As deeply as cgroups can be nested by default in systemd and engines, and deeper. */
#define MAX_DEPTH	32

static void add(struct ebpfmm_family *family, pid_t pid)
{
	for (size_t i = 0; i < family->count; i++)
		if (family->pids[i] == pid)
			return;
	if (family->count < EBPFMM_FAMILY_MAX)
		family->pids[family->count++] = pid;
}

/* The numbers in a file of a directory. */
static void add_listed(int dir, const char *name, struct ebpfmm_family *family)
{
	_cleanup_fclose_ FILE *file = ebpfmm_file_stream(dir, name);
	int pid;

	while (file && fscanf(file, "%d", &pid) == 1)
		if (pid > 0)
			add(family, pid);
}

static void add_cgroup(int fd, int depth, struct ebpfmm_family *family)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;

	add_listed(fd, "cgroup.procs", family);
	dir = depth ? ebpfmm_dir_open(fd, ".") : NULL;
	while (dir && (entry = readdir(dir))) {
		_cleanup_close_ int child = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (child >= 0)
			add_cgroup(child, depth - 1, family);
	}
}

void ebpfmm_family_of_cgroup(int fd, struct ebpfmm_family *family)
{
	family->count = 0;
	add_cgroup(fd, MAX_DEPTH, family);
}

/* The children of all threads. */
static void add_children(pid_t pid, struct ebpfmm_family *family)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = ebpfmm_dir_open(AT_FDCWD, path);
	while (dir && (entry = readdir(dir))) {
		char name[280];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/children", entry->d_name);
		add_listed(dirfd(dir), name, family);
	}
}

void ebpfmm_family_of_process(pid_t pid, bool itself, struct ebpfmm_family *family)
{
	char path[32];

	family->count = 0;
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	if (access(path, F_OK))
		return;
	if (itself)
		add(family, pid);
	else
		add_children(pid, family);
	/* Those that it finds come behind. */
	for (size_t i = 0; i < family->count; i++)
		add_children(family->pids[i], family);
}
