// SPDX-License-Identifier: GPL-2.0-only
/* Which inode the kernel has behind a descriptor of ours. */
#include "policy_internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Takes over @iter. 1 found, 0 not there, -1 with errno set. */
static int find_file(int iter, int fd, struct ebpfmm_file *file)
{
	FILE *stream = fdopen(iter, "r");
	int rc = 0;

	if (!stream) {
		close(iter);
		return -1;
	}
	while (!rc && fread(file, sizeof(*file), 1, stream) == 1)
		rc = file->fd == (__u32)fd;
	if (!rc && ferror(stream))
		rc = -1;
	fclose(stream);
	return rc;
}

int ebpfmm_policy_identify(int fd, struct ebpfmm_file *file, void *policy,
			   struct ebpfmm_error *err)
{
	union bpf_iter_link_info info = { .task.tid = gettid() };
	const struct ebpfmm_policy *open_policy = policy;
	int link, iter, rc;

	LIBBPF_OPTS(bpf_link_create_opts, opts, .iter_info = &info,
		    .iter_info_len = sizeof(info));

	link = bpf_link_create(open_policy->files, 0, BPF_TRACE_ITER, &opts);
	if (link < 0)
		return ebpfmm_fail(err, -link, "iterate over our open files");
	iter = bpf_iter_create(link);
	if (iter < 0) {
		close(link);
		return ebpfmm_fail(err, -iter, "iterate over our open files");
	}
	rc = find_file(iter, fd, file);
	if (rc < 0)
		ebpfmm_fail(err, errno, "iterate over our open files");
	close(link);
	if (!rc)
		return ebpfmm_fail(err, 0, "the kernel does not list descriptor %d", fd);
	return rc < 0 ? -1 : 0;
}
