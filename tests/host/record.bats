#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What ebpfmm record refuses before it looks at the kernel; in tests/vm/record.bats it records.

bats_require_minimum_version 1.5.0
load ../fails

PATH=/out:$PATH

setup()
{
	mkdir "$BATS_TEST_TMPDIR/empty"
	cd "$BATS_TEST_TMPDIR/empty" || return
}

@test "without privilege over the node" {
	fails 1 '^ebpfmm record: no privilege over this node: ' \
		setpriv --bounding-set -sys_admin --inh-caps -all ebpfmm record -- touch ran
	# Nothing was started, and no file made.
	[ -z "$(ls -A)" ]
}

@test "arguments that make no sense" {
	fails 2 'one of --cgroup, --pid, --damo and a command' ebpfmm record
	fails 2 'one of --cgroup, --pid, --damo and a command' ebpfmm record --pid 1 -- touch ran
	fails 2 '--pid: .1x. is not the id of a process' ebpfmm record --pid 1x
	fails 2 '--pid: .-1. is not the id of a process' ebpfmm record --pid=-1
	fails 2 '--time: ' ebpfmm record --time never -- touch ran
	fails 2 '--damo requires --maps' ebpfmm record --damo file
	[ -z "$(ls -A)" ]
}

@test "a command line that is not what the hook gives" {
	fails 2 'belong together' ebpfmm record --cgroup /x --container a
	fails 2 '--container requires --cgroup' ebpfmm record --container a --name b
	fails 2 'is not a valid recording name' ebpfmm record --cgroup /x --container a --name ../b
	fails 2 'is not the id' ebpfmm record --cgroup /x --container ../a --name b
	fails 2 'until the container ends' ebpfmm record --cgroup /x --container a --name b \
		--time 1s
}
