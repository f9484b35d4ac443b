// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/iterate.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"

FILE *ebpfmm_iterate_open(int program, const union bpf_iter_link_info *info)
{
	union bpf_iter_link_info copy = *info;
	FILE *stream = NULL;
	int link, iter;

	LIBBPF_OPTS(bpf_link_create_opts, opts, .iter_info = &copy,
		    .iter_info_len = sizeof(copy));

	link = bpf_link_create(program, 0, BPF_TRACE_ITER, &opts);
	if (link < 0) {
		errno = -link;
		return NULL;
	}
	iter = bpf_iter_create(link);
	close(link);
	if (iter >= 0) {
		stream = fdopen(iter, "r");
		if (!stream)
			close(iter);
	} else {
		errno = -iter;
	}
	return stream;
}

int ebpfmm_iterate(int program, const union bpf_iter_link_info *info, void *out,
		   size_t size)
{
	_cleanup_fclose_ FILE *stream = ebpfmm_iterate_open(program, info);

	if (!stream)
		return -1;
	if (fread(out, size, 1, stream) == 1)
		return 1;
	return ferror(stream) ? -1 : 0;
}
