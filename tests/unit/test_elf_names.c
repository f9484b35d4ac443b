// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding symbols by versions and by C++ names: against what the dynamic linker
 * finds, and what programs say of themselves.
 */
#include "elf_bytes.h"

#include <dlfcn.h>
#include <link.h>
#include <time.h>

static struct ebpfmm_elf *open_elf(const char *name)
{
	int fd = open_fixture(name);
	struct ebpfmm_error err = {};
	struct ebpfmm_elf *elf;

	if (ebpfmm_elf_open(fd, &elf, &err))
		fail_msg("%s: %s", name, err.message);
	close(fd);
	return elf;
}

static void assert_symbol(struct ebpfmm_elf *elf, const char *name,
			  uint64_t start, uint64_t size)
{
	struct ebpfmm_error err = {};
	struct ebpfmm_range range;

	if (ebpfmm_elf_symbol(elf, name, &range, &err))
		fail_msg("%s", err.message);
	if (range.start != start || range.end != start + size)
		fail_msg("%s is at %#lx, not at %#lx", name, range.start,
			 start);
}

static void assert_no_symbol(struct ebpfmm_elf *elf, const char *name,
			     const char *message)
{
	struct ebpfmm_error err = {};
	struct ebpfmm_range range;

	assert_int_equal(ebpfmm_elf_symbol(elf, name, &range, &err), -1);
	assert_string_equal(err.message, message);
}

static void check_versions(struct ebpfmm_elf *elf, void *object, uint64_t bias)
{
	static const struct {
		const char *asked, *name, *version;
		uint64_t size;
	} found[] = {
		{ "table", "table", NULL, 20480 },
		{ "table@V1", "table", "V1", 4096 },
		{ "table@V2", "table", "V2", 12288 },
		{ "table@V3", "table", "V3", 20480 },
		{ "table@@V3", "table", "V3", 20480 },
		{ "single", "single", NULL, 100 },
		{ "single@V1", "single", "V1", 100 },
		{ "single@@V1", "single", "V1", 100 },
		/* Only in versions that are not the default one. */
		{ "old", "old", "V1", 128 },
		{ "obsolete@V1", "obsolete", "V1", 64 },
	};
	size_t i;

	for (i = 0; i < sizeof(found) / sizeof(*found); i++) {
		void *at = found[i].version ?
			   dlvsym(object, found[i].name, found[i].version) :
			   dlsym(object, found[i].name);

		assert_non_null(at);
		assert_symbol(elf, found[i].asked, (uint64_t)at - bias,
			      found[i].size);
	}
	assert_no_symbol(elf, "table@V4", "no version V4 of table");
	assert_no_symbol(elf, "table@", "no version  of table");
	assert_no_symbol(elf, "table@@V1", "no version V1 of table");
	assert_no_symbol(elf, "old@@V1", "no version V1 of old");
	assert_no_symbol(elf, "tabl@V1", "no symbol tabl@V1");
	assert_no_symbol(elf, "@V1", "no symbol @V1");
	assert_no_symbol(elf, "get_local", "get_local is a function");
	assert_no_symbol(elf, "get_local@V1", "get_local@V1 is a function");
}

static void test_versions(void **state)
{
	static const char *const names[] = { "versions.so", "versions-lld.so" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct ebpfmm_elf *elf = open_elf(names[i]);
		void *object = dlopen(fixture_path(names[i]), RTLD_NOW);
		struct link_map *map;

		assert_non_null(object);
		assert_int_equal(dlinfo(object, RTLD_DI_LINKMAP, &map), 0);
		check_versions(elf, object, map->l_addr);
		dlclose(object);
		ebpfmm_elf_close(elf);
	}
}

/* A stripped program has the copy of a variable under the version it needs. */
static void test_needed_version(void **state)
{
	struct ebpfmm_elf *elf = open_elf("copy");
	struct ebpfmm_range range;

	(void)state;
	assert_int_equal(ebpfmm_elf_symbol(elf, "table", &range, NULL), 0);
	assert_symbol(elf, "table", range.start, 20480);
	assert_symbol(elf, "table@V3", range.start, 20480);
	assert_no_symbol(elf, "table@V1", "no version V1 of table");
	assert_no_symbol(elf, "table@GLIBC_2.34",
			 "no version GLIBC_2.34 of table");
	ebpfmm_elf_close(elf);
}

static void test_cxx(void **state)
{
	FILE *out = popen(fixture_path("names"), "r");
	struct ebpfmm_elf *elf = open_elf("names");
	unsigned long start, end;
	unsigned int lines = 0;
	char line[256];

	(void)state;
	assert_non_null(out);
	while (fgets(line, sizeof(line), out)) {
		int at = 0;

		line[strcspn(line, "\n")] = '\0';
		assert_int_equal(sscanf(line, "%lx %lx %n", &start, &end, &at),
				 2);
		assert_true(at > 0);
		assert_symbol(elf, line + at, start, end - start);
		lines++;
	}
	assert_int_equal(pclose(out), 0);
	assert_in_range(lines, 14, 100);

	assert_no_symbol(elf, "(anonymous namespace)::both",
			 "more than one symbol is named (anonymous namespace)::both");
	assert_no_symbol(elf, "ns::table2", "no symbol ns::table2");
	assert_no_symbol(elf, "ns::tabl", "no symbol ns::tabl");
	assert_no_symbol(elf, "s::table", "no symbol s::table");
	assert_no_symbol(elf, "ns::tables", "no symbol ns::tables");
	assert_no_symbol(elf, "ns::table[1]", "no symbol ns::table[1]");
	assert_no_symbol(elf, "Cache<char>::slots",
			 "no symbol Cache<char>::slots");
	assert_no_symbol(elf, "ns::", "no symbol ns::");
	assert_no_symbol(elf, "::", "no symbol ::");
	assert_no_symbol(elf, ">>::table<<", "no symbol >>::table<<");
	ebpfmm_elf_close(elf);
}

static struct ebpfmm_elf *open_bytes(const struct file *file)
{
	int fd = memory_file(file->bytes, file->size);
	struct ebpfmm_error err = {};
	struct ebpfmm_elf *elf;

	if (ebpfmm_elf_open(fd, &elf, &err))
		fail_msg("%s", err.message);
	close(fd);
	return elf;
}

static void assert_damaged(const struct file *file, const char *name,
			   const char *message)
{
	struct ebpfmm_elf *elf = open_bytes(file);

	assert_no_symbol(elf, name, message);
	ebpfmm_elf_close(elf);
}

static void test_damaged_versions(void **state)
{
	struct file file = read_fixture("versions.so");
	Elf64_Shdr *versym = section_of(&file, SHT_GNU_versym);
	Elf64_Shdr *verdef = section_of(&file, SHT_GNU_verdef);
	Elf64_Shdr good = *versym, good_verdef = *verdef;
	Elf64_Verdef *def = (Elf64_Verdef *)(file.bytes + verdef->sh_offset);
	Elf64_Verdef first = *def;
	struct ebpfmm_elf *elf;

	(void)state;
	/* With .symtab, where the versions are in the names. */
	section_of(&file, SHT_SYMTAB)->sh_type = SHT_NULL;
	versym->sh_size -= 2;
	assert_damaged(&file, "table@V1",
		       "damaged ELF file: the numbers of versions and symbols differ");
	*versym = good;
	versym->sh_offset = file.size;
	assert_damaged(&file, "table@V1",
		       "damaged ELF file: the symbol version table extends beyond the file");
	versym->sh_offset = verdef->sh_offset + 1;
	assert_damaged(&file, "table@V1",
		       "damaged ELF file: the table of versions overlaps another table");
	*versym = good;
	verdef->sh_size = 2 << 20;
	assert_damaged(&file, "table@V1",
		       "the table of versions is too large (2097152 of at most 1048576 bytes)");
	*verdef = good_verdef;
	verdef->sh_flags |= SHF_COMPRESSED;
	assert_damaged(&file, "table@V1",
		       "damaged ELF file: the table of versions is compressed");
	*verdef = good_verdef;
	verdef->sh_link = 0;
	assert_damaged(&file, "table@V1",
		       "damaged ELF file: the version name table is missing");
	*verdef = good_verdef;

	/* Into itself, to the end, and past it. */
	def->vd_next = 1;
	assert_damaged(&file, "table@V1", "no version V1 of table");
	def->vd_next = verdef->sh_size - 1;
	assert_damaged(&file, "table@V1", "no version V1 of table");
	def->vd_next = UINT32_MAX;
	assert_damaged(&file, "table@V1", "no version V1 of table");
	*def = first;
	def->vd_flags = 0;
	def->vd_ndx = 0x7fff;
	def->vd_aux = UINT32_MAX;
	elf = open_bytes(&file);
	assert_symbol(elf, "table@V1", 0xc180, 4096);
	ebpfmm_elf_close(elf);
	free(file.bytes);
}

/* All that is wrong with one byte of the versions. */
static void test_flipped_versions(void **state)
{
	static const uint32_t types[] = { SHT_GNU_versym, SHT_GNU_verneed };
	struct file file = read_fixture("copy");
	size_t t, i;

	(void)state;
	for (t = 0; t < 2; t++) {
		Elf64_Shdr *section = section_of(&file, types[t]);
		unsigned char *bytes = file.bytes + section->sh_offset;

		for (i = 0; i < section->sh_size * 8; i++) {
			struct ebpfmm_error err = {};
			struct ebpfmm_range range;
			struct ebpfmm_elf *elf;

			bytes[i / 8] ^= 1 << i % 8;
			elf = open_bytes(&file);
			if (ebpfmm_elf_symbol(elf, "table@V3", &range, &err))
				assert_string_equal(err.message,
						    "no version V3 of table");
			ebpfmm_elf_close(elf);
			bytes[i / 8] ^= 1 << i % 8;
		}
	}
	free(file.bytes);
}

/* Put a table of @count symbols of one name in the place of .symtab. */
static struct ebpfmm_elf *open_alike(const char *name, size_t count)
{
	struct file file = read_fixture("pie");
	size_t names = strlen(name) + 2, i;
	Elf64_Shdr *symtab, *strtab;
	struct ebpfmm_elf *elf;
	Elf64_Ehdr *header;
	Elf64_Sym *symbols;

	file.bytes = realloc(file.bytes,
			     file.size + 8 + count * sizeof(*symbols) + names);
	assert_non_null(file.bytes);
	header = (Elf64_Ehdr *)file.bytes;
	symtab = section_of(&file, SHT_SYMTAB);
	strtab = (Elf64_Shdr *)(file.bytes + header->e_shoff) + symtab->sh_link;
	symtab->sh_offset = file.size = (file.size + 7) / 8 * 8;
	symtab->sh_size = count * sizeof(*symbols);
	strtab->sh_offset = symtab->sh_offset + symtab->sh_size;
	strtab->sh_size = names;
	symbols = (Elf64_Sym *)(file.bytes + symtab->sh_offset);
	for (i = 0; i < count; i++)
		symbols[i] = (Elf64_Sym){ .st_name = 1, .st_shndx = 1 };
	file.bytes[strtab->sh_offset] = '\0';
	strcpy((char *)file.bytes + strtab->sh_offset + 1, name);
	file.size = strtab->sh_offset + strtab->sh_size;
	elf = open_bytes(&file);
	free(file.bytes);
	return elf;
}

/*
 * Names that double with each part: _Z5table1a1pIS_S_E1pIS1_S1_E… They would
 * take longer than anybody waits.
 */
static char *double_name(unsigned int parts)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static char name[2048];
	unsigned int i;

	strcpy(name, "_Z5table1a1pIS_S_E");
	for (i = 1; i < parts; i++) {
		char number[3] = { digits[(2 * i - 1) % 36] };

		if (2 * i - 1 >= 36) {
			number[1] = number[0];
			number[0] = digits[(2 * i - 1) / 36 - 1];
		}
		sprintf(name + strlen(name), "1pIS%s_S%s_E", number, number);
	}
	return name;
}

/* A thousand letters, after what makes it a name of the table's. */
static const char *long_run(char letter)
{
	static char name[1024];

	strcpy(name, "_Z5table");
	memset(name + strlen(name), letter, 1000);
	return name;
}

static void test_dear_names(void **state)
{
	struct ebpfmm_error err = {};
	struct ebpfmm_range range;
	struct ebpfmm_elf *elf;
	unsigned int i;
	clock_t begin;

	(void)state;
	/* So dear that it means nothing. */
	elf = open_alike(double_name(45), 1000);
	assert_no_symbol(elf, "table", "no symbol table");
	ebpfmm_elf_close(elf);
	/* The parser alone would take as long. */
	elf = open_alike("_ZN5tablecvT_IT_IT_IT_IT_IT_IT_IT_IT_IT_IT_IT_IT_IT_"
			 "IT_IT_IT_IT_IT_IT_IT_IT_IT_IT_IT_IT_IT_IT_IT_IT_IT_I"
			 "iEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEv", 1000);
	assert_no_symbol(elf, "table", "no symbol table");
	ebpfmm_elf_close(elf);
	/* Dear, and many of them. */
	elf = open_alike(double_name(7), 100000);
	for (i = 0; i < 10; i++)
		assert_int_equal(ebpfmm_elf_symbol(elf, "table", &range, &err),
				 -1);
	assert_string_equal(err.message, "looking up the names takes too many steps");
	ebpfmm_elf_close(elf);
	/* Each letter could be the first of a reference, to the end of the name. */
	elf = open_alike(long_run('S'), 20000);
	begin = clock();
	assert_no_symbol(elf, "table", "no symbol table");
	assert_true(clock() - begin < 3 * CLOCKS_PER_SEC);
	ebpfmm_elf_close(elf);
	/* No names of C++ at all, and asked for again and again. */
	elf = open_alike("tables", 1000000);
	for (i = 0; i < 100; i++)
		ebpfmm_elf_symbol(elf, "table", &range, &err);
	assert_string_equal(err.message, "looking up the names takes too many steps");
	ebpfmm_elf_close(elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_needed_version),
		cmocka_unit_test(test_cxx),
		cmocka_unit_test(test_damaged_versions),
		cmocka_unit_test(test_flipped_versions),
		cmocka_unit_test(test_dear_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
