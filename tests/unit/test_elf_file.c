// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading ELF files: real ones, against what they say of themselves when they
 * run.
 */
#include "fixture.h"

#include <stdbool.h>

static void test_truth(void **state)
{
	size_t f, i;

	(void)state;
	for (f = 0; f < NFIXTURES; f++) {
		bool stripped = !strcmp(fixtures[f], "stripped");
		struct ebpfmm_error err = {};
		struct ebpfmm_range range, part, expected;
		const struct ebpfmm_image *image;
		struct ebpfmm_elf *elf;
		struct truth truth;
		int fd = open_fixture(fixtures[f]);

		run_fixture(fixtures[f], &truth);
		assert_int_equal(ebpfmm_elf_open(fd, &elf, &err), 0);
		close(fd);
		image = ebpfmm_elf_image(elf);
		assert_int_equal(image->start_code, truth.start_code);
		assert_range_equal(&image->extent, &truth.image);

		for (i = 0; i < truth.nanchors; i++) {
			const char *name = truth.anchors[i].name;
			int ret;

			if (!strcmp(truth.anchors[i].kind, "section"))
				ret = ebpfmm_elf_section(elf, name, &range,
							 &err);
			else
				ret = ebpfmm_elf_symbol(elf, name, &range, &err);
			/* The local ones are only in .symtab. */
			if (stripped && (!strcmp(name, "hidden") ||
					 !strcmp(name, "lut"))) {
				assert_int_equal(ret, -1);
				assert_non_null(strstr(err.message, "stripped"));
				continue;
			}
			assert_int_equal(ret, 0);
			assert_range_equal(&range, &truth.anchors[i].range);
			ret = ebpfmm_elf_anonymous(elf, &range, &part);
			assert_int_equal(ret, true_anonymous(&truth, &range,
							     &expected));
			if (!ret)
				assert_range_equal(&part, &expected);
		}
		/* All that is anonymous in the image, and only that. */
		for (i = 0; i < truth.nanonymous; i++) {
			assert_int_equal(ebpfmm_elf_anonymous(
				elf, &truth.anonymous[i], &part), 0);
			assert_range_equal(&part, &truth.anonymous[i]);
		}
		range = (struct ebpfmm_range){ image->extent.start,
					       truth.anonymous[0].start };
		assert_int_equal(ebpfmm_elf_anonymous(elf, &range, &part), -1);
		ebpfmm_elf_close(elf);
	}
}

static void test_bias(void **state)
{
	static const struct {
		const char *name;
		uint64_t align;
	} expected[] = {
		{ "pie", 4096 }, { "static-pie", 4096 }, { "nopie", 0 },
		{ "static", 0 }, { "bigpage", 0 }, { "aligned", 2 << 20 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		int fd = open_fixture(expected[i].name);
		struct ebpfmm_elf *elf;

		assert_int_equal(ebpfmm_elf_open(fd, &elf, NULL), 0);
		assert_int_equal(ebpfmm_elf_image(elf)->bias_align,
				 expected[i].align);
		ebpfmm_elf_close(elf);
		close(fd);
	}
}

static void test_unusable_names(void **state)
{
	static const struct {
		const char *name;
		const char *message;
	} symbols[] = {
		{ "not_there", "no symbol not_there" },
		{ "", "no symbol " },
		{ "twin", "more than one symbol is named twin" },
		{ "per_thread", "per_thread is thread-local" },
		{ "marker", "marker has no size" },
		{ "absolute", "absolute has no address in memory" },
		{ "image.c", "no symbol image.c" },
		{ "getauxval@GLIBC_2.16",
		  "getauxval@GLIBC_2.16 is not defined in the program but in a shared object" },
	}, sections[] = {
		{ ".not_there", "no section .not_there" },
		{ ".tbss", ".tbss is thread-local" },
		{ ".comment", ".comment is not loaded into memory" },
		{ "", "no section " },
	};
	struct ebpfmm_error err;
	struct ebpfmm_range range;
	struct ebpfmm_elf *elf;
	int fd = open_fixture("pie");
	size_t i;

	(void)state;
	assert_int_equal(ebpfmm_elf_open(fd, &elf, NULL), 0);
	close(fd);
	for (i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
		assert_int_equal(ebpfmm_elf_symbol(elf, symbols[i].name, &range,
						   &err), -1);
		assert_string_equal(err.message, symbols[i].message);
	}
	for (i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
		assert_int_equal(ebpfmm_elf_section(elf, sections[i].name,
						    &range, &err), -1);
		assert_string_equal(err.message, sections[i].message);
	}
	ebpfmm_elf_close(elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truth),
		cmocka_unit_test(test_bias),
		cmocka_unit_test(test_unusable_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
