# SPDX-License-Identifier: GPL-2.0-only
#
# Two NUMA nodes: where a cpuset or a memory policy puts memory it gets the sizes that are
# free there, wherever the CPU is. Needs a machine of its own: vm/run --memory 768M --nodes 2 -- tests/vm/run
# numa.bats. Takes about a minute, with the boot.

load helpers

fragment=/usr/lib/ebpfmm/bench/fragment

setup()
{
	sysfs madvise madvise
	rm -rf $profiles
	profile used $tests/fault '[ {
		"anchor": { "mapping": { "min_size": "4M" } },
		"benefit_ns": { "64K": 900, "2M": 60000 }, "touched": 1 } ]'
	proactive=$(</proc/sys/vm/compaction_proactiveness)
	echo 0 >/proc/sys/vm/compaction_proactiveness
	new_cgroup
	pieces=$(mktemp -d /sys/fs/cgroup/pieces.XXXXXX)
	echo 0 >"$pieces/cpuset.mems"
	echo 3 >/proc/sys/vm/drop_caches
	echo 1 >/proc/sys/vm/compact_memory
}

teardown()
{
	[ -z "${pid-}" ] || finish "$pid"
	ebpfmm detach --cgroup "$cgroup" || true
	remove_cgroup "$cgroup"
	remove_cgroup "$pieces"
	echo "$proactive" >/proc/sys/vm/compaction_proactiveness
	ebpfmm gc
	nothing_left
}

# in_pieces: node 0 has no free block of 2M.
in_pieces()
{
	local other
	# fragment(1) counts what is free on the whole machine.
	other=$(awk '/MemFree/ { print int($4 / 1024) }' /sys/devices/system/node/node1/meminfo)
	mkfifo "$BATS_TEST_TMPDIR/pieces"
	within "$pieces" $fragment 0 100 $((other + 64)) 16 >"$BATS_TEST_TMPDIR/pieces" 3>&- &
	read -r line <"$BATS_TEST_TMPDIR/pieces"
	echo "fragment: $line"
	[[ $line == ready* ]]
	# What was left to it has some blocks of 2M: they are taken, too.
	ready within "$pieces" $tests/fault --size 96M --advice hugepage
	cat /proc/buddyinfo
}

# got NODE CPU [COMMAND…]: bytes by page size that 16M get with the memory on that node
# and the thread on that CPU, whose node has its number, as JSON; they are there.
got()
{
	local node=$1 pages
	echo "$1" >"$cgroup/cpuset.mems"
	echo "$2" >"$cgroup/cpuset.cpus"
	shift 2
	pages=$(within "$cgroup" "$@" $tests/fault --size 16M \
		sh -c 'tee "$BATS_TEST_TMPDIR/range" | pagesizes --json "$FAULT_PID" -
			cat "/proc/$FAULT_PID/numa_maps" >"$BATS_TEST_TMPDIR/numa"')
	[ "$node" = 0-1 ] ||
		grep -q " anon=4[0-9]* .*N$node=4" "$BATS_TEST_TMPDIR/numa" || return
	jq -c '.[0].bytes' <<<"$pages"
}

# all_large JSON, small JSON: most of 16M are in 2M; most in 64K, but for blocks that
# kcompactd made meanwhile.
all_large()
{
	jq -e '.["2M"] == 16 * 1048576' <<<"$1"
}

small()
{
	jq -e '.["64K"] >= 8 * 1048576' <<<"$1"
}

@test "each node's own free memory decides, with one policy for both" {
	in_pieces
	ebpfmm attach --cgroup "$cgroup" $profiles/used.json
	for cpu in 0 1; do
		far=$(got 1 $cpu)
		near=$(got 0 $cpu)
		echo "CPU $cpu: node 1: $far; node 0: $near"
		all_large "$far"
		small "$near"
	done
}

@test "so it is where a memory policy says where" {
	in_pieces
	ebpfmm attach --cgroup "$cgroup" $profiles/used.json
	far=$(got 0-1 0 numactl --membind=1)
	near=$(got 0-1 1 numactl --membind=0)
	both=$(got 0-1 0 numactl --interleave=0,1)
	echo "node 1: $far; node 0: $near; in turn: $both"
	all_large "$far"
	small "$near"
	jq -e '.["2M"] >= 8 * 1048576 and .["64K"] >= 4 * 1048576' <<<"$both"
}

@test "pages keep their sizes when a container's memory is moved to another node" {
	ebpfmm attach --cgroup "$cgroup" $profiles/used.json
	echo 0 >"$cgroup/cpuset.mems"
	echo 0 >"$cgroup/cpuset.cpus"
	cat /proc/buddyinfo
	ready within "$cgroup" $tests/fault --size 16M
	grep -q " anon=4[0-9]* .*N0=4" "/proc/$pid/numa_maps"
	before=$(ebpfmm stats --json "$cgroup" | jq -c '.[0].decisions')
	# It returns when they were moved.
	echo 1 >"$cgroup/cpuset.mems"
	cat "/proc/$pid/numa_maps"
	grep -q " anon=4[0-9]* .*N1=4" "/proc/$pid/numa_maps"
	pages=$(pagesizes --json "$pid" "$BATS_TEST_TMPDIR/ready")
	all_in 2M "$pages"
	# Nobody decided anew.
	[ "$(ebpfmm stats --json "$cgroup" | jq -c '.[0].decisions')" = "$before" ]
}
