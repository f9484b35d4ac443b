#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# bench/worth/workloads, each with the work of a moment: so that `make worth`, which takes
# long and is not part of the tests, still works.

bats_require_minimum_version 1.5.0

setup()
{
	bench=$BATS_TEST_TMPDIR/bench
	mkdir "$bench"
	find /out/bench -type f -executable -exec ln -s -t "$bench" {} +
}

# workload FILE: checks its variables, and runs what is tiny.
workload()
{
	local what kind=gain record_time=1s recorded tried tiny
	# shellcheck source=/dev/null
	. "$1"
	echo "$1: $what"
	[ -n "$what" ]
	[[ $kind == gain || $kind == none ]]
	[[ $record_time =~ ^[1-9][0-9]*s$ ]]
	# The same program, which is what a recording is for.
	[ "${recorded[0]}" = "${tried[0]}" ]
	[ "${tried[0]}" = "${tiny[0]}" ] || [[ ${tried[0]} == env ]]
	"${tiny[@]}"
}

@test "each workload can be run" {
	local file
	for file in /src/bench/worth/workloads/*.bash; do
		workload "$file"
	done
}

@test "programs do the same work each time, and refuse what is no number" {
	local command
	for command in 'astar 2 256' 'gups 1 1' 'losers scan 4 2' 'losers sparse 64 2' \
		'losers fork 4 2' 'losers free 4 2'; do
		# shellcheck disable=SC2086
		run -0 "$bench"/$command
		first=$output
		# shellcheck disable=SC2086
		run -0 "$bench"/$command
		echo "$command: $first, $output"
		[ -n "$output" ]
		[ "$output" = "$first" ]
	done
	run -2 "$bench/astar" x
	run -2 "$bench/gups" 3 1
	run -2 "$bench/losers" scan 4
	run -2 "$bench/losers" nothing 4 4
}

@test "a workload that does not exist" {
	run -1 /src/bench/worth/run no-such
	[[ $output == *'no-such: there is no such file in /src/bench/worth/workloads'* ]]
}
