# SPDX-License-Identifier: GPL-2.0-only
#
# That a policy whose profile promises too much does not make a tenant reclaim
# memory, or be killed, who would not have been without it.

load helpers

setup()
{
	sysfs madvise madvise
	rm -rf $profiles
	fault_profile huge '{ "2M": 4000000000 }'
}

teardown()
{
	remove_cgroup "$cgroup"
	ebpfmm gc
	nothing_left
}

# trouble: what the cgroup suffered: one name and number in each line.
trouble()
{
	grep -E '^(high|max|oom|oom_kill) ' "$cgroup/memory.events"
	grep -E '^(pgscan|pgsteal|workingset_refault_anon) ' \
		"$cgroup/memory.stat"
}

# sparsely FILE [PROFILE]: touch a page in each 2M of 512M, in a cgroup with 64M
# by FILE; what it suffered is in $suffered.
sparsely()
{
	new_cgroup
	echo 64M >"$cgroup/$1"
	[ -z "${2-}" ] || ebpfmm attach --cgroup "$cgroup" "$2"
	within "$cgroup" $tests/fault --size 512M --stride 2M --quit
	suffered=$(trouble | sort)
}

# no_more FILE: is nothing larger with a policy than without?
no_more()
{
	local without
	sparsely "$1"
	without=$suffered
	remove_cgroup "$cgroup"
	sparsely "$1" $profiles/huge.json
	join <(echo "$without") <(echo "$suffered") >"$BATS_TEST_TMPDIR/both"
	cat "$BATS_TEST_TMPDIR/both"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/both")" = 7 ]
	awk '$3 > $2 { exit 1 }' "$BATS_TEST_TMPDIR/both"
	# It did make large pages, as far as that does no harm.
	[ "$(awk '$1 == "thp_fault_alloc" { print $2 }' \
		"$cgroup/memory.stat")" -ge 8 ]
}

@test "sparse memory under memory.high suffers no more than without a policy" {
	no_more memory.high
}

@test "sparse memory under memory.max suffers no more than without a policy" {
	no_more memory.max
}
