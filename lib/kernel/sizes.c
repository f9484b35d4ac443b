// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/sizes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "base/file.h"
#include "kernel/iterate.h"
#include "sizes.skel.h"

/**
 * struct ebpfmm_sizes - a loaded iterator
 * @object: the BPF object
 */
struct ebpfmm_sizes {
	struct sizes_bpf *object;
};

int ebpfmm_sizes_open(struct ebpfmm_sizes **out, struct ebpfmm_error *err)
{
	struct ebpfmm_sizes *sizes = calloc(1, sizeof(*sizes));
	libbpf_print_fn_t before;

	if (!sizes)
		return ebpfmm_fail(err, ENOMEM, "read the page sizes");
	before = libbpf_set_print(NULL);
	sizes->object = sizes_bpf__open_and_load();
	libbpf_set_print(before);
	if (!sizes->object) {
		ebpfmm_fail(err, errno, "load the program that reads the page sizes");
		free(sizes);
		return -1;
	}
	*out = sizes;
	return 0;
}

static int read_folios(const struct ebpfmm_sizes *sizes,
		       const struct ebpfmm_cgroup *cgroup,
		       struct ebpfmm_folios *folios, struct ebpfmm_error *err)
{
	const union bpf_iter_link_info info = {
		.cgroup.order = BPF_CGROUP_ITER_SELF_ONLY,
		.cgroup.cgroup_fd = cgroup->fd,
	};
	int program = bpf_program__fd(sizes->object->progs.ebpfmm_folios);
	int rc = ebpfmm_iterate(program, &info, folios, sizeof(*folios));

	if (rc < 0)
		return ebpfmm_fail(err, errno, "count the pages of `%s`", cgroup->path);
	if (!rc)
		return ebpfmm_fail(err, ENOENT, "count the pages of `%s`",
				   cgroup->path);
	return 0;
}

/* Reads all of its anonymous memory, in pages of any size. */
static int read_anonymous(const struct ebpfmm_cgroup *cgroup, uint64_t *bytes,
			  struct ebpfmm_error *err)
{
	if (ebpfmm_file_number(cgroup->fd, "memory.stat", "anon", bytes))
		return ebpfmm_fail(err, errno, "read \"anon\" in %s/memory.stat", cgroup->path);
	return 0;
}

int ebpfmm_sizes_read(struct ebpfmm_sizes *sizes, const struct ebpfmm_cgroup *cgroup,
		      uint64_t bytes[EBPFMM_ORDERS], struct ebpfmm_error *err)
{
	struct ebpfmm_folios folios;
	uint64_t large = 0, all;

	if (read_anonymous(cgroup, &all, err) ||
	    read_folios(sizes, cgroup, &folios, err))
		return -1;
	for (unsigned int order = 1; order < EBPFMM_ORDERS; order++) {
		bytes[order] = folios.count[order] << (order + EBPFMM_PAGE_SHIFT);
		large += bytes[order];
	}
	/* The two were not read at the same moment. */
	bytes[0] = all > large ? all - large : 0;
	return 0;
}

void ebpfmm_sizes_close(struct ebpfmm_sizes *sizes)
{
	if (!sizes)
		return;
	sizes_bpf__destroy(sizes->object);
	free(sizes);
}
