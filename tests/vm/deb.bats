# SPDX-License-Identifier: GPL-2.0-only
#
# The life of the Debian packages, where systemd is init: installation, upgrade over a
# running container, removal, purge (vm/run --systemd --packages). In the VM, because dpkg
# changes the machine, and because containers run on while it does. Emulated, a container
# takes ten seconds, and so does a package, whose service loads the policy: all of it takes
# ten minutes. Building the packages, of two versions, takes two more.

load helpers
load ../fails

packages=/run/vm/packages
link=/usr/share/containers/oci/hooks.d/ebpfmm.json
program=/usr/libexec/ebpfmm/ebpfmm-oci-hook
dropin=/run/systemd/system/ebpfmm.service.d/test.conf
seen=/run/seen

setup_file()
{
	work=$BATS_FILE_TMPDIR
	# shellcheck source=demo/containers.sh
	. /src/demo/containers.sh
	make_image ebpfmm-test $tests/fault
	# What vm/run has installed, as for one who changes to the packages.
	systemctl disable --now ebpfmm.service
	make -C /src O="$work/none" uninstall
	rm -rf /var/lib/ebpfmm /run/ebpfmm
	systemctl daemon-reload
	nothing_installed
	# What is there of hook file and hook when the service starts and stops.
	mkdir -p "${dropin%/*}"
	cat >$dropin <<-END
		[Service]
		ExecStartPost=/bin/sh -c 'ls $link $program >$seen.start 2>/dev/null; true'
		ExecStop=/bin/sh -c 'ls $link $program >$seen.stop 2>/dev/null; true'
	END
}

setup()
{
	sysfs madvise madvise
	[ "$(dpkg-query -Wf '${db:Status-Status}' ebpfmm)" = installed ] ||
		dpkg --install $packages/ebpfmm_*.deb
	fault_profile large '{ "64K": 900, "2M": 60000 }'
}

teardown()
{
	podman rm --all --force --time 0 >/dev/null
	rm -rf $profiles $seen.* /var/lib/prometheus
}

teardown_file()
{
	dpkg --purge ebpfmm ebpfmm-profiles ebpfmm-kernel-source
	podman rmi --force ebpfmm-test >/dev/null
	rm -rf "${dropin%/*}"
}

# installed_files: all of the project's on this machine, but for those of the tests.
installed_files()
{
	find /etc /usr /var /run /sys/fs/bpf -xdev \( -path /run/vm -o -path /usr/lib/ebpfmm -o \
		-path /run/systemd -o -path /run/containers -o -path /var/lib/containers \) -prune -o \
		-name '*ebpfmm*' -print
}

nothing_installed()
{
	local left
	left=$(installed_files)
	[ -z "$left" ] && return
	echo "left: $left" >&2
	return 1
}

# container NAME PROFILE: one that runs until it is stopped.
container()
{
	podman run --detach --name "$1" --network=none --annotation ebpfmm.profile="$2" \
		--annotation ebpfmm.required=true ebpfmm-test $tests/fault
}

# sizes CONTAINER: what it touched, by page size, when it has touched all.
sizes()
{
	local pid log
	pid=$(podman inspect --format '{{.State.Pid}}' "$1")
	until log=$(podman logs "$1") && [[ $log == *'# ready'* ]]; do kill -0 "$pid"; done
	pagesizes --json "$pid" - <<<"$log"
}

# still_decided CONTAINER SIZE: its policy decides what it touches now.
still_decided()
{
	local range line pid
	exec 8< <(podman exec "$1" $tests/fault 3>&-)
	IFS= read -r range <&8
	IFS= read -r line <&8
	[ "$line" = '# ready' ]
	pid=$(pgrep -n -x fault)
	all_in "$2" "$(pagesizes --json "$pid" - <<<"$range")"
	kill "$pid"
	exec 8<&-
}

# scope_of CONTAINER: its cgroup.
scope_of()
{
	echo "/sys/fs/cgroup/machine.slice/libpod-$(podman inspect --format '{{.Id}}' "$1").scope"
}

# has_link FORMAT CONTAINER: is its link where versions of that format pin?
has_link()
{
	[ -e "$pin_top/$1/cgroup-$(stat -c %i "$(scope_of "$2")")" ]
}

@test "an installation: the service runs, engines call the hook, and profiles are found" {
	# The hook file came last.
	[ "$(<$seen.start)" = $program ]
	[ "$(readlink -f $link)" = /usr/share/ebpfmm/ebpfmm.json ]
	[ "$(jq -r .hook.path $link)" = $program ]
	systemctl is-enabled ebpfmm.service
	systemctl is-active ebpfmm.service
	run ! systemctl is-enabled ebpfmm-metrics.timer
	[ -d "$pins" ]
	ebpfmm version | grep -wF "$(dpkg-query -Wf '${Version}' ebpfmm)"
	# But for documents, which this root does without.
	[ -z "$(dpkg --verify ebpfmm | grep -v ' /usr/share/doc/')" ]
	ebpfmm doctor | grep "^ok *engine: .*podman calls the hook through $link"
	container first large
	all_in 2M "$(sizes first)"
	attached "$(scope_of first)"
	podman rm --force --time 20 first

	run ! test -e /usr/share/ebpfmm/profiles/redis.json
	dpkg --install $packages/ebpfmm-profiles_*.deb $packages/ebpfmm-kernel-source_*.deb
	ebpfmm check redis
	(cd /usr/src/ebpfmm-kernel/6.12 && xargs cat <series | diff - <(cat /src/kernel-patches/6.12/*.patch))
	dpkg --purge ebpfmm-profiles ebpfmm-kernel-source
}

@test "an upgrade: containers keep their policy, and others start before, amid and after it" {
	local id
	container old large
	all_in 2M "$(sizes old)"
	has_link "$format" old
	id=$(bpftool -j link show pinned "$pins/cgroup-$(stat -c %i "$(scope_of old)")" | jq .id)

	# As far as dpkg is when it has replaced the files and run no script yet.
	dpkg --unpack $packages/higher/ebpfmm_*.deb
	[ "$(dpkg-query -Wf '${db:Status-Status}' ebpfmm)" = unpacked ]
	# Emulated, on a busy machine, the hook may not have the time.
	ebpfmm load
	container amid large
	all_in 2M "$(sizes amid)"
	has_link 99 amid
	dpkg --configure ebpfmm
	# It never went.
	[ "$(<$seen.stop)" = "$program"$'\n'"$link" ]
	systemctl is-active ebpfmm.service

	container new large
	all_in 2M "$(sizes new)"
	has_link 99 new
	[ "$(bpftool -j link show pinned "$pins/cgroup-$(stat -c %i "$(scope_of old)")" | jq .id)" = "$id" ]
	still_decided old 2M
	[ "$(ebpfmm list --json | jq length)" = 3 ]

	# The hook of the new version ends what the old one began.
	podman rm --force --time 20 old
	[ ! -e "$pins" ]
	podman rm --force --time 20 amid new
	nothing_left
	# The next test begins with the lower version.
	dpkg --purge ebpfmm
}

@test "a removal: the hook file goes first, and running containers go on; a purge leaves nothing" {
	rm $profiles/large.json
	fault_profile kept '{ "64K": 900, "2M": 60000 }'
	container old kept
	all_in 2M "$(sizes old)"
	dpkg --remove ebpfmm
	[ "$(<$seen.stop)" = $program ]
	[ ! -e $program ]
	[ ! -L $link ]
	run ! systemctl is-active ebpfmm.service
	[ "$(podman inspect --format '{{.State.Status}}' old)" = running ]
	still_decided old 2M
	# Nobody is called for a new one, so it starts, as without annotations.
	podman run --detach --name new --network=none --annotation ebpfmm.profile=kept \
		ebpfmm-test $tests/fault
	all_in 4K "$(sizes new)"
	# Nor for one that ends, whose configuration still names the hook.
	podman stop --time 20 old
	podman rm old
	podman rm --force --time 20 new

	rm $profiles/kept.json
	run -0 dpkg --purge ebpfmm
	[[ $output != *keeping* ]]
	unloaded
	nothing_installed
	[ "$(systemctl show --value --property LoadState ebpfmm.service)" != loaded ]
}

@test "a purge keeps what the operator made, and ends policies of containers, which go on" {
	mkdir -p /var/lib/prometheus/node-exporter /var/lib/ebpfmm/recordings
	echo '{}' >/var/lib/ebpfmm/recordings/web-1.jsonl
	systemctl enable --now ebpfmm-metrics.timer
	until [ -e /var/lib/prometheus/node-exporter/ebpfmm.prom ]; do
		systemctl is-active ebpfmm-metrics.timer
	done
	container old large
	all_in 2M "$(sizes old)"
	run -0 dpkg --purge ebpfmm
	[[ $output == *"keeping the operator's files in /etc/ebpfmm"* ]]
	[[ $output == *"keeping the operator's files in /var/lib/ebpfmm"* ]]
	[ "$(installed_files | sort)" = "/etc/ebpfmm
/var/lib/ebpfmm" ]
	[ "$(find /etc/ebpfmm /var/lib/ebpfmm -type f | sort)" = "$profiles/large.json
/var/lib/ebpfmm/recordings/web-1.jsonl" ]
	run ! systemctl is-active ebpfmm-metrics.timer
	unloaded
	[ "$(podman inspect --format '{{.State.Status}}' old)" = running ]
	still_decided old 4K
	rm -r /var/lib/ebpfmm
}
