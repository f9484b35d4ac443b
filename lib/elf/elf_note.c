// SPDX-License-Identifier: GPL-2.0-only
/*
 * The build id of an ELF file, which identifies the separate debug file of a program.
 */
#include <string.h>

#include "elf/elf_private.h"

/*
 * struct notes - a search for the build id
 */
struct notes {
	struct picture *picture;
	unsigned int seen;
	unsigned char *id;
	size_t *size;
	struct ebpfmm_error *err;
};

static bool is_build_id(const GElf_Nhdr *note, const char *name)
{
	return note->n_type == NT_GNU_BUILD_ID &&
	       note->n_namesz == sizeof(ELF_NOTE_GNU) &&
	       !memcmp(name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) &&
	       note->n_descsz >= 2 && note->n_descsz <= EBPFMM_BUILD_ID_MAX;
}

/*
 * Search one table of notes. Skips large tables, which have other contents, such as
 * annotations of the compiler.
 *
 * Return: 1 if it was found, 0 if not, or -1 with the error set.
 */
static int search(struct notes *notes, uint64_t offset, uint64_t size,
		  uint64_t align)
{
	size_t at = 0, name, desc;
	GElf_Nhdr note;
	Elf_Data *data;

	if (!size || size > MAX_NOTE_BYTES || notes->seen == MAX_NOTES)
		return 0;
	notes->seen++;
	if (picture_read(notes->picture, offset, size, "a note", notes->err))
		return -1;
	data = elf_getdata_rawchunk(notes->picture->elf, offset, size,
				    align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
	if (!data)
		return ebpfmm_elf_damaged(notes->err);
	while ((at = gelf_getnote(data, at, &note, &name, &desc))) {
		const char *bytes = data->d_buf;

		if (!is_build_id(&note, bytes + name))
			continue;
		memcpy(notes->id, bytes + desc, note.n_descsz);
		*notes->size = note.n_descsz;
		return 1;
	}
	return 0;
}

static int search_segments(struct notes *notes)
{
	size_t i, count;
	GElf_Phdr phdr;
	int ret = 0;

	if (elf_getphdrnum(notes->picture->elf, &count))
		return ebpfmm_elf_damaged(notes->err);
	for (i = 0; i < count && !ret; i++) {
		if (!gelf_getphdr(notes->picture->elf, i, &phdr))
			return ebpfmm_elf_damaged(notes->err);
		if (phdr.p_type == PT_NOTE)
			ret = search(notes, phdr.p_offset, phdr.p_filesz,
				     phdr.p_align);
	}
	return ret;
}

static int search_sections(struct notes *notes)
{
	Elf_Scn *section = NULL;
	GElf_Shdr shdr;
	int ret = 0;

	while (!ret &&
	       (section = elf_nextscn(notes->picture->elf, section))) {
		if (!gelf_getshdr(section, &shdr))
			return ebpfmm_elf_damaged(notes->err);
		if (shdr.sh_type == SHT_NOTE &&
		    !(shdr.sh_flags & SHF_COMPRESSED))
			ret = search(notes, shdr.sh_offset, shdr.sh_size,
				     shdr.sh_addralign);
	}
	return ret;
}

int picture_build_id(struct picture *picture,
		     unsigned char id[EBPFMM_BUILD_ID_MAX], size_t *size,
		     struct ebpfmm_error *err)
{
	struct notes notes = { picture, 0, id, size, err };
	int ret;

	*size = 0;
	ret = search_segments(&notes);
	/* Usually the section and the segment are the same bytes. */
	if (!ret && !notes.seen)
		ret = search_sections(&notes);
	return ret < 0 ? -1 : 0;
}
