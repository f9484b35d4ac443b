// SPDX-License-Identifier: GPL-2.0-only
/*
 * big_program: write an ELF program with very many symbols.
 *
 *	big_program FILE SYMBOLS MEGABYTES
 *
 * It is a program to whoever reads it (header, two PT_LOADs, .symtab with
 * objects of one page in .bss called "object_NUMBER", no section without use),
 * and so large because of a hole between them; it is not to be run.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE		4096UL
#define BASE		0x400000UL
#define NAME_SIZE	32

enum { NONE, BSS, SYMTAB, STRTAB, SHSTRTAB, SECTIONS };

static const char section_names[] = "\0.bss\0.symtab\0.strtab\0.shstrtab";

struct start {
	Elf64_Ehdr header;
	Elf64_Phdr text;
	Elf64_Phdr data;
};

static void put(int fd, const void *bytes, size_t size, off_t at)
{
	while (size) {
		ssize_t n = pwrite(fd, bytes, size, at);

		if (n < 0) {
			perror("big_program: write");
			exit(1);
		}
		bytes = (const char *)bytes + n;
		size -= n;
		at += n;
	}
}

static void put_symbols(int fd, unsigned long count, off_t symbols, off_t names)
{
	Elf64_Sym *table = calloc(count + 1, sizeof(*table));
	char *strings = calloc(count + 1, NAME_SIZE);

	if (!table || !strings) {
		fputs("big_program: no memory\n", stderr);
		exit(1);
	}
	for (unsigned long i = 1; i <= count; i++) {
		table[i].st_name = i * NAME_SIZE;
		table[i].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT);
		table[i].st_shndx = BSS;
		table[i].st_value = BASE + i * PAGE;
		table[i].st_size = PAGE;
		snprintf(strings + i * NAME_SIZE, NAME_SIZE, "object_%lu", i);
	}
	put(fd, table, (count + 1) * sizeof(*table), symbols);
	put(fd, strings, (count + 1) * NAME_SIZE, names);
	free(strings);
	free(table);
}

int main(int argc, char **argv)
{
	unsigned long count = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long hole = argc == 4 ? strtoul(argv[3], NULL, 10) << 20 : 0;
	const off_t symbols = hole + PAGE;
	const off_t names = symbols + (count + 1) * sizeof(Elf64_Sym);
	const off_t sections = names + (count + 1) * NAME_SIZE;
	struct start start = {
		.header = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
				     ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC,
			.e_machine = EM_X86_64,
			.e_version = EV_CURRENT,
			.e_entry = BASE,
			.e_phoff = offsetof(struct start, text),
			.e_shoff = sections,
			.e_ehsize = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 2,
			.e_shentsize = sizeof(Elf64_Shdr),
			.e_shnum = SECTIONS,
			.e_shstrndx = SHSTRTAB,
		},
		.text = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = BASE,
			  .p_filesz = sizeof(start), .p_memsz = sizeof(start),
			  .p_align = PAGE },
		.data = { .p_type = PT_LOAD, .p_flags = PF_R | PF_W,
			  .p_vaddr = BASE + PAGE, .p_memsz = count * PAGE,
			  .p_align = PAGE },
	};
	Elf64_Shdr section[SECTIONS] = {
		[BSS] = { .sh_name = 1, .sh_type = SHT_NOBITS,
			  .sh_flags = SHF_ALLOC | SHF_WRITE, .sh_addr = BASE + PAGE,
			  .sh_size = count * PAGE, .sh_addralign = PAGE },
		[SYMTAB] = { .sh_name = 6, .sh_type = SHT_SYMTAB, .sh_offset = symbols,
			     .sh_size = (count + 1) * sizeof(Elf64_Sym),
			     .sh_link = STRTAB, .sh_info = 1, .sh_addralign = 8,
			     .sh_entsize = sizeof(Elf64_Sym) },
		[STRTAB] = { .sh_name = 14, .sh_type = SHT_STRTAB, .sh_offset = names,
			     .sh_size = (count + 1) * NAME_SIZE, .sh_addralign = 1 },
		[SHSTRTAB] = { .sh_name = 22, .sh_type = SHT_STRTAB,
			       .sh_offset = sections + sizeof(section),
			       .sh_size = sizeof(section_names), .sh_addralign = 1 },
	};
	int fd;

	if (!count || !hole) {
		fputs("usage: big_program FILE SYMBOLS MEGABYTES\n", stderr);
		return 2;
	}
	fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0) {
		fprintf(stderr, "big_program: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	put(fd, &start, sizeof(start), 0);
	put_symbols(fd, count, symbols, names);
	put(fd, section, sizeof(section), sections);
	put(fd, section_names, sizeof(section_names), sections + sizeof(section));
	return close(fd) ? 1 : 0;
}
