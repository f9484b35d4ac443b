// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listing what of an ELF file has anonymous memory.
 */
#include <string.h>

#include "elf/elf_private.h"
#include "elf/list.h"

/**
 * struct list - what was found
 * @elf: the file
 * @least: bytes that each must have
 * @entries: the largest ones so far
 * @max: room in @entries
 * @count: their number
 */
struct list {
	struct ebpfmm_elf *elf;
	uint64_t least;
	struct ebpfmm_listed *entries;
	size_t max;
	uint32_t count;
};

static uint64_t size_of(const struct ebpfmm_range *range)
{
	return range->end - range->start;
}

/* Where the next entry goes: behind the others, or in place of the smallest. */
static struct ebpfmm_listed *place_for(struct list *list, uint64_t size)
{
	struct ebpfmm_listed *smallest = list->entries;

	if (list->count < list->max)
		return &list->entries[list->count++];
	for (uint32_t i = 1; i < list->count; i++)
		if (size_of(&list->entries[i].anonymous) < size_of(&smallest->anonymous))
			smallest = &list->entries[i];
	return size_of(&smallest->anonymous) < size ? smallest : NULL;
}

static bool is_printable(const char *name)
{
	for (; *name; name++)
		if (*name <= ' ' || *name > '~')
			return false;
	return true;
}

/* Anything that cannot be named is left out. */
static int add(struct list *list, enum ebpfmm_elf_kind kind, const char *name,
	       uint64_t start, uint64_t size, struct ebpfmm_error *err)
{
	struct ebpfmm_listed entry = { .kind = kind }, *place;
	/* GNU ld appends the version; a name without one means the default version. */
	const char *version = strstr(name, "@@");
	size_t length = version ? (size_t)(version - name) : strlen(name);

	if (ebpfmm_elf_spend(list->elf, 1, err))
		return -1;
	if (size < list->least || !length || length >= sizeof(entry.name) ||
	    !is_printable(name) ||
	    ebpfmm_elf_loaded_range(list->elf, start, size, name, &entry.range, NULL) ||
	    ebpfmm_elf_anonymous(list->elf, &entry.range, &entry.anonymous) ||
	    size_of(&entry.anonymous) < list->least)
		return 0;
	if (ebpfmm_elf_spend(list->elf, list->max, err))
		return -1;
	place = place_for(list, size_of(&entry.anonymous));
	if (!place)
		return 0;
	memcpy(entry.name, name, length);
	*place = entry;
	return 0;
}

static int add_sections(struct list *list, struct ebpfmm_error *err)
{
	Elf_Scn *section = NULL;
	GElf_Shdr shdr;

	/* Without names, there is none to be found by its name. */
	if (ebpfmm_elf_read_section_names(list->elf, NULL))
		return 0;
	while ((section = elf_nextscn(list->elf->file->elf, section))) {
		if (!gelf_getshdr(section, &shdr))
			return ebpfmm_elf_damaged(err);
		if (!(shdr.sh_flags & SHF_ALLOC) || shdr.sh_flags & SHF_TLS)
			continue;
		if (add(list, EBPFMM_ELF_SECTION,
			ebpfmm_elf_string_at(&list->elf->section_names, shdr.sh_name),
			shdr.sh_addr, shdr.sh_size, err))
			return -1;
	}
	return 0;
}

static int add_symbols(struct list *list, struct ebpfmm_error *err)
{
	const struct symbols *table;

	if (ebpfmm_elf_read_symbols(list->elf, err))
		return -1;
	table = list->elf->symtab.count ? &list->elf->symtab : &list->elf->dynsym;
	for (uint32_t i = 1; i < table->count; i++) {
		unsigned int type;
		Elf64_Sym symbol;

		memcpy(&symbol, table->data.bytes + i * sizeof(symbol), sizeof(symbol));
		type = ELF64_ST_TYPE(symbol.st_info);
		if ((type != STT_OBJECT && type != STT_NOTYPE) ||
		    symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS ||
		    symbol.st_shndx == SHN_COMMON)
			continue;
		if (add(list, EBPFMM_ELF_SYMBOL,
			ebpfmm_elf_string_at(&table->names, symbol.st_name),
			symbol.st_value, symbol.st_size, err))
			return -1;
	}
	return 0;
}

int ebpfmm_elf_list(struct ebpfmm_elf *elf, uint64_t least, struct ebpfmm_listed *list,
		    size_t max, uint32_t *count, struct ebpfmm_error *err)
{
	struct list out = { elf, least, list, max, 0 };

	/* Sections come first, as a symbol can be reached by its section as well. */
	if (add_sections(&out, err) || add_symbols(&out, err))
		return -1;
	*count = out.count;
	return 0;
}
