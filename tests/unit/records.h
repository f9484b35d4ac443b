/* SPDX-License-Identifier: GPL-2.0-only */
/* Records in a directory of their own, for the tests of them. */
#ifndef EBPFMM_TESTS_RECORDS_H
#define EBPFMM_TESTS_RECORDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "life/record.h"

/**
 * struct fixture - an empty directory of records
 * @dir: its path
 * @records: open and locked
 */
struct fixture {
	char dir[64];
	struct ebpfmm_records records;
};

static inline int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct ebpfmm_error err;
	char *parent;

	snprintf(fixture->dir, sizeof(fixture->dir), "/tmp/test-record.XXXXXX");
	parent = mkdtemp(fixture->dir);
	assert_non_null(parent);
	strcat(fixture->dir, "/run");
	assert_int_equal(ebpfmm_records_open(fixture->dir, &fixture->records, &err), 0);
	*state = fixture;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *fixture = *state;
	char command[128];

	ebpfmm_records_close(&fixture->records);
	*strrchr(fixture->dir, '/') = '\0';
	snprintf(command, sizeof(command), "rm -r %s", fixture->dir);
	assert_int_equal(system(command), 0);
	free(fixture);
	return 0;
}

static inline struct ebpfmm_record sample(char *id)
{
	return (struct ebpfmm_record){ .id = id, .cgroup_id = UINT64_C(1) << 40,
				       .cgroup_path = (char *)"/sys/fs/cgroup/a\n\"b",
				       .profile = (char *)"redis.json",
				       .digest = UINT64_MAX - 1 };
}

/* What the record of a cgroup is: its id, or "" for none. */
static inline void expect_of_cgroup(struct fixture *fixture, uint64_t cgroup_id,
				    const char *id)
{
	struct ebpfmm_record record;
	struct ebpfmm_error err;

	assert_int_equal(ebpfmm_record_of_cgroup(&fixture->records, cgroup_id, &record,
						 &err), *id ? 1 : 0);
	assert_string_equal(record.id ? record.id : "", id);
	ebpfmm_record_free(&record);
}

#endif /* EBPFMM_TESTS_RECORDS_H */
