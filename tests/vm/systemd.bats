# SPDX-License-Identifier: GPL-2.0-only
#
# Where systemd is init, as on the machines of users (vm/run --systemd): its units, and podman
# with the manager of cgroups that it takes by default there. Emulated, a container takes ten
# seconds.

load helpers
load ../fails

units=/run/systemd/system
said=/run/web.out
quadlet=/etc/containers/systemd/quadlet.container
dropin=/etc/containers/containers.conf.d/50-test.conf

setup_file()
{
	work=$BATS_FILE_TMPDIR
	# shellcheck source=demo/containers.sh
	. /src/demo/containers.sh
	make_image ebpfmm-test $tests/fault
	# The sandbox of a pod: podman's own image for it is not in the root.
	copy_programs "$work/sandbox" $tests/fault
	tar -C "$work/sandbox" -c . | podman import -q \
		--change "CMD [\"$tests/fault\"]" - ebpfmm-sandbox >/dev/null
	mkdir -p "${dropin%/*}" "${quadlet%/*}"
	printf '[engine]\ninfra_image = "localhost/ebpfmm-sandbox"\n' >$dropin
}

teardown_file()
{
	podman rmi --force ebpfmm-test ebpfmm-sandbox >/dev/null
	rm -f $dropin $said
}

setup()
{
	sysfs madvise madvise
	rm -rf $profiles
	fault_profile large '{ "64K": 900, "2M": 60000 }'
}

teardown()
{
	systemctl stop web.service web.slice quadlet.service 2>/dev/null || true
	systemctl revert web.service web.slice 2>/dev/null || true
	podman pod rm --all --force >/dev/null
	podman rm --all --force >/dev/null
	rm -rf $units/web.service* $quadlet $said
	systemctl daemon-reload
	ebpfmm gc
	nothing_left
}

# --- units -----------------------------------------------------------------------

# service OPTION…: a unit web.service that runs fault(1) with these, in a slice of its own.
service()
{
	cat >$units/web.service <<-END
		[Service]
		Type=exec
		Slice=web.slice
		ExecStart=$tests/fault $*
		StandardOutput=truncate:$said
		StandardError=journal
	END
	systemctl daemon-reload
}

# touched: what it touched, by page size, when it is ready.
touched()
{
	local pid log
	pid=$(systemctl show --value --property MainPID web.service)
	[ "$pid" != 0 ]
	until log=$(<$said) && [[ $log == *'# ready'* ]]; do kill -0 "$pid"; done
	pagesizes --json "$pid" - <<<"$log"
}

# policies COUNT: so many are attached.
policies()
{
	ebpfmm list
	ebpfmm list --json | jq -e --argjson count "$1" 'length == $count'
}

@test "a service: attached by its name, and detached" {
	local pages
	service --hold
	fails 1 'does not know it' ebpfmm attach --unit none.service large
	fails 1 'does not run' ebpfmm attach --unit web.service large
	fails 2 'cgroup or --unit is required' ebpfmm attach large
	fails 2 'mutually exclusive' ebpfmm attach --unit web --cgroup / large
	systemctl start web
	ebpfmm attach --unit web large
	attached /sys/fs/cgroup/web.slice/web.service
	touched
	systemctl kill --signal USR1 web
	until pages=$(touched) && jq -e '.[0].absent == 0' <<<"$pages" >/dev/null; do
		systemctl is-active web
	done
	all_in 2M "$pages"
	ebpfmm detach --unit web.service
	policies 0
	fails 1 'has no policy' ebpfmm detach --unit web.service
}

@test "a service with the drop-in: attached whenever it starts, before its program" {
	local pid
	service
	mkdir -p $units/web.service.d
	ebpfmm attach --unit web.service --drop-in large >$units/web.service.d/ebpfmm.conf
	cat $units/web.service.d/ebpfmm.conf
	systemctl daemon-reload
	systemctl start web
	all_in 2M "$(touched)"
	pid=$(systemctl show --value --property MainPID web)
	# What systemd does to its cgroup takes nothing away.
	systemctl daemon-reload
	systemctl set-property --runtime web.service MemoryHigh=1G CPUWeight=50
	systemctl daemon-reexec
	attached /sys/fs/cgroup/web.slice/web.service
	[ "$(systemctl show --value --property MainPID web)" = "$pid" ]

	kill -KILL "$pid"
	until [ "$(systemctl is-active web)" = failed ]; do :; done
	systemctl restart web
	all_in 2M "$(touched)"
	ebpfmm gc || true
	policies 1

	# The service is worth more than its page sizes.
	rm $profiles/large.json
	systemctl restart web
	all_in 4K "$(touched)"
	journalctl --sync
	journalctl --quiet --unit web --output cat | tail -n 5 | tee "$BATS_TEST_TMPDIR/journal"
	grep '^ebpfmm attach: .*large' "$BATS_TEST_TMPDIR/journal"
	policies 0
}

# Who writes there must not say what profile it is.
@test "a drop-in names the profile's file, not what is where the service runs" {
	run -0 ebpfmm attach --unit web --rootfs /usr/.. --drop-in large
	[ "${lines[-1]}" = "ExecStartPre=-+/usr/bin/timeout 20 /usr/bin/ebpfmm attach --unit %n --rootfs / $profiles/large.json" ]
	cd $profiles
	run -0 ebpfmm attach --unit web --drop-in ./large.json
	[[ ${lines[-1]} == *" attach --unit %n $profiles/large.json" ]]
}

@test "a slice: for all that runs in it" {
	service
	systemctl start web.slice
	ebpfmm attach --unit web.slice large
	systemctl start web
	all_in 2M "$(touched)"
	systemctl set-property --runtime web.slice MemoryHigh=1G
	systemctl restart web
	all_in 2M "$(touched)"
	policies 1
	ebpfmm detach --unit web.slice
}

# --- podman ----------------------------------------------------------------------

# sizes CONTAINER: what it touched, by page size, when it has touched all.
sizes()
{
	local pid log
	pid=$(podman inspect --format '{{.State.Pid}}' "$1")
	until log=$(podman logs "$1") && [[ $log == *'# ready'* ]]; do kill -0 "$pid"; done
	pagesizes --json "$pid" - <<<"$log"
}

# governed NAME CGROUP: the policy is on that cgroup and on no other, and holds for what
# the container runs and for what comes by exec.
governed()
{
	local name=$1 where=$2 pid range line
	policies 1
	attached "$where"
	pid=$(pgrep -o -x fault)
	all_in 2M "$(sizes "$name")"
	exec 8< <(podman exec "$name" $tests/fault 3>&-)
	IFS= read -r range <&8
	IFS= read -r line <&8
	[ "$line" = '# ready' ]
	run -0 pgrep -n -x fault
	[ "$output" != "$pid" ]
	all_in 2M "$(pagesizes --json "$output" - <<<"$range")"
	kill "$output"
	exec 8<&-
}

@test "podman by default: the policy is on the scope, and holds for exec" {
	local runtime
	[ "$(podman info --format '{{.Host.CgroupManager}}')" = systemd ]
	for runtime in crun runc; do
		podman --runtime=$runtime run --detach --rm --name scoped --network=none \
			--annotation ebpfmm.profile=large --annotation ebpfmm.required=true \
			ebpfmm-test $tests/fault
		governed scoped "/sys/fs/cgroup/machine.slice/libpod-$(podman inspect \
			--format '{{.Id}}' scoped).scope"
		podman stop --time 20 scoped
		podman rm --force --ignore scoped
		nothing_left
	done
}

@test "Quadlet: the policy is on the payload, not on the unit, and holds for exec" {
	cat >$quadlet <<-END
		[Container]
		Image=localhost/ebpfmm-test
		ContainerName=quadlet
		Exec=$tests/fault
		Annotation=ebpfmm.profile=large
		Annotation=ebpfmm.required=true
		Network=none
	END
	systemctl daemon-reload
	systemctl start quadlet.service
	systemctl show --property ExecStart quadlet.service | grep -F -- --cgroups=split
	governed quadlet "$(echo /sys/fs/cgroup/system.slice/quadlet.service/libpod-payload-*)"
	systemctl stop quadlet.service
	nothing_left
}

# podman looks at the annotations of the Deployment, Kubernetes at those of its template.
@test "podman kube: a Deployment with annotations" {
	cat >"$BATS_TEST_TMPDIR/web.yaml" <<-END
		apiVersion: apps/v1
		kind: Deployment
		metadata:
		  name: web
		  annotations: { ebpfmm.profile: large, ebpfmm.required: "true" }
		spec:
		  selector: { matchLabels: { app: web } }
		  template:
		    metadata: { labels: { app: web } }
		    spec:
		      containers:
		      - name: main
		        image: localhost/ebpfmm-test
		        command: [ $tests/fault ]
	END
	podman kube play --network=none "$BATS_TEST_TMPDIR/web.yaml"
	all_in 2M "$(sizes web-pod-main)"
	# The sandbox has none.
	policies 1
	podman kube down "$BATS_TEST_TMPDIR/web.yaml"
	nothing_left
}
