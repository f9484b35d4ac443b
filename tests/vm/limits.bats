# SPDX-License-Identifier: GPL-2.0-only
#
# That a cgroup has no more memory in pages of a size than its profile allows.

load helpers

M=$((1 << 20))

setup()
{
	sysfs madvise madvise
	new_cgroup
	rm -rf $profiles
	profile both $tests/fault '[ {
		"anchor": { "mapping": { "min_size": "4M" } },
		"benefit_ns": { "64K": 900, "2M": 60000 } } ]'
	started=()
}

teardown()
{
	for pid in "${started[@]}"; do
		finish "$pid"
	done
	remove_cgroup "$cgroup"
	ebpfmm gc
	nothing_left
}

# limit CGROUP LIMITS: attach the profile with limits.
limit()
{
	jq --argjson limits "$2" '.limits = $limits' $profiles/both.json \
		>"$BATS_TEST_TMPDIR/limited.json"
	ebpfmm attach --cgroup "$1" "$BATS_TEST_TMPDIR/limited.json"
}

# large CGROUP: bytes that it has in 2M pages.
large()
{
	awk '$1 == "anon_thp" { print $2 }' "$1/memory.stat"
}

# start CGROUP OPTION…: fault(1) in the background.
start()
{
	within "$1" $tests/fault "${@:2}" >/dev/null 3>&- &
	started+=($!)
}

# grown CGROUP BYTES: wait until the cgroup has so much; the most that it had in
# 2M pages meanwhile is in $most.
grown()
{
	local now
	most=0
	while now=$(large "$1") && [ "$(<"$1/memory.current")" -lt "$2" ]; do
		((most >= now)) || most=$now
	done
	now=$(large "$1")
	((most >= now)) || most=$now
}

# at_limit CGROUP BYTES: is it there, and was it never past it?
at_limit()
{
	local now
	now=$(large "$1")
	echo "limit $2, now $now, at most $most"
	((now == $2 && most <= $2))
}

@test "processes and threads together stay within the limit, and reach it" {
	limit "$cgroup" '{ "2M": "40M" }'
	start "$cgroup" --size 32M --threads 4
	start "$cgroup" --size 32M --threads 2
	start "$cgroup" --size 32M
	grown "$cgroup" $((96 * M))
	at_limit "$cgroup" $((40 * M))

	# What ends makes room.
	for pid in "${started[@]}"; do
		finish "$pid"
	done
	started=()
	all_in 2M "$(pages "$cgroup" --size 32M)"
}

@test "limits of a slice hold for all tenants below it together" {
	echo '{ "version": 1, "name": "slice", "limits": { "2M": "20M" } }' \
		>$profiles/slice.json
	echo +memory >"$cgroup/cgroup.subtree_control"
	mkdir "$cgroup/a" "$cgroup/b"
	ebpfmm attach --cgroup "$cgroup" $profiles/slice.json
	ebpfmm attach --cgroup "$cgroup/a" $profiles/both.json
	# This one asks the kernel by itself.
	start "$cgroup/a" --size 16M
	grown "$cgroup/a" $((16 * M))
	start "$cgroup/b" --size 16M --advice hugepage
	grown "$cgroup" $((32 * M))
	at_limit "$cgroup" $((20 * M))
	[ "$(large "$cgroup/b")" = $((4 * M)) ]
}

@test "a limit of 64K pages" {
	limit "$cgroup" '{ "64K": "1M", "2M": 0 }'
	run -0 pages "$cgroup" --size 4M
	jq -e '.[0].bytes | .["64K"] == 1048576 and .["2M"] == 0 and
		.["4K"] == 3 * 1048576' <<<"$output"
}
