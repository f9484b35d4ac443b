// SPDX-License-Identifier: GPL-2.0-only
#include "try/refuse.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "try/area.h"

#define PAGE	4096ULL
/* Without the second bit, the first has another meaning. */
#define SET_GROUP	(S_ISGID | 0010)

/* Page by page, as what is behind the text may not be mapped. Return: whether it ends. */
static bool read_text(pid_t tid, uint64_t address, char text[PATH_MAX])
{
	size_t used = 0;

	while (used < PATH_MAX) {
		size_t size = PAGE - (address + used) % PAGE;

		size = size < PATH_MAX - used ? size : PATH_MAX - used;
		if (!ebpfmm_try_read(tid, address + used, text + used, size))
			return false;
		if (memchr(text + used, '\0', size))
			return true;
		used += size;
	}
	return false;
}

static bool gains(const char *path)
{
	struct statvfs mount;
	struct stat file;

	if (stat(path, &file) || !S_ISREG(file.st_mode) || statvfs(path, &mount) ||
	    mount.f_flag & ST_NOSUID)
		return false;
	return (file.st_mode & S_ISUID && file.st_uid != geteuid()) ||
	       ((file.st_mode & SET_GROUP) == SET_GROUP && file.st_gid != getegid()) ||
	       getxattr(path, "security.capability", NULL, 0) > 0;
}

char *ebpfmm_refused(pid_t tid, long number, const uint64_t args[6])
{
	bool at = number == SYS_execveat;
	_cleanup_free_ char *path = NULL;
	char name[PATH_MAX] = "";
	int directory = at ? (int)args[0] : AT_FDCWD;

	if (!read_text(tid, args[at], name))
		return NULL;
	if (*name == '/' ? asprintf(&path, "/proc/%d/root%s", (int)tid, name) < 0 :
	    directory == AT_FDCWD ? asprintf(&path, "/proc/%d/cwd/%s", (int)tid, name) < 0 :
	    asprintf(&path, "/proc/%d/fd/%d%s%s", (int)tid, directory, *name ? "/" : "", name) < 0)
		path = NULL;
	return path && gains(path) ? strdup(*name ? name : path) : NULL;
}
