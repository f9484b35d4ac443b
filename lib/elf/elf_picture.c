// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading an ELF file that cannot be trusted.
 *
 * The tenant may change or truncate the file while it is being read. So the file is not
 * mapped, because truncation would cause SIGBUS, and libelf does not get the descriptor,
 * because it would read numbers again that were checked before. libelf works on a picture
 * of the file instead: anonymous memory of the file's size. Only the necessary parts are
 * read into it, each once, after the headers that lead to it were checked. The rest is
 * zero and takes no memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "elf/elf_private.h"

/* Room for the largest .symtab with its names and a rather large .dynsym. */
#define MAX_READ	(256U << 20)

int ebpfmm_elf_damaged(struct ebpfmm_error *err)
{
	return ebpfmm_fail(err, 0, "damaged ELF file: %s", elf_errmsg(-1));
}

/* Return: 0 to go on, 1 if it was read before, or -1 with @err set. */
static int check_part(const struct picture *picture, uint64_t offset,
		      uint64_t end, const char *what, struct ebpfmm_error *err)
{
	size_t i;

	for (i = 0; i < picture->nparts; i++) {
		const struct ebpfmm_range *part = &picture->parts[i];

		if (part->start == offset && part->end == end)
			return 1;
		if (part->start < end && offset < part->end)
			return ebpfmm_fail(err, 0,
					   "damaged ELF file: %s overlaps another table",
					   what);
	}
	if (picture->nparts == MAX_PARTS)
		return ebpfmm_fail(err, 0, "damaged ELF file: too many tables");
	if (end - offset > picture->left)
		return ebpfmm_fail(err, 0, "%s is too large", what);
	return 0;
}

int picture_read(struct picture *picture, uint64_t offset, uint64_t length,
		 const char *what, struct ebpfmm_error *err)
{
	uint64_t end = offset + length, at = offset;
	int ret;

	if (offset > picture->size || length > picture->size - offset)
		return ebpfmm_fail(err, 0,
				   "damaged ELF file: %s extends beyond the file",
				   what);
	if (!length)
		return 0;
	ret = check_part(picture, offset, end, what, err);
	if (ret)
		return ret < 0 ? -1 : 0;

	picture->left -= length;
	while (at < end) {
		ssize_t n = pread(picture->fd, picture->bytes + at, end - at,
				  at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ebpfmm_fail(err, errno, "read %s", what);
		if (n == 0)
			return ebpfmm_fail(err, 0, "the file was truncated while %s was read",
					   what);
		at += n;
	}
	picture->parts[picture->nparts++] =
		(struct ebpfmm_range){ offset, end };
	return 0;
}

static int check_ident(const char *start, size_t size, struct ebpfmm_error *err)
{
	const unsigned char *ident = (const unsigned char *)start;

	if (size >= 2 && start[0] == '#' && start[1] == '!')
		return ebpfmm_fail(err, 0,
				   "a script: name its interpreter instead");
	if (size < EI_NIDENT || memcmp(ident, ELFMAG, SELFMAG))
		return ebpfmm_fail(err, 0, "not an ELF file");
	if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB)
		return ebpfmm_fail(err, 0, "not an x86-64 program");
	if (size < sizeof(Elf64_Ehdr))
		return ebpfmm_fail(err, 0,
				   "damaged ELF file: its header is truncated");
	return 0;
}

static int check_header(const Elf64_Ehdr *header, bool loadable,
			struct ebpfmm_error *err)
{
	if (header->e_machine != EM_X86_64)
		return ebpfmm_fail(err, 0, "not an x86-64 program");
	if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
		return ebpfmm_fail(err, 0,
				   "an ELF file, but not a program (type %u)",
				   header->e_type);
	if (loadable &&
	    (header->e_phentsize != sizeof(Elf64_Phdr) || !header->e_phnum ||
	     header->e_phnum > MAX_PHDRS))
		return ebpfmm_fail(err, 0,
				   "it has program headers that the kernel cannot load (%u of %u bytes)",
				   header->e_phnum, header->e_phentsize);
	if (header->e_shnum && header->e_shentsize != sizeof(Elf64_Shdr))
		return ebpfmm_fail(err, 0,
				   "damaged ELF file: section headers of %u bytes",
				   header->e_shentsize);
	return 0;
}

/* Read the three headers, check them and hand them to libelf. */
static int read_headers(struct picture *picture, bool loadable,
			struct ebpfmm_error *err)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)picture->bytes;
	size_t start = picture->size < sizeof(*header) ? picture->size :
							 sizeof(*header);

	if (picture_read(picture, 0, start, "the header", err) ||
	    check_ident(picture->bytes, start, err) ||
	    check_header(header, loadable, err))
		return -1;

	/*
	 * There are no section headers, or too many for e_shnum. In the latter
	 * case, the first header has their number, which libelf would not check.
	 */
	if (!header->e_shnum)
		header->e_shoff = 0;
	if (!loadable)
		header->e_phnum = header->e_phoff = 0;

	if (picture_read(picture, header->e_phoff,
			 (uint64_t)header->e_phnum * sizeof(Elf64_Phdr),
			 "the program header table", err) ||
	    picture_read(picture, header->e_shoff,
			 (uint64_t)header->e_shnum * sizeof(Elf64_Shdr),
			 "the section header table", err))
		return -1;

	elf_version(EV_CURRENT);
	picture->elf = elf_memory(picture->bytes, picture->size);
	if (!picture->elf)
		return ebpfmm_elf_damaged(err);
	return 0;
}

EBPFMM_CLEANUP(struct picture *, picture_close)

struct picture *picture_open(int fd, bool loadable, struct ebpfmm_error *err)
{
	_cleanup_(picture_closep) struct picture *picture = NULL;
	struct stat st;

	if (fstat(fd, &st)) {
		ebpfmm_fail(err, errno, "cannot get its size");
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		ebpfmm_fail(err, 0, "not a regular file");
		return NULL;
	}
	if (!st.st_size) {
		ebpfmm_fail(err, 0, "empty, not an ELF file");
		return NULL;
	}
	if ((uint64_t)st.st_size > EBPFMM_ELF_MAX_BYTES) {
		ebpfmm_fail(err, EFBIG, "%llu bytes",
			    (unsigned long long)st.st_size);
		return NULL;
	}
	picture = calloc(1, sizeof(*picture));
	if (!picture) {
		ebpfmm_fail(err, ENOMEM, "cannot read it");
		return NULL;
	}
	picture->size = st.st_size;
	picture->left = MAX_READ;
	picture->bytes = MAP_FAILED;
	picture->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (picture->fd < 0) {
		ebpfmm_fail(err, errno, "cannot read it");
		return NULL;
	}
	/* With room for one header more, so that a short file has room for one. */
	picture->bytes = mmap(NULL, picture->size + sizeof(Elf64_Ehdr),
			      PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			      0);
	if (picture->bytes == MAP_FAILED) {
		ebpfmm_fail(err, errno, "cannot read it");
		return NULL;
	}
	return read_headers(picture, loadable, err) ? NULL : take_ptr(picture);
}

void picture_close(struct picture *picture)
{
	if (!picture)
		return;
	elf_end(picture->elf);
	if (picture->bytes != MAP_FAILED)
		munmap(picture->bytes, picture->size + sizeof(Elf64_Ehdr));
	if (picture->fd >= 0)
		close(picture->fd);
	free(picture);
}

int picture_section(struct picture *picture, const GElf_Shdr *shdr,
		    uint64_t max, const char *what, struct data *data,
		    struct ebpfmm_error *err)
{
	if (shdr->sh_flags & SHF_COMPRESSED)
		return ebpfmm_fail(err, 0, "damaged ELF file: %s is compressed",
				   what);
	if (shdr->sh_size > max)
		return ebpfmm_fail(err, 0,
				   "%s is too large (%llu of at most %llu bytes)",
				   what, (unsigned long long)shdr->sh_size,
				   (unsigned long long)max);
	if (picture_read(picture, shdr->sh_offset, shdr->sh_size, what, err))
		return -1;
	data->bytes = picture->bytes + shdr->sh_offset;
	data->size = shdr->sh_size;
	return 0;
}

int picture_strings(struct picture *picture, size_t index, const char *what,
		    struct data *strings, struct ebpfmm_error *err)
{
	Elf_Scn *section = elf_getscn(picture->elf, index);
	struct data data;
	GElf_Shdr shdr;

	if (!index || !section || !gelf_getshdr(section, &shdr) ||
	    shdr.sh_type != SHT_STRTAB || !shdr.sh_size)
		return ebpfmm_fail(err, 0, "damaged ELF file: %s is missing", what);
	if (picture_section(picture, &shdr, EBPFMM_ELF_MAX_STRINGS, what, &data,
			    err))
		return -1;
	if (data.bytes[data.size - 1])
		return ebpfmm_fail(err, 0, "damaged ELF file: %s is not terminated",
				   what);
	*strings = data;
	return 0;
}

size_t picture_find_section(const struct picture *picture, uint32_t type,
			    GElf_Shdr *shdr)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(picture->elf, section))) {
		GElf_Shdr this;

		if (gelf_getshdr(section, &this) && this.sh_type == type) {
			*shdr = this;
			return elf_ndxscn(section);
		}
	}
	return 0;
}

const char *ebpfmm_elf_string_at(const struct data *strings, uint64_t offset)
{
	return offset < strings->size ? strings->bytes + offset : "";
}
