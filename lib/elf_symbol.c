// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding symbols and sections of an ELF file by name.
 *
 * A profile may ask a thousand times of a file with a million symbols, so the
 * symbols are hashed at the first question. What a hash table made to be slow
 * can cost is bounded, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "elf_private.h"

/* Names are told apart by so many bytes of them before they are compared. */
#define HASHED_BYTES	128U
#define MAX_SYMBOL_BYTES (EBPFMM_ELF_MAX_SYMBOLS * sizeof(Elf64_Sym))

static const char *string_at(const struct strings *strings, uint64_t offset)
{
	return offset < strings->size ? strings->bytes + offset : "";
}

static int loaded_range(const struct ebpfmm_elf *elf, uint64_t start,
			uint64_t size, const char *name,
			struct ebpfmm_range *range, struct ebpfmm_error *err)
{
	struct ebpfmm_range found = { start, start + size };

	if (!size)
		return ebpfmm_fail(err, 0, "%s has no size", name);
	if (found.end < found.start || !elf_segment_of(elf, &found))
		return ebpfmm_fail(err, 0, "%s is outside of what is loaded",
				   name);
	*range = found;
	return 0;
}

void elf_free_symbols(struct symbols *table)
{
	free(table->bucket);
	free(table->next);
	memset(table, 0, sizeof(*table));
}

static uint32_t hash(const char *name)
{
	uint32_t value = 2166136261U;	/* FNV-1a */
	unsigned int i;

	for (i = 0; i < HASHED_BYTES && name[i]; i++)
		value = (value ^ (unsigned char)name[i]) * 16777619U;
	return value;
}

static int chain_symbols(struct symbols *table, struct ebpfmm_error *err)
{
	uint32_t size = 1, i;

	while (size < table->count)
		size *= 2;
	table->mask = size - 1;
	table->bucket = calloc(size, sizeof(*table->bucket));
	table->next = calloc(table->count, sizeof(*table->next));
	if (!table->bucket || !table->next)
		return ebpfmm_fail(err, ENOMEM, "reading the symbols");

	for (i = 1; i < table->count; i++) {
		GElf_Sym symbol;
		const char *name;
		uint32_t *bucket;

		if (!gelf_getsym(table->data, i, &symbol))
			return elf_damaged(err);
		name = string_at(&table->names, symbol.st_name);
		if (!*name)
			continue;
		bucket = &table->bucket[hash(name) & table->mask];
		table->next[i] = *bucket;
		*bucket = i;
	}
	return 0;
}

/* A table that is not there has no symbols, which is no error. */
static int read_symbols(struct ebpfmm_elf *elf, uint32_t type,
			struct symbols *table, struct ebpfmm_error *err)
{
	Elf_Scn *section = NULL;
	GElf_Shdr shdr;

	while ((section = elf_nextscn(elf->elf, section))) {
		if (!gelf_getshdr(section, &shdr))
			return elf_damaged(err);
		if (shdr.sh_type == type)
			break;
	}
	if (!section || !shdr.sh_size)
		return 0;
	if (shdr.sh_entsize != sizeof(Elf64_Sym) ||
	    shdr.sh_size % sizeof(Elf64_Sym))
		return ebpfmm_fail(err, 0,
				   "damaged ELF file: symbols of a wrong size");
	table->data = elf_section_data(elf, section, MAX_SYMBOL_BYTES,
				       "the symbol table", err);
	if (!table->data ||
	    elf_section_strings(elf, shdr.sh_link, "names of symbols",
				&table->names, err))
		return -1;
	table->count = shdr.sh_size / sizeof(Elf64_Sym);
	return chain_symbols(table, err);
}

/*
 * What the symbols of one name amount to.
 */
struct candidate {
	GElf_Sym symbol;
	bool found;
	bool global;
	bool ambiguous;
	bool undefined;
};

static void consider(struct candidate *candidate, const GElf_Sym *symbol)
{
	unsigned int type = GELF_ST_TYPE(symbol->st_info);
	bool global = GELF_ST_BIND(symbol->st_info) != STB_LOCAL;

	if (type == STT_FILE || type == STT_SECTION)
		return;
	if (symbol->st_shndx == SHN_UNDEF) {
		candidate->undefined = true;
		return;
	}
	if (candidate->found && candidate->global == global) {
		if (candidate->symbol.st_value != symbol->st_value ||
		    candidate->symbol.st_size != symbol->st_size)
			candidate->ambiguous = true;
		return;
	}
	/* A global one is meant even if there are local ones of its name. */
	if (candidate->found && candidate->global)
		return;
	candidate->symbol = *symbol;
	candidate->found = true;
	candidate->global = global;
	candidate->ambiguous = false;
}

/*
 * A table can be made so that one chain holds all of its symbols, and a profile
 * can ask a thousand times. So the steps are counted over the life of @elf.
 */
static int walk_symbols(struct ebpfmm_elf *elf, const struct symbols *table,
			const char *name, struct candidate *candidate,
			struct ebpfmm_error *err)
{
	uint32_t cost = 1 + strlen(name) / 64;
	uint32_t i;

	if (!table->count)
		return 0;
	for (i = table->bucket[hash(name) & table->mask]; i;
	     i = table->next[i]) {
		GElf_Sym symbol;

		if (elf->steps < cost)
			return ebpfmm_fail(err, 0,
					   "too many symbols are alike");
		elf->steps -= cost;
		if (gelf_getsym(table->data, i, &symbol) &&
		    !strcmp(string_at(&table->names, symbol.st_name), name))
			consider(candidate, &symbol);
	}
	return 0;
}

int ebpfmm_elf_symbol(struct ebpfmm_elf *elf, const char *name,
		      struct ebpfmm_range *range, struct ebpfmm_error *err)
{
	struct candidate candidate = {};
	const GElf_Sym *symbol = &candidate.symbol;

	if (!elf->have_symbols) {
		if (read_symbols(elf, SHT_SYMTAB, &elf->symtab, err) ||
		    read_symbols(elf, SHT_DYNSYM, &elf->dynsym, err)) {
			elf_free_symbols(&elf->symtab);
			elf_free_symbols(&elf->dynsym);
			return -1;
		}
		elf->have_symbols = true;
	}
	if (walk_symbols(elf, &elf->symtab, name, &candidate, err))
		return -1;
	if (!candidate.found &&
	    walk_symbols(elf, &elf->dynsym, name, &candidate, err))
		return -1;

	if (!candidate.found && candidate.undefined)
		return ebpfmm_fail(err, 0,
				   "%s is not in the program itself but in a shared object",
				   name);
	if (!candidate.found)
		return ebpfmm_fail(err, 0, "no symbol %s%s", name,
				   elf->symtab.count ? "" :
				   " (the program is stripped)");
	if (candidate.ambiguous)
		return ebpfmm_fail(err, 0, "more than one symbol %s", name);
	if (GELF_ST_TYPE(symbol->st_info) == STT_TLS)
		return ebpfmm_fail(err, 0, "%s is thread-local", name);
	if (symbol->st_shndx == SHN_ABS || symbol->st_shndx == SHN_COMMON)
		return ebpfmm_fail(err, 0, "%s has no place in memory", name);
	return loaded_range(elf, symbol->st_value, symbol->st_size, name, range,
			    err);
}

int ebpfmm_elf_section(struct ebpfmm_elf *elf, const char *name,
		       struct ebpfmm_range *range, struct ebpfmm_error *err)
{
	Elf_Scn *section = NULL;
	GElf_Shdr shdr, found;
	bool have = false;
	size_t names;

	if (!elf->section_names.bytes) {
		if (elf_getshdrstrndx(elf->elf, &names) || !names)
			return ebpfmm_fail(err, 0,
					   "no section %s (there are no names of sections)",
					   name);
		if (elf_section_strings(elf, names, "names of sections",
					&elf->section_names, err))
			return -1;
	}
	while ((section = elf_nextscn(elf->elf, section))) {
		if (!gelf_getshdr(section, &shdr))
			return elf_damaged(err);
		if (strcmp(string_at(&elf->section_names, shdr.sh_name), name))
			continue;
		if (have)
			return ebpfmm_fail(err, 0, "more than one section %s",
					   name);
		found = shdr;
		have = true;
	}
	if (!have)
		return ebpfmm_fail(err, 0, "no section %s", name);
	if (found.sh_flags & SHF_TLS)
		return ebpfmm_fail(err, 0, "%s is thread-local", name);
	if (!(found.sh_flags & SHF_ALLOC))
		return ebpfmm_fail(err, 0, "%s is not loaded into memory", name);
	return loaded_range(elf, found.sh_addr, found.sh_size, name, range, err);
}
