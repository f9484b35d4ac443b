/* SPDX-License-Identifier: GPL-2.0-only */
/* Identifying the file of an inode. */
#ifndef EBPFMM_IDENTITY_H
#define EBPFMM_IDENTITY_H

#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "ebpfmm.h"

static __always_inline void identify(const struct inode *inode,
				     struct ebpfmm_identity *identity)
{
	identity->ino = inode->i_ino;
	identity->mtime = inode->i_mtime_sec;
	identity->mtime_nsec = inode->i_mtime_nsec;
	identity->dev = inode->i_sb->s_dev;
}

/*
 * A struct file without a reference can be freed and reused at any moment: it is then
 * another file, or one that is not open yet and has no inode. RCU does not help, because
 * the slab is SLAB_TYPESAFE_BY_RCU. So all loads are fault-tolerant, even if the verifier
 * trusts the pointer. A failing load reads 0, which no file has as identity.
 */
static __always_inline void identify_unheld(const struct file *file,
					    struct ebpfmm_identity *identity)
{
	identify(bpf_core_cast(file, struct file)->f_inode, identity);
}

/* Without branches, each of which is another path for the verifier. */
static __always_inline bool is_same(const struct ebpfmm_identity *one,
				    const struct ebpfmm_identity *other)
{
	return !((one->ino ^ other->ino) | (one->dev ^ other->dev) |
		 (one->mtime ^ other->mtime) |
		 (one->mtime_nsec ^ other->mtime_nsec));
}

#endif /* EBPFMM_IDENTITY_H */
