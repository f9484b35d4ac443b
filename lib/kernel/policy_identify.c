// SPDX-License-Identifier: GPL-2.0-only
/* Identifying the kernel's inode of a descriptor of this process. */
#include "kernel/policy_internal.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/iterate.h"

static int iterate(struct ebpfmm_policy *policy, enum ebpfmm_pin pin, uint64_t at,
		   struct ebpfmm_file *file, struct ebpfmm_error *err)
{
	const union bpf_iter_link_info info = { .task.tid = gettid() };
	int program = ebpfmm_policy_pin(policy, pin, err);
	_cleanup_fclose_ FILE *stream = NULL;
	bool found = false;

	if (program < 0)
		return -1;
	stream = ebpfmm_iterate_open(program, &info);
	if (!stream)
		return ebpfmm_fail(err, errno, "iterate over this process's files");
	while (!found && fread(file, sizeof(*file), 1, stream) == 1)
		found = file->at == at;
	if (!found && ferror(stream))
		return ebpfmm_fail(err, errno, "iterate over this process's files");
	if (!found)
		return ebpfmm_fail(err, 0, "the kernel's iterator over open files does not list it");
	return 0;
}

int ebpfmm_policy_identify(int fd, bool mapped, struct ebpfmm_file *file,
			   void *policy, struct ebpfmm_error *err)
{
	long page = sysconf(_SC_PAGESIZE);
	void *map;
	int rc;

	if (!mapped)
		return iterate(policy, EBPFMM_PIN_FILES, fd, file, err);

	/* Never accessed, because the file may be truncated at any time. */
	map = mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return ebpfmm_fail(err, errno, "map the file");
	rc = iterate(policy, EBPFMM_PIN_MAPPED, (uintptr_t)map, file, err);
	munmap(map, page);
	return rc;
}
