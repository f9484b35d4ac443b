# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A node to install in. Sourced with "load node".

# on_a_node SCRIPT: run it with bash in this root, but discard what it changes, also in /out.
# $BATS_TEST_TMPDIR is /tmp. Functions that are exported can be called.
on_a_node()
{
	mkdir -p "$BATS_TEST_TMPDIR/node"
	unshare --mount bash -euc '
		mount -t tmpfs tmpfs "$1/node"
		cd "$1/node"
		mkdir upper work root out outwork
		mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
		mount -t overlay -o lowerdir=/out,upperdir=out,workdir=outwork overlay root/out
		mount --rbind /src root/src
		mount -t proc proc root/proc
		mount --rbind /dev root/dev
		mount --bind "$1" root/tmp
		exec chroot root bash -euc "$2"' - "$BATS_TEST_TMPDIR" "$1"
}
