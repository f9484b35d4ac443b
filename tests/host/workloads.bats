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
	local what kind=gain record_time=1s recorded tried counted=() tiny
	# shellcheck source=/dev/null
	. "$1"
	echo "$1: $what"
	[ -n "$what" ]
	[[ $kind == gain || $kind == none ]]
	[[ $record_time =~ ^[1-9][0-9]*s$ ]]
	# The same program, which is what a recording is for.
	[ "${recorded[0]}" = "${tried[0]}" ]
	[ ${#counted[@]} = 0 ] || [ "${counted[0]}" = "${tried[0]}" ]
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

# result WORKLOAD PROFILE: a line as bench/worth/run writes it. With the profile, it takes as many
# seconds as that says; or there is none.
result()
{
	jq -cn --arg workload "$1" --argjson seconds "$2" '
		def layout($share; $seconds; $large): { share: $share, median_ns: ($seconds * 1e9),
			ns: [$seconds * 1e9, $seconds * 2e9], bytes_2M: [$large], peak: [1073741824] };
		{ workload: $workload, what: "<b>", cpu: "a & b", layouts: (
			{ "4K": layout(0; 10; 0), "2M": layout(1; 6; 209715200) } +
			if $seconds then { all: layout(0.75; $seconds; 52428800) } else {} end) } |
		if $seconds then . else del(.layouts[].share) end'
}

@test "the page has the last result of each workload, and makes no markup of names" {
	local page=/src/bench/worth/page.py
	cd "$BATS_TEST_TMPDIR" || return
	{ result one 9; result '<i>' null; result one 7; } >results
	run -0 $page results
	[[ $output == *'keeps 75.0 % of the gain, with 25.0 % of the 2M pages.'* ]]
	[[ $output == *'aria-label="CPU time: median, least and most: 4K 10.00 s; 2M everywhere 6.00 s; profile 7.00 s"'* ]]
	[[ $output == *'<td>7.00 s to 14.00 s</td>'* && $output != *'9.00 s'* ]]
	[[ $output == *'<h2>&lt;i&gt;</h2>'*'may be chance: no profile.'* ]]
	[[ $output == *'a &amp; b'* && $output == *'&lt;b&gt;'* && $output != *'<b>'* ]]
	[[ $output != *'<script'* && $output != *'http'* ]]
	: >results
	run -1 $page results
	[[ $output == *'results has no results: run bench/worth/run first' ]]
	echo '{"workload":1}' >results
	run -1 $page results
	[[ $output == 'page.py: results: not results of bench/worth/run'* ]]
	run -1 $page
}
