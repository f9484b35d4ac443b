# SPDX-License-Identifier: GPL-2.0-only
#
# The hook is killed at ten points of its run, spread over its system calls;
# then `ebpfmm gc` leaves no pin, link, map, storage or file.

load helpers

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

# trace_hook: the system calls of the hook and of its worker, as lines of a
# process and a name, in $calls.
trace_hook()
{
	cd "$bundle"
	state >state.json
	strace -f -qq -e signal=none -o trace "$hook" <state.json
	mapfile -t calls < <(
		sed -nE 's/^([0-9]+) +([a-z_0-9]+)\(.*/\1 \2/p' trace)
	attached "$cgroup"
	[ ${#calls[@]} -gt 40 ]
}

# kill_at POINT: run the hook and kill it at the POINT-th of ten points. The
# first of its calls are the dynamic linker's. Killed is the process that makes
# the call, be it the hook or its worker.
kill_at()
{
	local count=${#calls[@]} n nth name
	n=$((count / 8 + $1 * (count - count / 8) / 10 - 2))
	name=${calls[n]#* }
	nth=$(printf '%s\n' "${calls[@]:0:n+1}" | grep -cFx "${calls[n]}")
	cd "$bundle"
	state >state.json
	run strace -f -o trace -e trace="$name" \
		-e inject="$name:signal=KILL:when=$nth" "$hook" <state.json
	echo "at $name number $nth, call $n of $count: $output"
	grep 'killed by SIGKILL' trace
}

# The container lives on, and so its policy does where it was done in full.
clear_up()
{
	ebpfmm gc
	if attached "$cgroup"; then
		[ -e "/run/ebpfmm/$id.json" ]
		ebpfmm detach --cgroup "$cgroup"
	fi
	run ! stored "$cgroup"
	nothing_left
	ebpfmm unload
	unloaded
}

@test "killed at ten points, with the policy loaded before" {
	new_container large.json
	ebpfmm load
	trace_hook
	clear_up
	for point in 1 2 3 4 5 6 7 8 9 10; do
		ebpfmm load
		kill_at $point
		clear_up
	done
}

@test "killed at ten points, while it loads the policy itself" {
	new_container large.json
	ebpfmm unload
	trace_hook
	clear_up
	for point in 1 2 3 4 5 6 7 8 9 10; do
		kill_at $point
		clear_up
	done
}

@test "killed at ten points, and the container is gone when gc runs" {
	new_container large.json
	ebpfmm load
	trace_hook
	end_container
	ebpfmm gc
	for point in 1 2 3 4 5 6 7 8 9 10; do
		new_container large.json
		kill_at $point
		end_container
		ebpfmm gc
		nothing_left
	done
	pid=
}
