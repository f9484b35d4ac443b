// SPDX-License-Identifier: GPL-2.0-only
#include "watch/resident.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#define RANGES	512

int ebpfmm_resident(int pagemap, uint64_t start, uint64_t end, bool file,
		    ebpfmm_resident_fn *fn, void *data)
{
	const uint64_t not = PAGE_IS_PFNZERO | (file ? PAGE_IS_FILE : 0);
	struct page_region ranges[RANGES];
	struct pm_scan_arg scan = {
		.size = sizeof(scan),
		.start = start,
		.end = end,
		.vec = (uintptr_t)ranges,
		.vec_len = RANGES,
		/* Neither the zero page nor of a file, and one of these. */
		.category_inverted = not,
		.category_mask = not,
		.category_anyof_mask = PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
		.return_mask = PAGE_IS_HUGE,
	};
	int count, rc;

	while (scan.start < end) {
		count = ioctl(pagemap, PAGEMAP_SCAN, &scan);
		if (count < 0)
			return -1;
		for (int i = 0; i < count; i++) {
			rc = fn(ranges[i].start, ranges[i].end,
				ranges[i].categories & PAGE_IS_HUGE, data);
			if (rc)
				return rc;
		}
		if (scan.walk_end <= scan.start)
			break;
		scan.start = scan.walk_end;
	}
	return 0;
}
