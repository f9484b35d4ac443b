// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding sections of an ELF file, by name and by address.
 */
#include <stdio.h>
#include <string.h>

#include "elf/elf_private.h"

int ebpfmm_elf_read_section_names(struct ebpfmm_elf *elf, struct ebpfmm_error *err)
{
	size_t index;

	if (elf->section_names.bytes)
		return 0;
	if (elf_getshdrstrndx(elf->file->elf, &index) || !index)
		return ebpfmm_fail(err, 0, "the section name table is missing");
	return picture_strings(elf->file, index, "the section name table",
			       &elf->section_names, err);
}

int ebpfmm_elf_section(struct ebpfmm_elf *elf, const char *name,
		       struct ebpfmm_range *range, struct ebpfmm_error *err)
{
	uint64_t cost = 1 + strlen(name) / 64;
	Elf_Scn *section = NULL;
	GElf_Shdr shdr, found;
	bool have = false;

	if (ebpfmm_elf_read_section_names(elf, err))
		return ebpfmm_prefix(err, "no section %s: ", name);
	while ((section = elf_nextscn(elf->file->elf, section))) {
		if (!gelf_getshdr(section, &shdr))
			return ebpfmm_elf_damaged(err);
		if (ebpfmm_elf_spend(elf, cost, err))
			return -1;
		if (strcmp(ebpfmm_elf_string_at(&elf->section_names, shdr.sh_name),
			   name))
			continue;
		if (have)
			return ebpfmm_fail(err, 0, "more than one section is named %s",
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
	return ebpfmm_elf_loaded_range(elf, found.sh_addr, found.sh_size, name, range,
				       err);
}

static void name_section(struct ebpfmm_elf *elf, uint64_t address,
			 struct ebpfmm_elf_location *out)
{
	Elf_Scn *section = NULL;
	GElf_Shdr shdr;

	if (ebpfmm_elf_read_section_names(elf, NULL))
		return;
	while ((section = elf_nextscn(elf->file->elf, section))) {
		/* The addresses of .tbss belong to other sections in memory. */
		if (!gelf_getshdr(section, &shdr) ||
		    !(shdr.sh_flags & SHF_ALLOC) || shdr.sh_flags & SHF_TLS ||
		    address < shdr.sh_addr ||
		    address - shdr.sh_addr >= shdr.sh_size)
			continue;
		snprintf(out->section, sizeof(out->section), "%s",
			 ebpfmm_elf_string_at(&elf->section_names, shdr.sh_name));
		ebpfmm_printable(out->section);
		if (out->section[0])
			out->offset = address - shdr.sh_addr;
		return;
	}
}

int ebpfmm_elf_locate(struct ebpfmm_elf *elf, uint64_t address,
		      struct ebpfmm_elf_location *out)
{
	size_t i;

	for (i = 0; i < elf->nsegments; i++) {
		const struct segment *segment = &elf->segments[i];

		if (address < segment->bytes.start ||
		    address >= segment->bytes.end)
			continue;
		memset(out, 0, sizeof(*out));
		out->offset = address - segment->bytes.start;
		out->in_file = out->offset < segment->file_size &&
			       segment->offset < elf->file->size &&
			       out->offset < elf->file->size - segment->offset;
		if (out->in_file)
			out->file_offset = segment->offset + out->offset;
		name_section(elf, address, out);
		return 0;
	}
	return -1;
}
