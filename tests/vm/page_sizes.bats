# SPDX-License-Identifier: GPL-2.0-only
#
# Which pages a process gets, as /proc/PID/pagemap and /proc/kpageflags say.

load helpers

setup()
{
	sysfs madvise madvise
	new_cgroup
	rm -rf $profiles
	fault_profile large '{ "64K": 900, "2M": 60000 }'
	fault_profile medium '{ "64K": 900 }'
	fault_profile small '{}'
}

teardown()
{
	remove_cgroup "$cgroup"
	ebpfmm gc
	nothing_left
}

attach()
{
	ebpfmm attach --cgroup "$1" "$profiles/$2.json"
}

@test "without a policy memory that asks for nothing is in 4K pages" {
	all_in 4K "$(pages "$cgroup")"
}

@test "a policy makes 2M pages, and the kernel's other accounts agree" {
	attach "$cgroup" large
	before=$(<$thp/hugepages-2048kB/stats/anon_fault_alloc)
	# shellcheck disable=SC2016
	run -0 within "$cgroup" $tests/fault --size 16M sh -c \
		'pagesizes --json $FAULT_PID - && cat /proc/$FAULT_PID/smaps_rollup'
	all_in 2M "$(sed '/^\]/q' <<<"$output")"
	[ "$(awk '/^AnonHugePages/ { print $2 }' <<<"$output")" = 16384 ]
	after=$(<$thp/hugepages-2048kB/stats/anon_fault_alloc)
	((after - before == 8))
}

@test "a policy makes 64K pages, and the kernel's statistics agree" {
	attach "$cgroup" medium
	before=$(<$thp/hugepages-64kB/stats/anon_fault_alloc)
	all_in 64K "$(pages "$cgroup" --size 8M)"
	after=$(<$thp/hugepages-64kB/stats/anon_fault_alloc)
	((after - before == 128))
}

@test "a policy of 4K only keeps memory small that asks for more" {
	attach "$cgroup" small
	all_in 4K "$(pages "$cgroup" --advice hugepage)"
	sysfs always always
	all_in 4K "$(pages "$cgroup")"
}

@test "without a policy sysfs 'always' and MADV_HUGEPAGE work as ever" {
	all_in 2M "$(pages "$cgroup" --advice hugepage)"
	sysfs always always
	all_in 2M "$(pages "$cgroup")"
}

@test "sysfs 'never' wins" {
	attach "$cgroup" large
	sysfs never inherit
	all_in 4K "$(pages "$cgroup")"
	sysfs madvise never never
	all_in 4K "$(pages "$cgroup")"
}

@test "sysfs 'never' for one size leaves the other" {
	attach "$cgroup" large
	sysfs madvise madvise never
	all_in 64K "$(pages "$cgroup")"
	sysfs madvise never madvise
	all_in 2M "$(pages "$cgroup")"
}

@test "MADV_NOHUGEPAGE wins" {
	attach "$cgroup" large
	all_in 4K "$(pages "$cgroup" --advice nohugepage)"
}

@test "PR_SET_THP_DISABLE wins" {
	attach "$cgroup" large
	all_in 4K "$(pages "$cgroup" --disable)"
}

@test "memory outside every region is left to the kernel" {
	attach "$cgroup" large
	all_in 4K "$(pages "$cgroup" --size 2M)"
	all_in 2M "$(pages "$cgroup" --size 2M --advice hugepage)"
}

@test "the default holds outside every region" {
	profile fallback $tests/fault '[ {
		"anchor": { "mapping": { "min_size": "4M" } },
		"benefit_ns": {} } ]' '{ "benefit_ns": { "64K": 50 } }'
	attach "$cgroup" fallback
	all_in 64K "$(pages "$cgroup" --size 2M)"
	all_in 4K "$(pages "$cgroup" --size 8M)"
}

@test "a program that is in no entry is left alone" {
	profile other $examples/regions '[ {
		"anchor": { "mapping": { "min_size": "4M" } },
		"benefit_ns": { "2M": 60000 } } ]'
	attach "$cgroup" other
	all_in 4K "$(pages "$cgroup")"
}

@test "another cgroup is left alone" {
	attach "$cgroup" large
	mkdir "$cgroup.other"
	all_in 4K "$(pages "$cgroup.other")"
	rmdir "$cgroup.other"
}

@test "mappings are told apart by name, and offsets count from their start" {
	profile named $tests/fault '[
		{ "anchor": { "mapping": { "name": "mine" } },
		  "length": "4M", "benefit_ns": { "2M": 60000 } },
		{ "anchor": { "mapping": { "name": "mine" } },
		  "offset": "4M", "length": "3M", "benefit_ns": { "64K": 900 } } ]'
	attach "$cgroup" named
	run -0 pages "$cgroup" --size 8M --name mine
	jq -e '.[0].bytes | .["2M"] == 4 * 1048576 and
		.["64K"] == 3 * 1048576 and .["4K"] == 1048576' <<<"$output"
	all_in 4K "$(pages "$cgroup" --size 8M --name yours)"
	all_in 4K "$(pages "$cgroup" --size 8M)"
}

@test "a folio lies inside its region: edges are in smaller pages" {
	profile edges $tests/fault '[
		{ "anchor": { "mapping": { "min_size": "4M" } },
		  "offset": "1M", "length": "6M",
		  "benefit_ns": { "64K": 900, "2M": 60000 } } ]'
	attach "$cgroup" edges
	run -0 pages "$cgroup" --size 8M
	jq -e '.[0].bytes | .["2M"] == 4 * 1048576 and
		.["64K"] == 2 * 1048576 and .["4K"] == 2 * 1048576' <<<"$output"
}

@test "heap and stack, wherever they are" {
	profile areas $tests/fault '[
		{ "anchor": { "area": "heap" }, "length": "32M",
		  "benefit_ns": { "64K": 900, "2M": 60000 } },
		{ "anchor": { "area": "stack" }, "length": "4M",
		  "benefit_ns": { "64K": 900 } } ]'
	attach "$cgroup" areas
	mostly_in 2M "$(pages "$cgroup" --heap --size 32M)"
	mostly_in 64K "$(pages "$cgroup" --stack --size 3M)"
}

@test "a process that has forked and not called exec is the same program" {
	attach "$cgroup" large
	all_in 2M "$(pages "$cgroup" --fork)"
}

@test "a program is the same through a symlink and through a bind mount" {
	attach "$cgroup" large
	ln -s $tests/fault "$BATS_TEST_TMPDIR/link"
	FAULT=$BATS_TEST_TMPDIR/link
	all_in 2M "$(pages "$cgroup")"
	touch "$BATS_TEST_TMPDIR/bound"
	mount --bind $tests/fault "$BATS_TEST_TMPDIR/bound"
	FAULT=$BATS_TEST_TMPDIR/bound
	all_in 2M "$(pages "$cgroup")"
	umount "$BATS_TEST_TMPDIR/bound"
}

@test "a copy of a program is another program" {
	attach "$cgroup" large
	cp $tests/fault "$BATS_TEST_TMPDIR/copy"
	FAULT=$BATS_TEST_TMPDIR/copy
	all_in 4K "$(pages "$cgroup")"
}

@test "programs of one profile each have their own answer" {
	cp $tests/fault "$BATS_TEST_TMPDIR/copy"
	jq --arg copy "$BATS_TEST_TMPDIR/copy" '.programs += [ {
		exe: $copy, regions: [], default: { benefit_ns: { "64K": 50 } }
	} ]' $profiles/large.json >$profiles/two.json
	attach "$cgroup" two
	all_in 2M "$(pages "$cgroup")"
	FAULT=$BATS_TEST_TMPDIR/copy
	all_in 64K "$(pages "$cgroup")"
}

# The example, in each of the ways a program can be linked.
each_region()
{
	jq "$1" $examples/regions.json >"$BATS_TEST_TMPDIR/regions.json"
	ebpfmm attach --cgroup "$cgroup" "$BATS_TEST_TMPDIR/regions.json"
	ready within "$cgroup" "$2"
	run -0 pagesizes --json "$pid" "$BATS_TEST_TMPDIR/ready"
	finish "$pid"
	jq -e 'length == 6 and all(.larger == 0 and
		.in_asked >= 0.95 * (.end - .start))' <<<"$output"
}

@test "symbols of a program that is position-independent" {
	each_region . $examples/regions
}

@test "symbols of a program that is not" {
	each_region ".programs[0].exe = \"$tests/regions-fixed\"" \
		$tests/regions-fixed
}

@test "symbols of a static program" {
	each_region ".programs[0].exe = \"$tests/regions-static\"" \
		$tests/regions-static
}

@test "symbols of a static program that is position-independent" {
	each_region ".programs[0].exe = \"$tests/regions-static-pie\"" \
		$tests/regions-static-pie
}

@test "a cgroup below one with a policy has that policy" {
	attach "$cgroup" large
	mkdir -p "$cgroup/a/b"
	all_in 2M "$(pages "$cgroup/a/b")"
}

@test "the nearest policy decides, and those above can only take away" {
	mkdir "$cgroup/a"
	attach "$cgroup" small
	attach "$cgroup/a" large
	all_in 4K "$(pages "$cgroup/a")"
	attach "$cgroup" large
	attach "$cgroup/a" small
	all_in 4K "$(pages "$cgroup/a")"
	attach "$cgroup/a" large
	all_in 2M "$(pages "$cgroup/a")"
}

@test "a policy above that does not know the program takes nothing away" {
	profile other $examples/regions '[ {
		"anchor": { "mapping": { "min_size": "4M" } }, "benefit_ns": {} } ]'
	mkdir "$cgroup/a"
	attach "$cgroup" other
	attach "$cgroup/a" large
	all_in 2M "$(pages "$cgroup/a")"
}

@test "another profile replaces the first, and detach takes it away" {
	attach "$cgroup" large
	attach "$cgroup" medium
	all_in 64K "$(pages "$cgroup")"
	ebpfmm detach --cgroup "$cgroup"
	all_in 4K "$(pages "$cgroup")"
	run ! attached "$cgroup"
	run -1 ebpfmm detach --cgroup "$cgroup"
}

@test "stats counts decisions by order" {
	attach "$cgroup" large
	all_in 2M "$(pages "$cgroup" --size 16M)"
	run -0 ebpfmm stats --json "$cgroup"
	jq -e '[.. | objects | select(has("2M")) | .["2M"]] | any(. >= 8)' \
		<<<"$output"
}

@test "a thousand regions in one profile" {
	jq -n --arg exe $tests/fault '{ version: 1, name: "thousand",
		programs: [ { exe: $exe, regions: [ range(1000) | {
			anchor: { mapping: { name: "many" } },
			offset: (. * 65536), length: 65536,
			benefit_ns: (if . % 2 == 0 then { "64K": 900 } else {} end)
		} ] } ] }' >$profiles/thousand.json
	attach "$cgroup" thousand
	run -0 pages "$cgroup" --name many --size 64M
	jq -e '.[0].bytes | .["64K"] == 500 * 65536' <<<"$output"
}
