// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading ELF files that are damaged, made to mislead, or change while they are
 * being read: they must be refused, or read within bounds.
 */
#include "elf_bytes.h"

#include <errno.h>

/* Do all that can be done with a file; what comes of it is another matter. */
static int use(int fd, struct ebpfmm_error *err)
{
	struct ebpfmm_range range, part;
	struct ebpfmm_elf *elf;
	int ret;

	if (ebpfmm_elf_open(fd, &elf, err))
		return -1;
	ret = ebpfmm_elf_symbol(elf, "hot_table", &range, err);
	if (!ret)
		ebpfmm_elf_anonymous(elf, &range, &part);
	ret |= ebpfmm_elf_section(elf, "lookup", &range, err);
	if (!ret)
		ebpfmm_elf_anonymous(elf, &range, &part);
	ebpfmm_elf_close(elf);
	return ret;
}

static void assert_fd_refused(int fd, const char *message)
{
	struct ebpfmm_error err = {};

	assert_int_equal(use(fd, &err), -1);
	if (!strstr(err.message, message))
		fail_msg("\"%s\" is not about \"%s\"", err.message, message);
}

static void assert_refused(const void *bytes, size_t size, const char *message)
{
	int fd = memory_file(bytes, size);

	assert_fd_refused(fd, message);
	close(fd);
}

/* "hot_table" must be found, and found to be this one. */
static void assert_found(const struct file *file, const Elf64_Sym *symbol)
{
	int fd = memory_file(file->bytes, file->size);
	struct ebpfmm_error err = {};
	struct ebpfmm_range range;
	struct ebpfmm_elf *elf;

	if (ebpfmm_elf_open(fd, &elf, &err) ||
	    ebpfmm_elf_symbol(elf, "hot_table", &range, &err))
		fail_msg("refused: %s", err.message);
	assert_int_equal(range.start, symbol->st_value);
	assert_int_equal(range.end, symbol->st_value + symbol->st_size);
	ebpfmm_elf_close(elf);
	close(fd);
}

static void test_not_elf(void **state)
{
	struct file file = read_fixture("pie");
	Elf64_Ehdr *header = (Elf64_Ehdr *)file.bytes;
	Elf64_Ehdr good = *header;

	(void)state;
	assert_refused("", 0, "empty, not an ELF file");
	assert_refused("\177", 1, "not an ELF file");
	assert_refused("#!/bin/sh\n", 10, "a script");
	assert_refused("#!", 2, "a script");
	assert_refused("MZ                                  ", 36,
		       "not an ELF file");
	assert_refused("!<arch>\nxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 36,
		       "not an ELF file");
	assert_refused(file.bytes, 17, "its header is truncated");
	assert_refused(file.bytes, 63, "its header is truncated");

	header->e_ident[EI_CLASS] = ELFCLASS32;
	assert_refused(file.bytes, file.size, "not an x86-64 program");
	*header = good;
	header->e_ident[EI_DATA] = ELFDATA2MSB;
	assert_refused(file.bytes, file.size, "not an x86-64 program");
	*header = good;
	header->e_machine = EM_AARCH64;
	assert_refused(file.bytes, file.size, "not an x86-64 program");
	*header = good;
	header->e_type = ET_CORE;
	assert_refused(file.bytes, file.size, "not a program (type 4)");
	header->e_type = ET_REL;
	assert_refused(file.bytes, file.size, "not a program (type 1)");
	free(file.bytes);
}

static void test_bad_header(void **state)
{
	struct file file = read_fixture("pie");
	Elf64_Ehdr *header = (Elf64_Ehdr *)file.bytes;
	Elf64_Ehdr good = *header;

	(void)state;
	header->e_phnum = 0;
	assert_refused(file.bytes, file.size, "the kernel cannot load");
	header->e_phnum = PN_XNUM;
	assert_refused(file.bytes, file.size, "the kernel cannot load");
	header->e_phnum = 74;
	assert_refused(file.bytes, file.size, "the kernel cannot load");
	*header = good;
	header->e_phentsize = 57;
	assert_refused(file.bytes, file.size, "the kernel cannot load");
	*header = good;
	header->e_phoff = file.size - 8;
	assert_refused(file.bytes, file.size,
		       "the program header table extends beyond");
	header->e_phoff = -8ULL;
	assert_refused(file.bytes, file.size,
		       "the program header table extends beyond");
	*header = good;
	header->e_phoff = 8;
	assert_refused(file.bytes, file.size, "overlaps another table");
	*header = good;
	header->e_shoff = header->e_phoff + 56;
	assert_refused(file.bytes, file.size, "overlaps another table");
	*header = good;
	header->e_shnum = 65535;
	assert_refused(file.bytes, file.size,
		       "the section header table extends beyond");
	*header = good;
	header->e_shoff = -64ULL;
	assert_refused(file.bytes, file.size,
		       "the section header table extends beyond");
	*header = good;
	header->e_shentsize = 0;
	assert_refused(file.bytes, file.size, "section headers of 0 bytes");
	*header = good;
	header->e_shstrndx = SHN_XINDEX;
	assert_refused(file.bytes, file.size, "the section name table is missing");
	header->e_shstrndx = 0xfeff;
	assert_refused(file.bytes, file.size, "the section name table is missing");
	header->e_shstrndx = 0;
	assert_refused(file.bytes, file.size, "the section name table is missing");

	/* An ELF file that claims 2^60 sections in the first of them. */
	*header = good;
	((Elf64_Shdr *)(file.bytes + good.e_shoff))->sh_size = 1ULL << 60;
	header->e_shnum = 0;
	assert_refused(file.bytes, file.size, "the section name table is missing");
	free(file.bytes);
}

static void test_bad_segments(void **state)
{
	struct file file = read_fixture("pie");
	Elf64_Phdr *load = load_of(&file, 1);
	Elf64_Phdr good = *load;

	(void)state;
	load->p_filesz = load->p_memsz + 1;
	assert_refused(file.bytes, file.size, "a segment that the kernel cannot load");
	*load = good;
	load->p_vaddr = 0x7ffffffff000;
	assert_refused(file.bytes, file.size, "a segment that the kernel cannot load");
	*load = good;
	load->p_memsz = -1ULL - load->p_vaddr + 2;
	assert_refused(file.bytes, file.size, "a segment that the kernel cannot load");
	*load = good;
	load->p_vaddr = 0x800;
	assert_refused(file.bytes, file.size, "segments share pages");
	*load = good;
	load->p_memsz = 0x1001;
	assert_refused(file.bytes, file.size, "segments share pages");
	*load = good;
	load->p_vaddr = 1 << 30;
	assert_refused(file.bytes, file.size, "out of order");
	*load = good;
	load->p_flags = PF_R;
	assert_refused(file.bytes, file.size, "it has no executable segment");
	load->p_type = PT_NULL;
	assert_refused(file.bytes, file.size, "it has no executable segment");
	free(file.bytes);
}

/*
 * A PT_LOAD without a byte of the file: the kernel clears its first page, too,
 * wherever in that it begins.
 */
static void test_segment_without_file(void **state)
{
	struct file file = read_fixture("aligned");
	Elf64_Phdr *load = load_of(&file, 4);
	struct ebpfmm_range range, part;
	struct ebpfmm_elf *elf;
	int fd;

	(void)state;
	assert_int_equal(load->p_filesz, 0);
	load->p_vaddr += 0x800;
	load->p_memsz -= 0x800;
	range = (struct ebpfmm_range){ load->p_vaddr, load->p_vaddr + 1 };
	fd = memory_file(file.bytes, file.size);
	assert_int_equal(ebpfmm_elf_open(fd, &elf, NULL), 0);
	assert_int_equal(ebpfmm_elf_anonymous(elf, &range, &part), 0);
	assert_range_equal(&part, &range);
	ebpfmm_elf_close(elf);
	close(fd);
	free(file.bytes);
}

/* Where the first PT_LOAD was linked takes from what is known of the bias. */
static void test_bias_of_first_segment(void **state)
{
	struct file file = read_fixture("pie");
	Elf64_Phdr *load = load_of(&file, 0), *next = load_of(&file, 1);
	struct ebpfmm_elf *elf;
	int fd;

	(void)state;
	next->p_align = 1 << 20;
	fd = memory_file(file.bytes, file.size);
	assert_int_equal(ebpfmm_elf_open(fd, &elf, NULL), 0);
	assert_int_equal(ebpfmm_elf_image(elf)->bias_align, 1 << 20);
	ebpfmm_elf_close(elf);

	/* No power of two: the kernel overlooks it. */
	next->p_align = (1 << 20) + 1;
	assert_int_equal(pwrite(fd, file.bytes, file.size, 0), file.size);
	assert_int_equal(ebpfmm_elf_open(fd, &elf, NULL), 0);
	assert_int_equal(ebpfmm_elf_image(elf)->bias_align, 4096);
	ebpfmm_elf_close(elf);

	/* Then the first one is at 0x1000. */
	next->p_align = 1 << 20;
	load->p_type = PT_NULL;
	assert_int_equal(pwrite(fd, file.bytes, file.size, 0), file.size);
	assert_int_equal(ebpfmm_elf_open(fd, &elf, NULL), 0);
	assert_int_equal(ebpfmm_elf_image(elf)->bias_align, 4096);
	ebpfmm_elf_close(elf);
	close(fd);
	free(file.bytes);
}

static void test_bad_sections(void **state)
{
	struct file file = read_fixture("pie");
	Elf64_Ehdr *header = (Elf64_Ehdr *)file.bytes;
	Elf64_Shdr *table = (Elf64_Shdr *)(file.bytes + header->e_shoff);
	Elf64_Shdr *symtab = section_of(&file, SHT_SYMTAB);
	Elf64_Shdr *strtab = &table[symtab->sh_link];
	Elf64_Shdr *dynsym = section_of(&file, SHT_DYNSYM);
	Elf64_Shdr good = *symtab, good_strtab = *strtab, good_dynsym = *dynsym;
	Elf64_Shdr *lookup = section_of(&file, SHT_NOBITS);
	unsigned char *end;

	(void)state;
	symtab->sh_size += 1;
	assert_refused(file.bytes, file.size, "symbols of a wrong size");
	*symtab = good;
	symtab->sh_entsize = 8;
	assert_refused(file.bytes, file.size, "symbols of a wrong size");
	*symtab = good;
	symtab->sh_size = 24ULL * (EBPFMM_ELF_MAX_SYMBOLS + 1);
	assert_refused(file.bytes, file.size, "the symbol table is too large");
	*symtab = good;
	symtab->sh_offset = file.size - 24;
	assert_refused(file.bytes, file.size, "the symbol table extends beyond");
	*symtab = good;
	symtab->sh_offset = 0;
	assert_refused(file.bytes, file.size, "overlaps another table");
	*symtab = good;
	symtab->sh_flags |= SHF_COMPRESSED;
	assert_refused(file.bytes, file.size, "is compressed");
	*symtab = good;
	symtab->sh_link = 0xffffffff;
	assert_refused(file.bytes, file.size, "the symbol name table is missing");
	symtab->sh_link = symtab - table;
	assert_refused(file.bytes, file.size, "the symbol name table is missing");
	symtab->sh_link = 0;
	assert_refused(file.bytes, file.size, "the symbol name table is missing");
	*symtab = good;

	strtab->sh_size = (1ULL << 40);
	assert_refused(file.bytes, file.size, "the symbol name table is too large");
	*strtab = good_strtab;
	strtab->sh_offset = symtab->sh_offset + 24;
	assert_refused(file.bytes, file.size, "overlaps another table");
	*strtab = good_strtab;
	end = &file.bytes[strtab->sh_offset + strtab->sh_size - 1];
	*end = 'x';
	assert_refused(file.bytes, file.size, "the symbol name table is not terminated");
	*end = '\0';

	/* The second table fails when the first was read already. */
	dynsym->sh_entsize = 8;
	assert_refused(file.bytes, file.size, "symbols of a wrong size");
	*dynsym = good_dynsym;

	/* Known by its size, see fixtures/image.c. */
	while (lookup->sh_size != 300 << 10)
		lookup++;
	lookup->sh_size = -1ULL;
	assert_refused(file.bytes, file.size, "outside the loaded segments");
	lookup->sh_size = 1ULL << 30;
	assert_refused(file.bytes, file.size, "outside the loaded segments");
	lookup->sh_size = 300 << 10;
	lookup[-1].sh_name = lookup->sh_name;
	assert_refused(file.bytes, file.size, "more than one section is named lookup");
	free(file.bytes);
}

static Elf64_Sym *symbol_of(const struct file *file, const char *name)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)file->bytes;
	Elf64_Shdr *table = (Elf64_Shdr *)(file->bytes + header->e_shoff);
	Elf64_Shdr *symtab = section_of(file, SHT_SYMTAB);
	Elf64_Sym *symbol = (Elf64_Sym *)(file->bytes + symtab->sh_offset);
	char *names = (char *)file->bytes + table[symtab->sh_link].sh_offset;

	for (;; symbol++)
		if (!strcmp(names + symbol->st_name, name))
			return symbol;
}

static void test_bad_symbols(void **state)
{
	struct file file = read_fixture("pie");
	Elf64_Sym *symbol = symbol_of(&file, "hot_table");
	Elf64_Sym *other = symbol_of(&file, "next_table");
	Elf64_Sym *symbols[3] = { NULL, NULL, symbol_of(&file, "initialised") };
	Elf64_Sym good = *symbol, good_other = *other;
	int i, j;

	(void)state;
	symbol->st_size = -1ULL;
	assert_refused(file.bytes, file.size, "outside the loaded segments");
	symbol->st_value = -1ULL;
	symbol->st_size = 1;
	assert_refused(file.bytes, file.size, "outside the loaded segments");
	symbol->st_size = 2;
	assert_refused(file.bytes, file.size, "outside the loaded segments");
	*symbol = good;
	symbol->st_shndx = SHN_COMMON;
	assert_refused(file.bytes, file.size, "no address in memory");
	*symbol = good;
	symbol->st_name = 0xffffffff;
	assert_refused(file.bytes, file.size, "no symbol hot_table");
	*symbol = good;

	/* Two global ones of a name; then the same place under it twice. */
	other->st_name = symbol->st_name;
	assert_refused(file.bytes, file.size, "more than one symbol is named hot_table");
	other->st_value = symbol->st_value;
	other->st_size = symbol->st_size;
	assert_found(&file, symbol);
	/* A local one gives way, whichever comes first. */
	*other = good_other;
	other->st_name = symbol->st_name;
	other->st_info = ELF64_ST_INFO(STB_LOCAL, STT_OBJECT);
	assert_found(&file, symbol);
	other->st_info = good_other.st_info;
	symbol->st_info = ELF64_ST_INFO(STB_LOCAL, STT_OBJECT);
	assert_found(&file, other);
	/* So do two that are not the same, wherever they are. */
	symbols[0] = symbol;
	symbols[1] = other;
	symbols[2]->st_name = symbol->st_name;
	for (i = 0; i < 3; i++) {
		for (j = 0; j < 3; j++)
			symbols[j]->st_info = ELF64_ST_INFO(
				i == j ? STB_GLOBAL : STB_LOCAL, STT_OBJECT);
		assert_found(&file, symbols[i]);
	}
	free(file.bytes);
}

/* Every length, and then every byte of every table, one after the other. */
static void test_truncated(void **state)
{
	struct file file = read_fixture("stripped");
	int fd = memory_file(file.bytes, file.size);
	size_t size;

	(void)state;
	for (size = file.size; size; size -= size > 4096 ? 61 : 1) {
		assert_int_equal(ftruncate(fd, size - 1), 0);
		assert_int_equal(use(fd, NULL), -1);
	}
	close(fd);
	free(file.bytes);
}

static void damage(const struct file *file, int fd, size_t offset, size_t size)
{
	static const unsigned char masks[] = { 0x01, 0x80, 0xff };
	size_t i, m;

	for (i = offset; i < offset + size; i++) {
		for (m = 0; m < sizeof(masks); m++) {
			unsigned char byte = file->bytes[i] ^ masks[m];

			assert_int_equal(pwrite(fd, &byte, 1, i), 1);
			use(fd, NULL);
		}
		assert_int_equal(pwrite(fd, &file->bytes[i], 1, i), 1);
	}
}

static void test_flipped(void **state)
{
	struct file file = read_fixture("stripped");
	Elf64_Ehdr *header = (Elf64_Ehdr *)file.bytes;
	Elf64_Shdr *dynsym = section_of(&file, SHT_DYNSYM);
	int fd = memory_file(file.bytes, file.size);

	(void)state;
	damage(&file, fd, 0, sizeof(*header));
	damage(&file, fd, header->e_phoff, header->e_phnum * 56);
	damage(&file, fd, header->e_shoff, header->e_shnum * 64);
	damage(&file, fd, dynsym->sh_offset, dynsym->sh_size);
	close(fd);
	free(file.bytes);
}

/* The file changes after it was opened: an error, or what was read before. */
static void test_changed_underneath(void **state)
{
	struct file file = read_fixture("pie");
	int fd = memory_file(file.bytes, file.size);
	struct ebpfmm_error err = {};
	struct ebpfmm_range range;
	struct ebpfmm_elf *elf;
	int i;

	(void)state;
	assert_int_equal(ebpfmm_elf_open(fd, &elf, &err), 0);
	assert_int_equal(ebpfmm_elf_section(elf, "lookup", &range, &err), 0);
	assert_int_equal(ftruncate(fd, 64), 0);
	assert_int_equal(ebpfmm_elf_section(elf, "lookup", &range, &err), 0);
	assert_int_equal(ebpfmm_elf_symbol(elf, "hot_table", &range, &err), -1);
	assert_non_null(strstr(err.message, "truncated"));
	/* What could not be read is not taken for empty, however often asked. */
	for (i = 0; i < 10; i++) {
		assert_int_equal(ebpfmm_elf_symbol(elf, "hot_table", &range,
						   &err), -1);
		assert_non_null(strstr(err.message, "truncated"));
	}
	ebpfmm_elf_close(elf);
	close(fd);
	free(file.bytes);
}

static void test_huge(void **state)
{
	struct ebpfmm_error err = {};
	int fd = memory_file("\177ELF", 4);

	(void)state;
	assert_int_equal(ftruncate(fd, EBPFMM_ELF_MAX_BYTES + 1), 0);
	assert_int_equal(use(fd, &err), -1);
	assert_int_equal(err.code, EFBIG);
	close(fd);
}

/* Tables none of which is too large, but all of them are; of a sparse file. */
static void test_too_much(void **state)
{
	struct file file = read_fixture("pie");
	Elf64_Ehdr *header = (Elf64_Ehdr *)file.bytes;
	Elf64_Shdr *table = (Elf64_Shdr *)(file.bytes + header->e_shoff);
	Elf64_Shdr *symbols[] = { section_of(&file, SHT_SYMTAB),
				  section_of(&file, SHT_DYNSYM) };
	uint64_t at = file.size;
	int i, fd;

	(void)state;
	for (i = 0; i < 2; i++) {
		Elf64_Shdr *strings = &table[symbols[i]->sh_link];

		symbols[i]->sh_offset = at;
		symbols[i]->sh_size = EBPFMM_ELF_MAX_SYMBOLS * sizeof(Elf64_Sym);
		strings->sh_offset = at + symbols[i]->sh_size;
		strings->sh_size = EBPFMM_ELF_MAX_STRINGS;
		at = strings->sh_offset + strings->sh_size;
	}
	fd = memory_file(file.bytes, file.size);
	assert_int_equal(ftruncate(fd, at), 0);
	assert_fd_refused(fd, "the symbol name table is too large");
	close(fd);
	free(file.bytes);
}

/*
 * A table of alike symbols, asked for a thousand times: the work ends. The names
 * are of one kind that differs after the part that is hashed.
 */
static void test_alike_symbols(void **state)
{
	enum { SYMBOLS = 1 << 20, LENGTH = 200 };
	struct file file = read_fixture("pie");
	Elf64_Ehdr *header = (Elf64_Ehdr *)file.bytes;
	Elf64_Shdr *table = (Elf64_Shdr *)(file.bytes + header->e_shoff);
	Elf64_Shdr *symtab = section_of(&file, SHT_SYMTAB);
	Elf64_Shdr *strtab = &table[symtab->sh_link];
	Elf64_Sym *symbols = calloc(SYMBOLS, sizeof(*symbols));
	char names[LENGTH + 2] = "", wanted[LENGTH + 1] = "";
	struct ebpfmm_error err = {};
	struct ebpfmm_range range;
	struct ebpfmm_elf *elf;
	int i, fd;

	(void)state;
	assert_non_null(symbols);
	memset(names + 1, 'a', LENGTH);
	memset(wanted, 'a', LENGTH - 1);
	for (i = 1; i < SYMBOLS; i++)
		symbols[i].st_name = 1;
	symtab->sh_offset = file.size;
	symtab->sh_size = SYMBOLS * sizeof(*symbols);
	strtab->sh_offset = file.size + symtab->sh_size;
	strtab->sh_size = sizeof(names);
	fd = memory_file(file.bytes, file.size);
	assert_int_equal(pwrite(fd, symbols, symtab->sh_size,
				symtab->sh_offset), symtab->sh_size);
	assert_int_equal(pwrite(fd, names, sizeof(names), strtab->sh_offset),
			 sizeof(names));

	assert_int_equal(ebpfmm_elf_open(fd, &elf, &err), 0);
	for (i = 0; i < 1000; i++)
		assert_int_equal(ebpfmm_elf_symbol(elf, wanted, &range, &err),
				 -1);
	assert_string_equal(err.message, "looking up the names takes too many steps");
	ebpfmm_elf_close(elf);
	close(fd);
	free(symbols);
	free(file.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_elf),
		cmocka_unit_test(test_bad_header),
		cmocka_unit_test(test_bad_segments),
		cmocka_unit_test(test_segment_without_file),
		cmocka_unit_test(test_bias_of_first_segment),
		cmocka_unit_test(test_bad_sections),
		cmocka_unit_test(test_bad_symbols),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_changed_underneath),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_alike_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
