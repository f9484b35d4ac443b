/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A directory of the test's own, to be a root, and copies of fixtures in it.
 */
#ifndef EBPFMM_TESTS_SCRATCH_H
#define EBPFMM_TESTS_SCRATCH_H

#include "fixture.h"

#include <errno.h>
#include <sys/stat.h>

static char scratch[] = "/tmp/ebpfmm-scratch-XXXXXX";

static inline int make_scratch(void **state)
{
	(void)state;
	return mkdtemp(scratch) ? 0 : -1;
}

static inline int remove_scratch(void **state)
{
	char command[sizeof(scratch) + 16];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", scratch);
	return system(command) ? -1 : 0;
}

/* The absolute path of a path in the directory. */
static inline const char *in_scratch(const char *path)
{
	static char full[sizeof(scratch) + 512];

	snprintf(full, sizeof(full), "%s/%s", scratch, path);
	return full;
}

/* Write a file, with the directories that it is in. */
static inline void put_bytes(const char *path, const void *bytes, size_t size)
{
	char full[sizeof(scratch) + 512];
	char *slash;
	int fd;

	strcpy(full, in_scratch(path));
	for (slash = full + strlen(scratch) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		assert_true(!mkdir(full, 0755) || errno == EEXIST);
		*slash = '/';
	}
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(close(fd), 0);
}

static inline void put_fixture(const char *path, const char *fixture)
{
	int fd = open_fixture(fixture);
	struct stat st;
	char *bytes;

	assert_int_equal(fstat(fd, &st), 0);
	bytes = malloc(st.st_size);
	assert_non_null(bytes);
	assert_int_equal(read(fd, bytes, st.st_size), st.st_size);
	put_bytes(path, bytes, st.st_size);
	free(bytes);
	close(fd);
}

static inline int open_scratch(const char *path)
{
	int fd = open(in_scratch(path), O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

#endif /* EBPFMM_TESTS_SCRATCH_H */
