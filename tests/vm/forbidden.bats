# SPDX-License-Identifier: GPL-2.0-only
#
# Who forbids a page size that a profile names, as explain and stats tell it. In the virtual
# machine, because the policy answers; half a minute.

load helpers

setup()
{
	sysfs madvise madvise
	rm -rf $profiles
	new_cgroup
	profile named $tests/fault '[ { "anchor": { "mapping": { "name": "large" } },
		"benefit_ns": { "64K": 900, "2M": 60000 } } ]'
}

teardown()
{
	remove_cgroup "$cgroup"
	echo never >$thp/hugepages-16kB/enabled
	ebpfmm gc
	nothing_left
}

# start: where the memory of the program in the background starts.
start()
{
	awk '{ print $2 }' "$BATS_TEST_TMPDIR/ready"
}

# touched: the size of most of that memory's pages.
touched()
{
	pagesizes --json "$pid" - <"$BATS_TEST_TMPDIR/ready" |
		jq -r '.[0].bytes | to_entries | max_by(.value).key'
}

# explained: as JSON, of the program in the background.
explained()
{
	ebpfmm explain --json "$cgroup" "$pid" "$(start)"
}

@test "explain and stats: who forbids a size" {
	local file=/sys/kernel/mm/transparent_hugepage/hugepages-2048kB/enabled
	ebpfmm attach --cgroup "$cgroup" $profiles/named.json
	sysfs madvise madvise never
	ready within "$cgroup" $tests/fault --name large --disable
	explained |
		jq -e '.forbidden == { sysfs: ["2M"], prctl: ["64K", "2M"] }'
	ebpfmm explain "$cgroup" "$pid" "$(start)" >"$BATS_TEST_TMPDIR/said"
	cat "$BATS_TEST_TMPDIR/said"
	grep -x "forbidden 2M by sysfs: $file is \"never\"" "$BATS_TEST_TMPDIR/said"
	grep "^forbidden 64K 2M by process $pid: PR_SET_THP_DISABLE" "$BATS_TEST_TMPDIR/said"
	ebpfmm stats --json "$cgroup" | jq -e '.[0].forbidden == { sysfs: ["2M"], prctl_processes: 1 }'
	ebpfmm stats "$cgroup" | grep '^forbidden in 1 of 1 processes: PR_SET_THP_DISABLE'
	finish "$pid"
	sysfs madvise madvise inherit
	while read -r want options; do
		# shellcheck disable=SC2086
		ready within "$cgroup" $tests/fault --name large $options
		explained | jq -e --argjson want "$want" '.forbidden == $want'
		finish "$pid"
	done <<-'E'
		{"madvise":["64K","2M"]} --advice nohugepage
		{"mapping":["2M"]} --size 1M
	E
	ebpfmm stats --json "$cgroup" | jq -e '.[0].forbidden == { sysfs: [], prctl_processes: 0 }'
}

# size: the page size that the program in the background has.
size()
{
	pagesizes --json "$pid" - <"$BATS_TEST_TMPDIR/ready" |
		jq -r '.[0].bytes | to_entries | max_by(.value).key'
}

@test "explain: what policies of cgroups above take away, and decide" {
	local child="$cgroup/middle/child" middle="$cgroup/middle"
	profile first $tests/fault '[ { "anchor": { "mapping": { "name": "large" } },
		"benefit_ns": { "16K": 300, "64K": 900, "2M": 60000 } } ]'
	profile other $tests/planted '[]' '{ "benefit_ns": { "2M": 60000 } }'
	profile small $tests/fault '[ { "anchor": { "mapping": { "name": "large" } },
		"benefit_ns": { "16K": 300 } } ]'
	echo '{ "version": 1, "name": "limited", "limits": { "2M": "4K" } }' >$profiles/limited.json
	echo inherit >$thp/hugepages-16kB/enabled
	mkdir -p "$child"
	# Of each cgroup, from below, a profile or -; what is said of those above the lowest; and
	# the size of the pages.
	while read -r lowest between top said size; do
		[ "$lowest" = - ] || ebpfmm attach --cgroup "$child" "$profiles/$lowest.json"
		[ "$between" = - ] || ebpfmm attach --cgroup "$middle" "$profiles/$between.json"
		[ "$top" = - ] || ebpfmm attach --cgroup "$cgroup" "$profiles/$top.json"
		ready within "$child" $tests/fault --name large
		ebpfmm explain "$child" "$pid" "$(start)"
		ebpfmm explain --json "$child" "$pid" "$(start)" >"$BATS_TEST_TMPDIR/said"
		jq -c .above "$BATS_TEST_TMPDIR/said"
		jq -e --argjson said "$said" --arg middle "$middle" --arg cgroup "$cgroup" '
			(has("above_error") | not) and .above == ($said | map(.cgroup |= { middle: $middle, top: $cgroup }[.]))' \
			"$BATS_TEST_TMPDIR/said"
		[ "$(touched)" = "$size" ]
		finish "$pid"
	done <<-'E'
		first - - [] 2M
		first other small [{"cgroup":"top","profile":"small","forbids":["64K","2M"]}] 16K
		first small small [{"cgroup":"middle","profile":"small","forbids":["64K","2M"]}] 16K
		first limited small [{"cgroup":"middle","profile":"limited","forbids":["2M"]},{"cgroup":"top","profile":"small","forbids":["64K"]}] 16K
		other limited small [{"cgroup":"middle","profile":"limited","forbids":["2M"]},{"cgroup":"top","profile":"small","decides":["16K"]}] 16K
		limited small first [{"cgroup":"middle","profile":"small","decides":["16K"]}] 16K
	E
}

@test "explain: policies above, in words, and by another path of the hierarchy" {
	local mount=$BATS_TEST_TMPDIR/mount said=$BATS_TEST_TMPDIR/words
	profile small $tests/fault '[ { "anchor": { "mapping": { "name": "large" } },
		"benefit_ns": { "64K": 900 } } ]'
	profile other $tests/planted '[]' '{ "benefit_ns": { "2M": 60000 } }'
	mkdir "$cgroup/child" "$mount"
	ebpfmm attach --cgroup "$cgroup" $profiles/small.json
	ebpfmm attach --cgroup "$cgroup/child" $profiles/named.json
	ready within "$cgroup/child" $tests/fault --name large
	mount -t cgroup2 none "$mount"
	ebpfmm explain "$mount/${cgroup##*/}/child" "$pid" "$(start)" >"$said"
	umount "$mount"
	cat "$said"
	grep -x "forbidden 2M by the policy of $cgroup, profile small" "$said"
	ebpfmm attach --cgroup "$cgroup/child" $profiles/other.json
	ebpfmm explain "$cgroup/child" "$pid" "$(start)" >"$said"
	grep -x "decided 64K by the policy of $cgroup, profile small" "$said"
	finish "$pid"
}
