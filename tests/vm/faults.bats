# SPDX-License-Identifier: GPL-2.0-only
#
# For the debug kernel alone: the kernel has no memory for what is asked of it.
# Then it is done all the same, or fails with a reason and leaves nothing; and
# nobody else notices.

load helpers

# Attaching makes some hundred allocations, and each try takes a second. Of
# them so many, evenly spread, fail in turn; FAULT_POINTS says how many.
points=${FAULT_POINTS:-5}
inject=/sys/kernel/debug

# fails WHAT KEY VALUE…: parameters of a kind of allocation, see the kernel's
# Documentation/fault-injection.
fails()
{
	local what=$1
	shift
	while [ $# -gt 0 ]; do
		echo "$2" >"$inject/$what/$1"
		shift 2
	done
}

setup()
{
	for what in failslab fail_page_alloc; do
		fails $what verbose 0 task-filter Y ignore-gfp-wait N \
			probability 0 interval 1 times -1
	done
	# Not the pages of programs, who would be asked to fault again.
	fails fail_page_alloc min-order 0 ignore-gfp-highmem Y
	sysfs madvise madvise
	rm -rf $profiles
	fault_profile large '{ "64K": 5000, "2M": 60000 }'
	fault_profile medium '{ "64K": 5000 }'
	ebpfmm load
	new_cgroup
	bystander=$cgroup
	ebpfmm attach --cgroup "$bystander" $profiles/large.json
	new_cgroup
}

teardown()
{
	for what in failslab fail_page_alloc; do
		fails $what probability 0
	done
	[ -z "${pid-}" ] || finish "$pid"
	remove_cgroup "$cgroup"
	remove_cgroup "$bystander"
	ebpfmm gc
	nothing_left
}

# only_bystander: nothing is left but what was there before.
only_bystander()
{
	attached "$bystander"
	[ "$(leftovers | wc -l)" = 3 ] && return
	leftovers >&2
	return 1
}

# failing NTH COMMAND…: run it, and its NTH allocation fails; 0 for none. Its
# status is in $status, what it says on standard error in $stderr, and in
# $left how many allocations it would have taken more.
failing()
{
	local nth=$1
	shift
	[ "$nth" != 0 ] || nth=1000000
	left=
	run --separate-stderr env LD_PRELOAD=$tests/failing.so FAIL_NTH="$nth" \
		FAIL_LEFT="$BATS_TEST_TMPDIR/left" "$@"
	left=$(<"$BATS_TEST_TMPDIR/left")
}

# allocations COMMAND…: how many it makes, in $allocations.
allocations()
{
	failing 0 "$@"
	[ "$status" = 0 ]
	allocations=$((1000000 - left))
	echo "# $allocations allocations: $*" >&3
}

# each_point COUNT CHECK COMMAND…: run COMMAND with one allocation after the
# other failing, COUNT of them, and CHECK after each. What the kernel has at hand
# since the last time it does not allocate again, so the last ones may not come.
each_point()
{
	local count=$1 check=$2 reached=0 nth n
	shift 2
	((count <= allocations)) || count=$allocations
	for ((n = 0; n < count; n++)); do
		nth=$((1 + n * allocations / count))
		failing $nth "$@"
		echo "allocation $nth of $allocations: $status, $stderr"
		if [ "$left" = 0 ]; then
			reached=$((reached + 1))
		else
			[ "$status" = 0 ]
		fi
		if [ "$status" != 0 ]; then
			[ "$status" = 1 ]
			[ "$(grep -c . <<<"$stderr")" = 1 ]
		fi
		$check
	done
	((2 * reached >= count))
}

@test "each allocation of the calls that make up a policy" {
	run -0 fail_each "$cgroup"
	sed 's/^/# /' <<<"$output" >&3
	only_bystander
}

attached_or_nothing()
{
	if [ "$status" = 0 ]; then
		attached "$cgroup"
		stored "$cgroup"
		ebpfmm detach --cgroup "$cgroup"
	fi
	run ! attached "$cgroup"
	run ! stored "$cgroup"
	only_bystander
}

@test "attaching" {
	allocations ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	ebpfmm detach --cgroup "$cgroup"
	each_point "$points" attached_or_nothing \
		ebpfmm attach --cgroup "$cgroup" $profiles/large.json
}

# Old pages are in 2M, new ones in 64K.
replaced_or_not()
{
	attached "$cgroup"
	if [ "$status" = 0 ]; then
		all_in 64K "$(pages "$cgroup" --size 4M)"
		ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	else
		all_in 2M "$(pages "$cgroup" --size 4M)"
	fi
	attached "$bystander"
}

@test "replacing" {
	fault_profile large '{ "2M": 60000 }'
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	allocations ebpfmm attach --cgroup "$cgroup" $profiles/medium.json
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	each_point $((points / 2)) replaced_or_not \
		ebpfmm attach --cgroup "$cgroup" $profiles/medium.json
}

# One that failed can be repeated.
detached_or_again()
{
	if [ "$status" != 0 ]; then
		run ebpfmm detach --cgroup "$cgroup"
		ebpfmm gc
	fi
	run ! attached "$cgroup"
	run ! stored "$cgroup"
	only_bystander
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
}

@test "detaching" {
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	allocations ebpfmm detach --cgroup "$cgroup"
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	each_point $((points / 2)) detached_or_again \
		ebpfmm detach --cgroup "$cgroup"
}

loaded_or_not()
{
	[ "$status" = 0 ] || unloaded
	ebpfmm unload
	unloaded
}

# bats test_tags=long
@test "loading" {
	ebpfmm detach --cgroup "$bystander"
	ebpfmm unload
	allocations ebpfmm load
	ebpfmm unload
	# Fewer, as verifying the policy takes long.
	each_point $((points / 3)) loaded_or_not ebpfmm load
}

# unlucky COMMAND…: become COMMAND, whose allocations fail at random, and those
# of its children. For subshells. What is preloaded is env(1), and COMMAND inherits
# it, as do hooks, which are linked statically.
unlucky()
{
	LD_PRELOAD=$tests/failing.so exec env "$@"
}

# unlucky_hook STATE: the hook, whose allocations fail at random as soon as it reads
# its state. Not before: exec that has no memory kills with the signal of a crash.
unlucky_hook()
{
	local input=$BATS_TEST_TMPDIR/input process
	rm -f "$input"
	mkfifo "$input"
	(cd "$bundle" && exec "$hook") <"$input" 3>&- &
	process=$!
	exec 8>"$input"
	# It is in poll(2).
	until grep -q '^7 ' /proc/$process/syscall; do
		[ -e /proc/$process ]
	done
	echo 1 >/proc/$process/make-it-fail
	echo "$1" >&8
	exec 8>&-
	# No container requires a profile here.
	wait $process
}

# bats test_tags=long
@test "hooks, at random" {
	fails failslab probability 1
	fails fail_page_alloc probability 1
	first=$cgroup
	for ((n = 0; n < points / 2; n++)); do
		new_container large.json
		unlucky_hook "$(state)"
		attached "$bystander"
		# Cleaning up can have failed as well.
		ebpfmm gc
		if attached "$cgroup"; then
			[ -e "/run/ebpfmm/$id.json" ]
		else
			run ! stored "$cgroup"
			only_bystander
		fi
		end_container
		unlucky_hook "$(pid=0 state stopped)"
		ebpfmm gc
		only_bystander
	done
	pid=
	cgroup=$first
}

# bats test_tags=long
@test "containers, at random" {
	. /src/demo/containers.sh
	fails failslab probability 1 interval 10
	fails fail_page_alloc probability 1 interval 10
	new_bundle "$BATS_TEST_TMPDIR/bundle" "createRuntime poststop" \
		'{ "ebpfmm.profile": "large.json" }' $tests/fault --quit
	# The first pid namespace makes a slab cache, whose name the kernel loses
	# when sysfs has no memory for it.
	crun run --bundle "$BATS_TEST_TMPDIR/bundle" "first"
	for ((n = 0; n < points / 2; n++)); do
		(unlucky crun run --bundle "$BATS_TEST_TMPDIR/bundle" "c$n") || true
		crun delete --force "c$n" || true
		remove_cgroup /sys/fs/cgroup/bundle
		ebpfmm gc
		only_bystander
	done
}

@test "large pages that are not to be had, at random" {
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	fails fail_page_alloc probability 50 min-order 1 ignore-gfp-highmem N
	ready within "$cgroup" env LD_PRELOAD=$tests/failing.so \
		$tests/fault --size 64M
	fails fail_page_alloc probability 0
	pagesizes --json "$pid" "$BATS_TEST_TMPDIR/ready" |
		jq -e '.[0] | .bytes["2M"] > 0 and .bytes["64K"] > 0 and
			([.bytes[]] | add) == .end - .start'
	finish "$pid"
	pid=
}

@test "nothing but the pages themselves, at random" {
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	fails failslab probability 10
	fails fail_page_alloc probability 10
	done=0
	# Few get through, so until one has.
	for ((n = 0; n < points / 2 || (!done && n < 60); n++)); do
		run within "$cgroup" env LD_PRELOAD=$tests/failing.so \
			$tests/fault --quit
		[ "$status" -lt 128 ]
		[ "$status" != 0 ] || done=$((done + 1))
	done
	echo "# $done of $n went through" >&3
	[ "$done" -gt 0 ]
}

# has_huge PID: has it memory in pages of 2M?
has_huge()
{
	awk '/^AnonHugePages/ { kib = $2 } END { exit !kib }' "/proc/$1/smaps_rollup"
}

@test "khugepaged goes on to others at once if what is free does not do for a policy" {
	sysfs always never
	# What may not wait for a block of 2M gets none: at faults nobody, in khugepaged
	# who has a policy that does not find it worth the wait.
	fails fail_page_alloc min-order 9 task-filter N ignore-gfp-wait Y \
		ignore-gfp-highmem N probability 100
	ready within "$bystander" $tests/fault --size 4M
	governed=$pid
	ready $tests/fault --size 4M
	run ! has_huge "$pid"
	failed=$(awk '/^thp_collapse_alloc_failed/ { print $2 }' /proc/vmstat)
	begun=$(cut -d. -f1 /proc/uptime)
	until has_huge "$pid"; do :; done
	took=$(($(cut -d. -f1 /proc/uptime) - begun))
	echo "took $took s"
	((failed < $(awk '/^thp_collapse_alloc_failed/ { print $2 }' /proc/vmstat)))
	run ! has_huge "$governed"
	# Not even once was waited as long as for who may compact.
	((took * 1000 < $(<$thp/khugepaged/alloc_sleep_millisecs)))
}
