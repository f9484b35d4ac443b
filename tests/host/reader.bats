# SPDX-License-Identifier: GPL-2.0-only
#
# Files are read in a process that can do nothing else. Here by the command, which
# reads them as the hook does; see tests/vm/hook.bats for what becomes of a container.

bats_require_minimum_version 1.5.0

program=/usr/bin/bash

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	jq -n --arg exe $program '{ version: 1, name: "any", programs: [ { exe: $exe,
		regions: [ { anchor: { section: ".bss" }, benefit_ns: {} } ] } ] }' \
		>any.json
}

# resolve [STRACE-OPTION…]: the profile, traced.
resolve()
{
	strace -f -o trace "$@" /out/ebpfmm resolve --rootfs / any.json
}

# calls NAME command|reader: how often the one of the two makes a system call. The
# command's own process is the first one.
calls()
{
	local first
	first=$(awk 'NR == 1 { print $1 }' trace)
	awk -v first="$first" -v who="$2" -v call="$1(" '
		(who == "command") == ($1 == first) && index($2, call) == 1' trace | wc -l
}

# inject WHAT: at the first read of the reader's, when it is confined. To return an
# error, strace turns the call into one that does not exist.
inject()
{
	local before
	resolve
	before=$(calls pread64 command)
	[ "$(calls pread64 reader)" -gt "$before" ]
	run -1 --separate-stderr resolve -e trace=all \
		-e inject="pread64:$1:when=$((before + 1))"
	# shellcheck disable=SC2154
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
}

@test "the command itself reads nothing of a program" {
	resolve -y
	[ "$(grep -cE "(read|pread64|mmap)\(.*<$program>" trace)" -gt 0 ]
	first=$(awk 'NR == 1 { print $1 }' trace)
	run ! grep -E "^$first .*(read|pread64|mmap|readv|sendfile)\(.*<$program>" trace
}

@test "a reader that makes any other system call is ended, and the file is named" {
	inject error=ENOSYS
	[[ $stderr == *"programs[0].exe: $program: its reader was killed by signal 31 "* ]]
	grep -q 'killed by SIGSYS' trace
}

@test "a reader that crashes is told, and the file is named" {
	inject signal=SEGV
	[[ $stderr == *"programs[0].exe: $program: its reader was killed by signal 11 "* ]]
}

@test "a caller that ignores the end of children does not matter" {
	run -0 env --ignore-signal=SIGCHLD /out/ebpfmm resolve --rootfs / any.json
	[[ $output == *.bss* ]]
}

@test "a reader has its file open, and nothing else" {
	resolve -y -e trace=close_range,dup2,pread64
	first=$(awk 'NR == 1 { print $1 }' trace)
	grep -v "^$first " trace >reader
	grep -q 'close_range(2, 4294967295, 0) *= 0' reader
	run -0 grep dup2 reader
	[ "$(grep -c ", [01]<.*= [01]<$program>" <<<"$output")" = 2 ]
	grep -q "pread64(.*<$program>" reader
	run ! grep "pread64(" <(grep -vF "<$program>" reader)
}
