// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process says that read a tenant's file, and what it cannot say.
 */
#include "fixture.h"

#include "elf/reader.h"

#define PAGE 4096ULL
#define NQUESTIONS 2
#define SIZE (sizeof(struct ebpfmm_reading) + NQUESTIONS * sizeof(struct ebpfmm_answer))

static struct ebpfmm_elf_name names[NQUESTIONS] = {
	{ .kind = EBPFMM_ELF_SYMBOL, .name = "hot_table", .offset = PAGE },
	{ .kind = EBPFMM_ELF_SECTION, .name = ".bss" },
};

static struct ebpfmm_reading *read_fixture(const char *name)
{
	struct ebpfmm_questions questions = { .fd = open_fixture(name), .debugfd = -1,
					      .names = names, .count = NQUESTIONS,
					      .locate = true };
	struct ebpfmm_reading *reading = NULL;
	struct ebpfmm_error err = {};

	if (ebpfmm_read(&questions, &reading, &err))
		fail_msg("%s", err.message);
	close(questions.fd);
	return reading;
}

static void a_file_is_read(void **state)
{
	struct ebpfmm_reading *reading = read_fixture("pie");
	struct ebpfmm_elf *elf = NULL;
	struct ebpfmm_range range;
	int fd = open_fixture("pie");

	(void)state;
	assert_int_equal(ebpfmm_elf_open(fd, &elf, NULL), 0);
	assert_int_equal(ebpfmm_elf_symbol(elf, "hot_table", &range, NULL), 0);
	assert_int_equal(reading->outcome, EBPFMM_READ_ALL);
	assert_int_equal(reading->answered, NQUESTIONS);
	assert_range_equal(&reading->answers[0].found.range, &range);
	assert_true(reading->answers[0].located);
	assert_memory_equal(&reading->image, ebpfmm_elf_image(elf),
			    sizeof(reading->image));
	ebpfmm_elf_close(elf);
	close(fd);
	free(reading);
}

static void the_first_wrong_name_ends_it(void **state)
{
	struct ebpfmm_reading *reading;

	(void)state;
	names[1].name = ".nothing";
	reading = read_fixture("pie");
	names[1].name = ".bss";
	assert_int_equal(reading->outcome, EBPFMM_READ_BAD_NAME);
	assert_int_equal(reading->answered, 1);
	assert_string_equal(reading->why, "no section .nothing");
	free(reading);
}

/* No file, no answer. */
static void what_is_not_there_is_not_read(void **state)
{
	struct ebpfmm_questions questions = { .fd = -1, .debugfd = -1 };
	struct ebpfmm_reading *reading = NULL;
	struct ebpfmm_error err = {};

	(void)state;
	assert_int_equal(ebpfmm_read(&questions, &reading, &err), -1);
	assert_null(reading);
	assert_string_equal(err.message, "its reader cannot close its other files: "
			    "Bad file descriptor");
}

/* --- hostile answers ------------------------------------------------------------ */

/* What the process said of a file with a debug file, as far as that matters here. */
static struct ebpfmm_reading *good;
static struct ebpfmm_reading *bad;

static int begin(void **state)
{
	(void)state;
	good = read_fixture("pie");
	bad = malloc(SIZE);
	return !bad || ebpfmm_reading_check(good, NQUESTIONS);
}

static int end(void **state)
{
	(void)state;
	free(good);
	free(bad);
	return 0;
}

static const char *check(size_t count)
{
	return ebpfmm_reading_check(bad, count);
}

/* Where @member has @value, the answer cannot be, by @what. */
#define REFUSED(member, value, what) do { \
	const char *wrong_; \
	memcpy(bad, good, SIZE); \
	bad->member = (value); \
	wrong_ = check(NQUESTIONS); \
	if (!wrong_) \
		fail_msg("%s: " #member " = " #value " is believed", __func__); \
	assert_string_equal(wrong_, what); \
} while (0)

#define ACCEPTED(member, value) do { \
	memcpy(bad, good, SIZE); \
	bad->member = (value); \
	assert_null(check(NQUESTIONS)); \
} while (0)

static void outcomes(void **state)
{
	(void)state;
	REFUSED(outcome, EBPFMM_OUTCOMES, "outcome");
	REFUSED(outcome, UINT32_MAX, "outcome");
	REFUSED(outcome, EBPFMM_READ_NOTHING, "number of answers");
	REFUSED(outcome, EBPFMM_READ_BAD_FILE, "number of answers");
	REFUSED(outcome, EBPFMM_READ_BAD_DEBUG, "number of answers");
	REFUSED(outcome, EBPFMM_READ_BAD_NAME, "number of answers");
	REFUSED(answered, NQUESTIONS - 1, "number of answers");
	REFUSED(answered, NQUESTIONS + 1, "number of answers");
	REFUSED(answered, UINT32_MAX, "number of answers");
	REFUSED(stripped, 2, "truth");
	REFUSED(id_size, 1, "build id");
	REFUSED(id_size, EBPFMM_BUILD_ID_MAX + 1, "build id");
	ACCEPTED(id_size, EBPFMM_BUILD_ID_MAX);
	bad->outcome = EBPFMM_READ_BAD_NAME;
	bad->answered = NQUESTIONS - 1;
	assert_null(check(NQUESTIONS));
}

static void texts(void **state)
{
	(void)state;
	memcpy(bad, good, SIZE);
	memset(bad->why, 'x', sizeof(bad->why));
	assert_string_equal(check(NQUESTIONS), "text");
	memcpy(bad, good, SIZE);
	memset(bad->no_id, 'x', sizeof(bad->no_id));
	assert_string_equal(check(NQUESTIONS), "text");
	memcpy(bad, good, SIZE);
	strcpy(bad->why, "a\nb");
	strcpy(bad->no_id, "\033[31m");
	strcpy(bad->answers[0].location.section, "a\rb");
	assert_null(check(NQUESTIONS));
	assert_string_equal(bad->why, "a?b");
	assert_string_equal(bad->no_id, "?[31m");
	assert_string_equal(bad->answers[0].location.section, "a?b");
}

static void images(void **state)
{
	const struct ebpfmm_image *image = &good->image;

	(void)state;
	REFUSED(image.extent.start, image->extent.end, "extent");
	REFUSED(image.extent.start, image->extent.start + 1, "extent");
	REFUSED(image.extent.end, image->extent.end + 1, "extent");
	REFUSED(image.extent.end, UINT64_MAX & -PAGE, "extent");
	REFUSED(image.extent.end, (1ULL << 47) + PAGE, "extent");
	REFUSED(image.start_code, image->extent.end + 1, "start of code");
	REFUSED(image.start_code, UINT64_MAX, "start of code");
	REFUSED(image.bias_align, 3 * PAGE, "alignment");
	REFUSED(image.bias_align, PAGE / 2, "alignment");
	ACCEPTED(image.bias_align, 0);
}

static void anchors(void **state)
{
	const struct ebpfmm_elf_found *found = &good->answers[1].found;

	(void)state;
	REFUSED(answers[1].found.range.start, found->range.end, "range");
	REFUSED(answers[1].found.range.start, UINT64_MAX, "range");
	REFUSED(answers[1].found.range.end, good->image.extent.end + 1, "range");
	REFUSED(answers[1].found.range.end, UINT64_MAX, "range");
	REFUSED(image.extent.start, found->range.end & -PAGE, "start of code");
	/* Of the first as of the last. */
	REFUSED(answers[0].found.range.end, 0, "range");
	REFUSED(answers[1].found.anonymous.start, found->range.start - 1,
		"anonymous range");
	REFUSED(answers[1].found.anonymous.start, found->anonymous.start + 1,
		"anonymous range");
	REFUSED(answers[1].found.anonymous.start, found->anonymous.end,
		"anonymous range");
	REFUSED(answers[1].found.anonymous.start, (found->range.end + PAGE) & -PAGE,
		"anonymous range");
	REFUSED(answers[1].found.anonymous.start, (found->range.start - PAGE) & -PAGE,
		"anonymous range");
	REFUSED(answers[1].found.anonymous.end, found->anonymous.end + 1,
		"anonymous range");
	REFUSED(answers[1].found.anonymous.end, found->anonymous.end - 1,
		"anonymous range");
	REFUSED(answers[1].found.anonymous.end, 0, "anonymous range");
}

static void parts(void **state)
{
	const struct ebpfmm_elf_found *found = &good->answers[1].found;

	(void)state;
	assert_int_equal(found->part, EBPFMM_PART_UNIQUE);
	REFUSED(answers[1].found.part, EBPFMM_PART_KINDS, "kind of part");
	REFUSED(answers[1].found.part, (enum ebpfmm_part_kind)-1, "kind of part");
	REFUSED(answers[1].found.part, EBPFMM_PART_LOOSE, "part");
	REFUSED(answers[1].found.part_start, found->part_end, "part");
	REFUSED(answers[1].found.part_start, found->part_start + 1, "part");
	REFUSED(answers[1].found.part_start, found->part_start - 1, "part");
	REFUSED(answers[1].found.part_start, found->anonymous.start + PAGE, "part");
	REFUSED(answers[1].found.part_start, 0 - PAGE, "part");
	REFUSED(answers[1].found.part_end, found->part_end + 1, "part");
	REFUSED(answers[1].found.part_end, good->image.extent.end + PAGE, "part");
	REFUSED(answers[1].found.part_end, found->part_end - 1, "part");
	REFUSED(answers[1].found.part_end, found->part_start + PAGE, "part");
	REFUSED(answers[1].found.part_end, found->anonymous.start, "part");
	REFUSED(answers[1].found.part_file_end, 0, "end of the part in the file");
	REFUSED(answers[1].found.part_file_end, found->part_file_end + 1,
		"end of the part in the file");
	REFUSED(answers[1].found.part_file_end, EBPFMM_ELF_MAX_BYTES + PAGE,
		"end of the part in the file");
	/* A part without a page of what was found. */
	memcpy(bad, good, SIZE);
	bad->answers[1].found.anonymous = (struct ebpfmm_range){};
	assert_string_equal(check(NQUESTIONS), "part");
	bad->answers[1].found.part_start = 0;
	assert_string_equal(check(NQUESTIONS), "part");
	bad->answers[1].found.part_end = 0;
	bad->answers[1].found.part_file_end = 0;
	bad->answers[1].found.part = EBPFMM_PART_LOOSE;
	assert_null(check(NQUESTIONS));
}

static void locations(void **state)
{
	struct ebpfmm_elf_location *location = &bad->answers[0].location;

	(void)state;
	memcpy(bad, good, SIZE);
	*(unsigned char *)&bad->answers[0].located = 2;
	assert_string_equal(check(NQUESTIONS), "truth");
	memcpy(bad, good, SIZE);
	*(unsigned char *)&location->in_file = 255;
	assert_string_equal(check(NQUESTIONS), "truth");
	memcpy(bad, good, SIZE);
	memset(location->section, 'x', sizeof(location->section));
	assert_string_equal(check(NQUESTIONS), "section name");
	REFUSED(answers[0].location.offset, UINT64_MAX, "section offset");
	memcpy(bad, good, SIZE);
	location->in_file = false;
	location->file_offset = 1;
	assert_string_equal(check(NQUESTIONS), "file offset");
	location->in_file = true;
	assert_null(check(NQUESTIONS));
	location->file_offset = EBPFMM_ELF_MAX_BYTES;
	assert_string_equal(check(NQUESTIONS), "file offset");
}

/* Any byte may be anything: nothing is read or written beyond the answer. */
static void noise(void **state)
{
	unsigned char *bytes = (unsigned char *)bad;

	(void)state;
	srand(1);
	for (int round = 0; round < 100000; round++) {
		memcpy(bad, good, SIZE);
		for (int i = 0; i < 1 + round % 8; i++)
			bytes[rand() % SIZE] = rand();
		check(round % (NQUESTIONS + 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read),
		cmocka_unit_test(the_first_wrong_name_ends_it),
		cmocka_unit_test(what_is_not_there_is_not_read),
		cmocka_unit_test_setup_teardown(outcomes, begin, end),
		cmocka_unit_test_setup_teardown(texts, begin, end),
		cmocka_unit_test_setup_teardown(images, begin, end),
		cmocka_unit_test_setup_teardown(anchors, begin, end),
		cmocka_unit_test_setup_teardown(parts, begin, end),
		cmocka_unit_test_setup_teardown(locations, begin, end),
		cmocka_unit_test_setup_teardown(noise, begin, end),
	};

	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
