# SPDX-License-Identifier: GPL-2.0-only
#
# How podman starts containers, besides "podman run" in a cgroup of its own making: from
# YAML, and below somebody's scope. Emulated, a test takes one to three minutes, so make
# stress runs them. What podman does under systemd is in systemd.bats.

load helpers

dropin=/etc/containers/containers.conf.d/50-test.conf

setup_file()
{
	work=$BATS_FILE_TMPDIR
	# shellcheck source=demo/containers.sh
	. /src/demo/containers.sh
	make_image ebpfmm-test $tests/fault
	# The sandbox of a pod: podman's own image for it is not in the root.
	copy_programs "$work/sandbox" $tests/fault
	tar -C "$work/sandbox" -c . | podman --cgroup-manager=cgroupfs import -q \
		--change "CMD [\"$tests/fault\"]" - ebpfmm-sandbox >/dev/null
	mkdir -p "${dropin%/*}"
	printf '[engine]\ninfra_image = "localhost/ebpfmm-sandbox"\n' >$dropin
	ready syslog.py "$work/syslog"
	echo "$pid" >"$work/syslog.pid"
}

teardown_file()
{
	podman rmi --force ebpfmm-test ebpfmm-sandbox >/dev/null
	rm $dropin
	kill "$(<"$BATS_FILE_TMPDIR/syslog.pid")"
}

setup()
{
	sysfs madvise madvise
	rm -rf $profiles
	fault_profile large '{ "64K": 900, "2M": 60000 }'
	ebpfmm load
}

teardown()
{
	podman --cgroup-manager=cgroupfs pod rm --all --force >/dev/null
	podman --cgroup-manager=cgroupfs rm --all --force >/dev/null
	remove_cgroup "${cgroup-}"
	ebpfmm gc
	nothing_left
}

# --- from YAML -------------------------------------------------------------------

# generate ANNOTATION…: the YAML of a container "web" that has these, in $yaml.
generate()
{
	local annotations=("${@/#/--annotation=}")
	yaml=$BATS_TEST_TMPDIR/web.yaml
	podman create --name web --network=none "${annotations[@]}" ebpfmm-test $tests/fault
	podman kube generate web >"$yaml"
	podman rm web
	cat "$yaml"
}

# play RUNTIME: start what the YAML says; the container's pid is in $pid, if it runs.
play()
{
	run podman --cgroup-manager=cgroupfs --runtime="$1" kube play --network=none "$yaml"
	echo "$output"
	pid=$(podman inspect --format '{{.State.Pid}}' web-pod-web)
}

# sizes CONTAINER: what it touched, by page size, when it has touched all.
sizes()
{
	local name=$1 log
	until log=$(podman logs "$name") && [[ $log == *'# ready'* ]]; do kill -0 "$pid"; done
	pagesizes --json "$pid" - <<<"$log"
}

# hook_said REASON: the hook told of the container web in one line, with the reason.
hook_said()
{
	local id line
	id=$(podman inspect --format '{{.Id}}' web-pod-web)
	line=$(grep " ebpfmm-oci-hook\[.*$id" "$BATS_FILE_TMPDIR/syslog")
	echo "$line"
	[ "$(wc -l <<<"$line")" = 1 ]
	[[ $line == *"$1"* ]]
}

# podman adds the container's name to each annotation, and does not tell it when it starts
# that container. So it must not run as if nothing were asked for.
# bats test_tags=long
@test "podman kube: what is generated and played is refused, or told of" {
	generate ebpfmm.profile=large ebpfmm.required=true
	grep 'ebpfmm.profile/web: large' "$yaml"
	play crun
	[ "$status" != 0 ]
	[ "$pid" = 0 ]
	hook_said 'refused: annotation `ebpfmm.profile/web` names a container of a pod'
	podman --cgroup-manager=cgroupfs pod rm --force web-pod

	sed -i '/ebpfmm.required/d' "$yaml"
	play crun
	[ "$status" = 0 ]
	hook_said 'runs without a policy: annotation `ebpfmm.profile/web` names a container'
	all_in 4K "$(sizes web-pod-web)"
}

# as_told RUNTIME CHANGE: what the manual says to do about it works.
as_told()
{
	generate ebpfmm.profile=large ebpfmm.required=true
	sed -i "$2" "$yaml"
	play "$1"
	[ "$status" = 0 ]
	all_in 2M "$(sizes web-pod-web)"
	# The sandbox has none.
	ebpfmm list --json | jq -e 'length == 1'
	podman --cgroup-manager=cgroupfs pod rm --force web-pod
	nothing_left
}

# bats test_tags=long
@test "podman kube: annotations without the container's name are the pod's" {
	as_told crun 's,\(ebpfmm[a-z.]*\)/web:,\1:,'
}

# bats test_tags=long
@test "podman kube: an annotation tells the container's name" {
	as_told runc 's,^  annotations:,&\n    io.kubernetes.container.name: web,'
}

# --- below somebody's scope ------------------------------------------------------

# A scope is mostly one container's, but podman takes any as a parent.
# bats test_tags=long
@test "podman below somebody's scope: the policy is on the container alone" {
	local scope runtime where
	new_cgroup
	scope=$cgroup/other.scope
	mkdir -p "$scope/beside"
	for runtime in crun runc; do
		podman --cgroup-manager=cgroupfs --runtime=$runtime run --detach --name below \
			--cgroup-parent="${scope#/sys/fs/cgroup}" --network=none \
			--log-driver=k8s-file --annotation ebpfmm.profile=large \
			--annotation ebpfmm.required=true ebpfmm-test $tests/fault
		pid=$(podman inspect --format '{{.State.Pid}}' below)
		where=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
		echo "$where"
		[[ $where == "$scope"/libpod-* ]]
		ebpfmm list
		ebpfmm list --json | jq -e 'length == 1'
		attached "$where"
		all_in 2M "$(sizes below)"
		all_in 4K "$(pages "$scope/beside")"
		podman --cgroup-manager=cgroupfs rm --force below
		nothing_left
	done
}
