#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# `ebpfmm tune` from the first run to the profile, with a recording that it makes itself. An
# emulated processor gains nothing by page sizes, so the command pretends to.

load helpers

damon=/sys/kernel/mm/damon/admin/kdamonds

setup()
{
	sysfs madvise
	cd "$BATS_TEST_TMPDIR" || return
	cat >pretend <<-E
		#!/bin/sh
		seconds=8
		[ "\$(tried thp)" = "disabled 0" ] || seconds=16
		exec planted \$seconds
	E
	chmod +x pretend
}

teardown()
{
	ebpfmm gc
}

# Six minutes, as it makes some fifteen runs; tests/host/tune.bats has the rest.
# bats test_tags=long
@test "a command that gains gets a profile, which is proved, and nothing is left" {
	ebpfmm tune --json --runs 1 -o planted.json -- ./pretend >tuned.json
	jq -c 'del(.profile)' tuned.json
	cat planted.json
	# 2M for all also saves page faults of what is not hot, which is much of the gain where
	# they are slow; the profile has to gain what the command pretends.
	jq -e '.gain_ns > 4e9 and .regions >= 1
		and ([.profile.programs[].regions[] | select(.benefit_ns | length > 0)] |
			length) == .kept
		and .layouts["4K"].median_ns - .layouts.all.median_ns > 4e9
		and (.layouts["4K"].ns | length == 1)
		and ([.layouts[] | .bytes_2M | length] | add) >= 3
		and .layouts["4K"].bytes_2M == [0]' tuned.json
	ebpfmm check --rootfs / planted.json
	jq -e '.programs | length == 1 and (.[0].exe | endswith("/planted"))' planted.json
	jq -e --slurpfile file planted.json '.profile == $file[0]' tuned.json
	[ "$(cat $damon/nr_kdamonds)" = 0 ]
	[ -z "$(find /tmp -maxdepth 1 -name 'ebpfmm-tune-*')" ]
	[ "$(ebpfmm list --json | jq length)" = 0 ]
}
