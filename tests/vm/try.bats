#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# `ebpfmm try` where the kernel has the fault policy: the policy and the tracer give the same
# page sizes, and the policy is gone afterwards. On the kernel without the series (vm/run
# --stock), the tracer alone does.

load helpers

setup()
{
	sysfs madvise madvise
	cd "$BATS_TEST_TMPDIR" || return
}

teardown()
{
	rm -f $profiles/tried.json
	ebpfmm gc
}

# sums FILE: bytes by region and size, a line each.
sums()
{
	jq -r '.regions[] | .region as $region | .bytes | to_entries[] |
		select(.value > 0) | "\($region | gsub(" "; "-")) \(.key) \(.value)"' "$1" | sort
}

# alike ONE OTHER: does no region differ by more than a twentieth of all its memory, and 256K?
alike()
{
	paste -d '\n' <(sums "$1" | sed 's/^/a /') <(sums "$2" | sed 's/^/b /') |
		awk 'NF { sum[$2] += $1 == "a" ? $4 : 0; bytes[$2 " " $3] += $1 == "a" ? $4 : -$4 }
			END { for (key in bytes) {
				split(key, part, " ")
				difference = bytes[key] < 0 ? -bytes[key] : bytes[key]
				if (difference > sum[part[1]] / 20 + 262144) {
					print key, difference, "of", sum[part[1]]
					bad = 1
				}
			} exit bad }'
}

@test "a profile: by policy and by tracing, the same page sizes in each region" {
	profile tried $tests/tried '[
		{ "anchor": { "symbol": "zeroed" }, "offset": "4M", "length": "8M",
		  "benefit_ns": { "2M": 9000000 } },
		{ "anchor": { "area": "heap" }, "benefit_ns": { "64K": 900000 } },
		{ "anchor": { "mapping": { "name": "hot" } }, "benefit_ns": { "2M": 9000000 } },
		{ "anchor": { "mapping": { "name": "mixed" } }, "offset": "2M", "length": "5M",
		  "benefit_ns": { "64K": 10000, "2M": 9000000 } },
		{ "anchor": { "mapping": { "name": "cold" } }, "benefit_ns": {} },
		{ "anchor": { "mapping": { "min_size": "20M", "max_size": "30M", "nth": 2 } },
		  "benefit_ns": { "2M": 9000000 } } ]'
	steps=(bss heap 16 name 16 hot gap name 12 mixed gap name 12 cold gap map 24 gap map 24
		gap fork map 4)
	# At the same addresses each time: which blocks of 2M are whole depends on them.
	# Without "always", memory in no region has single pages; with it, most is in 2M pages.
	for mode in madvise always; do
		sysfs $mode madvise
		echo "$mode, traced"
		ebpfmm try --json --traced tried -- setarch -R tried "${steps[@]}" >traced.json
		sums traced.json
		jq -e '.by == "advice" and .status == 0' traced.json
		# There is something to compare.
		jq -e '(.regions | length) >= 6 and
			([.regions[].bytes["2M"]] | add) > 40 * 1048576 and
			([.regions[].bytes["64K"]] | add) > 12 * 1048576' traced.json
		grep -q bpf_mm_ops /proc/kallsyms || continue
		echo "$mode, by policy"
		ebpfmm try --json tried -- setarch -R tried "${steps[@]}" >policy.json
		sums policy.json
		jq -e '.by == "policy" and .status == 0' policy.json
		alike policy.json traced.json
		alike traced.json policy.json
		# Also of what is unmapped before the end.
		ebpfmm try --json tried -- tried brief 32 map 4 >brief.json
		jq -e '[.regions[] | select(.region == "mappings").bytes[]] | add >= 32 * 1048576' \
			brief.json
	done
	[ "$(ebpfmm list --json | jq length)" = 0 ]
	[ -z "$(find /sys/fs/cgroup -name 'ebpfmm-try-*')" ]
}

# The host's tests have more of it. This kernel moves one mapping at a time.
@test "memory that advice has split can grow and move on this kernel, too" {
	profile tried $tests/tried '[
		{ "anchor": { "mapping": { "min_size": "3M" } }, "offset": "1M", "length": "5M",
		  "benefit_ns": { "64K": 10000, "2M": 9000000 } } ]'
	for layout in 64K 2M tried; do
		ebpfmm try --traced "$layout" -- tried enlarge 17 shift 9
	done
}

@test "the policy's cgroup of a killed trial is removed by gc" {
	profile tried $tests/tried '[ { "anchor": { "area": "heap" }, "benefit_ns": {} } ]'
	mkfifo out
	ebpfmm try tried -- tried wait >out 3>&- &
	tracer=$!
	read -r line <out
	[ "$line" = ready ]
	find /sys/fs/cgroup -name 'ebpfmm-try-*' | grep .
	kill -KILL $tracer
	wait $tracer || true
	[[ $(ebpfmm gc) == *'trials: 1'* ]]
	[ -z "$(find /sys/fs/cgroup -name 'ebpfmm-try-*')" ]
	[ "$(ebpfmm list --json | jq length)" = 0 ]
}

# What jemalloc maps is merged with what it has mapped before, and grows downwards: nearly all
# memory is touched when the mapping is smaller and begins elsewhere than in the end. It is
# read until the recording has some intervals.
@test "Redis: mappings that grow are recorded, and the derived profile is for them" {
	cat >serve <<-'END'
		#!/bin/bash
		setarch -R redis-server --save '' --appendonly no --port 0 --unixsocket "$PWD/socket" >log &
		until redis-cli -s socket ping 2>&1 | grep -q PONG; do kill -0 $! || exit; done
		redis-benchmark -s socket -q -t set -n 16000 -r 100000000 -d 4096 -P 16 >&2
		redis-benchmark -s socket -q -l -t get -r 100000000 -P 16 >benchmark &
		until [ "$(grep -o '"us":[0-9]*' redis.jsonl | sort -u | wc -l)" -ge 8 ]; do
			kill -0 $! || exit
		done
		kill $!
		redis-cli -s socket shutdown nosave
		wait
	END
	chmod +x serve
	ebpfmm record -o redis.jsonl -- ./serve
	grep '"down":true' redis.jsonl
	ebpfmm profile --rootfs / --horizon 100h -o redis.json redis.jsonl
	jq -e '[ .programs[].regions[].anchor.mapping | select(. == { min_size: "2M" }) ] |
		length >= 1' redis.json
	ways=(--traced)
	! grep -q bpf_mm_ops /proc/kallsyms || ways+=(--json)
	for way in "${ways[@]}"; do
		ebpfmm try --json "$way" redis.json -- ./serve >tried.json
		sums tried.json
		# On its way, it has the sizes of others, and gets their pages.
		jq -e '[ .regions[] | select(.region | startswith("mapping")) | .bytes ] |
			(map(.["2M"]) | add) as $large | (map(add) | add) as $all |
			$all >= 48 * 1048576 and $large >= 0.5 * $all' tried.json
	done
}
