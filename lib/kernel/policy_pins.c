// SPDX-License-Identifier: GPL-2.0-only
/*
 * Directories of pins, of any version. Versions know only three things of each other: the
 * directories appear and disappear atomically, their names are numbers, and the names of
 * the links.
 */
#include "kernel/policy_internal.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

/* A concurrent `ebpfmm explain` may add two pins, once. */
#define REMOVE_TRIES 8

_Static_assert(sizeof(EBPFMM_BPF_FS "/" EBPFMM_TOP_NAME) == sizeof(EBPFMM_PIN_TOP),
	       "EBPFMM_PIN_TOP is where we pin");

int ebpfmm_pin_get(int dirfd, const char *name)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = BPF_F_PATH_FD,
		    .path_fd = dirfd);
	int fd = bpf_obj_get_opts(name, &opts);

	if (fd < 0) {
		errno = -fd;
		return -1;
	}
	return fd;
}

int ebpfmm_pin_put(int dirfd, const char *name, int fd)
{
	LIBBPF_OPTS(bpf_obj_pin_opts, opts, .file_flags = BPF_F_PATH_FD,
		    .path_fd = dirfd);
	int rc = bpf_obj_pin_opts(fd, name, &opts);

	if (rc) {
		errno = -rc;
		return -1;
	}
	return 0;
}

int ebpfmm_bpf_fs_open(struct ebpfmm_error *err)
{
	struct statfs fs;
	int fd = open(EBPFMM_BPF_FS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return ebpfmm_fail(err, errno, EBPFMM_BPF_FS);
	if (fstatfs(fd, &fs) || fs.f_type != BPF_FS_MAGIC) {
		close(fd);
		return ebpfmm_fail(err, 0, EBPFMM_BPF_FS " is not mounted: mount -t bpf bpf "
				   EBPFMM_BPF_FS);
	}
	return fd;
}

/* --- directories ---------------------------------------------------------------- */

/* Unpins what is right in a directory, but leaves directories in it. */
static void empty(DIR *dir)
{
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (entry->d_type != DT_DIR)
			unlinkat(dirfd(dir), entry->d_name, 0);
}

int ebpfmm_pin_remove_dir(int fsfd, const char *name, struct ebpfmm_error *err)
{
	/* Who explains a decision pins without the lock, maybe just now. */
	for (int try = 0; try < REMOVE_TRIES; try++) {
		DIR *dir = ebpfmm_dir_open(fsfd, name);

		if (!dir && errno == ENOENT)
			return 0;
		if (!dir)
			return ebpfmm_fail(err, errno, "open `" EBPFMM_BPF_FS "/%s`", name);
		empty(dir);
		closedir(dir);
		if (!unlinkat(fsfd, name, AT_REMOVEDIR))
			return 0;
		if (errno != ENOTEMPTY)
			break;
	}
	return ebpfmm_fail(err, errno, "remove `" EBPFMM_BPF_FS "/%s`", name);
}

uint32_t ebpfmm_pin_format(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	if (!digits || digits > 9 || name[digits] || name[0] == '0')
		return 0;
	return (uint32_t)strtoul(name, NULL, 10);
}

/*
 * The unload of a version that knows of no formats takes the directory away with those
 * of formats in it, and cannot remove them.
 */
static void rescue(int fsfd)
{
	_cleanup_closedir_ DIR *dir = ebpfmm_dir_open(fsfd, EBPFMM_OLD_NAME);
	char name[sizeof(EBPFMM_TOP_NAME) + 16];
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		uint32_t format = ebpfmm_pin_format(entry->d_name);

		if (!format || entry->d_type != DT_DIR)
			continue;
		snprintf(name, sizeof(name), EBPFMM_TOP_NAME "/%u", format);
		mkdirat(fsfd, EBPFMM_TOP_NAME, 0700);
		renameat(dirfd(dir), entry->d_name, fsfd, name);
	}
}

int ebpfmm_policy_sweep(bool remove, struct ebpfmm_error *err)
{
	static const char *const names[] = { EBPFMM_NEW_NAME, EBPFMM_OLD_NAME };
	int fsfd, count = 0;
	struct stat st;

	fsfd = ebpfmm_bpf_fs_open(err);
	if (fsfd < 0)
		return -1;
	if (remove)
		rescue(fsfd);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (fstatat(fsfd, names[i], &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (remove && ebpfmm_pin_remove_dir(fsfd, names[i], err)) {
			close(fsfd);
			return -1;
		}
		count++;
	}
	/* A load that was killed may have left it empty. */
	if (remove)
		unlinkat(fsfd, EBPFMM_TOP_NAME, AT_REMOVEDIR);
	close(fsfd);
	return count;
}

/* --- what a version has pinned ---------------------------------------------------- */

struct ebpfmm_policy *ebpfmm_policy_new(int dirfd, uint32_t format)
{
	struct ebpfmm_policy *policy = malloc(sizeof(*policy));

	if (!policy)
		return NULL;
	policy->dirfd = dirfd;
	policy->format = format;
	policy->unnumbered = false;
	snprintf(policy->path, sizeof(policy->path), EBPFMM_PIN_TOP "/%u", format);
	for (int i = 0; i < EBPFMM_PINS; i++)
		policy->fd[i] = -1;
	return policy;
}

void ebpfmm_policy_unnumber(struct ebpfmm_policy *policy)
{
	_cleanup_close_ int fd = ebpfmm_pin_get(policy->dirfd, "format");
	uint32_t zero = 0;

	policy->unnumbered = true;
	snprintf(policy->path, sizeof(policy->path), EBPFMM_PIN_TOP);
	if (fd < 0 || bpf_map_lookup_elem(fd, &zero, &policy->format))
		policy->format = 0;
}

void ebpfmm_policy_close(struct ebpfmm_policy *policy)
{
	if (!policy)
		return;
	for (int i = 0; i < EBPFMM_PINS; i++)
		closep(&policy->fd[i]);
	closep(&policy->dirfd);
	free(policy);
}

bool ebpfmm_policy_is_ours(const struct ebpfmm_policy *policy)
{
	return policy->format == EBPFMM_FORMAT && !policy->unnumbered;
}

uint32_t ebpfmm_policy_format(const struct ebpfmm_policy *policy)
{
	return policy->format;
}

int ebpfmm_policy_check_format(const struct ebpfmm_policy *policy,
			       struct ebpfmm_error *err)
{
	if (ebpfmm_policy_is_ours(policy))
		return 0;
	return ebpfmm_fail(err, 0,
			   "the policy is of format %u, from another version; this version has format %u and can only replace or detach it",
			   policy->format, EBPFMM_FORMAT);
}

int ebpfmm_policy_remove(struct ebpfmm_policy *policy, struct ebpfmm_error *err)
{
	char name[sizeof(EBPFMM_TOP_NAME) + 16];
	int fsfd, rc = 0;
	DIR *dir;

	fsfd = ebpfmm_bpf_fs_open(err);
	if (fsfd < 0)
		return -1;
	if (policy->unnumbered) {
		dir = ebpfmm_dir_open(policy->dirfd, ".");
		if (dir)
			empty(dir);
		else
			rc = ebpfmm_fail(err, errno, "list `%s`", policy->path);
		if (dir)
			closedir(dir);
	} else {
		snprintf(name, sizeof(name), EBPFMM_TOP_NAME "/%u", policy->format);
		rc = ebpfmm_pin_remove_dir(fsfd, EBPFMM_OLD_NAME, err);
		/* It may be gone with its last link. */
		if (!rc && renameat(fsfd, name, fsfd, EBPFMM_OLD_NAME) && errno != ENOENT)
			rc = ebpfmm_fail(err, errno, "remove `%s`", policy->path);
		if (!rc)
			rc = ebpfmm_pin_remove_dir(fsfd, EBPFMM_OLD_NAME, err);
	}
	/* Unless there is another version's. */
	unlinkat(fsfd, EBPFMM_TOP_NAME, AT_REMOVEDIR);
	close(fsfd);
	return rc;
}
