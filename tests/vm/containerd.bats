# SPDX-License-Identifier: GPL-2.0-only
#
# containerd, driven through CRI as by kubelet, and set up by ebpfmm-containerd as an operator
# does it. It needs the patched kernel for the page sizes, and a machine that systemd runs
# (vm/run --systemd), for containerd's unit and for its manager of cgroups. Emulated, a start of
# the file takes a minute, and a pod with a container 25 seconds: about ten minutes, on a machine
# that is busy with others.

load helpers
load ../fails

etc=/etc/containerd
spec=$etc/ebpfmm-base-spec.json
image=localhost/ebpfmm-test:latest
setup_containerd=${hook%/*}/ebpfmm-containerd
# Replaces the file of that name that is installed.
own_conf=/etc/systemd/system/containerd.service.d/50-ebpfmm.conf

setup_file()
{
	work=$BATS_FILE_TMPDIR
	# shellcheck source=demo/containers.sh
	. /src/demo/containers.sh
	# For sandboxes too, which run its command.
	copy_programs "$work/image" $tests/fault
	tar -C "$work/image" -c . | podman import -q \
		--change "CMD [\"$tests/fault\", \"--size\", \"4K\"]" - ebpfmm-test >/dev/null
	[ "$(systemctl is-active containerd)" = inactive ]
	cp $etc/config.toml "$work/config.toml"
	# As on a node of Debian, but for the image of sandboxes, which comes from the network.
	sed -i '/"io.containerd.grpc.v1.cri"\]$/a sandbox_image = "localhost/ebpfmm-test:latest"' \
		$etc/config.toml
	cp $etc/config.toml "$work/before.toml"
	configure
	systemctl start containerd
	podman save ebpfmm-test | ctr -n k8s.io images import - >/dev/null
	podman rmi --force ebpfmm-test >/dev/null
}

# configure: what the manual says, for runc; and so for more runtimes.
configure()
{
	local name table='[plugins."io.containerd.grpc.v1.cri".containerd.runtimes'
	# It says that lines are missing.
	run -1 "$setup_containerd" install
	"$setup_containerd" config runc crun runc-systemd crun-systemd >>$etc/config.toml
	for name in crun runc-systemd crun-systemd; do
		echo "$table.$name.options]"
		echo "BinaryName = '/usr/bin/${name%-*}'"
		[[ $name != *-systemd ]] || echo 'SystemdCgroup = true'
	done >>$etc/config.toml
	# For comparison.
	printf '%s.plain]\nruntime_type = "io.containerd.runc.v2"\n' "$table" >>$etc/config.toml
}

teardown_file()
{
	systemctl stop containerd
	cp "$BATS_FILE_TMPDIR/config.toml" $etc/config.toml
	"$setup_containerd" remove
}

setup()
{
	sysfs madvise madvise
	rm -rf $profiles
	fault_profile large '{ "64K": 900, "2M": 60000 }'
	fault_profile small '{ "64K": 900 }'
	pods=()
}

teardown()
{
	rm -f $own_conf
	systemctl daemon-reload
	systemctl start containerd
	for_each_pod cri.py stop-pod
	rmdir /sys/fs/cgroup/pods 2>/dev/null || true
	rm -rf /run/cri
	ebpfmm gc
	nothing_left
}

for_each_pod()
{
	local file
	for file in /run/cri/*; do
		[[ $file == *.log ]] || [ ! -e "$file" ] || "$@" "${file##*/}"
	done
}

# policies COUNT: so many are attached.
policies()
{
	ebpfmm list --json | jq -e --argjson count "$1" 'length == $count'
}

# new_pod NAME RUNTIME [KEY=VALUE…]: start one; its id is in $pod.
new_pod()
{
	local name=$1 runtime=$2 parent=/pods
	shift 2
	[[ $runtime != *-systemd ]] || parent=pods.slice
	pod=$(cri.py pod "$name" "$runtime" $parent "$@")
}

# new_container NAME [KEY=VALUE…]: start fault(1) in that pod; its id is in $id.
new_container()
{
	id=$(cri.py container "$pod" "$1" $image "${@:2}" -- $tests/fault)
}

# sizes NAME: what that container touched, by page size, when it has touched all.
sizes()
{
	local pid log file=/run/cri/$pod-$1.log
	pid=$(ctr -n k8s.io tasks ls | awk -v id="$id" '$1 == id { print $2 }')
	until log=$(cut -d' ' -f4- "$file") && [[ $log == *'# ready'* ]]; do kill -0 "$pid"; done
	pagesizes --json "$pid" - <<<"$log"
}

# oci_spec: of that container, without what is its own.
oci_spec()
{
	ctr -n k8s.io containers info --spec "$id" |
		jq -S . | sed "s/$id/ID/g; s/$pod/POD/g; s/\/proc\/[0-9]*\//\/proc\/PID\//"
}

# hooks_logged: what the hook has told the journal in this test.
hooks_logged()
{
	journalctl --sync
	journalctl --quiet -t ebpfmm-oci-hook --output cat --since "@$1"
}

@test "each runtime and manager of cgroups: the pages are as asked" {
	local runtime cgroup
	for runtime in runc crun runc-systemd crun-systemd; do
		new_pod one $runtime ebpfmm.profile=large ebpfmm.required=true
		# The sandbox has none.
		policies 0
		new_container main
		case $runtime in
		*-systemd) cgroup=pods.slice/cri-containerd-$id.scope ;;
		*) cgroup=pods/$id ;;
		esac
		attached /sys/fs/cgroup/$cgroup
		policies 1
		all_in 2M "$(sizes main)"
		cri.py stop "$id"
		policies 0
		cri.py stop-pod "$pod"
		nothing_left
	done
}

@test "a pod's containers: one profile for all, another one, and none" {
	new_pod many runc ebpfmm.profile=large ebpfmm.profile/other=small ebpfmm.profile/none=
	new_container main
	all_in 2M "$(sizes main)"
	new_container other
	all_in 64K "$(sizes other)"
	new_container none
	all_in 4K "$(sizes none)"
	policies 2
	cri.py stop-pod "$pod"
	nothing_left
}

@test "required, without its profile: refused with the reason, and the others run" {
	local runtime since
	for runtime in runc crun; do
		since=$(date +%s)
		new_pod bad $runtime ebpfmm.profile=none ebpfmm.required/main=true
		run -1 new_container main
		echo "$output"
		# crun does not pass on what a hook says.
		[ $runtime = crun ] || [[ $output == *'none.json is neither in'* ]]
		hooks_logged "$since" | tee "$BATS_TEST_TMPDIR/log"
		grep 'refused: .*none' "$BATS_TEST_TMPDIR/log"
		new_container other
		all_in 4K "$(sizes other)"
		policies 0
		cri.py stop-pod "$pod"
	done
}

@test "without annotations: no policy, and the same spec but for the hooks" {
	local runtime since
	since=$(date +%s)
	for runtime in plain runc; do
		new_pod same $runtime
		new_container main
		all_in 4K "$(sizes main)"
		oci_spec >"$BATS_TEST_TMPDIR/$runtime"
		cri.py stop-pod "$pod"
	done
	policies 0
	[ -z "$(hooks_logged "$since")" ]
	jq -e '.hooks | (.createRuntime | length) == 1 and (.poststop | length) == 1' \
		"$BATS_TEST_TMPDIR/runc"
	diff "$BATS_TEST_TMPDIR/plain" <(jq -S 'del(.hooks)' "$BATS_TEST_TMPDIR/runc")
}

@test "a policy stays when containerd starts again, which renews the base spec" {
	new_pod stays crun ebpfmm.profile=large
	new_container main
	# As after an upgrade.
	sed -i 's/CAP_MKNOD/CAP_BPF/' $spec
	run -1 "$setup_containerd" check
	[[ $output == *'is not of this containerd'* ]]
	systemctl restart containerd
	"$setup_containerd" check
	rm $spec
	systemctl restart containerd
	"$setup_containerd" check
	policies 1
	all_in 2M "$(sizes main)"
	cri.py stop-pod "$pod"
	nothing_left
}

@test "a base spec that is missing and not renewed: no pod, until it is installed again" {
	mkdir -p "${own_conf%/*}"
	ln -s /dev/null $own_conf
	systemctl daemon-reload
	rm $spec
	fails 1 'is missing: containerd cannot start any pod' "$setup_containerd" check
	systemctl restart containerd
	run -1 cri.py pod lost runc /pods
	[[ $output == *'unknown service runtime.v1.RuntimeService'* ]]
	"$setup_containerd" install
	fails 1 'restart containerd' "$setup_containerd" check
	systemctl restart containerd
	"$setup_containerd" check
	new_pod found runc
	cri.py stop-pod "$pod"
}

@test "removed in an order in which containerd can always start" {
	local config=$BATS_TEST_TMPDIR/config.toml
	cp $etc/config.toml "$config"
	# The configuration still names it.
	run -1 "$setup_containerd" remove
	[ -e $spec ]
	cp "$BATS_FILE_TMPDIR/before.toml" $etc/config.toml
	"$setup_containerd" remove
	[ ! -e $spec ]
	# Until it starts again, it calls the hook.
	new_pod still runc ebpfmm.profile=large
	new_container main
	all_in 2M "$(sizes main)"
	systemctl restart containerd
	cri.py stop-pod "$pod"
	nothing_left
	new_pod none runc ebpfmm.profile=large
	new_container main
	all_in 4K "$(sizes main)"
	policies 0
	cri.py stop-pod "$pod"
	configure
	diff "$config" $etc/config.toml
	systemctl restart containerd
	"$setup_containerd" check
}
