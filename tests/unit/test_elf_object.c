// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parts of shared objects and descriptions of addresses: against how the dynamic
 * linker maps the object.
 */
#include "elf_bytes.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>

/*
 * Find the mapping that begins at @start, and where in the file the one right
 * below it ends; both must be there, and the first one anonymous.
 */
static uint64_t file_end_below(uint64_t start)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long from, to, offset, inode, last_end = 0, file_end = 0;
	char line[4096];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		assert_int_equal(sscanf(line, "%lx-%lx %*s %lx %*s %lu", &from,
					&to, &offset, &inode), 4);
		if (from == start) {
			assert_int_equal(inode, 0);
			assert_int_equal(last_end, start);
			fclose(maps);
			return file_end;
		}
		last_end = to;
		file_end = inode ? offset + (to - from) : 0;
	}
	fail_msg("no mapping begins at %#lx", start);
	return 0;
}

static void test_truth(void **state)
{
	static const char *const names[] = { "versions.so", "versions-lld.so" };
	static const char *const symbols[] = { "table", "table@V1", "local",
					       "table@V2" };
	size_t i, s;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int fd = open_fixture(names[i]);
		void *object = dlopen(fixture_path(names[i]), RTLD_NOW);
		struct ebpfmm_elf *elf;
		struct link_map *map;

		assert_non_null(object);
		assert_int_equal(dlinfo(object, RTLD_DI_LINKMAP, &map), 0);
		assert_int_equal(ebpfmm_elf_open(fd, &elf, NULL), 0);
		close(fd);
		for (s = 0; s < 4; s++) {
			struct ebpfmm_elf_part part;
			struct ebpfmm_range range, anonymous;

			assert_int_equal(ebpfmm_elf_symbol(elf, symbols[s],
							   &range, NULL), 0);
			/* It is initialised: in the file. */
			if (!strcmp(symbols[s], "table@V2")) {
				assert_int_equal(ebpfmm_elf_part_of(elf, &range,
								    &part),
						 -ENODATA);
				continue;
			}
			assert_int_equal(ebpfmm_elf_part_of(elf, &range, &part),
					 0);
			assert_int_equal(ebpfmm_elf_anonymous(elf, &range,
							      &anonymous), 0);
			assert_range_equal(&part.addresses, &anonymous);
			assert_false(part.shared);
			assert_int_equal(part.file_end,
					 file_end_below(map->l_addr +
							part.start));
		}
		dlclose(object);
		ebpfmm_elf_close(elf);
	}
}

/* The symbol "table" of a damaged versions.so. */
static int part_of(const struct file *file, struct ebpfmm_elf_part *part)
{
	int fd = memory_file(file->bytes, file->size);
	struct ebpfmm_error err = {};
	struct ebpfmm_range range;
	struct ebpfmm_elf *elf;
	int ret;

	if (ebpfmm_elf_open(fd, &elf, &err) ||
	    ebpfmm_elf_symbol(elf, "table", &range, &err))
		fail_msg("%s", err.message);
	ret = ebpfmm_elf_part_of(elf, &range, part);
	ebpfmm_elf_close(elf);
	close(fd);
	return ret;
}

static void test_no_part(void **state)
{
	struct file file = read_fixture("versions.so");
	Elf64_Phdr *load = load_of(&file, 3), good = *load;
	struct ebpfmm_elf_part part;

	(void)state;
	assert_int_equal(part_of(&file, &part), 0);
	load->p_filesz = 0;
	assert_int_equal(part_of(&file, &part), -ENOTSUP);
	*load = good;
	load->p_offset += 16;
	assert_int_equal(part_of(&file, &part), -ENOTSUP);
	load->p_offset = -4096 + (good.p_offset & 4095);
	assert_int_equal(part_of(&file, &part), -ENOTSUP);
	*load = good;
	load->p_offset += (file.size + 4095) / 4096 * 4096;
	assert_int_equal(part_of(&file, &part), -ENOTSUP);
	free(file.bytes);
}

/* Whether anonymous memory may follow the same page of the file elsewhere. */
static void assert_shared(const struct file *file, bool shared)
{
	struct ebpfmm_elf_part part;

	assert_int_equal(part_of(file, &part), 0);
	assert_int_equal(part.start, 0x8000);
	assert_int_equal(part.file_end, 0x7000);
	assert_int_equal(part.shared, shared);
}

static void test_shared_part(void **state)
{
	struct file file = read_fixture("versions.so");
	Elf64_Phdr *second = load_of(&file, 1), *third = load_of(&file, 2);
	/* What is behind ours in the table is no PT_LOAD, but will be one. */
	Elf64_Phdr *last = load_of(&file, 3) + 1;
	Elf64_Phdr good_second = *second, good_third = *third;

	(void)state;
	assert_shared(&file, false);
	/* Behind the pages of the third one come those of ours. */
	third->p_offset = 0x6000;
	assert_shared(&file, false);
	*third = good_third;

	/* The second one has anonymous pages. */
	third->p_type = PT_NULL;
	second->p_memsz = 0x1800;
	assert_shared(&file, false);
	second->p_offset = 0x6000;
	assert_shared(&file, true);
	*second = good_second;
	*third = good_third;

	/* The second one has none, but the third one, right behind it. */
	third->p_filesz = 0;
	assert_shared(&file, false);
	second->p_offset = 0x6000;
	assert_shared(&file, true);
	*second = good_second;
	*third = good_third;

	/* Behind the last one there may be anything. */
	*last = *third;
	last->p_vaddr = 1 << 20;
	assert_shared(&file, false);
	last->p_offset = 0x6000;
	assert_shared(&file, true);
	free(file.bytes);
}

static void assert_located(struct ebpfmm_elf *elf, uint64_t address,
			   const char *section, uint64_t offset)
{
	struct ebpfmm_elf_location at;

	assert_int_equal(ebpfmm_elf_locate(elf, address, &at), 0);
	assert_string_equal(at.section, section);
	assert_int_equal(at.offset, offset);
}

static void test_locate(void **state)
{
	struct file file = read_fixture("pie");
	Elf64_Ehdr *header = (Elf64_Ehdr *)file.bytes;
	Elf64_Shdr *names = (Elf64_Shdr *)(file.bytes + header->e_shoff) +
			    header->e_shstrndx;
	int fd = memory_file(file.bytes, file.size);
	struct ebpfmm_range lookup, initialised, first;
	struct ebpfmm_elf_location at;
	struct ebpfmm_elf *elf;

	(void)state;
	assert_int_equal(ebpfmm_elf_open(fd, &elf, NULL), 0);
	assert_int_equal(ebpfmm_elf_section(elf, "lookup", &lookup, NULL), 0);
	assert_int_equal(ebpfmm_elf_symbol(elf, "initialised", &initialised,
					   NULL), 0);
	assert_located(elf, lookup.start, "lookup", 0);
	assert_located(elf, lookup.end - 1, "lookup",
		       lookup.end - lookup.start - 1);
	assert_int_equal(ebpfmm_elf_locate(elf, lookup.start, &at), 0);
	assert_false(at.in_file);
	assert_int_equal(at.file_offset, 0);
	assert_int_equal(ebpfmm_elf_locate(elf, initialised.start, &at), 0);
	assert_string_equal(at.section, ".data");
	assert_true(at.in_file);
	assert_int_equal(file.bytes[at.file_offset], 1);
	/* .tbss, which takes no room there, is at the same address. */
	assert_int_equal(ebpfmm_elf_section(elf, ".init_array", &first, NULL),
			 0);
	assert_located(elf, first.start, ".init_array", 0);
	/* The file's header is in no section. */
	assert_located(elf, 63, "", 63);
	assert_int_equal(ebpfmm_elf_locate(
		elf, ebpfmm_elf_image(elf)->extent.end, &at), -1);
	assert_int_equal(ebpfmm_elf_locate(elf, UINT64_MAX, &at), -1);
	ebpfmm_elf_close(elf);

	/* Names that go on and on, and that are no text. */
	memset(file.bytes + names->sh_offset, '\n', names->sh_size - 1);
	assert_int_equal(pwrite(fd, file.bytes, file.size, 0), file.size);
	assert_int_equal(ebpfmm_elf_open(fd, &elf, NULL), 0);
	assert_int_equal(ebpfmm_elf_locate(elf, lookup.start, &at), 0);
	assert_int_equal(strlen(at.section), sizeof(at.section) - 1);
	assert_int_equal(strspn(at.section, "?"), sizeof(at.section) - 1);
	ebpfmm_elf_close(elf);

	header->e_shnum = 0;
	assert_int_equal(pwrite(fd, file.bytes, file.size, 0), file.size);
	assert_int_equal(ebpfmm_elf_open(fd, &elf, NULL), 0);
	assert_int_equal(ebpfmm_elf_locate(elf, initialised.start, &at), 0);
	assert_string_equal(at.section, "");
	assert_true(at.in_file);
	ebpfmm_elf_close(elf);
	close(fd);
	free(file.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truth),
		cmocka_unit_test(test_no_part),
		cmocka_unit_test(test_shared_part),
		cmocka_unit_test(test_locate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
