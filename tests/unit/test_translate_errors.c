// SPDX-License-Identifier: GPL-2.0-only
/*
 * Profiles that cannot be translated against a root, and the place named.
 */
#include "translation.h"

static void test_anchors_refused(void **state)
{
	static const struct {
		enum ebpfmm_anchor_kind kind;
		const char *name;
		const char *message;
	} cases[] = {
		{ EBPFMM_ANCHOR_SYMBOL, "absent",
		  "programs[0].regions[1].anchor.symbol: /pie: no symbol absent" },
		{ EBPFMM_ANCHOR_SECTION, ".absent",
		  "programs[0].regions[1].anchor.section: /pie: no section .absent" },
		{ EBPFMM_ANCHOR_SYMBOL, "per_thread",
		  "programs[0].regions[1].anchor.symbol: /pie: per_thread is thread-local" },
		{ EBPFMM_ANCHOR_SYMBOL, "main",
		  "programs[0].regions[1].anchor.symbol: /pie: main is a function" },
		{ EBPFMM_ANCHOR_SYMBOL, "initialised",
		  "programs[0].regions[1].anchor.symbol: can hold no anonymous memory "
		  "(/pie: all pages of initialised are mapped from the file)" },
		{ EBPFMM_ANCHOR_SECTION, ".data",
		  "programs[0].regions[1].anchor.section: can hold no anonymous memory "
		  "(/pie: all pages of .data are mapped from the file)" },
	};
	size_t i;

	(void)state;
	add(EBPFMM_ANCHOR_STACK, NULL);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		programs[0].nregions = 1;
		add(cases[i].kind, cases[i].name);
		assert_refused(cases[i].message);
	}
	programs[0].exe = "/high";
	regions[1].name = "table";
	regions[1].kind = EBPFMM_ANCHOR_SYMBOL;
	assert_refused("programs[0].regions[1].anchor.symbol: /high: table is linked at too high an address");
}

static void test_reach_refused(void **state)
{
	struct ebpfmm_profile_region *region =
		add(EBPFMM_ANCHOR_SYMBOL, "hot_table");

	(void)state;
	region->offset = 5 * (1 << 20) + 123;
	assert_refused("programs[0].regions[0].offset: 5243003 is outside hot_table, which has 5243003 bytes");
	region->offset = UINT64_MAX;
	assert_refused("programs[0].regions[0].offset: 18446744073709551615 is outside hot_table, which has 5243003 bytes");
	cut(region, 3, 5 * (1 << 20) + 121);
	assert_refused("programs[0].regions[0].length: 5243001 reaches beyond the end of hot_table, which has 5243000 bytes from the offset on");
	cut(region, 3, UINT64_MAX);
	assert_refused("programs[0].regions[0].length: 18446744073709551615 reaches beyond the end of hot_table, which has 5243000 bytes from the offset on");
	cut(region, 3, 0);
	assert_refused("programs[0].regions[0].length: must be greater than 0");

	region->kind = EBPFMM_ANCHOR_HEAP;
	cut(region, 0, UINT64_MAX);
	assert_refused("programs[0].regions[0].length: 18446744073709551615 reaches beyond the end of the address space, which has 17592186040320 bytes from the offset on");
	cut(region, UINT64_MAX, UINT64_MAX);
	assert_refused("programs[0].regions[0].offset: 18446744073709551615 is outside the address space, which has 17592186040320 bytes");
	region->kind = EBPFMM_ANCHOR_MAPPING;
	region->name = NULL;
	region->max_size = 1 << 20;
	cut(region, 1, 1 << 20);
	assert_refused("programs[0].regions[0].length: 1048576 reaches beyond the end of the largest such mapping, which has 1048575 bytes from the offset on");
}

static void test_overlaps_refused(void **state)
{
	(void)state;
	cut(add(EBPFMM_ANCHOR_HEAP, NULL), 100, 100);
	cut(add(EBPFMM_ANCHOR_HEAP, NULL), 0, 101);
	assert_refused("programs[0].regions[1]: overlaps programs[0].regions[0]");
	cut(&regions[1], 199, 1);
	assert_refused("programs[0].regions[1]: overlaps programs[0].regions[0]");
	cut(&regions[1], 100, 1);
	assert_refused("programs[0].regions[1]: overlaps programs[0].regions[0]");
	/* Apart, but all of the second one is in the page of the first. */
	cut(&regions[1], 200, 1);
	assert_refused("programs[0].regions[1]: has no page of its own: its pages belong to programs[0].regions[0]");
	regions[1].kind = EBPFMM_ANCHOR_STACK;
	free(translate());

	regions[0].kind = EBPFMM_ANCHOR_SYMBOL;
	regions[0].name = "lut";
	cut(&regions[0], 8192, 8192);
	regions[1].kind = EBPFMM_ANCHOR_SECTION;
	regions[1].name = "lookup";
	cut(&regions[1], 16383, 2 * PAGE);
	assert_refused("programs[0].regions[1]: overlaps programs[0].regions[0]");
	cut(&regions[1], 16384, 2 * PAGE);
	free(translate());
}

static void test_programs_refused(void **state)
{
	static const struct {
		const char *name;
		const char *content;	/* NULL: a FIFO */
		const char *message;
	} cases[] = {
		{ "script", "#!/bin/sh\nexit\n",
		  "programs[0].exe: /script: a script: name its interpreter instead" },
		{ "text", "hello\n", "programs[0].exe: /text: not an ELF file" },
		{ "empty", "", "programs[0].exe: /empty: empty, not an ELF file" },
		{ "fifo", NULL, "programs[0].exe: /fifo: not a regular file" },
	};
	char dir[] = "/tmp/ebpfmm-translate-XXXXXX", exe[16];
	int fixtures_before = fixtures_fd;
	size_t i;

	(void)state;
	programs[0].exe = "/absent";
	assert_refused("programs[0].exe: /absent: not in the container's root");
	assert_int_equal(err.code, ENOENT);
	programs[0].exe = "/";
	assert_refused("programs[0].exe: /: not a regular file");

	assert_non_null(mkdtemp(dir));
	fixtures_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	how.rootfd = fixtures_fd;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (cases[i].content) {
			int fd = openat(fixtures_fd, cases[i].name,
					O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
			size_t length = strlen(cases[i].content);

			assert_int_equal(write(fd, cases[i].content, length),
					 length);
			close(fd);
		} else {
			assert_int_equal(mkfifoat(fixtures_fd, cases[i].name,
						  0755), 0);
		}
		snprintf(exe, sizeof(exe), "/%s", cases[i].name);
		programs[0].exe = exe;
		assert_refused(cases[i].message);
		assert_int_equal(unlinkat(fixtures_fd, cases[i].name, 0), 0);
	}
	close(fixtures_fd);
	fixtures_fd = fixtures_before;
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_anchors_refused, reset),
		cmocka_unit_test_setup(test_reach_refused, reset),
		cmocka_unit_test_setup(test_overlaps_refused, reset),
		cmocka_unit_test_setup(test_programs_refused, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
