# SPDX-License-Identifier: GPL-2.0-only
#
# Many containers, started and stopped: nothing is left, and the kernel's memory is
# back to where it was. Sixty of them here, two hundred in make stress.

load helpers

# Of each of two lanes, the number of the last container.
last=30
[ -z "${EBPFMM_THOROUGH-}" ] || last=110

# The kernel's own memory in KiB that nothing reclaims. Without what was freed but
# is still kept: slabs that are empty and, under KASAN, all that is in quarantine.
kernel_memory()
{
	local cache
	echo 3 >/proc/sys/vm/drop_caches
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 >"$cache"
	done
	awk '/^(SUnreclaim|KernelStack|PageTables|Percpu|VmallocUsed):/ {
		sum += $2 } END { print sum }' /proc/meminfo
}

# How many removed cgroups something still holds, like cached files of an image.
dying_cgroups()
{
	awk '/^nr_dying_descendants/ { print $2 }' /sys/fs/cgroup/cgroup.stat
}

# run_many LANE FIRST LAST: one container after the other.
run_many()
{
	local n
	for ((n = $2; n <= $3; n++)); do
		crun run --bundle "$BATS_TEST_TMPDIR/lane$1" "lane$1-$n" ||
			return
	done
}

# Two at a time, as there are two processors.
run_both()
{
	run_many 1 "$1" "$2" 3>&- &
	run_many 2 "$1" "$2"
	wait $!
}

@test "many containers leave nothing" {
	. /src/demo/containers.sh
	sysfs madvise madvise
	fault_profile large '{ "64K": 900, "2M": 60000 }'
	ebpfmm load
	dying_before=$(dying_cgroups)
	for lane in 1 2; do
		new_bundle "$BATS_TEST_TMPDIR/lane$lane" \
			"createRuntime poststop" \
			'{ "ebpfmm.profile": "large.json", "ebpfmm.required": "true" }' \
			$tests/fault --quit
	done
	run_both 1 10
	nothing_left
	before=$(kernel_memory)
	maps=$(bpftool -j map show | jq length)
	programs=$(bpftool -j prog show | jq length)

	run_both 11 $last

	nothing_left
	[ "$(bpftool -j map show | jq length)" = "$maps" ]
	[ "$(bpftool -j prog show | jq length)" = "$programs" ]
	# The kernel frees what a cgroup had some time after its end.
	for ((tries = 0; tries < 100; tries++)); do
		after=$(kernel_memory)
		dying=$(($(dying_cgroups) - dying_before))
		((after - before > 1024 || dying > 2)) || break
	done
	echo "kernel memory: $before KiB before, $after KiB after"
	echo "dying cgroups: $dying more than $dying_before, after $tries looks"
	((after - before <= 1024))
	((dying <= 2))
}

# attach_many FIRST LAST
attach_many()
{
	local n
	for ((n = $1; n <= $2; n++)); do
		mkdir "$top/$n"
		ebpfmm attach --cgroup "$top/$n" "$profiles/large.json" >/dev/null
	done
}

# attach_calls N: how many system calls it takes to attach one more.
attach_calls()
{
	mkdir "$top/$1"
	strace -f -o "$BATS_TEST_TMPDIR/calls" \
		ebpfmm attach --cgroup "$top/$1" "$profiles/large.json" >/dev/null
	# Not the second halves of those that another thread came between.
	grep -cE '^[0-9]+ +[a-z0-9_]+\(' "$BATS_TEST_TMPDIR/calls"
}

@test "attaching is as much work with forty policies as with ten" {
	sysfs madvise madvise
	fault_profile large '{ "64K": 900, "2M": 60000 }'
	ebpfmm load
	top=/sys/fs/cgroup/forty
	mkdir $top
	attach_many 1 10
	few=$(attach_calls 11)
	attach_many 12 40
	many=$(attach_calls 41)
	echo "system calls: $few for the eleventh, $many for the last"
	# A few more to read a directory that is larger.
	((many <= few + 8))
	for ((n = 1; n <= 41; n++)); do
		rmdir $top/$n
	done
	rmdir $top
	ebpfmm gc
	nothing_left
}
