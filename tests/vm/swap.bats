# SPDX-License-Identifier: GPL-2.0-only
#
# Memory that comes back from swap. The kernel brings it back in larger pages only
# from a device like zram, and if sysfs "always" or MADV_HUGEPAGE lets it; then it
# asks the policy, which can only object.

load helpers

setup()
{
	sysfs madvise always
	new_cgroup
	rm -rf $profiles
	fault_profile large '{ "2M": 60000 }'
	fault_profile medium '{ "64K": 900 }'
	fault_profile small '{}'
	echo 64M >/sys/block/zram0/disksize
	mkswap /dev/zram0
	swapon /dev/zram0
}

teardown()
{
	no_efforts
	echo madvise >$thp/defrag
	remove_cgroup "$cgroup"
	swapoff /dev/zram0
	echo 1 >/sys/block/zram0/reset
	ebpfmm gc
	nothing_left
}

attach()
{
	ebpfmm attach --cgroup "$cgroup" "$profiles/$1.json"
}

# swapped [COMMAND]: touch memory, have it swapped out, run COMMAND, touch it
# again; how it is backed then is in $memory. All of it was out.
swapped()
{
	memory=$(pages "$cgroup" --pageout --meanwhile \
		"cat $cgroup/memory.swap.current >$BATS_TEST_TMPDIR/out
		{ ${1-:}; } >&2")
	[ "$(<"$BATS_TEST_TMPDIR/out")" = $((8 << 20)) ]
}

# asked CONDITION: was the policy asked about swap-in, and is that true of each
# of these questions?
asked()
{
	watched
	jq -es 'map(select(.asked == "swapin")) |
		length > 0 and all('"$1"')' "$trace" >/dev/null && return
	tail -n 20 "$trace" >&2
	return 1
}

@test "without a policy memory comes back from swap as sysfs lets it" {
	swapped
	all_in 64K "$memory"
}

@test "memory comes back in the size that the policy names" {
	attach medium
	watch "$cgroup"
	swapped
	all_in 64K "$memory"
	asked '.orders == ["64K"] and .admissible == ["64K"]'
}

@test "memory comes back in 4K if the policy now says so" {
	attach medium
	watch "$cgroup"
	swapped "ebpfmm attach --cgroup $cgroup $profiles/small.json"
	all_in 4K "$memory"
	asked '.orders == [] and .admissible == ["64K"]'
}

@test "memory comes back in 4K if what the policy names is not on offer" {
	attach medium
	watch "$cgroup"
	swapped "ebpfmm attach --cgroup $cgroup $profiles/large.json"
	all_in 4K "$memory"
	asked '.orders == []'
}

@test "a policy cannot make memory come back larger than sysfs lets it" {
	attach medium
	watch "$cgroup"
	swapped "echo madvise >$thp/hugepages-64kB/enabled"
	all_in 4K "$memory"
	watched
	jq -es 'length > 0 and all(.asked == "fault")' "$trace"
}

# efforts [COMMAND]: how pages of 64K are allocated that come back from swap, in
# $light and $hard; COMMAND is run before they do.
efforts()
{
	count_efforts 4 fault
	swapped "${1-:}; : >$tracing/trace"
	counted_efforts
	all_in 64K "$memory"
	((light + hard == 8 << 4))
}

@test "nothing may be waited for at swap-in where a block is at hand" {
	fault_profile precious '{ "64K": 100000000 }'
	echo always >$thp/defrag
	attach precious
	efforts
	[ "$hard" = 0 ]
	# The kernel alone would wait.
	efforts "ebpfmm detach --cgroup $cgroup"
	[ "$light" = 0 ]
}
