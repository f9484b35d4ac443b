// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/forbid.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "kernel/thp.h"

/* --- what the process decides ------------------------------------------------------- */

bool ebpfmm_forbidden_by_prctl(pid_t pid)
{
	char path[48];
	uint64_t enabled;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	return !ebpfmm_file_number(AT_FDCWD, path, "THP_enabled:", &enabled) && !enabled;
}

/* Is a word of two letters among these? */
static bool has_flag(const char *flags, const char *flag)
{
	for (; *flags; flags++)
		if (flags[0] == ' ' && !strncmp(flags + 1, flag, 2))
			return true;
	return false;
}

void ebpfmm_forbidden_flags(int fd, uint64_t address, unsigned int orders,
			    struct ebpfmm_forbidden *out)
{
	static const char key[] = "VmFlags:";
	_cleanup_fclose_ FILE *file = fdopen(dup(fd), "re");
	_cleanup_free_ char *line = NULL;
	bool found = false;
	size_t room = 0;

	while (file && getline(&line, &room, file) > 0) {
		uint64_t start, end;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &start, &end) == 2) {
			found = start <= address && address < end;
			continue;
		}
		if (!found || strncmp(line, key, sizeof(key) - 1))
			continue;
		if (has_flag(line, "nh"))
			out->by[EBPFMM_BY_MADVISE] |= orders;
		return;
	}
}

static void ask_process(pid_t pid, uint64_t address, unsigned int orders,
			struct ebpfmm_forbidden *out)
{
	_cleanup_close_ int smaps = -1;
	char path[48];

	if (ebpfmm_forbidden_by_prctl(pid))
		out->by[EBPFMM_BY_PRCTL] |= orders;
	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	smaps = open(path, O_RDONLY | O_CLOEXEC);
	if (smaps >= 0)
		ebpfmm_forbidden_flags(smaps, address, orders, out);
}

/* --- each size ---------------------------------------------------------------------- */

/* Does the page of this order around the address lie in the mapping? */
static bool fits(const struct ebpfmm_explanation *explanation, unsigned int order)
{
	const uint64_t size = 1ULL << (order + EBPFMM_PAGE_SHIFT);
	const uint64_t start = explanation->event.address & -size;

	return start >= explanation->vm_start && explanation->vm_end - start >= size;
}

void ebpfmm_forbidden_find(pid_t pid, const struct ebpfmm_explanation *explanation,
			   unsigned int orders, struct ebpfmm_forbidden *out)
{
	unsigned int known = 0;

	*out = (struct ebpfmm_forbidden){};
	if (orders)
		ask_process(pid, explanation->event.address, orders, out);
	for (unsigned int order = 1; order < EBPFMM_ORDERS; order++) {
		const unsigned int one = 1U << order;

		if (!(orders & one))
			continue;
		if (ebpfmm_thp_setting(order) != EBPFMM_THP_ALLOWED)
			out->by[EBPFMM_BY_SYSFS] |= one;
		if (!fits(explanation, order))
			out->by[EBPFMM_BY_MAPPING] |= one;
	}
	for (int who = 0; who < EBPFMM_BY_KERNEL; who++)
		known |= out->by[who];
	out->by[EBPFMM_BY_KERNEL] = orders & ~known;
}
