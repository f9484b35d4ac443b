// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: any bytes as a program. What is accepted must keep the promises
 * that translation relies on. The corpus has programs with symbols "table" and
 * "local" and a section "lookup", to which these questions have an answer.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elf_file.h"

#define PAGE_MASK 4095ULL

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

static void check_range(const struct ebpfmm_elf *elf,
			const struct ebpfmm_range *range)
{
	const struct ebpfmm_image *image = ebpfmm_elf_image(elf);
	struct ebpfmm_range part;

	require(inside(range, &image->extent));
	if (ebpfmm_elf_anonymous(elf, range, &part))
		return;
	require(inside(&part, range));
	/* Within a PT_LOAD the anonymous pages are the last ones. */
	require(part.end == range->end);
	require(part.start == range->start || !(part.start & PAGE_MASK));
}

static void check_elf(struct ebpfmm_elf *elf)
{
	static const char *const names[] = { "table", "local", "absent", "" };
	const struct ebpfmm_image *image = ebpfmm_elf_image(elf);
	struct ebpfmm_error err = { 0 };
	struct ebpfmm_range range;
	size_t i;

	require(!((image->extent.start | image->extent.end) & PAGE_MASK));
	require(image->start_code >= image->extent.start);
	require(image->start_code <= image->extent.end);
	require(!(image->bias_align & (image->bias_align - 1)));
	require(!(image->bias_align & PAGE_MASK));

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!ebpfmm_elf_symbol(elf, names[i], &range, &err))
			check_range(elf, &range);
		else
			require(err.message[0]);
	}
	if (!ebpfmm_elf_section(elf, "lookup", &range, &err))
		check_range(elf, &range);
	else
		require(err.message[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ebpfmm_error err = { 0 };
	static int fd = -1;
	struct ebpfmm_elf *elf;

	if (fd < 0)
		fd = memfd_create("elf", MFD_CLOEXEC);
	require(fd >= 0);
	require(!ftruncate(fd, 0));
	require(pwrite(fd, data, size, 0) == (ssize_t)size);
	if (ebpfmm_elf_open(fd, &elf, &err)) {
		require(err.message[0]);
		return 0;
	}
	check_elf(elf);
	ebpfmm_elf_close(elf);
	return 0;
}
