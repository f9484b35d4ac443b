// SPDX-License-Identifier: GPL-2.0-only
/* Who forbids a page size: what smaps says of a mapping, and its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/forbid.h"

#define LARGE (1U << (EBPFMM_ORDERS - 1))
#define MIDDLE (1U << 4)

/* Three mappings; the name of the second one is chosen by a tenant. */
static const char smaps[] =
	"10000-20000 rw-p 00000000 00:00 0 \n"
	"Size:                 64 kB\n"
	"VmFlags: rd wr mr mw me nh ac \n"
	"20000-40000 rw-p 00000000 00:00 0   [anon:VmFlags: nh um]\n"
	"THPeligible:           0\n"
	"VmFlags: rd wr mr mw me hg ac \n"
	"40000-50000 rw-p 00000000 00:00 0   /tmp/x nh um\n"
	"VmFlags: rd wr um uw ac \n";

static struct ebpfmm_forbidden flags_at(uint64_t address)
{
	struct ebpfmm_forbidden out = {};
	FILE *file = tmpfile();

	assert_non_null(file);
	fputs(smaps, file);
	rewind(file);
	ebpfmm_forbidden_flags(fileno(file), address, LARGE | MIDDLE, &out);
	fclose(file);
	return out;
}

static void test_flags(void **state)
{
	struct ebpfmm_forbidden out = flags_at(0x1ffff);

	(void)state;
	assert_int_equal(out.by[EBPFMM_BY_MADVISE], LARGE | MIDDLE);
	out = flags_at(0x20000);
	assert_int_equal(out.by[EBPFMM_BY_MADVISE], 0);
	out = flags_at(0x4f000);
	assert_int_equal(out.by[EBPFMM_BY_MADVISE], 0);
}

static void test_not_there(void **state)
{
	const struct ebpfmm_forbidden none = {};
	struct ebpfmm_forbidden out = flags_at(0x50000);

	(void)state;
	assert_memory_equal(&out, &none, sizeof(none));
	ebpfmm_forbidden_flags(-1, 0x10000, LARGE, &out);
	assert_memory_equal(&out, &none, sizeof(none));
}

/* 64K fit from 0x210000 to the end, and 2M nowhere. */
static void test_bounds(void **state)
{
	struct ebpfmm_explanation explanation = {
		.vm_start = 0x201000, .vm_end = 0x230000, .event.address = 0x210000,
	};
	struct ebpfmm_forbidden out;

	(void)state;
	ebpfmm_forbidden_find(getpid(), &explanation, LARGE | MIDDLE, &out);
	assert_int_equal(out.by[EBPFMM_BY_MAPPING], LARGE);
	explanation.event.address = 0x20f000;
	ebpfmm_forbidden_find(getpid(), &explanation, LARGE | MIDDLE, &out);
	assert_int_equal(out.by[EBPFMM_BY_MAPPING], LARGE | MIDDLE);
	explanation.vm_start = 0x200000;
	explanation.vm_end = 0x400000;
	ebpfmm_forbidden_find(getpid(), &explanation, LARGE | MIDDLE, &out);
	assert_int_equal(out.by[EBPFMM_BY_MAPPING], 0);
	explanation.vm_end--;
	ebpfmm_forbidden_find(getpid(), &explanation, LARGE, &out);
	assert_int_equal(out.by[EBPFMM_BY_MAPPING], LARGE);
}

/* Whoever is not found, each size has somebody. */
static void test_somebody(void **state)
{
	struct ebpfmm_explanation explanation = { .vm_end = UINT64_MAX };
	struct ebpfmm_forbidden out;
	unsigned int all = 0;

	(void)state;
	ebpfmm_forbidden_find(getpid(), &explanation, LARGE | MIDDLE, &out);
	for (int who = 0; who < EBPFMM_FORBIDDERS; who++)
		all |= out.by[who];
	assert_int_equal(all, LARGE | MIDDLE);
	ebpfmm_forbidden_find(getpid(), &explanation, 0, &out);
	for (int who = 0; who < EBPFMM_FORBIDDERS; who++)
		assert_int_equal(out.by[who], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_somebody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
