# SPDX-License-Identifier: GPL-2.0-only
#
# That what a free block costs is weighed: whether one is at hand, or has to be
# made by compaction. For a machine of 1 GiB, whose free memory can be cut into
# pieces quickly (bench/fragment.c): vm/run --memory 1G -- tests/vm/run supply.bats

load helpers

fragment=/usr/lib/ebpfmm/bench/fragment

setup()
{
	sysfs madvise madvise
	new_cgroup
	rm -rf $profiles
	proactive=$(</proc/sys/vm/compaction_proactiveness)
	# Nobody is to make blocks meanwhile.
	echo 0 >/proc/sys/vm/compaction_proactiveness
	echo 0 >$thp/khugepaged/defrag
	# What is free is not to be in pieces before.
	echo 3 >/proc/sys/vm/drop_caches
	echo 1 >/proc/sys/vm/compact_memory
}

teardown()
{
	[ -z "${hog-}" ] || finish "$hog"
	[ -z "${pid-}" ] || finish "$pid"
	no_efforts
	ebpfmm detach --cgroup "$cgroup" || true
	remove_cgroup "$cgroup"
	echo madvise >$thp/defrag
	echo 1 >$thp/khugepaged/defrag
	echo "$proactive" >/proc/sys/vm/compaction_proactiveness
	ebpfmm gc
	nothing_left
}

# in_pieces PINNED RUN: nothing is free but runs of pages, PINNED of a hundred 2M
# blocks cannot be emptied.
in_pieces()
{
	mkfifo "$BATS_TEST_TMPDIR/pieces"
	$fragment 0 "$1" 96 "$2" >"$BATS_TEST_TMPDIR/pieces" 3>&- &
	hog=$!
	read -r line <"$BATS_TEST_TMPDIR/pieces"
	echo "fragment: $line"
	[[ $line == ready* ]]
	# What was left to it has some blocks of 2M: they are taken, too.
	echo never >$thp/defrag
	sysfs madvise never
	ready $tests/fault --size 160M --advice hugepage
	sysfs madvise madvise
	cat /proc/buddyinfo
}

# use BENEFIT: attach a profile for fault(1), all of whose memory is touched.
use()
{
	profile used $tests/fault '[ {
		"anchor": { "mapping": { "min_size": "4M" } },
		"benefit_ns": '"$1"', "touched": 1 } ]'
	ebpfmm attach --cgroup "$cgroup" $profiles/used.json
}

# mostly_got SIZE: but for blocks that somebody freed meanwhile, or that kcompactd
# made for somebody else.
mostly_got()
{
	jq -e --arg size "$1" '.[0].bytes[$size] >= 16 * 1048576' <<<"$got"
}

# How often somebody compacted or reclaimed to get a page.
stalls()
{
	awk '/^(compact_stall|allocstall)/ { n += $2 } END { print n }' /proc/vmstat
}

# touch_advised: 32M of memory that asks for large pages; what it got is in $got,
# and in $stalled how often somebody had to wait for a page. Why waiting was in vain
# is in the counters.
touch_advised()
{
	local before
	before=$(stalls)
	got=$(pages "$cgroup" --size 32M --advice hugepage)
	stalled=$(($(stalls) - before))
	grep -E '^(compact|pgmigrate|allocstall|thp_fault)_' /proc/vmstat | xargs
	echo "stalls: $stalled; $(jq -c '.[0].bytes' <<<"$got")"
}

@test "where no block of 2M is free the next best size is used, without compaction" {
	in_pieces 100 16
	echo always >$thp/defrag
	use '{ "64K": 900, "2M": 60000 }'
	touch_advised
	mostly_got 64K
	[ $stalled = 0 ]
	# It was the supply, and evidence says so.
	ebpfmm stats --json "$cgroup" | tee "$BATS_TEST_TMPDIR/stats" |
		jq -e '[.. | objects | .supply? // empty | numbers] | any(. > 0)' ||
		{ cat "$BATS_TEST_TMPDIR/stats"; false; }
	# The kernel alone does wait for it.
	ebpfmm detach --cgroup "$cgroup"
	touch_advised
	((stalled > 0))
}

@test "a page that repays compaction may compact, if sysfs lets it" {
	in_pieces 0 1
	echo always >$thp/defrag
	use '{ "2M": 60000 }'
	touch_advised
	mostly_got 4K
	[ $stalled = 0 ]

	use '{ "2M": 10000000 }'
	echo never >$thp/defrag
	touch_advised
	mostly_got 4K
	[ $stalled = 0 ]

	echo madvise >$thp/defrag
	# Blocks that compaction emptied in vain before are marked, and it tries less and
	# less often; after 64 tries left out it forgets the marks (mm/compaction.c,
	# compaction_restarting()). Each touch is 32 tries, two a fault.
	for ((touches = 1; touches <= 8; touches++)); do
		touch_advised
		((stalled > 0))
		! jq -e '.[0].bytes["2M"] > 0' <<<"$got" || break
	done
	((touches <= 8))
}

# efforts: how blocks of 2M are allocated when fault(1) touches 32M of memory that
# asks for them, in $light and $hard.
efforts()
{
	count_efforts 9 fault
	touch_advised
	counted_efforts
	# What was touched is there in either way.
	((light + hard >= 14))
}

@test "nothing may be waited for where a block is at hand, however much it is worth" {
	echo always >$thp/defrag
	use '{ "2M": 10000000 }'
	efforts
	[ "$hard" = 0 ]
	# The kernel alone would wait.
	ebpfmm detach --cgroup "$cgroup"
	efforts
	[ "$light" = 0 ]
}
