// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits for all look-ups in a file: the addresses that a result may have, and the work
 * that searches may take.
 */
#include "elf/elf_private.h"

int ebpfmm_elf_loaded_range(const struct ebpfmm_elf *elf, uint64_t start,
			    uint64_t size, const char *name,
			    struct ebpfmm_range *range, struct ebpfmm_error *err)
{
	uint64_t end = start + size;
	size_t i;

	if (!size)
		return ebpfmm_fail(err, 0, "%s has no size", name);
	for (i = 0; end > start && i < elf->nsegments; i++) {
		const struct ebpfmm_range *bytes = &elf->segments[i].bytes;

		if (start >= bytes->start && end <= bytes->end) {
			*range = (struct ebpfmm_range){ start, end };
			return 0;
		}
	}
	return ebpfmm_fail(err, 0, "%s is outside the loaded segments", name);
}

int ebpfmm_elf_spend(struct ebpfmm_elf *elf, uint64_t steps, struct ebpfmm_error *err)
{
	if (elf->steps < steps)
		return ebpfmm_fail(err, 0, "looking up the names takes too many steps");
	elf->steps -= steps;
	return 0;
}
