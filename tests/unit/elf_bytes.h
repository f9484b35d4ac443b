/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fixture in memory, to be damaged, and files made of it.
 */
#ifndef EBPFMM_TESTS_ELF_BYTES_H
#define EBPFMM_TESTS_ELF_BYTES_H

#include "fixture.h"

#include <elf.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct file {
	unsigned char *bytes;
	size_t size;
};

static inline struct file read_fixture(const char *name)
{
	int fd = open_fixture(name);
	struct file file;
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	file.size = st.st_size;
	file.bytes = malloc(file.size);
	assert_non_null(file.bytes);
	assert_int_equal(read(fd, file.bytes, file.size), file.size);
	close(fd);
	return file;
}

static inline int memory_file(const void *bytes, size_t size)
{
	int fd = memfd_create("elf", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, size, 0), size);
	return fd;
}

/* The n-th PT_LOAD, which must be there. */
static inline Elf64_Phdr *load_of(const struct file *file, unsigned int n)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)file->bytes;
	Elf64_Phdr *phdr = (Elf64_Phdr *)(file->bytes + header->e_phoff);

	for (;; phdr++)
		if (phdr->p_type == PT_LOAD && !n--)
			return phdr;
}

/* The first section of a type, which must be there. */
static inline Elf64_Shdr *section_of(const struct file *file, uint32_t type)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)file->bytes;
	Elf64_Shdr *shdr = (Elf64_Shdr *)(file->bytes + header->e_shoff);

	for (;; shdr++)
		if (shdr->sh_type == type)
			return shdr;
}

#endif /* EBPFMM_TESTS_ELF_BYTES_H */
