// SPDX-License-Identifier: GPL-2.0-only
/*
 * What profiles are translated to, for programs that say themselves where
 * their memory is.
 */
#include "translation.h"

static void assert_pages(const struct ebpfmm_table *table, size_t index,
			 uint32_t start, uint32_t end, uint16_t source)
{
	assert_int_equal(table->large.regions[index].start, start);
	assert_int_equal(table->large.regions[index].end, end);
	assert_int_equal(table->large.regions[index].source, source);
}

static void assert_span(const struct ebpfmm_span *span, uint16_t first,
			uint16_t count)
{
	assert_int_equal(span->count, count);
	if (count)
		assert_int_equal(span->first, first);
}

static const struct ebpfmm_range *truth_of(const struct truth *truth,
					   const char *name)
{
	size_t i;

	for (i = 0; i < truth->nanchors; i++)
		if (!strcmp(truth->anchors[i].name, name))
			return &truth->anchors[i].range;
	fail_msg("%s is not in the fixture", name);
	return NULL;
}

/*
 * "hidden" begins in the page that "hot_table" ends in (in all but the static
 * ones there is nothing in between), and "lookup" follows.
 */
static void test_truth(void **state)
{
	static const char *const names[] = { "hot_table", "hidden", "lookup" };
	size_t f, i;

	(void)state;
	for (f = 0; f < NFIXTURES; f++) {
		uint32_t before = 0, found = 0;
		struct ebpfmm_table *table;
		struct ebpfmm_program *program;
		struct truth truth;
		char exe[32];

		if (!strcmp(fixtures[f], "stripped") ||
		    !strcmp(fixtures[f], "medium"))
			continue;
		reset(NULL);
		run_fixture(fixtures[f], &truth);
		snprintf(exe, sizeof(exe), "/%s", fixtures[f]);
		programs[0].exe = exe;
		/* Not in the order of their addresses. */
		add(EBPFMM_ANCHOR_SECTION, "lookup");
		add(EBPFMM_ANCHOR_SYMBOL, "hot_table");
		add(EBPFMM_ANCHOR_SYMBOL, "hidden");
		table = translate();
		program = &table->large.header.programs[0];
		assert_int_equal(program->start_code, truth.start_code);
		assert_int_equal(program->image_start, truth.image.start);
		assert_int_equal(program->image_end, truth.image.end);
		assert_span(&program->image, 0, 3);
		for (i = 0; i < 3; i++) {
			struct ebpfmm_range part;
			uint32_t start, end;

			assert_int_equal(true_anonymous(&truth,
				truth_of(&truth, names[i]), &part), 0);
			start = part.start / PAGE;
			end = (part.end + PAGE - 1) / PAGE;
			found += start < before;
			if (start < before)
				start = before;
			assert_pages(table, i, start, end, (i + 1) % 3);
			assert_int_equal(table->large.regions[i].benefit[EBPFMM_BENEFIT(4)],
					 100 + (i + 1) % 3);
			before = end;
		}
		assert_true(found >= 1);
		free(table);
	}
}

static void test_cut(void **state)
{
	struct ebpfmm_table *table;
	struct truth truth;
	uint64_t start;

	(void)state;
	run_fixture("pie", &truth);
	start = truth_of(&truth, "hot_table")->start;
	cut(add(EBPFMM_ANCHOR_SYMBOL, "hot_table"), 0, 1);
	cut(add(EBPFMM_ANCHOR_SYMBOL, "hot_table"), 2 << 20, 8 * PAGE);
	/* Ends with the symbol. */
	add(EBPFMM_ANCHOR_SYMBOL, "hot_table")->offset = 4 << 20;
	table = translate();
	assert_pages(table, 0, start / PAGE, start / PAGE + 1, 0);
	assert_pages(table, 1, (start + (2 << 20)) / PAGE,
		     (start + (2 << 20)) / PAGE + 9, 1);
	assert_pages(table, 2, (start + (4 << 20)) / PAGE,
		     (truth_of(&truth, "hot_table")->end + PAGE - 1) / PAGE, 2);
	free(table);
}

static void test_spaces(void **state)
{
	const struct ebpfmm_program *program;
	const struct ebpfmm_mapping *mappings;
	struct ebpfmm_profile_region *region;
	struct ebpfmm_table *table;

	(void)state;
	region = add(EBPFMM_ANCHOR_MAPPING, "glibc: malloc");	/* 0 */
	region->min_size = 64 << 20;
	add(EBPFMM_ANCHOR_STACK, NULL);				/* 1 */
	region = add(EBPFMM_ANCHOR_MAPPING, NULL);		/* 2 */
	region->max_size = 10 * PAGE + 1;
	region->offset = 5000;
	cut(add(EBPFMM_ANCHOR_HEAP, NULL), 16 * PAGE, 1);	/* 3 */
	cut(add(EBPFMM_ANCHOR_HEAP, NULL), 0, 16 * PAGE);	/* 4 */
	region = add(EBPFMM_ANCHOR_MAPPING, NULL);		/* 5: as 2 */
	region->max_size = 10 * PAGE + 1;
	cut(region, 0, 5000);
	programs[0].has_default = true;
	programs[0].fallback.sizes = 1;
	programs[0].fallback.touched = 512;
	profile.limit[9] = 512 << 20;

	table = translate();
	program = &table->large.header.programs[0];
	mappings = &table->large.header.mappings[program->mappings.first];
	assert_int_equal(table->large.header.format, EBPFMM_FORMAT);
	assert_string_equal(table->large.header.name, "test");
	assert_int_equal(table->large.header.limit[9], 512 << 20);
	assert_true(table->large.header.limit[4] == UINT64_MAX);
	assert_int_equal(table->large.header.nprograms, 1);
	assert_int_equal(table->large.header.nregions, 7);
	assert_int_equal(table->large.header.nmappings, 2);
	assert_span(&program->image, 0, 0);
	assert_span(&program->heap, 0, 2);
	assert_span(&program->stack, 2, 1);
	assert_span(&program->mappings, 0, 2);
	assert_pages(table, 0, 0, 16, 4);
	assert_pages(table, 1, 16, 17, 3);
	assert_pages(table, 2, 0, UINT32_MAX, 1);

	assert_string_equal(mappings[0].name, "glibc: malloc");
	assert_int_equal(mappings[0].name_len, 13);
	assert_int_equal(mappings[0].min_size, 64 << 20);
	assert_true(mappings[0].max_size == UINT64_MAX);
	assert_span(&mappings[0].regions, 3, 1);
	assert_pages(table, 3, 0, UINT32_MAX, 0);
	assert_int_equal(mappings[1].name_len, 0);
	assert_span(&mappings[1].regions, 4, 2);
	/* The page in which one ends and the other begins is the first one's. */
	assert_pages(table, 4, 0, 2, 5);
	assert_pages(table, 5, 2, 11, 2);

	assert_int_equal(program->default_region, 6);
	assert_pages(table, 6, 0, UINT32_MAX, EBPFMM_NO_REGION);
	assert_int_equal(table->large.regions[6].touched, 512);
	assert_true(ebpfmm_table_is_small(table));
	free(table);
}

static int count_up(int fd, bool mapped, struct ebpfmm_file *file, void *data,
		    struct ebpfmm_error *error)
{
	uint32_t *next = data;
	struct stat st;

	(void)mapped;
	(void)error;
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	*file = (struct ebpfmm_file){ .identity = { .ino = 1ULL << 40 | *next,
						     .dev = 7 } };
	++*next;
	return 0;
}

/* Inode numbers say nothing without the file system they are of. */
static int other_device(int fd, bool mapped, struct ebpfmm_file *file, void *data,
			struct ebpfmm_error *error)
{
	uint32_t *next = data;

	(void)fd;
	(void)mapped;
	(void)error;
	*file = (struct ebpfmm_file){ .identity = { .ino = 3, .dev = ++*next } };
	return 0;
}

static int same_again(int fd, bool mapped, struct ebpfmm_file *file, void *data,
		      struct ebpfmm_error *error)
{
	(void)fd;
	(void)data;
	(void)mapped;
	(void)error;
	*file = (struct ebpfmm_file){ .identity = { .ino = 3, .dev = 4 } };
	return 0;
}

static int cannot(int fd, bool mapped, struct ebpfmm_file *file, void *data,
		  struct ebpfmm_error *error)
{
	(void)fd;
	(void)file;
	(void)data;
	(void)mapped;
	return ebpfmm_fail(error, EPERM, "who is it");
}

static void test_programs(void **state)
{
	const struct ebpfmm_header *header;
	struct ebpfmm_table *table = NULL;
	uint32_t next = 1;

	(void)state;
	add(EBPFMM_ANCHOR_MAPPING, NULL);
	programs[0].has_default = true;
	programs[0].fallback.sizes = 1;
	programs[1] = programs[0];
	programs[1].exe = "/nopie";
	programs[1].has_default = false;
	programs[2].exe = "/static";
	profile.nprograms = 3;
	how.identify = count_up;
	how.data = &next;
	assert_int_equal(ebpfmm_translate(&profile, &how, &table, &err), 0);
	header = &table->large.header;
	assert_int_equal(header->nprograms, 3);
	assert_int_equal(header->programs[0].file.ino, 1ULL << 40 | 1);
	assert_int_equal(header->programs[1].file.ino, 1ULL << 40 | 2);
	assert_int_equal(header->programs[2].file.dev, 7);
	/* Each has its own matchers, alike as they are. */
	assert_int_equal(header->nmappings, 2);
	assert_span(&header->programs[0].mappings, 0, 1);
	assert_span(&header->programs[1].mappings, 1, 1);
	assert_span(&header->programs[2].mappings, 2, 0);
	assert_span(&header->mappings[1].regions, 2, 1);
	assert_int_equal(header->programs[0].default_region, 1);
	assert_int_equal(header->programs[1].default_region, EBPFMM_NO_REGION);
	assert_int_equal(header->programs[2].default_region, EBPFMM_NO_REGION);
	assert_int_equal(table->bias_align[0], PAGE);
	assert_int_equal(table->bias_align[1], 0);
	free(table);

	how.identify = other_device;
	assert_int_equal(ebpfmm_translate(&profile, &how, &table, &err), 0);
	free(table);
	table = NULL;
	how.identify = same_again;
	assert_int_equal(ebpfmm_translate(&profile, &how, &table, &err), -1);
	assert_string_equal(err.message,
		"programs[1].exe: /nopie: the same file as programs[0].exe");
	how.identify = cannot;
	assert_int_equal(ebpfmm_translate(&profile, &how, &table, &err), -1);
	assert_string_equal(err.message,
		"programs[0].exe: /pie: who is it: Operation not permitted");
	assert_null(table);

	how.identify = NULL;
	programs[2].exe = "/../nopie";
	assert_refused("programs[2].exe: /../nopie: the same file as programs[1].exe");
}

/* As many as the table holds, and which storage they need. */
static void test_many(void **state)
{
	struct ebpfmm_table *table;
	size_t i;

	(void)state;
	for (i = 0; i < EBPFMM_SMALL_REGIONS; i++)
		cut(add(EBPFMM_ANCHOR_HEAP, NULL), i << 20, 1 << 20);
	table = translate();
	assert_true(ebpfmm_table_is_small(table));
	free(table);
	cut(add(EBPFMM_ANCHOR_HEAP, NULL), i++ << 20, 1 << 20);
	table = translate();
	assert_false(ebpfmm_table_is_small(table));
	free(table);
	/* Of one symbol, last first. */
	for (; i < EBPFMM_LARGE_REGIONS; i++)
		cut(add(EBPFMM_ANCHOR_SYMBOL, "hot_table"),
		    (EBPFMM_LARGE_REGIONS - i) * PAGE, PAGE);
	table = translate();
	assert_int_equal(table->large.header.nregions, EBPFMM_LARGE_REGIONS);
	for (i = 1; i < EBPFMM_LARGE_REGIONS - EBPFMM_SMALL_REGIONS - 1; i++)
		assert_true(table->large.regions[i].start ==
			    table->large.regions[i - 1].end);
	free(table);
}

/* What is told apart, and what is not. */
static void test_matchers(void **state)
{
	static const struct {
		const char *name;
		uint64_t min, max;
		uint16_t nth;
	} kinds[] = {
		{ "arena", 0, UINT64_MAX, 2 }, { "arena", 0, UINT64_MAX, 1 },
		{ "arena", 0, UINT64_MAX, 0 }, { "are", 0, UINT64_MAX, 0 },
		{ "arenas", 0, UINT64_MAX, 0 }, { NULL, 0, UINT64_MAX, 0 },
		{ NULL, 1, UINT64_MAX, 0 }, { NULL, 0, 1 << 30, 0 },
		{ "arena", 0, 1 << 30, 0 },
	};
	enum { KINDS = sizeof(kinds) / sizeof(*kinds) };
	struct ebpfmm_table *table;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * KINDS; i++) {
		struct ebpfmm_profile_region *region =
			add(EBPFMM_ANCHOR_MAPPING, kinds[i % KINDS].name);

		region->min_size = kinds[i % KINDS].min;
		region->max_size = kinds[i % KINDS].max;
		region->nth = kinds[i % KINDS].nth;
		cut(region, i << 20, 1 << 20);
	}
	table = translate();
	assert_int_equal(table->large.header.nmappings, KINDS);
	/* In the order of the profile, in which the policy tries them. */
	for (i = 0; i < KINDS; i++) {
		assert_int_equal(table->large.header.mappings[i].nth, kinds[i].nth);
		assert_span(&table->large.header.mappings[i].regions, 2 * i, 2);
		assert_pages(table, 2 * i, i << 8, (i + 1) << 8, i);
		assert_pages(table, 2 * i + 1, (i + KINDS) << 8,
			     (i + KINDS + 1) << 8, i + KINDS);
	}
	free(table);
}

static void test_many_others(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < EBPFMM_MAX_MAPPINGS; i++)
		add(EBPFMM_ANCHOR_MAPPING, NULL)->min_size = i;
	free(translate());
}

/* A file's name may be longer than a table has room for. */
static void test_long_name(void **state)
{
	struct ebpfmm_table *table;

	(void)state;
	profile.name = "a name that is just one letter longer than a table has room for.";
	table = translate();
	assert_string_equal(table->large.header.name,
			    "a name that is just one letter longer than a table has room for");
	free(table);
}

/* The first page of next_table is one of the file, the second is not. */
static void test_partly_anonymous(void **state)
{
	struct ebpfmm_profile_region *region;
	struct ebpfmm_table *table;
	struct truth truth;
	uint64_t start;

	(void)state;
	run_fixture("pie", &truth);
	start = truth_of(&truth, "next_table")->start;
	assert_true(start < truth.anonymous[0].start);
	region = add(EBPFMM_ANCHOR_SYMBOL, "next_table");
	table = translate();
	assert_pages(table, 0, truth.anonymous[0].start / PAGE,
		     (truth_of(&truth, "next_table")->end + PAGE - 1) / PAGE, 0);
	free(table);
	cut(region, 0, truth.anonymous[0].start - start + 1);
	table = translate();
	assert_pages(table, 0, truth.anonymous[0].start / PAGE,
		     truth.anonymous[0].start / PAGE + 1, 0);
	free(table);
	cut(region, 0, truth.anonymous[0].start - start);
	assert_refused("programs[0].regions[0].anchor.symbol: can hold no anonymous memory "
		       "(/pie: all pages of next_table are mapped from the file)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_truth, reset),
		cmocka_unit_test_setup(test_cut, reset),
		cmocka_unit_test_setup(test_spaces, reset),
		cmocka_unit_test_setup(test_programs, reset),
		cmocka_unit_test_setup(test_many, reset),
		cmocka_unit_test_setup(test_matchers, reset),
		cmocka_unit_test_setup(test_many_others, reset),
		cmocka_unit_test_setup(test_long_name, reset),
		cmocka_unit_test_setup(test_partly_anonymous, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
