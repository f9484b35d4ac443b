#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What page walks cost, on the CPU of this machine, and what `profile` makes of it.

bats_require_minimum_version 1.5.0
load ../fails

PATH=/out:$PATH
planted=/src/tests/host/recordings/planted-1.jsonl
thp=/sys/kernel/mm/transparent_hugepage

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# costs WALK: a file of costs with that about page walks, in jq's words, in costs.json.
costs()
{
	jq -n '{
		version: 1, measured: "2026-11-01T12:00:00Z", kernel: "6.12.1",
		machine: { cpu: "Some CPU", memory: 1073741824 },
		zero_ns: 100, fault_ns: 500,
		compact_ns: { "16K": 8000, "32K": 16000, "64K": 32000, "128K": 64000,
			"256K": 128000, "512K": 256000, "1M": 512000, "2M": 1024000 },
		methods: { zero: "large pages", compact: "moved" } }' |
		jq ".walk = $1 | if .walk == null then del(.walk) else . end" >costs.json
}

# on_its_own COMMAND…: in a place where nothing was measured, and that goes away with it.
on_its_own()
{
	unshare --mount bash -euc 'mount -t tmpfs tmpfs /var/lib
		mount -t tmpfs tmpfs /run
		"$@"' - "$@"
}

@test "calibrate: what 2M save on this CPU, or why nobody knows" {
	local try
	# In the noise of a busy machine, it may be right to say that 2M save nothing.
	for try in 1 2 3 4 5; do
		on_its_own ebpfmm calibrate --json >measured.json
		echo "$try: $(jq -c .walk measured.json)"
		[ "$(jq '.walk["2M"].saves_ns' measured.json)" = 0 ] || break
	done
	# All that this kernel has, and nothing else.
	for size in 16K 32K 64K 128K 256K 512K 1M 2M; do
		case $size in
		1M | 2M) file=$thp/hugepages-$((${size%M} * 1024))kB/enabled ;;
		*) file=$thp/hugepages-${size%K}kB/enabled ;;
		esac
		setting=$(cat "$file" 2>/dev/null) || continue
		[[ $setting != *'[inherit]'* ]] || setting=$(<$thp/enabled)
		if [[ $setting == *'[never]'* ]]; then
			jq -e --arg size $size '.walk[$size] == { why: "forbidden" }' measured.json
		else
			jq -e --arg size $size '.walk[$size] | .saves_ns >= 0 or
				.why == "scarce" or .why == "busy"' measured.json
		fi
	done
	jq -e '.walk["2M"] | .why or (.saves_ns >= .spread_ns and .saves_ns > 1
		and .saves_ns < 10000)' measured.json
}

@test "calibrate: what was measured is shown, doctor does not mind it, profile uses it" {
	on_its_own bash -euc '
		ebpfmm calibrate >calibrated
		ebpfmm calibrate --show >shown
		ebpfmm doctor >doctor || true
		ebpfmm profile --json "$1" >profile.json
		ebpfmm profile "$1" -o planted.json 2>notes
		cp /var/lib/ebpfmm/costs.json costs.json' - $planted
	cat calibrated notes doctor
	grep '^walk 2M ' calibrated
	diff calibrated shown
	[ "$(stat -c %s costs.json)" -lt 4096 ]
	ns=$(jq '.walk["2M"].saves_ns // "none"' costs.json)
	if [ "$ns" = '"none"' ]; then
		grep -E 'note +costs: page walks with 2M pages were not measured' doctor
		grep -F 'a page walk is taken to cost 20 ns less with 2M, which is an assumption' notes
		jq -e '.assumed' profile.json
	else
		grep -E "^walk 2M +$ns  less than with 4K; spread" calibrated
		! grep -F 'page walks' doctor
		grep -F "a page walk costs less by $ns ns with 2M, as measured on this node" notes
		jq -e --argjson ns "$ns" '(.assumed | not) and .walk_ns["2M"] == $ns' profile.json
	fi
}

@test "profile: the numbers of a file, and no size that brings nothing" {
	costs '{ "64K": { saves_ns: 0, spread_ns: 3 }, "2M": { saves_ns: 40, spread_ns: 3 },
		"128K": { why: "forbidden" }, "256K": { why: "forbidden" },
		"512K": { why: "scarce" } }'
	run -0 --separate-stderr ebpfmm profile --costs costs.json --explain $planted
	echo "$output" "$stderr"
	[[ $output == *' blocks x 40 ns a walk x '* ]]
	[[ $output != *assumed* ]]
	[[ $stderr == *'a page walk costs less by 40 ns with 2M, as measured for `costs.json`'* ]]
	[[ $stderr == *'64K is not named: it saves nothing on this CPU'* ]]
	[[ $stderr == *'not measured (forbidden by sysfs), and so not named: 128K, 256K'* ]]
	[[ $stderr == *'not measured (too few such pages were free), and so not named: 512K'* ]]
	run -0 ebpfmm profile --costs costs.json --json $planted
	jq -e '.walk_ns == { "64K": 0, "2M": 40 } and (.assumed | not) and
		([.profile.programs[].regions[].benefit_ns | keys[]] | unique == ["2M"])' <<<"$output"
	# Half as much for a walk is half the benefit.
	worth=$(jq '.profile.programs[0].regions[0].benefit_ns["2M"]' <<<"$output")
	costs '{ "2M": { saves_ns: 20, spread_ns: 3 } }'
	ebpfmm profile --costs costs.json --json $planted | jq -e --argjson worth "$worth" \
		'.profile.programs[0].regions[0].benefit_ns["2M"] * 2 - $worth | . <= 1 and . >= -1'
}

@test "profile: 64K where they bring something" {
	costs '{ "64K": { saves_ns: 10, spread_ns: 3 }, "2M": { saves_ns: 40, spread_ns: 3 } }'
	ebpfmm profile --costs costs.json $planted >both.json
	jq -e '[.programs[].regions[].benefit_ns | keys] | any(. == ["2M", "64K"])' both.json
	costs '{ "64K": { saves_ns: 10, spread_ns: 3 }, "2M": { saves_ns: 0, spread_ns: 3 } }'
	ebpfmm profile --costs costs.json $planted >small.json 2>notes
	jq -e '[.programs[].regions[].benefit_ns | keys[]] | unique == ["64K"]' small.json
	grep -F '2M is not named: it saves nothing on this CPU' notes
	ebpfmm check small.json
}

@test "profile: nothing where no size brings anything" {
	costs '{ "64K": { saves_ns: 0, spread_ns: 3 }, "2M": { saves_ns: 0, spread_ns: 3 } }'
	run -1 --separate-stderr ebpfmm profile --costs costs.json $planted
	[ -z "$output" ]
	[[ $stderr == *'2M is not named: it saves nothing on this CPU'* ]]
	[[ $stderr == *'no region repays a large page'* ]]
}

@test "profile: an assumption where nobody measured, and why" {
	costs null
	run -0 --separate-stderr ebpfmm profile --costs costs.json --explain $planted
	[[ $stderr == *'20 ns less with 2M, which is an assumption: the file of costs has no page walks'* ]]
	[[ $output == *' x 20 ns a walk, assumed x '* ]]
	costs '{ "2M": { why: "forbidden" } }'
	run -0 --separate-stderr ebpfmm profile --costs costs.json --json $planted
	jq -e '.assumed and .walk_ns == { "2M": 20 } and
		(.notes | any(test("assumption: forbidden by sysfs")))' <<<"$output"
	# What was measured for another machine is no use unless it is named.
	run -0 --separate-stderr on_its_own bash -c 'mkdir /var/lib/ebpfmm
		cp costs.json /var/lib/ebpfmm && ebpfmm profile "$1"' - $planted
	[[ $stderr == *'which is an assumption: measured on another machine (Some CPU, 1024 MiB)'* ]]
	run -0 --separate-stderr on_its_own ebpfmm profile $planted
	[[ $stderr == *'which is an assumption: never measured'* ]]
}

@test "profile: a file of costs that is no use" {
	fails 1 'none.json: No such file' ebpfmm profile --costs none.json $planted
	costs '{ "2M": { saves_ns: -1, spread_ns: 3 } }'
	fails 1 'costs.json: walk.2M.saves_ns: must be from 0' \
		ebpfmm profile --costs costs.json $planted
	fails 2 "option .*requires an argument" ebpfmm profile $planted --costs
}
