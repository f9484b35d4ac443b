#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# inside() of vm/common.sh, by which all builds and these tests run in the reference root: what a
# command does to the root is gone with it. It takes a moment.

bats_require_minimum_version 1.5.0

# in_root COMMAND…: with this root as the root.
in_root()
{
	EBPFMM_CACHE=$BATS_TEST_TMPDIR/cache bash -c '. /src/vm/common.sh
		umask 077
		inside / "$1=/src/made/here" -- "${@:2}"' - "$BATS_TEST_TMPDIR" "$@"
}

setup()
{
	local ids
	read -r _ _ ids </proc/self/uid_map
	[ "$ids" = 4294967295 ] || skip "overlays of overlays in a user namespace depend on the kernel"
	mkdir "$BATS_TEST_TMPDIR/made"
}

@test "what a command writes is discarded, but for what it was given" {
	in_root sh -ec 'mkdir -p /usr/lib/made /made/there && touch /etc/made /run/made &&
		rm /etc/passwd && touch /src/made/here/kept'
	[ -e "$BATS_TEST_TMPDIR/kept" ]
	[ -e /etc/passwd ]
	run ! ls -d /usr/lib/made /made /etc/made /run/made /src/made
}

@test "a command adds and removes no device nodes, and whoever it becomes may enter" {
	run ! in_root mknod /dev/made c 1 3
	run ! in_root rm /dev/null
	[ -c /dev/null ]
	in_root sh -c 'echo >/dev/null && touch /dev/shm/made'
	[ "$(in_root stat -c %a /)" = 755 ]
}
