// SPDX-License-Identifier: GPL-2.0-only
#include "try/usage.h"

#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "watch/resident.h"

#define PAGE		(UINT64_C(1) << EBPFMM_PAGE_SHIFT)
#define GROUP		16U	/* pages of 64K */
#define FRAME		((UINT64_C(1) << 55) - 1)

/**
 * struct count - counting the pages of a piece
 * @pagemap: of the process
 * @flags: /proc/kpageflags; below 0 if it cannot be read
 * @bytes: by page size
 */
struct count {
	int pagemap;
	int flags;
	uint64_t bytes[EBPFMM_USAGE_SIZES];
};

/* Whether pages of the process are those of a folio of 64K or more, in their order. */
static bool is_64k(const struct count *count, uint64_t start)
{
	uint64_t pages[GROUP], flags[GROUP];
	const size_t size = sizeof(pages);

	if (pread(count->pagemap, pages, size, (off_t)(start / PAGE * sizeof(pages[0]))) !=
	    (ssize_t)size || (pages[0] & FRAME) % GROUP || !(pages[0] & FRAME) ||
	    pread(count->flags, flags, size,
		  (off_t)((pages[0] & FRAME) * sizeof(flags[0]))) != (ssize_t)size ||
	    !(flags[0] & (1U << KPF_COMPOUND_HEAD | 1U << KPF_COMPOUND_TAIL)))
		return false;
	for (size_t i = 0; i < GROUP; i++)
		if (!(pages[i] >> 63) || (pages[i] & FRAME) != (pages[0] & FRAME) + i ||
		    (i && !(flags[i] & 1U << KPF_COMPOUND_TAIL)))
			return false;
	return true;
}

static void count_small(struct count *count, uint64_t start, uint64_t end)
{
	uint64_t at = start, to;

	for (; at < end; at = to) {
		to = (at / (GROUP * PAGE) + 1) * GROUP * PAGE;
		to = to < end ? to : end;
		if (count->flags >= 0 && to - at == GROUP * PAGE && is_64k(count, at))
			count->bytes[EBPFMM_USAGE_64K] += to - at;
		else
			count->bytes[EBPFMM_USAGE_4K] += to - at;
	}
}

static int count_pages(uint64_t start, uint64_t end, bool huge, void *data)
{
	struct count *count = data;

	if (huge)
		count->bytes[EBPFMM_USAGE_2M] += end - start;
	else
		count_small(count, start, end);
	return 0;
}

static bool is_same(const struct ebpfmm_usage_row *a, const struct ebpfmm_usage_row *b)
{
	return a->space == b->space && a->row == b->row &&
	       (a->exe && b->exe ? !strcmp(a->exe, b->exe) : !a->exe && !b->exe);
}

/* @row's path is copied. */
static int add_row(struct ebpfmm_usage *usage, const struct ebpfmm_usage_row *row)
{
	struct ebpfmm_usage_row *to = NULL, *larger;

	for (size_t i = 0; !to && i < usage->count; i++)
		if (is_same(&usage->rows[i], row))
			to = &usage->rows[i];
	if (!to) {
		larger = reallocarray(usage->rows, usage->count + 1, sizeof(*larger));
		if (!larger)
			return -1;
		usage->rows = larger;
		to = &larger[usage->count];
		*to = (struct ebpfmm_usage_row){ .space = row->space, .row = row->row };
		to->exe = row->exe ? strdup(row->exe) : NULL;
		if (row->exe && !to->exe)
			return -1;
		usage->count++;
	}
	for (size_t i = 0; i < EBPFMM_USAGE_SIZES; i++) {
		to->bytes[i] += row->bytes[i];
		usage->total += row->bytes[i];
	}
	return 0;
}

int ebpfmm_usage_look(pid_t tid, const struct ebpfmm_plan *plan, const char *exe,
		      struct ebpfmm_usage *usage)
{
	_cleanup_close_ int pagemap = -1;
	_cleanup_close_ int flags = -1;
	struct count count = {};
	char path[48];

	*usage = (struct ebpfmm_usage){};
	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)tid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	flags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		return -1;
	usage->coarse = flags < 0;
	for (size_t i = 0; i < plan->count; i++) {
		const struct ebpfmm_piece *piece = &plan->list[i];
		struct ebpfmm_usage_row row = { .exe = (char *)exe, .space = piece->space,
						.row = piece->row };

		count = (struct count){ .pagemap = pagemap, .flags = flags };
		if (ebpfmm_resident(pagemap, piece->start, piece->end, true, count_pages,
				    &count))
			return -1;
		memcpy(row.bytes, count.bytes, sizeof(row.bytes));
		if (row.bytes[0] + row.bytes[1] + row.bytes[2] && add_row(usage, &row))
			return -1;
	}
	return 0;
}

int ebpfmm_usage_add(struct ebpfmm_usage *to, const struct ebpfmm_usage *from)
{
	to->coarse |= from->coarse;
	for (size_t i = 0; i < from->count; i++)
		if (add_row(to, &from->rows[i]))
			return -1;
	return 0;
}

void ebpfmm_usage_free(struct ebpfmm_usage *usage)
{
	for (size_t i = 0; i < usage->count; i++)
		free(usage->rows[i].exe);
	free(usage->rows);
	*usage = (struct ebpfmm_usage){};
}

static uint64_t read_number(pid_t tid, const char *key)
{
	char path[48];
	uint64_t kilobytes;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	return ebpfmm_file_number(AT_FDCWD, path, key, &kilobytes) ? 0 : kilobytes << 10;
}

uint64_t ebpfmm_usage_peak(pid_t tid)
{
	return read_number(tid, "VmHWM:");
}

uint64_t ebpfmm_usage_resident(pid_t tid)
{
	return read_number(tid, "VmRSS:");
}
