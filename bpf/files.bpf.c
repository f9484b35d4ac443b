// SPDX-License-Identifier: GPL-2.0-only
/* Iterators that report to user space the identities of its files in the kernel. */
#include "kernel.h"

#include <bpf/bpf_helpers.h>

#include "identity.h"

static __always_inline void show_file(struct bpf_iter_meta *meta,
				      struct file *file, __u64 at)
{
	struct inode *inode = file->f_inode;
	struct ebpfmm_file out = {
		.at = at,
		.ctime = inode->i_ctime_sec,
		.ctime_nsec = inode->i_ctime_nsec,
	};

	identify(inode, &out.identity);
	bpf_seq_write(meta->seq, &out, sizeof(out));
}

/* Reports the identities of open files. */
SEC("iter/task_file")
int ebpfmm_files(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;

	if (file)
		show_file(ctx->meta, file, ctx->fd);
	return 0;
}

/* Reports the identities of mapped files. */
SEC("iter/task_vma")
int ebpfmm_mapped(struct bpf_iter__task_vma *ctx)
{
	struct vm_area_struct *vma = ctx->vma;
	struct file *file;

	if (!vma)
		return 0;
	file = vma->vm_file;
	if (file)
		show_file(ctx->meta, file, vma->vm_start);
	return 0;
}
