// SPDX-License-Identifier: GPL-2.0-only
/*
 * Build ids and separate debug files.
 */
#include "elf_bytes.h"

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

static struct ebpfmm_elf *open_elf(const char *name)
{
	struct file file = read_fixture(name);
	struct ebpfmm_elf *elf = open_bytes(&file);

	free(file.bytes);
	return elf;
}

static int add_debug(struct ebpfmm_elf *elf, const struct file *file,
		     struct ebpfmm_error *err)
{
	int fd = memory_file(file->bytes, file->size);
	int ret = ebpfmm_elf_add_debug(elf, fd, err);

	close(fd);
	return ret;
}

static void assert_not_added(struct ebpfmm_elf *elf, const struct file *file,
			     const char *message)
{
	struct ebpfmm_error err = {};
	struct ebpfmm_range range;

	assert_int_equal(add_debug(elf, file, &err), -1);
	assert_string_equal(err.message, message);
	assert_int_equal(ebpfmm_elf_symbol(elf, "hidden", &range, NULL), -1);
}

/* As another program reads it. */
static void true_build_id(const char *name, char text[2 * EBPFMM_BUILD_ID_MAX + 1])
{
	char command[PATH_MAX + 128], line[256];
	bool found = false;
	FILE *out;

	snprintf(command, sizeof(command), "readelf -n %s", fixture_path(name));
	out = popen(command, "r");
	assert_non_null(out);
	while (fgets(line, sizeof(line), out))
		if (sscanf(line, " Build ID: %128[0-9a-f]", text) == 1)
			found = true;
	assert_int_equal(pclose(out), 0);
	assert_true(found);
}

static void test_build_id(void **state)
{
	static const char *const names[] = { "pie", "static", "lld", "names",
					     "versions.so", "versions-lld.so",
					     "copy", "stripped" };
	char expected[2 * EBPFMM_BUILD_ID_MAX + 1];
	char text[2 * EBPFMM_BUILD_ID_MAX + 1];
	unsigned char id[EBPFMM_BUILD_ID_MAX];
	size_t f, i, size;

	(void)state;
	for (f = 0; f < sizeof(names) / sizeof(*names); f++) {
		struct ebpfmm_elf *elf = open_elf(names[f]);

		true_build_id(names[f], expected);
		/* As often as one likes. */
		assert_int_equal(ebpfmm_elf_build_id(elf, id, &size, NULL), 0);
		assert_int_equal(ebpfmm_elf_build_id(elf, id, &size, NULL), 0);
		for (i = 0; i < size; i++)
			sprintf(text + 2 * i, "%02x", id[i]);
		assert_string_equal(text, expected);
		ebpfmm_elf_close(elf);
	}
}

/* The note of the build id in a fixture, which must have one. */
static Elf64_Nhdr *build_id_note(const struct file *file)
{
	static const unsigned char head[] = { 4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0,
					      0, 'G', 'N', 'U', 0 };
	unsigned char *note = memmem(file->bytes, file->size, head,
				     sizeof(head));

	assert_non_null(note);
	return (Elf64_Nhdr *)note;
}

static void assert_no_build_id(const struct file *file)
{
	struct ebpfmm_elf *elf = open_bytes(file);
	unsigned char id[EBPFMM_BUILD_ID_MAX];
	struct ebpfmm_error err = {};
	size_t size = 7;

	assert_int_equal(ebpfmm_elf_build_id(elf, id, &size, &err), 0);
	assert_int_equal(size, 0);
	assert_not_added(elf, file, "the program has no build id");
	ebpfmm_elf_close(elf);
}

static void test_no_build_id(void **state)
{
	struct file file = read_fixture("pie.bare");
	Elf64_Nhdr *note = build_id_note(&file), good = *note;

	(void)state;
	note->n_type = NT_GNU_GOLD_VERSION;
	assert_no_build_id(&file);
	*note = good;
	note->n_descsz = 1;
	assert_no_build_id(&file);
	note->n_descsz = 65;
	assert_no_build_id(&file);
	note->n_descsz = UINT32_MAX;
	assert_no_build_id(&file);
	*note = good;
	note->n_namesz = UINT32_MAX - 2;
	assert_no_build_id(&file);
	note->n_namesz = 3;
	assert_no_build_id(&file);
	*note = good;
	((char *)(note + 1))[2] = 'V';
	assert_no_build_id(&file);
	free(file.bytes);
}

static void test_damaged_notes(void **state)
{
	struct file file = read_fixture("pie.bare");
	Elf64_Ehdr *header = (Elf64_Ehdr *)file.bytes;
	Elf64_Phdr *phdr = (Elf64_Phdr *)(file.bytes + header->e_phoff);
	unsigned char id[EBPFMM_BUILD_ID_MAX];
	struct ebpfmm_error err = {};
	struct ebpfmm_elf *elf;
	size_t size;
	int i;

	(void)state;
	while (phdr->p_type != PT_NOTE)
		phdr++;
	phdr->p_offset = file.size;
	elf = open_bytes(&file);
	assert_int_equal(ebpfmm_elf_build_id(elf, id, &size, &err), -1);
	assert_string_equal(err.message,
			    "damaged ELF file: a note extends beyond the file");
	ebpfmm_elf_close(elf);

	phdr->p_offset = header->e_phoff;
	elf = open_bytes(&file);
	assert_int_equal(ebpfmm_elf_build_id(elf, id, &size, &err), -1);
	assert_string_equal(err.message,
			    "damaged ELF file: a note overlaps another table");
	ebpfmm_elf_close(elf);

	/* Only as a section. */
	for (i = 0; i < header->e_phnum; i++) {
		phdr = (Elf64_Phdr *)(file.bytes + header->e_phoff) + i;
		if (phdr->p_type == PT_NOTE)
			phdr->p_type = PT_NULL;
	}
	elf = open_bytes(&file);
	assert_int_equal(ebpfmm_elf_build_id(elf, id, &size, &err), 0);
	assert_int_equal(size, 20);
	ebpfmm_elf_close(elf);
	free(file.bytes);
}

static void test_debug_file(void **state)
{
	static const char *const symbols[] = { "hidden", "lut", "hot_table",
					       "next_table", "initialised" };
	struct ebpfmm_elf *whole = open_elf("pie"), *bare = open_elf("pie.bare");
	struct file debug = read_fixture("pie.debug");
	struct ebpfmm_range range, expected;
	struct ebpfmm_error err = {};
	size_t i;

	(void)state;
	assert_false(ebpfmm_elf_is_stripped(whole));
	assert_true(ebpfmm_elf_is_stripped(bare));
	/* What was looked for before is looked for again. */
	assert_int_equal(ebpfmm_elf_symbol(bare, "hidden", &range, &err), -1);
	assert_string_equal(err.message,
			    "no symbol hidden (the program is stripped)");
	assert_int_equal(add_debug(bare, &debug, NULL), 0);
	for (i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
		assert_int_equal(ebpfmm_elf_symbol(bare, symbols[i], &range,
						   NULL), 0);
		assert_int_equal(ebpfmm_elf_symbol(whole, symbols[i], &expected,
						   NULL), 0);
		assert_range_equal(&range, &expected);
	}
	assert_int_equal(ebpfmm_elf_symbol(bare, "not_there", &range, &err),
			 -1);
	assert_string_equal(err.message, "no symbol not_there");
	assert_int_equal(add_debug(bare, &debug, &err), -1);
	assert_string_equal(err.message, "a debug file was already added");
	ebpfmm_elf_close(whole);
	ebpfmm_elf_close(bare);

	bare = open_elf("names.bare");
	free(debug.bytes);
	debug = read_fixture("names.debug");
	assert_int_equal(add_debug(bare, &debug, NULL), 0);
	assert_int_equal(ebpfmm_elf_symbol(bare, "(anonymous namespace)::pool",
					   &range, NULL), 0);
	assert_int_equal(range.end - range.start, 5000);
	ebpfmm_elf_close(bare);
	free(debug.bytes);
}

static void test_refused_debug_file(void **state)
{
	struct file other = read_fixture("nopie.debug");
	struct file debug = read_fixture("pie.debug");
	struct file text = { (unsigned char *)"not at all", 10 };
	struct ebpfmm_elf *elf = open_elf("pie.bare");
	Elf64_Nhdr *note = build_id_note(&debug);
	struct ebpfmm_error err = {};
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_not_added(elf, &other, "its build id differs from the program's");
	assert_not_added(elf, &text, "not an ELF file");
	((Elf64_Ehdr *)debug.bytes)->e_machine = EM_AARCH64;
	assert_not_added(elf, &debug, "not an x86-64 program");
	((Elf64_Ehdr *)debug.bytes)->e_machine = EM_X86_64;
	((unsigned char *)(note + 1))[4 + 19] ^= 1;
	assert_not_added(elf, &debug, "its build id differs from the program's");
	((unsigned char *)(note + 1))[4 + 19] ^= 1;
	note->n_descsz = 19;
	assert_not_added(elf, &debug, "its build id differs from the program's");
	assert_int_equal(ebpfmm_elf_add_debug(elf, fd, &err), -1);
	assert_string_equal(err.message, "not a regular file");
	close(fd);
	ebpfmm_elf_close(elf);
	free(other.bytes);
	free(debug.bytes);
}

static void assert_symbol(const struct file *debug, const char *message)
{
	struct ebpfmm_elf *elf = open_elf("pie.bare");
	struct ebpfmm_error err = {};
	struct ebpfmm_range range;
	int ret;

	assert_int_equal(add_debug(elf, debug, NULL), 0);
	ret = ebpfmm_elf_symbol(elf, "hidden", &range, &err);
	assert_int_equal(ret, message ? -1 : 0);
	if (message)
		assert_string_equal(err.message, message);
	else
		assert_int_equal(range.end - range.start, 7 * 4096 + 1);
	ebpfmm_elf_close(elf);
}

/* It may have the right build id and yet say anything. */
static void test_damaged_debug_file(void **state)
{
	struct file file = read_fixture("pie.debug");
	Elf64_Ehdr *header = (Elf64_Ehdr *)file.bytes;
	Elf64_Shdr *symtab = section_of(&file, SHT_SYMTAB);
	Elf64_Shdr good = *symtab;
	Elf64_Sym *symbols = (Elf64_Sym *)(file.bytes + symtab->sh_offset);
	size_t i, count = symtab->sh_size / sizeof(*symbols);

	(void)state;
	assert_symbol(&file, NULL);
	/* Where the program is in memory is not looked for here. */
	header->e_phnum = 0xffff;
	header->e_phoff = -1ULL;
	assert_symbol(&file, NULL);
	header->e_phentsize = 0;
	assert_symbol(&file, NULL);

	symtab->sh_flags |= SHF_COMPRESSED;
	assert_symbol(&file, "its debug file: damaged ELF file: the symbol table is compressed");
	*symtab = good;
	symtab->sh_offset = file.size;
	assert_symbol(&file, "its debug file: damaged ELF file: the symbol table extends beyond the file");
	*symtab = good;
	for (i = 0; i < count; i++)
		symbols[i].st_value += 1ULL << 32;
	assert_symbol(&file, "hidden is outside the loaded segments");
	free(file.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build_id),
		cmocka_unit_test(test_no_build_id),
		cmocka_unit_test(test_damaged_notes),
		cmocka_unit_test(test_debug_file),
		cmocka_unit_test(test_refused_debug_file),
		cmocka_unit_test(test_damaged_debug_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
