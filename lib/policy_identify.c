// SPDX-License-Identifier: GPL-2.0-only
/* Which inode the kernel has behind a descriptor of ours. */
#include "policy_internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* Takes over @iter. 1 found, 0 not there, -1 with errno set. */
static int find_file(int iter, uint64_t at, struct ebpfmm_file *file)
{
	FILE *stream = fdopen(iter, "r");
	int rc = 0;

	if (!stream) {
		close(iter);
		return -1;
	}
	while (!rc && fread(file, sizeof(*file), 1, stream) == 1)
		rc = file->at == at;
	if (!rc && ferror(stream))
		rc = -1;
	fclose(stream);
	return rc;
}

static int iterate(int program, uint64_t at, struct ebpfmm_file *file,
		   struct ebpfmm_error *err)
{
	union bpf_iter_link_info info = { .task.tid = gettid() };
	int link, iter, rc;

	LIBBPF_OPTS(bpf_link_create_opts, opts, .iter_info = &info,
		    .iter_info_len = sizeof(info));

	link = bpf_link_create(program, 0, BPF_TRACE_ITER, &opts);
	if (link < 0)
		return ebpfmm_fail(err, -link, "iterate over our files");
	iter = bpf_iter_create(link);
	if (iter < 0) {
		close(link);
		return ebpfmm_fail(err, -iter, "iterate over our files");
	}
	rc = find_file(iter, at, file);
	if (rc < 0)
		ebpfmm_fail(err, errno, "iterate over our files");
	else if (!rc)
		rc = ebpfmm_fail(err, 0, "the kernel does not list the file");
	close(link);
	return rc < 0 ? -1 : 0;
}

int ebpfmm_policy_identify(int fd, bool mapped, struct ebpfmm_file *file,
			   void *policy, struct ebpfmm_error *err)
{
	const struct ebpfmm_policy *open_policy = policy;
	long page = sysconf(_SC_PAGESIZE);
	void *map;
	int rc;

	if (!mapped)
		return iterate(open_policy->files, fd, file, err);

	/* Never touched: the file may be cut short at any time. */
	map = mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return ebpfmm_fail(err, errno, "map the file");
	rc = iterate(open_policy->mapped, (uintptr_t)map, file, err);
	munmap(map, page);
	return rc;
}
