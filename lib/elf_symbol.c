// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding symbols of an ELF file by name.
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

static void free_table(struct symbols *table)
{
	free(table->bucket);
	free(table->next);
	memset(table, 0, sizeof(*table));
}

void elf_free_symbols(struct ebpfmm_elf *elf)
{
	free_table(&elf->symtab);
	free_table(&elf->dynsym);
	elf->have_symbols = false;
}

static Elf64_Sym symbol_at(const struct symbols *table, uint32_t index)
{
	Elf64_Sym symbol;

	memcpy(&symbol, table->data.bytes + index * sizeof(symbol),
	       sizeof(symbol));
	return symbol;
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
		Elf64_Sym symbol;
		const char *name;
		uint32_t *bucket;

		symbol = symbol_at(table, i);
		name = elf_string_at(&table->names, symbol.st_name);
		if (!*name)
			continue;
		bucket = &table->bucket[hash(name) & table->mask];
		table->next[i] = *bucket;
		*bucket = i;
	}
	return 0;
}

/* A table that is not there has no symbols, which is no error. */
static int read_table(struct picture *picture, uint32_t type,
		      struct symbols *table, struct ebpfmm_error *err)
{
	GElf_Shdr shdr;

	if (!picture_find_section(picture, type, &shdr) || !shdr.sh_size)
		return 0;
	if (shdr.sh_entsize != sizeof(Elf64_Sym) ||
	    shdr.sh_size % sizeof(Elf64_Sym))
		return ebpfmm_fail(err, 0,
				   "damaged ELF file: symbols of a wrong size");
	if (picture_section(picture, &shdr, MAX_SYMBOL_BYTES,
			    "the symbol table", &table->data, err) ||
	    picture_strings(picture, shdr.sh_link, "names of symbols",
			    &table->names, err))
		return -1;
	table->count = shdr.sh_size / sizeof(Elf64_Sym);
	return chain_symbols(table, err);
}

static int read_symbols(struct ebpfmm_elf *elf, struct ebpfmm_error *err)
{
	if (elf->have_symbols)
		return 0;
	if (elf->stripped && elf->debug) {
		if (read_table(elf->debug, SHT_SYMTAB, &elf->symtab, err)) {
			elf_free_symbols(elf);
			return ebpfmm_prefix(err, "its debug file: ");
		}
	} else if (read_table(elf->file, SHT_SYMTAB, &elf->symtab, err)) {
		elf_free_symbols(elf);
		return -1;
	}
	if (read_table(elf->file, SHT_DYNSYM, &elf->dynsym, err)) {
		elf_free_symbols(elf);
		return -1;
	}
	elf->have_symbols = true;
	return 0;
}

/*
 * What the symbols of one name amount to.
 */
struct candidate {
	Elf64_Sym symbol;
	bool found;
	bool global;
	bool ambiguous;
	bool undefined;
};

static void consider(struct candidate *candidate, const Elf64_Sym *symbol)
{
	unsigned int type = ELF64_ST_TYPE(symbol->st_info);
	bool global = ELF64_ST_BIND(symbol->st_info) != STB_LOCAL;

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
		Elf64_Sym symbol;

		if (elf_spend(elf, cost, err))
			return -1;
		symbol = symbol_at(table, i);
		if (!strcmp(elf_string_at(&table->names, symbol.st_name), name))
			consider(candidate, &symbol);
	}
	return 0;
}

int ebpfmm_elf_symbol(struct ebpfmm_elf *elf, const char *name,
		      struct ebpfmm_range *range, struct ebpfmm_error *err)
{
	struct candidate candidate = {};
	const Elf64_Sym *symbol = &candidate.symbol;

	if (read_symbols(elf, err))
		return -1;
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
	if (ELF64_ST_TYPE(symbol->st_info) == STT_TLS)
		return ebpfmm_fail(err, 0, "%s is thread-local", name);
	if (symbol->st_shndx == SHN_ABS || symbol->st_shndx == SHN_COMMON)
		return ebpfmm_fail(err, 0, "%s has no place in memory", name);
	return elf_loaded_range(elf, symbol->st_value, symbol->st_size, name, range,
			    err);
}
