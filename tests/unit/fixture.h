/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs of tests/unit/fixtures: where they are, and what they say of
 * themselves when they run.
 */
#ifndef EBPFMM_TESTS_FIXTURE_H
#define EBPFMM_TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elf/elf_file.h"

/* All that are built from image.c; "stripped" has lost its local symbols. */
static const char *const fixtures[] = {
	"pie", "nopie", "static", "static-pie", "stripped", "medium", "aligned",
	"bigpage", "lld",
};

#define NFIXTURES (sizeof(fixtures) / sizeof(*fixtures))

struct truth {
	struct {
		char kind[16];
		char name[32];
		struct ebpfmm_range range;
	} anchors[16];
	size_t nanchors;
	struct ebpfmm_range anonymous[8];
	size_t nanonymous;
	struct ebpfmm_range image;
	uint64_t start_code;
};

/* The directory of the fixtures is beside that of the test programs. */
static inline const char *fixture_path(const char *name)
{
	static char path[PATH_MAX + 64];
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);

	assert_true(n > 0);
	path[n] = '\0';
	*strrchr(path, '/') = '\0';
	strcpy(strrchr(path, '/'), "/fixtures");
	if (name) {
		strcat(path, "/");
		strcat(path, name);
	}
	return path;
}

static inline int open_fixture(const char *name)
{
	int fd = open(fixture_path(name), O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static inline void run_fixture(const char *name, struct truth *truth)
{
	FILE *out = popen(fixture_path(name), "r");
	unsigned long start, end;
	char line[256];

	memset(truth, 0, sizeof(*truth));
	assert_non_null(out);
	while (fgets(line, sizeof(line), out)) {
		size_t n = truth->nanchors;

		if (sscanf(line, "anonymous %lx %lx", &start, &end) == 2) {
			assert_in_range(truth->nanonymous, 0, 7);
			truth->anonymous[truth->nanonymous++] =
				(struct ebpfmm_range){ start, end };
		} else if (sscanf(line, "image %lx %lx", &start, &end) == 2) {
			truth->image = (struct ebpfmm_range){ start, end };
		} else if (sscanf(line, "start_code %lx", &start) == 1) {
			truth->start_code = start;
		} else {
			assert_in_range(n, 0, 15);
			assert_int_equal(sscanf(line, "%15s %31s %lx %lx",
						truth->anchors[n].kind,
						truth->anchors[n].name, &start,
						&end), 4);
			truth->anchors[n].range =
				(struct ebpfmm_range){ start, end };
			truth->nanchors++;
		}
	}
	assert_int_equal(pclose(out), 0);
	assert_in_range(truth->nanonymous, 1, 8);
	assert_in_range(truth->nanchors, 6, 16);
}

/* What of @range is anonymous; 0, or -1 when nothing is. */
static inline int true_anonymous(const struct truth *truth,
				 const struct ebpfmm_range *range,
				 struct ebpfmm_range *out)
{
	size_t i;

	for (i = 0; i < truth->nanonymous; i++) {
		const struct ebpfmm_range *a = &truth->anonymous[i];

		out->start = range->start > a->start ? range->start : a->start;
		out->end = range->end < a->end ? range->end : a->end;
		if (out->start < out->end)
			return 0;
	}
	return -1;
}

static inline void assert_range_equal(const struct ebpfmm_range *a,
				      const struct ebpfmm_range *b)
{
	assert_int_equal(a->start, b->start);
	assert_int_equal(a->end, b->end);
}

#endif /* EBPFMM_TESTS_FIXTURE_H */
