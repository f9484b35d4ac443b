# SPDX-License-Identifier: GPL-2.0-only
#
# That what a page costs now is weighed: zeroing and faults. What a size is worth there is worked out in tests/unit/test_decision.c.

load helpers

setup()
{
	sysfs madvise madvise
	new_cgroup
	rm -rf $profiles
}

teardown()
{
	ebpfmm detach --cgroup "$cgroup" || true
	remove_cgroup "$cgroup"
	[ ! -e $pins/costs ] || cost 100 500
	ebpfmm gc
	nothing_left
}

# use BENEFIT [TOUCHED]: attach a profile for fault(1).
use()
{
	profile used $tests/fault '[ {
		"anchor": { "mapping": { "min_size": "4M" } },
		"benefit_ns": '"$1"', "touched": '"${2:-1}"' } ]'
	ebpfmm attach --cgroup "$cgroup" $profiles/used.json
}

# cost ZERO FAULT: what a page is taken to cost, in ns; compaction 2 us for 4K.
cost()
{
	local words=(0 0 "$1" "$2") order value=()
	for order in {0..9}; do
		words+=($((2000 << order)))
	done
	for order in "${words[@]}"; do
		value+=($((order & 255)) $((order >> 8 & 255))
			$((order >> 16 & 255)) $((order >> 24 & 255)))
	done
	bpftool map update pinned $pins/costs key 0 0 0 0 value "${value[@]}"
}

@test "what is hardly touched stays in 4K pages" {
	use '{ "64K": 900, "2M": 50000 }' 0
	all_in 4K "$(pages "$cgroup" --size 4M)"
	use '{ "64K": 900, "2M": 50000 }' 1
	all_in 2M "$(pages "$cgroup" --size 4M)"
	# A sixth: zeroing 2M costs more than it saves, zeroing 64K does not.
	use '{ "64K": 900, "2M": 0 }' 0.166
	all_in 64K "$(pages "$cgroup" --size 4M)"
}

@test "what pages cost can be changed while the policy runs" {
	use '{ "64K": 900 }' 0
	all_in 4K "$(pages "$cgroup" --size 4M)"
	cost 10 500
	all_in 64K "$(pages "$cgroup" --size 4M)"
	cost 100 500
	all_in 4K "$(pages "$cgroup" --size 4M)"
}

@test "an answer of 4K stands for further faults, which are counted" {
	use '{}'
	all_in 4K "$(pages "$cgroup" --size 8M)"
	run -0 ebpfmm stats --json "$cgroup"
	# What the thread still has when it ends is not counted.
	jq -e '[.. | objects | select(has("4K")) | .["4K"]] |
		any(. >= 2048 - 32 and . <= 2048)' <<<"$output"
}
