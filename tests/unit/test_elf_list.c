// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listing what of a file has anonymous memory, against what look-ups by name say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elf/list.h"
#include "fixture.h"

#define LEAST	(4 * 4096)

static const struct ebpfmm_listed *find(const struct ebpfmm_listing *listing, const char *name)
{
	for (uint32_t i = 0; i < listing->count; i++)
		if (!strcmp(listing->list[i].name, name))
			return &listing->list[i];
	return NULL;
}

static struct ebpfmm_listing *list(const char *name, const char *debug)
{
	int fd = open_fixture(name), debugfd = debug ? open_fixture(debug) : -1;
	struct ebpfmm_listing *listing = NULL;
	struct ebpfmm_error err = {};

	if (ebpfmm_list(fd, debugfd, LEAST, &listing, &err))
		fail_msg("%s: %s", name, err.message);
	close(fd);
	if (debugfd >= 0)
		close(debugfd);
	return listing;
}

static void check(struct ebpfmm_elf *elf, const struct ebpfmm_listed *listed)
{
	struct ebpfmm_range range, anonymous;
	struct ebpfmm_error err = {};
	int rc;

	if (listed->kind == EBPFMM_ELF_SYMBOL)
		rc = ebpfmm_elf_symbol(elf, listed->name, &range, &err);
	else
		rc = ebpfmm_elf_section(elf, listed->name, &range, &err);
	if (rc)
		fail_msg("%s: %s", listed->name, err.message);
	assert_int_equal(range.start, listed->range.start);
	assert_int_equal(range.end, listed->range.end);
	assert_int_equal(ebpfmm_elf_anonymous(elf, &range, &anonymous), 0);
	assert_int_equal(anonymous.start, listed->anonymous.start);
	assert_int_equal(anonymous.end, listed->anonymous.end);
	assert_true(anonymous.end - anonymous.start >= LEAST);
}

static void test_fixtures(void **state)
{
	(void)state;
	for (size_t i = 0; i < NFIXTURES; i++) {
		struct ebpfmm_listing *listing = list(fixtures[i], NULL);
		struct ebpfmm_error err = {};
		struct ebpfmm_elf *elf;
		int fd = open_fixture(fixtures[i]);

		assert_int_equal(ebpfmm_elf_open(fd, &elf, &err), 0);
		assert_memory_equal(&listing->image, ebpfmm_elf_image(elf),
				    sizeof(listing->image));
		for (uint32_t j = 0; j < listing->count; j++)
			check(elf, &listing->list[j]);
		/* Large ones are there, small ones and what is in the file are not. */
		assert_non_null(find(listing, "hot_table"));
		assert_null(find(listing, "next_table"));
		assert_null(find(listing, "initialised"));
		assert_null(find(listing, ".text"));
		ebpfmm_elf_close(elf);
		close(fd);
		free(listing);
	}
}

static void test_sections(void **state)
{
	struct ebpfmm_listing *listing = list("pie", NULL);
	const struct ebpfmm_listed *bss = find(listing, ".bss");

	(void)state;
	assert_non_null(bss);
	assert_int_equal(bss->kind, EBPFMM_ELF_SECTION);
	assert_non_null(find(listing, "lookup"));
	assert_int_equal(find(listing, "lut")->kind, EBPFMM_ELF_SYMBOL);
	free(listing);
}

/* Symbols of a stripped file come from its debug file. */
static void test_debug(void **state)
{
	struct ebpfmm_listing *listing = list("pie.bare", NULL);

	(void)state;
	assert_true(listing->stripped);
	assert_true(listing->id_size > 1);
	assert_null(find(listing, "lut"));
	assert_non_null(find(listing, ".bss"));
	free(listing);
	listing = list("pie.bare", "pie.debug");
	assert_non_null(find(listing, "lut"));
	free(listing);
}

/* The largest ones are kept. */
static void test_room(void **state)
{
	struct ebpfmm_listed two[2];
	struct ebpfmm_error err = {};
	struct ebpfmm_elf *elf;
	int fd = open_fixture("pie");
	uint32_t count;

	(void)state;
	assert_int_equal(ebpfmm_elf_open(fd, &elf, &err), 0);
	assert_int_equal(ebpfmm_elf_list(elf, LEAST, two, 2, &count, &err), 0);
	assert_int_equal(count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_true(!strcmp(two[i].name, ".bss") || !strcmp(two[i].name, "hot_table"));
	ebpfmm_elf_close(elf);
	close(fd);
}

static void test_invalid(void **state)
{
	static const char script[] = "#!/bin/sh\n";
	struct ebpfmm_listing *listing = NULL;
	struct ebpfmm_error err = {};
	FILE *file = tmpfile();

	(void)state;
	fputs(script, file);
	fflush(file);
	assert_int_equal(ebpfmm_list(fileno(file), -1, LEAST, &listing, &err), -1);
	assert_true(err.message[0]);
	assert_null(listing);
	fclose(file);
}

/* What a reader that a hostile file controls could answer. */
static void test_hostile(void **state)
{
	struct ebpfmm_listing *good = list("pie", NULL), *bad = malloc(sizeof(*bad));

	(void)state;
	assert_true(good->count > 1);
	assert_null(ebpfmm_listing_check(good));
#define WRONG(what, change) do {						\
	*bad = *good;								\
	change;									\
	assert_non_null(ebpfmm_listing_check(bad));				\
	assert_string_equal(ebpfmm_listing_check(bad), what);			\
} while (0)
	WRONG("truth", bad->done = 2);
	WRONG("text", memset(bad->why, 'x', sizeof(bad->why)));
	WRONG("build id", bad->id_size = 1);
	WRONG("build id", bad->id_size = EBPFMM_BUILD_ID_MAX + 1);
	WRONG("number of entries", bad->count = EBPFMM_LIST_MAX + 1);
	WRONG("extent", bad->image.extent.end = UINT64_MAX);
	WRONG("kind", bad->list[1].kind = 7);
	WRONG("name", bad->list[1].name[0] = '\0');
	WRONG("name", memset(bad->list[1].name, 'x', EBPFMM_LIST_NAME));
	WRONG("range", bad->list[1].range.end = bad->image.extent.end + 1);
	WRONG("anonymous range", bad->list[1].anonymous.end = 0);
	WRONG("anonymous range", bad->list[1].anonymous.start -= 1);
#undef WRONG
	free(good);
	free(bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_debug),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
