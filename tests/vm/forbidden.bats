# SPDX-License-Identifier: GPL-2.0-only
#
# Who forbids a page size that a profile names, as explain and stats tell it. In the virtual
# machine, because the policy answers; ten seconds.

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
	ebpfmm gc
	nothing_left
}

# start: where the memory of the program in the background starts.
start()
{
	awk '{ print $2 }' "$BATS_TEST_TMPDIR/ready"
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
