/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the files elf_*.c. Not for other files.
 *
 *	elf_picture.c	reading a file that cannot be trusted
 *	elf_file.c	how a program will be laid out
 *	elf_bounds.c	bounds of all searches
 *	elf_note.c	its build id
 *	elf_section.c	finding sections
 *	elf_symbol.c	finding symbols
 *	elf_version.c	the versions of symbols
 *	elf_demangle.c	C++ names
 *	elf_list.c	listing symbols and sections
 */
#ifndef EBPFMM_ELF_PRIVATE_H
#define EBPFMM_ELF_PRIVATE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bpf_types.h"
#include "elf/elf_file.h"

#define PAGE		(1ULL << EBPFMM_PAGE_SHIFT)
/* load_elf_phdrs() in fs/binfmt_elf.c requires that they fit into a page. */
#define MAX_PHDRS	(PAGE / sizeof(Elf64_Phdr))
/* The number of note sections searched for the build id, and their maximum size. */
#define MAX_NOTES	16
#define MAX_NOTE_BYTES	(64U << 10)
/*
 * Three headers, names of sections, two tables of symbols with their names,
 * three tables of versions; notes, as segments and as sections.
 */
#define MAX_PARTS	(11 + 2 * MAX_NOTES)

/**
 * struct picture - what was read of a file, see elf_picture.c
 * @fd: duplicate of the caller's descriptor
 * @bytes: as many as the file has; zeros where nothing was read yet
 * @size: of the file, in bytes
 * @left: number of bytes that may still be read
 * @parts: ranges of the file that were read
 * @nparts: their number
 * @elf: libelf's view of @bytes
 */
struct picture {
	int fd;
	char *bytes;
	size_t size;
	size_t left;
	struct ebpfmm_range parts[MAX_PARTS];
	size_t nparts;
	Elf *elf;
};

/**
 * struct segment - one PT_LOAD
 * @bytes: the addresses it names
 * @anonymous: the pages of it that are anonymous; may be empty
 * @offset: of its first byte in the file
 * @file_size: number of its bytes that are in the file
 */
struct segment {
	struct ebpfmm_range bytes;
	struct ebpfmm_range anonymous;
	uint64_t offset;
	uint64_t file_size;
};

/**
 * struct data - bytes of a section, in a picture
 * @bytes: not aligned; NULL before they are read
 * @size: number of bytes; the last byte of a string table is NUL
 */
struct data {
	const char *bytes;
	size_t size;
};

/**
 * struct symbols - a symbol table, with a hash table of the symbols that can be data
 * @data: the symbols
 * @names: their names
 * @count: their number
 * @mask: number of chains, less one
 * @bucket: first symbol of each chain; 0, which is never a symbol, ends a chain
 * @next: next symbol in the chain, for each symbol
 */
struct symbols {
	struct data data;
	struct data names;
	uint32_t count;
	uint32_t mask;
	uint32_t *bucket;
	uint32_t *next;
};

/**
 * struct versions - the versions of the symbols in .dynsym
 * @of: the version of each symbol, as in .gnu.version; empty without versions
 * @names: their names by number; NULL where there is none
 * @count: number of entries in @names
 */
struct versions {
	struct data of;
	const char **names;
	uint32_t count;
};

/**
 * struct ebpfmm_elf - an open program
 * @file: the program
 * @debug: its debug file, or NULL
 * @image: its memory layout
 * @segments: the PT_LOADs, ascending and not sharing pages
 * @nsegments: their number
 * @stripped: whether it has no .symtab
 * @section_names: read when first needed
 * @have_symbols: whether the following are valid
 * @symtab: .symtab of the program or else of the debug file
 * @dynsym: .dynsym; empty in a static program
 * @versions: of @dynsym
 * @steps: remaining budget of work for searches
 */
struct ebpfmm_elf {
	struct picture *file;
	struct picture *debug;
	struct ebpfmm_image image;
	struct segment segments[MAX_PHDRS];
	size_t nsegments;
	bool stripped;
	struct data section_names;
	bool have_symbols;
	struct symbols symtab;
	struct symbols dynsym;
	struct versions versions;
	uint32_t steps;
};

static inline uint64_t page_down(uint64_t address)
{
	return address & ~(PAGE - 1);
}

static inline uint64_t page_up(uint64_t address)
{
	return page_down(address + PAGE - 1);
}

/**
 * picture_open - start a picture: read and check the headers
 * @fd: regular file; duplicated
 * @loadable: check the program headers; false ignores them
 * @err: what is wrong with the file
 *
 * Return: the picture, or NULL with @err set.
 */
struct picture *picture_open(int fd, bool loadable, struct ebpfmm_error *err);

/**
 * picture_close - free a picture
 * @picture: may be NULL
 */
void picture_close(struct picture *picture);

/**
 * picture_read - read a part of the file into the picture
 * @picture: the picture
 * @offset: offset of its first byte, hostile
 * @length: in bytes
 * @what: what to call it in messages
 * @err: what is wrong with it
 *
 * A part is read once. A part that overlaps another one without being identical to it is
 * refused.
 *
 * Return: 0, or -1 with @err set.
 */
int picture_read(struct picture *picture, uint64_t offset, uint64_t length,
		 const char *what, struct ebpfmm_error *err);

/**
 * picture_section - read a section's bytes
 * @picture: the picture
 * @shdr: of a type whose bytes are in the file
 * @max: largest size to accept, in bytes
 * @what: what to call it in messages
 * @data: filled in
 * @err: what is wrong with it
 *
 * Return: 0, or -1 with @err set.
 */
int picture_section(struct picture *picture, const GElf_Shdr *shdr,
		    uint64_t max, const char *what, struct data *data,
		    struct ebpfmm_error *err);

/**
 * picture_strings - read a string table
 * @picture: the picture
 * @index: of its section
 * @what: what to call it in messages
 * @strings: filled in
 * @err: what is wrong with it
 *
 * Return: 0, or -1 with @err set.
 */
int picture_strings(struct picture *picture, size_t index, const char *what,
		    struct data *strings, struct ebpfmm_error *err);

/**
 * picture_find_section - find the first section of a type
 * @picture: the picture
 * @type: SHT_...
 * @shdr: filled in if there is one
 *
 * Return: its index, or 0 if there is none.
 */
size_t picture_find_section(const struct picture *picture, uint32_t type,
			    GElf_Shdr *shdr);

/**
 * picture_build_id - read the GNU build id of a file
 * @picture: the picture
 * @id: the first @size bytes are filled in
 * @size: its length in bytes, 0 when there is none
 * @err: damaged notes
 *
 * Return: 0, or -1 with @err set.
 */
int picture_build_id(struct picture *picture,
		     unsigned char id[EBPFMM_BUILD_ID_MAX], size_t *size,
		     struct ebpfmm_error *err);

/**
 * ebpfmm_elf_string_at - get a string of a string table
 * @strings: as picture_strings() read it
 * @offset: hostile
 *
 * Return: the string; "" if @offset is outside.
 */
const char *ebpfmm_elf_string_at(const struct data *strings, uint64_t offset);

/**
 * ebpfmm_elf_damaged - record the error that libelf found
 * @err: where to
 *
 * Return: -1.
 */
int ebpfmm_elf_damaged(struct ebpfmm_error *err);

/**
 * ebpfmm_elf_read_section_names - read the names of sections, if that was not done
 * @elf: the file
 * @err: what is wrong with them
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_read_section_names(struct ebpfmm_elf *elf, struct ebpfmm_error *err);

/**
 * ebpfmm_elf_read_symbols - read the symbols, if that was not done
 * @elf: the file
 * @err: what is wrong with them
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_read_symbols(struct ebpfmm_elf *elf, struct ebpfmm_error *err);

/**
 * ebpfmm_elf_free_symbols - free what the search for symbols made
 * @elf: the file; symbols are read again when they are needed
 */
void ebpfmm_elf_free_symbols(struct ebpfmm_elf *elf);

/**
 * ebpfmm_elf_loaded_range - check a range that the file names
 * @elf: the file
 * @start: unbiased address, hostile
 * @size: in bytes, hostile
 * @name: what to call it in messages
 * @range: filled in
 * @err: no size, or not inside one PT_LOAD
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_loaded_range(const struct ebpfmm_elf *elf, uint64_t start,
			    uint64_t size, const char *name,
			    struct ebpfmm_range *range, struct ebpfmm_error *err);

/**
 * ebpfmm_elf_spend - account for work that a search causes
 * @elf: the file
 * @steps: how much
 * @err: the file makes searches too slow
 *
 * A hostile file can make each search visit all of its symbols, and a profile can have a
 * thousand names. So the total work is bounded over the lifetime of @elf.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_spend(struct ebpfmm_elf *elf, uint64_t steps, struct ebpfmm_error *err);

/**
 * ebpfmm_elf_read_versions - read the versions of .dynsym
 * @elf: the file, with its @dynsym
 * @err: what is wrong with them
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_elf_read_versions(struct ebpfmm_elf *elf, struct ebpfmm_error *err);

/**
 * ebpfmm_elf_free_versions - free what ebpfmm_elf_read_versions() made
 * @versions: may be empty
 */
void ebpfmm_elf_free_versions(struct versions *versions);

/**
 * ebpfmm_elf_version_of - get the version of a symbol in .dynsym
 * @versions: of the file
 * @index: of the symbol
 * @hidden: whether it is not the default version of its name
 *
 * Return: the version's name, or NULL if it has none.
 */
const char *ebpfmm_elf_version_of(const struct versions *versions, uint32_t index,
				  bool *hidden);

/**
 * struct cxx_name - a C++ name as people write it
 * @text: the name; spaces in it do not matter
 * @part: its last identifier, prefixed with its length; every mangled name of @text
 *	contains it
 */
struct cxx_name {
	const char *text;
	char part[256];
};

/**
 * ebpfmm_elf_cxx_name - prepare the search for a C++ name
 * @text: the name
 * @name: filled in; @text must live as long
 *
 * Return: true if it can be a C++ name.
 */
bool ebpfmm_elf_cxx_name(const char *text, struct cxx_name *name);

/**
 * ebpfmm_elf_cxx_is - compare a mangled name with a C++ name
 * @elf: the file, whose budget pays for the work
 * @mangled: hostile
 * @name: the name
 * @err: the file makes searches too slow
 *
 * Return: 1 if they match, 0 if not, or -1 with @err set.
 */
int ebpfmm_elf_cxx_is(struct ebpfmm_elf *elf, const char *mangled,
		      const struct cxx_name *name, struct ebpfmm_error *err);

#endif /* EBPFMM_ELF_PRIVATE_H */
