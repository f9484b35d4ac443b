/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A profile built by hand, region by region, and its translation against the
 * directory of the fixtures as the root.
 */
#ifndef EBPFMM_TESTS_TRANSLATION_H
#define EBPFMM_TESTS_TRANSLATION_H

#include "fixture.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "table/translate.h"

#define PAGE		4096ULL
#define MAX_REGIONS	EBPFMM_LARGE_REGIONS

/* The profile under test: one program unless a test says otherwise. */
static struct ebpfmm_profile_region regions[MAX_REGIONS];
static struct ebpfmm_profile_program programs[EBPFMM_MAX_PROGRAMS];
static struct ebpfmm_profile profile;
static struct ebpfmm_root how;
static struct ebpfmm_error err;
static int fixtures_fd = -1;

static inline int reset(void **state)
{
	size_t i;

	(void)state;
	memset(regions, 0, sizeof(regions));
	memset(programs, 0, sizeof(programs));
	memset(&err, 0, sizeof(err));
	programs[0].exe = "/pie";
	programs[0].regions = regions;
	profile = (struct ebpfmm_profile){ .name = "test", .programs = programs,
					    .nprograms = 1 };
	for (i = 0; i < EBPFMM_ORDERS; i++)
		profile.limit[i] = UINT64_MAX;
	if (fixtures_fd < 0)
		fixtures_fd = open(fixture_path(NULL),
				   O_PATH | O_DIRECTORY | O_CLOEXEC);
	how = (struct ebpfmm_root){ .rootfd = fixtures_fd, .debugfd = -1 };
	return fixtures_fd < 0 ? -1 : 0;
}

static inline struct ebpfmm_profile_region *
add(enum ebpfmm_anchor_kind kind, const char *name)
{
	struct ebpfmm_profile_region *region = &regions[programs[0].nregions];

	region->kind = kind;
	region->name = (char *)name;
	region->max_size = UINT64_MAX;
	region->benefit.sizes = 1 | 1 << 4 | 1 << 9;
	region->benefit.touched = EBPFMM_TOUCHED_ONE;
	region->benefit.ns[4] = 100 + programs[0].nregions;
	region->benefit.ns[9] = 60000;
	programs[0].nregions++;
	return region;
}

static inline void cut(struct ebpfmm_profile_region *region, uint64_t offset,
		       uint64_t length)
{
	region->offset = offset;
	region->length = length;
	region->has_length = true;
}

static inline struct ebpfmm_table *translate(void)
{
	struct ebpfmm_table *table = NULL;

	if (ebpfmm_translate(&profile, &how, &table, &err))
		fail_msg("%s", err.message);
	return table;
}

static inline void assert_refused(const char *message)
{
	struct ebpfmm_table *table = (void *)&profile;

	assert_int_equal(ebpfmm_translate(&profile, &how, &table, &err),
			 -1);
	assert_string_equal(err.message, message);
	assert_ptr_equal(table, &profile);
}

#endif /* EBPFMM_TESTS_TRANSLATION_H */
