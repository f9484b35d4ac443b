# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The hook in the reference root, on a kernel that lacks bpf_mm_ops. Sourced with "load hook".

bats_require_minimum_version 1.5.0

bpffs=/sys/fs/bpf
cgroups=/sys/fs/cgroup
no_hook='this kernel has no bpf_mm_ops'

# privileged: over the machine, not only in a user namespace?
privileged()
{
	local inside outside count capabilities
	read -r inside outside count </proc/self/uid_map
	capabilities=$(awk '/^CapEff/ { print $2 }' /proc/self/status)
	# CAP_SYS_ADMIN
	[ "$inside $outside $count" = "0 0 4294967295" ] &&
		((0x$capabilities >> 21 & 1))
}

# new_cgroup: one with a process, as a container has, in $cgroup.
new_cgroup()
{
	cgroup=$(mktemp -d $cgroups/no-hook.XXXXXX)
	echo "$pid" >"$cgroup/cgroup.procs"
}

# says REASON: is that on standard error, in one line?
says()
{
	# shellcheck disable=SC2154
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *"$1"* ]]
}

# state ANNOTATIONS: of a container in $cgroup, if that can be made, or in ours.
state()
{
	jq -n --argjson annotations "$1" --argjson pid "$pid" --arg dir "$PWD" '{
		ociVersion: "1.0.2", id: "some-id", status: "creating",
		pid: $pid, bundle: $dir, annotations: $annotations }'
}

# expect_of_hook: what it has to say here, in $reason.
expect_of_hook()
{
	reason=$no_hook
	if privileged; then
		new_cgroup
	else
		reason='no privilege over this node'
	fi
}

# on_v2 COMMAND…: the container and who calls COMMAND seem to be in cgroups of v2 only. Where
# memory is that of v1, the hook would see it before it starts a process.
on_v2()
{
	privileged || exec "$@"
	# shellcheck disable=SC2016
	exec unshare --mount bash -c '
		for pid in "$1" $$; do
			grep ^0:: "/proc/$pid/cgroup" >"cgroup.$pid" &&
				mount --bind "cgroup.$pid" "/proc/$pid/cgroup" || exit
		done
		shift
		exec "$@"' - "$pid" "$@"
}

# prepare_node: in the mount namespace of tests/host/run, all that is missing shall be the hook.
prepare_node()
{
	if grep -q bpf_mm_ops /sys/kernel/btf/vmlinux; then
		skip "this kernel has the hook"
	fi
	privileged || return 0
	mount -t bpf bpf $bpffs
	mount -t cgroup2 cgroup2 $cgroups
}

# new_container: a bundle in the working directory, a process, $pid, and the profile "any".
new_container()
{
	cd "$BATS_TEST_TMPDIR" || return
	jq -n '{ ociVersion: "1.0.2", root: { path: "/" } }' >config.json
	mkdir -p /etc/ebpfmm/profiles
	jq -n '{ version: 1, name: "any", programs: [ { exe: "/usr/bin/env",
		regions: [], default: { benefit_ns: {} } } ] }' \
		>/etc/ebpfmm/profiles/any.json
	tail -f /dev/null 3>&- &
	pid=$!
}

end_container()
{
	rm -rf /etc/ebpfmm
	kill "$pid"
	wait "$pid" || true
	# Whoever was killed leaves a moment later.
	while [ -d "${cgroup-}" ]; do
		find "$cgroup" -depth -type d -exec rmdir {} + || true
	done
}
