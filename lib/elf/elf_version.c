// SPDX-License-Identifier: GPL-2.0-only
/*
 * The versions of symbols in .dynsym: those that the file defines, and those that it needs
 * from other files, such as a program with a copy of a library's variable. They are read
 * once into an array that is indexed by their number.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "elf/elf_private.h"

#define MAX_VERSION_BYTES	(1U << 20)
#define VERSION_BIT		0x8000U		/* hidden */

/**
 * struct version_table - a table of versions that is being read
 * @versions: what is read so far
 * @data: the table
 * @names: strings that it refers to
 */
struct version_table {
	struct versions *versions;
	struct data data;
	struct data names;
};

/* Copy a record out of the table; false if it is not completely inside. */
static bool record_at(const struct version_table *table, uint64_t offset,
		      void *record, size_t size)
{
	if (offset > table->data.size || size > table->data.size - offset)
		return false;
	memcpy(record, table->data.bytes + offset, size);
	return true;
}

static void name_version(const struct version_table *table, uint32_t number,
			 uint32_t name)
{
	number &= VERSION_BIT - 1;
	if (number > VER_NDX_GLOBAL && number < table->versions->count)
		table->versions->names[number] =
			ebpfmm_elf_string_at(&table->names, name);
}

/*
 * Records only point forwards, so that a walk terminates. A record that points into itself
 * counts as the last one.
 */
static void read_definitions(const struct version_table *table)
{
	uint64_t at = 0;
	Elf64_Verdef def;
	Elf64_Verdaux aux;

	while (record_at(table, at, &def, sizeof(def))) {
		if (!(def.vd_flags & VER_FLG_BASE) &&
		    record_at(table, at + def.vd_aux, &aux, sizeof(aux)))
			name_version(table, def.vd_ndx, aux.vda_name);
		if (def.vd_next < sizeof(def))
			return;
		at += def.vd_next;
	}
}

static void read_needs(const struct version_table *table)
{
	/* Lists may share their ends, so bound the number of records. */
	size_t left = table->data.size / sizeof(Elf64_Vernaux);
	uint64_t at = 0;
	Elf64_Verneed need;

	while (record_at(table, at, &need, sizeof(need))) {
		uint64_t aux_at = at + need.vn_aux;
		Elf64_Vernaux aux;

		while (left && record_at(table, aux_at, &aux, sizeof(aux))) {
			left--;
			name_version(table, aux.vna_other, aux.vna_name);
			if (aux.vna_next < sizeof(aux))
				break;
			aux_at += aux.vna_next;
		}
		if (need.vn_next < sizeof(need))
			return;
		at += need.vn_next;
	}
}

static int read_names(struct ebpfmm_elf *elf, uint32_t type,
		      void (*read)(const struct version_table *),
		      struct ebpfmm_error *err)
{
	struct version_table table = { .versions = &elf->versions };
	GElf_Shdr shdr;

	if (!picture_find_section(elf->file, type, &shdr) || !shdr.sh_size)
		return 0;
	if (picture_section(elf->file, &shdr, MAX_VERSION_BYTES,
			    "the table of versions", &table.data, err) ||
	    picture_strings(elf->file, shdr.sh_link, "the version name table",
			    &table.names, err))
		return -1;
	read(&table);
	return 0;
}

/* The highest number of a symbol's version, plus one. */
static uint32_t count_versions(const struct data *of)
{
	uint32_t count = 0;
	size_t at;

	for (at = 0; at < of->size; at += sizeof(Elf64_Versym)) {
		Elf64_Versym version;

		memcpy(&version, of->bytes + at, sizeof(version));
		version &= VERSION_BIT - 1;
		if (version >= count)
			count = version + 1;
	}
	return count;
}

int ebpfmm_elf_read_versions(struct ebpfmm_elf *elf, struct ebpfmm_error *err)
{
	struct versions *versions = &elf->versions;
	GElf_Shdr shdr;

	if (!elf->dynsym.count ||
	    !picture_find_section(elf->file, SHT_GNU_versym, &shdr))
		return 0;
	if (shdr.sh_size != elf->dynsym.count * sizeof(Elf64_Versym))
		return ebpfmm_fail(err, 0,
				   "damaged ELF file: the numbers of versions and symbols differ");
	if (picture_section(elf->file, &shdr, shdr.sh_size,
			    "the symbol version table", &versions->of, err))
		return -1;
	versions->count = count_versions(&versions->of);
	versions->names = calloc(versions->count, sizeof(*versions->names));
	if (!versions->names)
		return ebpfmm_fail(err, ENOMEM, "read the versions");
	if (read_names(elf, SHT_GNU_verneed, read_needs, err))
		return -1;
	return read_names(elf, SHT_GNU_verdef, read_definitions, err);
}

void ebpfmm_elf_free_versions(struct versions *versions)
{
	free(versions->names);
	memset(versions, 0, sizeof(*versions));
}

const char *ebpfmm_elf_version_of(const struct versions *versions, uint32_t index,
				  bool *hidden)
{
	Elf64_Versym version;

	*hidden = false;
	if (!versions->of.bytes)
		return NULL;
	memcpy(&version, versions->of.bytes + index * sizeof(version),
	       sizeof(version));
	*hidden = version & VERSION_BIT;
	return versions->names[version & (VERSION_BIT - 1)];
}
