// SPDX-License-Identifier: GPL-2.0-only
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/cleanup.h"

#define READ_FLAGS	(O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
#define WRITE_FLAGS	(O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC)

/* As read(2), but continues until @size bytes are read or the file ends. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = read(fd, text + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n)
			break;
		used += n;
	}
	return used;
}

static int check_of_root(const struct stat *st, const char *path, struct ebpfmm_error *err)
{
	if (st->st_uid)
		return ebpfmm_fail(err, 0, "%s: belongs to user %u: `chown root` it", path,
				   (unsigned int)st->st_uid);
	if (st->st_mode & 0022)
		return ebpfmm_fail(err, 0,
				   "%s: others than root may write to it: `chmod go-w` it",
				   path);
	return 0;
}

static char *read_fd(int fd, const char *path, size_t max, bool of_root, size_t *length,
		     struct ebpfmm_error *err)
{
	struct stat st;
	ssize_t n = -1;
	char *text;

	if (fstat(fd, &st)) {
		ebpfmm_fail(err, errno, "%s: stat", path);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		ebpfmm_fail(err, 0, "%s: not a regular file", path);
		return NULL;
	}
	if (of_root && check_of_root(&st, path, err))
		return NULL;
	if ((uint64_t)st.st_size > max) {
		ebpfmm_fail(err, 0, "%s: more than %zu bytes", path, max);
		return NULL;
	}
	text = malloc(st.st_size + 1);
	if (text)
		n = read_all(fd, text, st.st_size);
	if (n < 0) {
		ebpfmm_fail(err, text ? errno : ENOMEM, "%s: read", path);
		free(text);
		return NULL;
	}
	text[n] = '\0';
	*length = n;
	return text;
}

static char *read_path(int dirfd, const char *path, int flags, size_t max, bool of_root,
		       size_t *length, struct ebpfmm_error *err)
{
	_cleanup_close_ int fd = openat(dirfd, path, READ_FLAGS | flags);

	if (fd >= 0)
		return read_fd(fd, path, max, of_root, length, err);
	ebpfmm_fail(err, errno, "%s", path);
	return NULL;
}

char *ebpfmm_file_read(int dirfd, const char *path, int flags, size_t max,
		       size_t *length, struct ebpfmm_error *err)
{
	return read_path(dirfd, path, flags, max, false, length, err);
}

char *ebpfmm_file_read_of_root(const char *path, size_t max, size_t *length,
			       struct ebpfmm_error *err)
{
	return read_path(AT_FDCWD, path, 0, max, true, length, err);
}

FILE *ebpfmm_file_stream(int dirfd, const char *path)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (file)
		take_fd(&fd);
	return file;
}

int ebpfmm_own_fd_error(int code)
{
	struct statfs fs;

	if (code != ENOENT)
		return code;
	return statfs("/proc", &fs) || fs.f_type != PROC_SUPER_MAGIC ? ENODEV : ENOMEM;
}

int ebpfmm_file_number(int dirfd, const char *path, const char *key, uint64_t *value)
{
	_cleanup_fclose_ FILE *file = ebpfmm_file_stream(dirfd, path);
	const size_t length = strlen(key);
	char line[128];

	if (!file)
		return -1;
	errno = 0;
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, key, length) && strchr(" \t", line[length]) &&
		    sscanf(line + length, "%" SCNu64, value) == 1)
			return 0;
	errno = errno ?: ENOENT;
	return -1;
}

DIR *ebpfmm_dir_open(int dirfd, const char *path)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
						     O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir)
		take_fd(&fd);
	return dir;
}

static int write_all(int fd, const char *bytes, size_t left)
{
	while (left) {
		ssize_t n = write(fd, bytes, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		left -= n;
	}
	return 0;
}

void ebpfmm_file_discard(const struct ebpfmm_new_file *file)
{
	int code = errno;

	unlinkat(file->dirfd, file->tmp, 0);
	errno = code;
}

int ebpfmm_file_may_replace(int dirfd, const char *path, struct ebpfmm_error *err)
{
	struct stat there;

	if (!fstatat(dirfd, path, &there, 0) && !S_ISREG(there.st_mode))
		return ebpfmm_fail(err, 0, "%s: is not a regular file", path);
	return 0;
}

int ebpfmm_file_prepare(const struct ebpfmm_new_file *file, const void *bytes,
			size_t size)
{
	int fd = openat(file->dirfd, file->tmp, WRITE_FLAGS, file->mode), code = 0;

	if (fd < 0 || write_all(fd, bytes, size) || (file->durable && fsync(fd)))
		code = errno;
	if (fd >= 0 && close(fd) && !code)
		code = errno;
	if (!code)
		return 0;
	errno = code;
	ebpfmm_file_discard(file);
	return -1;
}

int ebpfmm_file_commit(const struct ebpfmm_new_file *file)
{
	if (renameat(file->dirfd, file->tmp, file->dirfd, file->name)) {
		ebpfmm_file_discard(file);
		return -1;
	}
	if (file->durable)
		fsync(file->dirfd);
	return 0;
}

int ebpfmm_file_replace(const struct ebpfmm_new_file *file, const void *bytes,
			size_t size)
{
	return ebpfmm_file_prepare(file, bytes, size) ? -1 : ebpfmm_file_commit(file);
}
