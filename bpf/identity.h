/* SPDX-License-Identifier: GPL-2.0-only */
/* Which file an inode is. */
#ifndef EBPFMM_IDENTITY_H
#define EBPFMM_IDENTITY_H

#include "kernel.h"

#include "ebpfmm.h"

static __always_inline void identify(struct inode *inode,
				     struct ebpfmm_identity *identity)
{
	identity->ino = inode->i_ino;
	identity->mtime = inode->i_mtime_sec;
	identity->mtime_nsec = inode->i_mtime_nsec;
	identity->dev = inode->i_sb->s_dev;
}

static __always_inline bool is_same(const struct ebpfmm_identity *one,
				    const struct ebpfmm_identity *other)
{
	return one->ino == other->ino && one->dev == other->dev &&
	       one->mtime == other->mtime &&
	       one->mtime_nsec == other->mtime_nsec;
}

#endif /* EBPFMM_IDENTITY_H */
