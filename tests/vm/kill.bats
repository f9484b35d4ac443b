# SPDX-License-Identifier: GPL-2.0-only
#
# The hook is killed at points of its run, spread over its system calls; then
# `ebpfmm gc` leaves no pin, link, map, storage or file.

load helpers

# Of ten. For make stress: all.
points=(1 4 7 10)
[ -z "${EBPFMM_THOROUGH-}" ] || points=(1 2 3 4 5 6 7 8 9 10)

setup()
{
	sysfs madvise madvise
	fault_profile large '{ "64K": 900, "2M": 60000 }'
}

teardown()
{
	[ -z "${pid-}" ] || end_container
	ebpfmm gc
	ebpfmm unload
	nothing_left
}

# trace COMMAND…: the system calls of a program and of its worker, as lines of a
# process and a name, in $calls.
trace()
{
	cd "$bundle"
	state >state.json
	strace -f -qq -e signal=none -o trace "$@" <state.json
	mapfile -t calls < <(
		sed -nE 's/^([0-9]+) +([a-z_0-9]+)\(.*/\1 \2/p' trace)
	[ ${#calls[@]} -gt 40 ]
}

# kill_at POINT COMMAND…: run the same again and kill it at the POINT-th of ten
# points. The first of its calls are the dynamic linker's. Killed is the process
# that makes the call, be it the hook or its worker.
kill_at()
{
	local count=${#calls[@]} n nth name
	n=$((count / 8 + $1 * (count - count / 8) / 10 - 2))
	shift
	name=${calls[n]#* }
	nth=$(printf '%s\n' "${calls[@]:0:n+1}" | grep -cFx "${calls[n]}")
	cd "$bundle"
	state >state.json
	run strace -f -o trace -e trace="$name" \
		-e inject="$name:signal=KILL:when=$nth" "$@" <state.json
	echo "at $name number $nth, call $n of $count: $output"
	grep 'killed by SIGKILL' trace
}

@test "killed while it attaches, and the container lives on" {
	new_container large.json
	ebpfmm load
	# The first of all runs makes what the others find.
	trace "$hook"
	ebpfmm detach --cgroup "$cgroup"
	trace "$hook"
	attached "$cgroup"
	ebpfmm detach --cgroup "$cgroup"
	for point in "${points[@]}"; do
		kill_at $point "$hook"
		ebpfmm gc
		if attached "$cgroup"; then
			# It was done in full, and that is no leftover.
			[ -e "/run/ebpfmm/$id.json" ]
			ebpfmm detach --cgroup "$cgroup"
		fi
		run ! stored "$cgroup"
		nothing_left
	done
}

@test "killed while it attaches, and the container is gone when gc runs" {
	new_container large.json
	ebpfmm load
	trace "$hook"
	end_container
	ebpfmm gc
	for point in "${points[@]}"; do
		new_container large.json
		kill_at $point "$hook"
		end_container
		ebpfmm gc
		nothing_left
	done
	pid=
}

# With the command, as the hook's worker does the same but has a deadline.
@test "killed while it loads the policy" {
	new_container
	ebpfmm unload
	trace ebpfmm load
	ebpfmm unload
	for point in "${points[@]}"; do
		kill_at $point ebpfmm load
		ebpfmm gc
		nothing_left
		ebpfmm unload
		unloaded
	done
}
