# SPDX-License-Identifier: GPL-2.0-only
#
# Memory that is there already: what khugepaged and MADV_COLLAPSE make of it.
# khugepaged asks the policy, which can only object.
#
# Beside each process with a policy, "governed", there is one whose memory was
# the same until its policy was taken away, "control".

load helpers

khugepaged=$thp/khugepaged

setup()
{
	sysfs always
	new_cgroup
	mkdir "$cgroup/governed" "$cgroup/control"
	rm -rf $profiles
	fault_profile large '{ "2M": 60000 }'
	fault_profile medium '{ "64K": 900 }'
	fault_profile small '{}'
	# All memory in one go.
	echo 10000000 >$khugepaged/pages_to_scan
	declare -gA process=()
}

teardown()
{
	no_efforts
	no_entries
	echo 4096 >$khugepaged/pages_to_scan
	echo 10000 >$khugepaged/scan_sleep_millisecs
	remove_cgroup "$cgroup"
	ebpfmm gc
	nothing_left
}

# attach CGROUP PROFILE: below the test's own.
attach()
{
	ebpfmm attach --cgroup "$cgroup/$1" "$profiles/$2.json"
}

# start CGROUP [OPTION…]: fault(1) there, in the background. khugepaged only
# looks at processes that had a page of 2M or could have had one.
start()
{
	local name=$1
	shift
	start_unknown "$name" --known "$@"
}

# start_unknown CGROUP [OPTION…]: the same, without such a page.
start_unknown()
{
	local name=$1
	shift
	ready within "$cgroup/$name" $tests/fault "$@"
	process[$name]=$pid
	mv "$BATS_TEST_TMPDIR/ready" "$BATS_TEST_TMPDIR/$name.range"
}

# start_both PROFILE [OPTION…]: governed and control; only then is the policy of
# the control taken away.
start_both()
{
	local profile=$1
	shift
	attach governed "$profile"
	attach control "$profile"
	start governed "$@"
	start control "$@"
	[ "$(sizes_of control)" = "$(sizes_of governed)" ]
	ebpfmm detach --cgroup "$cgroup/control"
}

# memory CGROUP: of the process there, by page size.
memory()
{
	pagesizes --json "${process[$1]}" "$BATS_TEST_TMPDIR/$1.range"
}

# sizes_of CGROUP: the same, without the addresses.
sizes_of()
{
	memory "$1" | jq -c .[0].bytes
}

# entries SIZE: how often page faults in a mapping of that size bring the process to
# khugepaged's attention, in $entries. mmap() does so, too, if sysfs allows it by then.
entries()
{
	sysfs madvise
	start_unknown governed --size "$1" --hold
	sysfs always
	echo __khugepaged_enter >$tracing/set_ftrace_filter
	echo function >$tracing/current_tracer
	kill -USR1 "$pid"
	until all_in 4K "$(memory governed)" 2>/dev/null; do kill -0 "$pid"; done
	entries=$(grep -cE -- "-$pid +\[.*__khugepaged_enter" $tracing/trace) || true
}

# no_entries: for teardown().
no_entries()
{
	echo nop >$tracing/current_tracer
	: >$tracing/set_ftrace_filter
}

# scan: let khugepaged look once, from the beginning to the end, at all memory.
scan()
{
	local first now
	read -r first <$khugepaged/full_scans
	echo 0 >$khugepaged/scan_sleep_millisecs
	# The first one may have been past some of it.
	until read -r now <$khugepaged/full_scans && ((now >= first + 2)); do
		:
	done
	echo 1000000000 >$khugepaged/scan_sleep_millisecs
	# It goes on until then; what is changed now it would see.
	until [[ $(</proc/$(pgrep -x khugepaged)/wchan) == khugepaged* ]]; do
		:
	done
}

# scan_until CGROUP: until it has collapsed all of the memory there.
scan_until()
{
	local tries
	for ((tries = 0; tries < 20; tries++)); do
		scan
		all_in 2M "$(memory "$1")" 2>/dev/null && return
	done
	all_in 2M "$(memory "$1")"
}

# asked CONDITION: did the policy say that of each block of 2M that khugepaged
# asked about, and was it asked about each of them?
asked()
{
	local name start end
	read -r name start end _ <"$BATS_TEST_TMPDIR/governed.range"
	watched
	jq -es --argjson first "$((start))" --argjson end "$((end))" '
		def hex: explode | reduce .[2:][] as $c (0; . * 16 +
			if $c > 96 then $c - 87 else $c - 48 end);
		map(select(.asked == "collapse")) |
		length > 0 and all('"$1"') and
		(map(.address | hex) | unique) == [range($first; $end; 2097152)]
		' "$trace" >/dev/null && return
	tail -n 20 "$trace" >&2
	return 1
}

@test "khugepaged leaves a region of 4K alone, and collapses its neighbour" {
	start_both small
	all_in 4K "$(memory governed)"
	watch "$cgroup/governed"
	scan_until control
	all_in 4K "$(memory governed)"
	asked '.orders == [] and .size == "4K"'
}

@test "khugepaged leaves a region alone whose best size is 64K" {
	start_both medium
	all_in 64K "$(memory governed)"
	watch "$cgroup/governed"
	scan_until control
	all_in 64K "$(memory governed)"
	asked '.orders == ["64K"] and .size == "64K"'
}

# On offer is 2M only: it would be the best of that.
@test "khugepaged leaves a region alone where 64K is better than 2M" {
	fault_profile better '{ "64K": 4000000000, "2M": 1 }'
	start_both medium
	attach governed better
	watch "$cgroup/governed"
	scan_until control
	all_in 64K "$(memory governed)"
	asked '.orders | index("2M") | not'
}

@test "khugepaged leaves a region of 4K alone that asks for more" {
	sysfs madvise
	start_both small --advice hugepage
	scan_until control
	all_in 4K "$(memory governed)"
}

@test "khugepaged collapses a region whose best size is 2M" {
	start_both small
	scan_until control
	all_in 4K "$(memory governed)"
	attach governed large
	watch "$cgroup/governed"
	scan_until governed
	asked '.orders == ["2M"] and .size == "2M"'
}

@test "a policy cannot make khugepaged collapse what sysfs does not allow" {
	sysfs madvise
	start_both small
	mkdir "$cgroup/advised"
	attach advised small
	start advised --advice hugepage
	attach governed large
	attach advised large
	scan_until advised
	all_in 4K "$(memory governed)"
	all_in 4K "$(memory control)"
}

@test "a policy above keeps khugepaged from what the nearest one allows" {
	start_both small
	mkdir "$cgroup.other"
	echo "${process[control]}" >"$cgroup.other/cgroup.procs"
	attach . small
	attach governed large
	scan_until control
	all_in 4K "$(memory governed)"
	ebpfmm detach --cgroup "$cgroup"
	scan_until governed
	remove_cgroup "$cgroup.other"
}

@test "khugepaged may not wait for a block where one is at hand" {
	fault_profile precious '{ "2M": 4000000000 }'
	attach governed small
	start governed
	attach governed precious
	count_efforts 9 khugepaged
	scan_until governed
	counted_efforts
	((light > 0 && hard == 0))
	# The kernel alone would wait.
	attach control small
	start control
	ebpfmm detach --cgroup "$cgroup/control"
	count_efforts 9 khugepaged
	scan_until control
	counted_efforts
	((light == 0 && hard > 0))
}

# A region of 4K that covers two blocks of 2M in full and two by half; the
# kernel decides alone of the rest of the 12M.
@test "neither a fault nor khugepaged reaches into a region from outside" {
	profile within $tests/fault '[
		{ "anchor": { "mapping": { "min_size": "4M" } },
		  "offset": "1M", "length": "6M", "benefit_ns": {} } ]'
	start_both small --size 12M
	attach governed within
	scan_until control
	run -0 sizes_of governed
	jq -e '.["2M"] == 4 * 1048576 and .["4K"] == 8 * 1048576' <<<"$output"
	run -0 pages "$cgroup/governed" --size 12M
	jq -e '.[0].bytes["2M"] == 4 * 1048576' <<<"$output"
}

# The first fault is far from the region, the third one in the block at its edge.
@test "an earlier answer does not let a fault reach into a region" {
	profile within $tests/fault '[
		{ "anchor": { "mapping": { "min_size": "4M" } },
		  "offset": "5M", "length": "2M", "benefit_ns": {} } ]'
	attach governed within
	run -0 pages "$cgroup/governed" --size 12M
	jq -e '.[0].bytes["2M"] == 8 * 1048576' <<<"$output"
}

@test "MADV_COLLAPSE is the owner's own wish" {
	daemon=$(pgrep -x khugepaged)
	attach governed small
	watch "$cgroup/governed"
	all_in 2M "$(pages "$cgroup/governed" --collapse)"
	sysfs never never never
	all_in 4K "$(pages "$cgroup/governed")"
	all_in 2M "$(pages "$cgroup/governed" --collapse)"
	watched
	# khugepaged may have come by.
	jq -es --argjson daemon "$daemon" 'length > 0 and
		all(.asked == "fault" or .pid == $daemon)' "$trace"
}

@test "MADV_COLLAPSE obeys MADV_NOHUGEPAGE and PR_SET_THP_DISABLE" {
	attach governed large
	run ! pages "$cgroup/governed" --collapse --advice nohugepage
	[[ $output == *'madvise: Invalid argument'* ]]
	run ! pages "$cgroup/governed" --collapse --disable
	[[ $output == *'madvise: Invalid argument'* ]]
}

@test "mappings without room for 2M do not bring a process to khugepaged's attention" {
	profile never $tests/fault '[]' '{ "benefit_ns": {} }'
	attach governed never
	entries 1M
	# It was asked, and refused.
	ebpfmm stats --json "$cgroup/governed" | jq -e '.[0].decisions["4K"] > 0'
	[ "$entries" = 0 ]
	# One with room does, or this would tell nothing.
	entries 2M
	[ "$entries" = 1 ]
}

@test "what a policy refuses takes no turns of khugepaged from others" {
	# At the rates that the kernel begins with. The first process has one page in each
	# of 512 blocks, and khugepaged comes to it first.
	echo 4096 >$khugepaged/pages_to_scan
	attach governed small
	attach control small
	start governed --size 1024M --stride 2M
	start control --size 4M
	# Once its policy is gone, khugepaged may come by at any time.
	all_in 4K "$(memory control)"
	ebpfmm detach --cgroup "$cgroup/control"
	begun=$(cut -d. -f1 /proc/uptime)
	echo 10000 >$khugepaged/scan_sleep_millisecs
	until all_in 2M "$(memory control)" 2>/dev/null; do :; done
	took=$(($(cut -d. -f1 /proc/uptime) - begun))
	echo "took $took s"
	# To look at all blocks of the first one would take 64 times ten seconds.
	((took * 4 < 640))
}
