// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stripped programs whose symbols are in a file apart: in the image, with the
 * operator, nowhere, or something else in its place.
 */
#include "translation.h"

#include <time.h>

#include "image/cache.h"
#include "image/debug_file.h"
#include "scratch.h"

/* ".build-id/xx/yyyy.debug" of the program. */
static char place[256];
static char in_root[sizeof(place) + 64];
static char in_debug[sizeof(place) + 64];

static void find_place(void)
{
	unsigned char id[EBPFMM_BUILD_ID_MAX];
	struct ebpfmm_elf *elf = NULL;
	int fd = open_fixture("apart");
	size_t size, i;
	char *at;

	assert_int_equal(ebpfmm_elf_open(fd, &elf, &err), 0);
	assert_int_equal(ebpfmm_elf_build_id(elf, id, &size, &err), 0);
	assert_true(size > 2);
	at = stpcpy(place, ".build-id/");
	for (i = 0; i < size; i++) {
		at += sprintf(at, "%02x", id[i]);
		if (!i)
			*at++ = '/';
	}
	strcpy(at, ".debug");
	ebpfmm_elf_close(elf);
	close(fd);
	snprintf(in_root, sizeof(in_root), "root/usr/lib/debug/%s", place);
	snprintf(in_debug, sizeof(in_debug), "debug/%s", place);
}

/* A root with the program, a directory of the operator's, no debug file. */
static int begin(void **state)
{
	reset(state);
	if (!place[0]) {
		find_place();
		put_fixture("root/apart", "apart");
		put_bytes("debug/empty", "", 0);
	}
	unlink(in_scratch(in_root));
	unlink(in_scratch(in_debug));
	how.rootfd = open_scratch("root");
	programs[0].exe = "/apart";
	add(EBPFMM_ANCHOR_SYMBOL, "hidden");
	return 0;
}

static int end(void **state)
{
	(void)state;
	close(how.rootfd);
	if (how.debugfd >= 0)
		close(how.debugfd);
	return 0;
}

/* What it was made from, which has its symbols, gives the same regions. */
static void assert_found(void)
{
	struct ebpfmm_table *table = translate(), *whole;
	int rootfd = how.rootfd;

	how.rootfd = fixtures_fd;
	programs[0].exe = "/pie";
	whole = translate();
	how.rootfd = rootfd;
	programs[0].exe = "/apart";
	assert_memory_equal(table->large.regions, whole->large.regions,
			    sizeof(table->large.regions));
	assert_memory_equal(&table->large.header, &whole->large.header,
			    sizeof(table->large.header));
	free(table);
	free(whole);
}

static void assert_unusable(const char *format)
{
	char message[512];

	snprintf(message, sizeof(message), format, place);
	assert_refused(message);
}

static void test_nowhere(void **state)
{
	(void)state;
	assert_unusable("programs[0].regions[0].anchor.symbol: /apart: no symbol hidden "
			"(the program is stripped); found no debug file %s in the "
			"image or on the node");
	how.debugfd = open_scratch("debug");
	assert_unusable("programs[0].regions[0].anchor.symbol: /apart: no symbol hidden "
			"(the program is stripped); found no debug file %s in the "
			"image or on the node");
	/* Sections it has. */
	regions[0].kind = EBPFMM_ANCHOR_SECTION;
	regions[0].name = ".bss";
	free(translate());
}

static void test_in_image(void **state)
{
	(void)state;
	put_fixture(in_root, "apart.debug");
	assert_found();
}

static void test_operators(void **state)
{
	(void)state;
	how.debugfd = open_scratch("debug");
	put_fixture(in_debug, "apart.debug");
	assert_found();
}

static int settled(int fd, bool mapped, struct ebpfmm_file *file, void *data,
		   struct ebpfmm_error *error)
{
	(void)fd;
	(void)mapped;
	(void)data;
	(void)error;
	*file = (struct ebpfmm_file){ .identity = { .ino = 1, .dev = 8U << 20 },
				      .ctime = time(NULL) - 3600 };
	return 0;
}

/* What a debug file said is not remembered; what the program says is. */
static void test_not_cached(void **state)
{
	char dir[sizeof(scratch) + 16], devices[sizeof(scratch) + 16];

	(void)state;
	put_bytes("devices/8:0/diskseq", "5\n", 2);
	strcpy(dir, in_scratch("cache"));
	strcpy(devices, in_scratch("devices"));
	how.identify = settled;
	how.cache = ebpfmm_cache_open(dir, devices);
	put_fixture(in_root, "apart.debug");
	free(translate());
	assert_int_equal(rmdir(dir), 0);
	ebpfmm_cache_close(how.cache);
	how.cache = ebpfmm_cache_open(dir, devices);
	regions[0].kind = EBPFMM_ANCHOR_SECTION;
	regions[0].name = ".bss";
	free(translate());
	assert_int_equal(rmdir(dir), -1);
	ebpfmm_cache_close(how.cache);
}

/* What the image has in its place can harm nobody else. */
static void test_hostile(void **state)
{
	char outside[sizeof(scratch) + 64];

	(void)state;
	put_bytes(in_root, "hello", 5);
	assert_unusable("programs[0].regions[0].anchor.symbol: /apart: no symbol hidden "
			"(the program is stripped); its debug file /usr/lib/debug/%s: "
			"not an ELF file");
	how.debugfd = open_scratch("debug");
	put_fixture(in_debug, "apart.debug");
	assert_found();

	assert_int_equal(unlink(in_scratch(in_root)), 0);
	assert_int_equal(mkfifo(in_scratch(in_root), 0644), 0);
	alarm(60);
	assert_found();
	alarm(0);

	/* Of another program. */
	assert_int_equal(unlink(in_scratch(in_root)), 0);
	put_fixture(in_root, "nopie");
	assert_found();

	/* What is outside of the root is not its own. */
	assert_int_equal(unlink(in_scratch(in_debug)), 0);
	assert_int_equal(unlink(in_scratch(in_root)), 0);
	put_fixture("outside", "apart.debug");
	strcpy(outside, in_scratch("outside"));
	assert_int_equal(symlink(outside, in_scratch(in_root)), 0);
	assert_unusable("programs[0].regions[0].anchor.symbol: /apart: no symbol hidden "
			"(the program is stripped); found no debug file %s in the "
			"image or on the node");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nowhere, begin, end),
		cmocka_unit_test_setup_teardown(test_in_image, begin, end),
		cmocka_unit_test_setup_teardown(test_operators, begin, end),
		cmocka_unit_test_setup_teardown(test_not_cached, begin, end),
		cmocka_unit_test_setup_teardown(test_hostile, begin, end),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
