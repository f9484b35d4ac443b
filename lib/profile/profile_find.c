// SPDX-License-Identifier: GPL-2.0-only
/*
 * Profiles as files. The directories are the operator's; only the name comes
 * from a tenant, and it can name nothing but a file right in one of them. They
 * are not taken from the environment, which a tenant may have a say in.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/paths.h"
#include "profile/profile_internal.h"

static int read_all(int fd, char *text, size_t size, size_t *length,
		    struct ebpfmm_error *err)
{
	*length = 0;
	while (*length < size) {
		ssize_t n = read(fd, text + *length, size - *length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ebpfmm_fail(err, errno, "read");
		if (!n)
			break;
		*length += (size_t)n;
	}
	return 0;
}

static int load_fd(int fd, struct ebpfmm_profile **out,
		   struct ebpfmm_error *err)
{
	size_t size, length;
	struct stat st;
	char *text;
	int ret;

	if (fstat(fd, &st))
		return ebpfmm_fail(err, errno, "stat");
	if (!S_ISREG(st.st_mode))
		return ebpfmm_fail(err, 0, "not a regular file");

	/* One byte more than allowed, by which the parser sees it is too many. */
	size = st.st_size < EBPFMM_PROFILE_MAX_BYTES ?
		       (size_t)st.st_size : EBPFMM_PROFILE_MAX_BYTES;
	text = malloc(++size);
	if (!text)
		return ebpfmm_fail(err, ENOMEM, "read");
	ret = read_all(fd, text, size, &length, err);
	if (!ret)
		ret = ebpfmm_profile_parse(text, length, out, err);
	free(text);
	return ret;
}

int ebpfmm_profile_load(const char *path, struct ebpfmm_profile **out,
			struct ebpfmm_error *err)
{
	/* O_NONBLOCK: a FIFO is refused below, not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int ret;

	if (fd < 0)
		return ebpfmm_fail(err, errno, "%s", path);
	ret = load_fd(fd, out, err);
	if (ret)
		ebpfmm_prefix(err, "%s: ", path);
	close(fd);
	return ret;
}

int profile_find_in(const char *const dirs[2], const char *name,
		    struct ebpfmm_profile **out, struct ebpfmm_error *err)
{
	struct ebpfmm_error failure;
	char *path;
	int i, ret;

	if (profile_check_name(name, err))
		return -1;

	for (i = 0; i < 2; i++) {
		if (asprintf(&path, "%s/%s", dirs[i], name) < 0)
			return ebpfmm_fail(err, ENOMEM, "profile %s", name);
		ret = ebpfmm_profile_load(path, out, &failure);
		free(path);
		if (!ret)
			return 0;
		/* A bad file of the operator's does not give way to the vendor's. */
		if (failure.code != ENOENT) {
			if (err)
				*err = failure;
			return -1;
		}
	}
	return ebpfmm_fail(err, ENOENT, "profile %s: neither in %s nor in %s",
			   name, dirs[0], dirs[1]);
}

int ebpfmm_profile_find(const char *name, struct ebpfmm_profile **out,
			struct ebpfmm_error *err)
{
	static const char *const dirs[2] = {
		EBPFMM_PROFILE_DIR_ADMIN, EBPFMM_PROFILE_DIR_VENDOR,
	};

	return profile_find_in(dirs, name, out, err);
}
