#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Which point release of the kernel's source vm/mksource takes, from a mirror that
# is a function of this file. No machine and no network: a second.

setup()
{
	top=$(realpath "$BATS_TEST_DIRNAME/../..")
	base=$(<"$top/kernel-patches/6.12/base")
	export EBPFMM_CACHE=$BATS_TEST_TMPDIR/cache
	mkdir "$EBPFMM_CACHE"
}

# mksource VERSION…: which source is taken, and what is said of it, where the
# mirror has these versions of the package, newest first.
mksource()
{
	MIRROR=$* bash -c '
		script=$1
		shift
		. "$script"
		offered() { echo asked >>"$EBPFMM_CACHE/asked"; printf "%s\n" $MIRROR; }
		download()
		{
			mkdir -p "$1/tree/usr/src" "$1/tree/DEBIAN"
			echo "source $2" >"$1/tree/usr/src/linux-source-6.12.tar.xz"
			printf "Package: x\nVersion: $2\nArchitecture: all\nMaintainer: x\nDescription: x\n" \
				>"$1/tree/DEBIAN/control"
			dpkg-deb --build "$1/tree" "$1/x.deb" >/dev/null
		}
		fetch
		cat "$source/$(which_one)"
	' mksource "$top/vm/mksource"
}

@test "the versions are found in what apt says" {
	local table=" linux-source-6.12 | 6.12.117-1 | http://mirror/debian trixie/main amd64 Packages
linux-source-6.12 | 6.12.107-1 | http://mirror/debian trixie/main amd64 Packages
linux-source-6.12 |   6.12.9-1 | http://mirror/debian trixie/main Sources"
	run bash -c 'script=$1; shift; . "$script"; second_column' - "$top/vm/mksource" \
		<<<"$table"
	[ "$output" = $'6.12.117-1\n6.12.107-1\n6.12.9-1' ]
}

@test "the version that the series was tested with is taken while it is to be had" {
	run mksource 6.12.999-1 "$base" 6.12.1-1
	[ "$status" = 0 ]
	[ "${lines[0]}" = "==> fetching Debian's linux-source-6.12, version $base" ]
	[ "${lines[1]}" = "source $base" ]
	[ ${#lines[@]} = 2 ]

	# The second time nobody is asked.
	rm "$EBPFMM_CACHE/asked"
	run mksource 6.12.999-1
	[ "$output" = "source $base" ]
	[ ! -e "$EBPFMM_CACHE/asked" ]
}

@test "where the mirror has it no more, the newest one is, which is said once" {
	run mksource 6.12.999-1 6.12.998-1
	[ "$status" = 0 ]
	[ "${lines[0]}" = "==> the mirror no longer has linux-source-6.12 $base, which the series was last tested with: using its newest version, 6.12.999-1" ]
	[ "${lines[2]}" = "source 6.12.999-1" ]

	rm "$EBPFMM_CACHE/asked"
	run mksource 6.12.1000-1
	[ "$output" = "source 6.12.999-1" ]
	[ ! -e "$EBPFMM_CACHE/asked" ]
}

@test "a version that is asked for is taken, or it is an error" {
	EBPFMM_KERNEL_BASE=6.12.998-1 run mksource 6.12.999-1 6.12.998-1 "$base"
	[ "$status" = 0 ]
	[ "${lines[1]}" = "source 6.12.998-1" ]

	EBPFMM_KERNEL_BASE=6.12.5-1 run mksource 6.12.999-1 "$base"
	[ "$status" = 1 ]
	[[ $output == *"the mirror has no linux-source-6.12 in version 6.12.5-1, which EBPFMM_KERNEL_BASE names; it has: 6.12.999-1 $base" ]]
}

@test "a mirror without the package is an error" {
	run mksource
	[ "$status" = 1 ]
	[[ $output == *"the mirror has no linux-source-6.12" ]]
	[ ! -e "$EBPFMM_CACHE/linux-source-6.12/new" ]
}
