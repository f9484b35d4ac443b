// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: any bytes as a program and as its debug file. What is accepted
 * must keep the promises that translation relies on. The corpus has programs to
 * which the questions here have an answer.
 *
 * An input that begins as an ELF file does is both files; any other one has the
 * size of the program in its first two bytes, the lower one first, then the
 * program, then the debug file.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elf/elf_file.h"
#include "elf/list.h"

#define PAGE_MASK 4095ULL

static const char *const symbols[] = {
	"table", "local", "absent", "", "table@V1", "table@V2", "table@@V2",
	"table@@V1", "@", "ns::table", "Cache<int>::slots",
	"(anonymous namespace)::pool", "f<int>(int)::table", "_start",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool inside(const struct ebpfmm_range *inner,
		   const struct ebpfmm_range *outer)
{
	return inner->start < inner->end && inner->start >= outer->start &&
	       inner->end <= outer->end;
}

static void check_location(struct ebpfmm_elf *elf, uint64_t address, size_t size)
{
	struct ebpfmm_elf_location at;
	size_t i;

	if (ebpfmm_elf_locate(elf, address, &at))
		return;
	require(memchr(at.section, '\0', sizeof(at.section)));
	for (i = 0; at.section[i]; i++)
		require(at.section[i] >= ' ' && at.section[i] <= '~');
	require(at.in_file ? at.file_offset < size : !at.file_offset);
}

/* A range that the file was asked for; all of it is in one PT_LOAD. */
static void check_range(struct ebpfmm_elf *elf, const struct ebpfmm_range *range,
			size_t size)
{
	const struct ebpfmm_image *image = ebpfmm_elf_image(elf);
	struct ebpfmm_elf_location at;
	struct ebpfmm_elf_part object;
	struct ebpfmm_range part;
	int ret;

	require(inside(range, &image->extent));
	require(!ebpfmm_elf_locate(elf, range->start, &at));
	require(!ebpfmm_elf_locate(elf, range->end - 1, &at));
	check_location(elf, range->start, size);
	ret = ebpfmm_elf_part_of(elf, range, &object);
	if (ebpfmm_elf_anonymous(elf, range, &part)) {
		require(ret == -ENODATA);
		return;
	}
	require(inside(&part, range));
	/* Within a PT_LOAD the anonymous pages are the last ones. */
	require(part.end == range->end);
	require(part.start == range->start || !(part.start & PAGE_MASK));
	if (ret) {
		require(ret == -ENOTSUP);
		return;
	}
	require(object.addresses.start == part.start);
	require(object.addresses.end == part.end);
	require(object.start <= part.start && !(object.start & PAGE_MASK));
	require(object.file_end && !(object.file_end & PAGE_MASK));
	require(object.file_end <= ((size + PAGE_MASK) & ~PAGE_MASK));
}

/* What is listed keeps the same promises. */
static void check_list(struct ebpfmm_elf *elf, size_t size)
{
	struct ebpfmm_listed list[4] = { 0 };
	struct ebpfmm_error err = { 0 };
	struct ebpfmm_range part;
	uint32_t count, i;

	if (ebpfmm_elf_list(elf, 4096, list, 4, &count, &err)) {
		require(err.message[0]);
		return;
	}
	require(count <= 4);
	for (i = 0; i < count; i++) {
		check_range(elf, &list[i].range, size);
		require(!ebpfmm_elf_anonymous(elf, &list[i].range, &part));
		require(part.start == list[i].anonymous.start);
		require(part.end == list[i].anonymous.end && part.end - part.start >= 4096);
		require(list[i].name[0] && memchr(list[i].name, '\0', EBPFMM_LIST_NAME));
	}
}

static void check_elf(struct ebpfmm_elf *elf, size_t size)
{
	const struct ebpfmm_image *image = ebpfmm_elf_image(elf);
	struct ebpfmm_error err = { 0 };
	struct ebpfmm_range range;
	size_t i;

	require(!((image->extent.start | image->extent.end) & PAGE_MASK));
	require(image->start_code >= image->extent.start);
	require(image->start_code <= image->extent.end);
	require(!(image->bias_align & (image->bias_align - 1)));
	require(!(image->bias_align & PAGE_MASK));
	check_location(elf, image->start_code, size);

	for (i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
		if (!ebpfmm_elf_symbol(elf, symbols[i], &range, &err))
			check_range(elf, &range, size);
		else
			require(err.message[0]);
	}
	if (!ebpfmm_elf_section(elf, "lookup", &range, &err))
		check_range(elf, &range, size);
	else
		require(err.message[0]);
	check_list(elf, size);
}

/* A file in memory, the same one for each input. */
static int put(int *fd, const uint8_t *data, size_t size)
{
	if (*fd < 0)
		*fd = memfd_create("elf", MFD_CLOEXEC);
	require(*fd >= 0);
	require(!ftruncate(*fd, size));
	require(pwrite(*fd, data, size, 0) == (ssize_t)size);
	return *fd;
}

static void add_debug(struct ebpfmm_elf *elf, int fd)
{
	unsigned char id[EBPFMM_BUILD_ID_MAX];
	struct ebpfmm_error err = { 0 };
	size_t size = 0;
	int ret;

	ret = ebpfmm_elf_build_id(elf, id, &size, &err);
	require(ret ? err.message[0] : size <= sizeof(id) && size != 1);
	if (ebpfmm_elf_add_debug(elf, fd, &err))
		require(err.message[0]);
	else
		require(!ret && size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int program_fd = -1, debug_fd = -1;
	struct ebpfmm_error err = { 0 };
	size_t program = size;
	struct ebpfmm_elf *elf;

	if (size >= 2 && memcmp(data, "\177E", 2)) {
		program = data[0] | data[1] << 8;
		data += 2;
		size -= 2;
		if (program > size)
			program = size;
	}
	if (ebpfmm_elf_open(put(&program_fd, data, program), &elf, &err)) {
		require(err.message[0]);
		return 0;
	}
	if (program < size)
		add_debug(elf, put(&debug_fd, data + program, size - program));
	else
		add_debug(elf, program_fd);
	check_elf(elf, program);
	ebpfmm_elf_close(elf);
	return 0;
}
