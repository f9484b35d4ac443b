/* SPDX-License-Identifier: GPL-2.0-only */
/* Which file an inode is. */
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
 * A struct file to which no reference is held can be freed at any moment and be
 * handed out again at once: it is then another one, or one that is not open yet and
 * has no inode. RCU does not help, as its slab is SLAB_TYPESAFE_BY_RCU. So whatever
 * the verifier believes of the pointer, what follows are loads that may fail, and
 * read 0 then: no file has that identity.
 */
static __always_inline void identify_unheld(const struct file *file,
					    struct ebpfmm_identity *identity)
{
	identify(bpf_core_cast(file, struct file)->f_inode, identity);
}

static __always_inline bool is_same(const struct ebpfmm_identity *one,
				    const struct ebpfmm_identity *other)
{
	return one->ino == other->ino && one->dev == other->dev &&
	       one->mtime == other->mtime &&
	       one->mtime_nsec == other->mtime_nsec;
}

#endif /* EBPFMM_IDENTITY_H */
