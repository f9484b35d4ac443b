// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding symbols of an ELF file by name.
 *
 * A profile may have a thousand symbols of a file with a million. So the first look-up
 * hashes the symbols that can be data, which are few. The cost of hash collisions, which a
 * hostile file can cause, is bounded, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "elf/elf_private.h"

/* The number of bytes of a name that are hashed. */
#define HASHED_BYTES	128U
#define MAX_SYMBOL_BYTES (EBPFMM_ELF_MAX_SYMBOLS * sizeof(Elf64_Sym))

/*
 * struct wanted - the name to look up
 * @name: all of it
 * @length: of the name without its version
 * @version: NULL for any
 * @only_default: whether it must be the default version
 * @cost: cost of comparing it with a name, in steps
 */
struct wanted {
	const char *name;
	size_t length;
	const char *version;
	bool only_default;
	uint64_t cost;
};

/* How well a symbol matches; a better match is never ambiguous with a worse one. */
enum fit {
	FIT_NONE,
	FIT_OTHER_VERSION,	/* than the one that was asked for */
	FIT_HIDDEN,		/* a version that is not the default one */
	FIT_LOCAL,
	FIT_GLOBAL,
};

/*
 * struct candidate - the best match so far
 */
struct candidate {
	Elf64_Sym symbol;
	enum fit fit;
	bool ambiguous;
	bool undefined;
	bool function;
};

static struct wanted parse_name(const char *name)
{
	struct wanted wanted = { .name = name, .length = strcspn(name, "@") };
	const char *rest = name + wanted.length;

	if (wanted.length && *rest) {
		wanted.only_default = rest[1] == '@';
		wanted.version = rest + 1 + wanted.only_default;
	}
	wanted.cost = 1 + strlen(name) / 64;
	return wanted;
}

static void free_table(struct symbols *table)
{
	free(table->bucket);
	free(table->next);
	memset(table, 0, sizeof(*table));
}

void ebpfmm_elf_free_symbols(struct ebpfmm_elf *elf)
{
	free_table(&elf->symtab);
	free_table(&elf->dynsym);
	ebpfmm_elf_free_versions(&elf->versions);
	elf->have_symbols = false;
}

static Elf64_Sym symbol_at(const struct symbols *table, uint32_t index)
{
	Elf64_Sym symbol;

	memcpy(&symbol, table->data.bytes + index * sizeof(symbol),
	       sizeof(symbol));
	return symbol;
}

static const char *name_of(const struct symbols *table, const Elf64_Sym *symbol)
{
	return ebpfmm_elf_string_at(&table->names, symbol->st_name);
}

static bool is_function(const Elf64_Sym *symbol)
{
	unsigned int type = ELF64_ST_TYPE(symbol->st_info);

	return type == STT_FUNC || type == STT_GNU_IFUNC;
}

static bool can_be_data(const Elf64_Sym *symbol)
{
	unsigned int type = ELF64_ST_TYPE(symbol->st_info);

	return !is_function(symbol) && type != STT_FILE && type != STT_SECTION;
}

/* Hash of a name without the version that GNU ld appends. */
static uint32_t hash(const char *name)
{
	uint32_t value = 2166136261U;	/* FNV-1a */
	unsigned int i;

	for (i = 0; i < HASHED_BYTES && name[i] && name[i] != '@'; i++)
		value = (value ^ (unsigned char)name[i]) * 16777619U;
	return value;
}

static uint32_t count_data(const struct symbols *table)
{
	uint32_t count = 0, i;

	for (i = 1; i < table->count; i++) {
		Elf64_Sym symbol = symbol_at(table, i);

		count += can_be_data(&symbol);
	}
	return count;
}

static int chain_symbols(struct symbols *table, struct ebpfmm_error *err)
{
	uint32_t count = count_data(table), size = 1, i;

	while (size < count)
		size *= 2;
	table->mask = size - 1;
	table->bucket = calloc(size, sizeof(*table->bucket));
	table->next = calloc(table->count, sizeof(*table->next));
	if (!table->bucket || !table->next)
		return ebpfmm_fail(err, ENOMEM, "read the symbols");

	for (i = 1; i < table->count; i++) {
		Elf64_Sym symbol = symbol_at(table, i);
		const char *name;
		uint32_t *bucket;

		if (!can_be_data(&symbol))
			continue;
		name = name_of(table, &symbol);
		if (!*name)
			continue;
		bucket = &table->bucket[hash(name) & table->mask];
		table->next[i] = *bucket;
		*bucket = i;
	}
	return 0;
}

/* A missing table is not an error: it has no symbols. */
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
	    picture_strings(picture, shdr.sh_link, "the symbol name table",
			    &table->names, err))
		return -1;
	table->count = shdr.sh_size / sizeof(Elf64_Sym);
	return chain_symbols(table, err);
}

static int read_all(struct ebpfmm_elf *elf, struct ebpfmm_error *err)
{
	if (elf->stripped && elf->debug) {
		if (read_table(elf->debug, SHT_SYMTAB, &elf->symtab, err))
			return ebpfmm_prefix(err, "its debug file: ");
	} else if (read_table(elf->file, SHT_SYMTAB, &elf->symtab, err)) {
		return -1;
	}
	if (read_table(elf->file, SHT_DYNSYM, &elf->dynsym, err))
		return -1;
	return ebpfmm_elf_read_versions(elf, err);
}

int ebpfmm_elf_read_symbols(struct ebpfmm_elf *elf, struct ebpfmm_error *err)
{
	if (elf->have_symbols)
		return 0;
	if (read_all(elf, err)) {
		ebpfmm_elf_free_symbols(elf);
		return -1;
	}
	elf->have_symbols = true;
	return 0;
}

static enum fit fit_version(const struct wanted *wanted, const char *version,
			    bool is_default)
{
	if (!wanted->version)
		return is_default ? FIT_GLOBAL : FIT_HIDDEN;
	if (!version || strcmp(version, wanted->version) ||
	    (wanted->only_default && !is_default))
		return FIT_OTHER_VERSION;
	return FIT_GLOBAL;
}

/* How well the name of a symbol matches; in .symtab it may end with a version. */
static enum fit fit_name(const struct wanted *wanted, const char *name)
{
	const char *rest = name + wanted->length;
	bool is_default;

	if (!wanted->length || strncmp(name, wanted->name, wanted->length))
		return FIT_NONE;
	if (!*rest)
		return fit_version(wanted, NULL, true);
	if (*rest != '@')
		return FIT_NONE;
	is_default = rest[1] == '@';
	return fit_version(wanted, rest + 1 + is_default, is_default);
}

static enum fit fit_dynamic(const struct ebpfmm_elf *elf,
			    const struct wanted *wanted, uint32_t index,
			    const char *name)
{
	const char *version;
	bool hidden;

	if (!wanted->length || strlen(name) != wanted->length ||
	    memcmp(name, wanted->name, wanted->length))
		return FIT_NONE;
	version = ebpfmm_elf_version_of(&elf->versions, index, &hidden);
	return fit_version(wanted, version, !hidden);
}

static void consider(struct candidate *candidate, const Elf64_Sym *symbol,
		     enum fit fit)
{
	if (symbol->st_shndx == SHN_UNDEF) {
		candidate->undefined = true;
		return;
	}
	if (fit == FIT_GLOBAL && ELF64_ST_BIND(symbol->st_info) == STB_LOCAL)
		fit = FIT_LOCAL;
	if (fit < candidate->fit)
		return;
	if (fit > candidate->fit) {
		candidate->symbol = *symbol;
		candidate->fit = fit;
		candidate->ambiguous = false;
	} else if (candidate->symbol.st_value != symbol->st_value ||
		   candidate->symbol.st_size != symbol->st_size) {
		candidate->ambiguous = true;
	}
}

static bool is_found(const struct candidate *candidate)
{
	return candidate->fit > FIT_OTHER_VERSION;
}

static int walk_symbols(struct ebpfmm_elf *elf, const struct symbols *table,
			const struct wanted *wanted,
			struct candidate *candidate, struct ebpfmm_error *err)
{
	uint32_t i;

	if (!table->count)
		return 0;
	for (i = table->bucket[hash(wanted->name) & table->mask]; i;
	     i = table->next[i]) {
		Elf64_Sym symbol = symbol_at(table, i);
		const char *name = name_of(table, &symbol);
		enum fit fit;

		if (ebpfmm_elf_spend(elf, wanted->cost, err))
			return -1;
		fit = table == &elf->dynsym ?
		      fit_dynamic(elf, wanted, i, name) :
		      fit_name(wanted, name);
		if (fit != FIT_NONE)
			consider(candidate, &symbol, fit);
	}
	return 0;
}

/*
 * Both tables are necessary: .symtab of some linkers has all versions of a symbol under the
 * same name, while .dynsym distinguishes them; and only .symtab has local symbols.
 */
static int find_exact(struct ebpfmm_elf *elf, const struct wanted *wanted,
		      struct candidate *candidate, struct ebpfmm_error *err)
{
	struct candidate dynamic = {};

	if (walk_symbols(elf, &elf->symtab, wanted, candidate, err))
		return -1;
	if (is_found(candidate) && !candidate->ambiguous)
		return 0;
	if (walk_symbols(elf, &elf->dynsym, wanted, &dynamic, err))
		return -1;
	if (dynamic.fit > candidate->fit ||
	    (candidate->ambiguous && is_found(&dynamic))) {
		dynamic.undefined |= candidate->undefined;
		*candidate = dynamic;
	} else {
		candidate->undefined |= dynamic.undefined;
	}
	return 0;
}

static int find_cxx(struct ebpfmm_elf *elf, const struct symbols *table,
		    const struct cxx_name *name, struct candidate *candidate,
		    struct ebpfmm_error *err)
{
	uint32_t i;

	for (i = 1; i < table->count; i++) {
		Elf64_Sym symbol = symbol_at(table, i);
		int ret;

		if (!can_be_data(&symbol))
			continue;
		ret = ebpfmm_elf_cxx_is(elf, name_of(table, &symbol), name, err);
		if (ret < 0)
			return -1;
		/* The written name does not depend on the binding. */
		if (ret)
			consider(candidate, &symbol, FIT_HIDDEN);
	}
	return 0;
}

/* Search all functions, to report that a name is one. */
static int find_function(struct ebpfmm_elf *elf, const struct symbols *table,
			 const struct wanted *wanted,
			 struct candidate *candidate, struct ebpfmm_error *err)
{
	uint32_t i;

	for (i = 1; i < table->count; i++) {
		Elf64_Sym symbol = symbol_at(table, i);

		if (!is_function(&symbol))
			continue;
		if (ebpfmm_elf_spend(elf, wanted->cost, err))
			return -1;
		if (fit_name(wanted, name_of(table, &symbol)) == FIT_NONE)
			continue;
		if (symbol.st_shndx == SHN_UNDEF)
			candidate->undefined = true;
		else
			candidate->function = true;
	}
	return 0;
}

static int find(struct ebpfmm_elf *elf, const struct wanted *wanted,
		struct candidate *candidate, struct ebpfmm_error *err)
{
	struct cxx_name name;

	if (find_exact(elf, wanted, candidate, err))
		return -1;
	if (is_found(candidate))
		return 0;
	if (!wanted->version && ebpfmm_elf_cxx_name(wanted->name, &name)) {
		if (find_cxx(elf, &elf->symtab, &name, candidate, err))
			return -1;
		if (!is_found(candidate) &&
		    find_cxx(elf, &elf->dynsym, &name, candidate, err))
			return -1;
		if (is_found(candidate))
			return 0;
	}
	if (find_function(elf, &elf->symtab, wanted, candidate, err))
		return -1;
	return find_function(elf, &elf->dynsym, wanted, candidate, err);
}

static int fail_absent(const struct ebpfmm_elf *elf,
		       const struct wanted *wanted,
		       const struct candidate *candidate,
		       struct ebpfmm_error *err)
{
	if (candidate->fit == FIT_OTHER_VERSION)
		return ebpfmm_fail(err, 0, "no version %s of %.*s",
				   wanted->version, (int)wanted->length,
				   wanted->name);
	if (candidate->function)
		return ebpfmm_fail(err, 0, "%s is a function", wanted->name);
	if (candidate->undefined)
		return ebpfmm_fail(err, 0,
				   "%s is not defined in the program but in a shared object",
				   wanted->name);
	return ebpfmm_fail(err, 0, "no symbol %s%s", wanted->name,
			   elf->symtab.count ? "" :
			   " (the program is stripped)");
}

int ebpfmm_elf_symbol(struct ebpfmm_elf *elf, const char *name,
		      struct ebpfmm_range *range, struct ebpfmm_error *err)
{
	struct wanted wanted = parse_name(name);
	struct candidate candidate = {};
	const Elf64_Sym *symbol = &candidate.symbol;

	if (ebpfmm_elf_read_symbols(elf, err) || find(elf, &wanted, &candidate, err))
		return -1;
	if (!is_found(&candidate))
		return fail_absent(elf, &wanted, &candidate, err);
	if (candidate.ambiguous)
		return ebpfmm_fail(err, 0, "more than one symbol is named %s", name);
	if (ELF64_ST_TYPE(symbol->st_info) == STT_TLS)
		return ebpfmm_fail(err, 0, "%s is thread-local", name);
	if (symbol->st_shndx == SHN_ABS || symbol->st_shndx == SHN_COMMON)
		return ebpfmm_fail(err, 0, "%s has no address in memory", name);
	return ebpfmm_elf_loaded_range(elf, symbol->st_value, symbol->st_size, name,
				       range, err);
}
