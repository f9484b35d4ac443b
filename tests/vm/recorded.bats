# SPDX-License-Identifier: GPL-2.0-only
#
# Containers whose annotation has them recorded.

load helpers
load ../fails

damon=/sys/kernel/mm/damon/admin/kdamonds
recordings=/var/lib/ebpfmm/recordings
recorders=/sys/fs/cgroup/ebpfmm-recorders
config=/etc/ebpfmm/recordings.json
permissions=/etc/ebpfmm/permissions.json

patched()
{
	bpftool btf dump file /sys/kernel/btf/vmlinux | grep -q "STRUCT 'bpf_mm_ops'"
}

setup_file()
{
	work=$BATS_FILE_TMPDIR
	# shellcheck source=demo/containers.sh
	. /src/demo/containers.sh
	make_image ebpfmm-test $tests/fault $tests/planted
	# Emulated, that takes longer than a hook may.
	! patched || ebpfmm load
	ready syslog.py "$BATS_FILE_TMPDIR/syslog"
	echo "$pid" >"$BATS_FILE_TMPDIR/syslog.pid"
}

teardown_file()
{
	podman rmi --force ebpfmm-test >/dev/null
	kill "$(<"$BATS_FILE_TMPDIR/syslog.pid")"
}

setup()
{
	log=$BATS_FILE_TMPDIR/syslog
	work=$BATS_TEST_TMPDIR
	. /src/demo/containers.sh
	sysfs always
	rm -rf $profiles $recordings $config
	: >"$log"
}

teardown()
{
	for name in ${started-}; do
		stop "$name"
	done
	[ -z "${pid-}" ] || end_container
	[ ! -e $recorders-starting ] || echo 0 >$recorders-starting/cgroup.freeze || true
	while pgrep -x ebpfmm >/dev/null; do :; done
	umount $recordings 2>/dev/null || true
	rm -f $config $permissions
	[ ! -e "$BATS_TEST_TMPDIR/bin/real" ] || mv "$BATS_TEST_TMPDIR/bin/real" /usr/bin/systemd-run
	[ ! -d /run/systemd/system ] || rmdir /run/systemd/system
	ebpfmm gc
	cat "$log"
	all_gone
}

# all_gone: nothing is left of any recording but its file.
all_gone()
{
	[ "$(cat $damon/nr_kdamonds)" = 0 ]
	[ ! -e $recorders ]
	[ ! -e $recorders-starting ]
	nothing_left
}

# said ID TEXT: wait until the log has a line with both.
said()
{
	local tries=200
	until grep -q "container $1: .*$2" "$log"; do
		pgrep -x ebpfmm >/dev/null || ((tries-- > 0)) || return 1
	done
}

# recording NAME ID [NUMBER]: wait until there are so many, 1 by default, and each has data;
# their files are $files.
recording()
{
	local tries=200
	until
		mapfile -t files < <(find $recordings -name "$1-${2::12}-*.jsonl" 2>/dev/null |
			sort)
		[ ${#files[@]} = "${3:-1}" ] && grep -q resident "${files[-1]}" 2>/dev/null
	do
		pgrep -x ebpfmm >/dev/null || ((tries-- > 0)) || return 1
	done
}

# recorder [CGROUP]: wait until it is there, by default where it shares the CPU with
# others; its pid is $recorder.
recorder()
{
	until recorder=$(cat "${1-$recorders}/cgroup.procs" 2>/dev/null) && [ -n "$recorder" ]; do
		pgrep -x ebpfmm >/dev/null
	done
}

# annotate KEY VALUE…: the container's annotations.
annotate()
{
	annotations=$(jq -n '$ARGS.positional | [ range(0; length; 2) as $i |
		{ key: .[$i], value: .[$i + 1] } ] | from_entries' --args "$@")
}

# unrecorded REASON: the container runs, is not recorded, and one line says why.
unrecorded()
{
	run -0 --separate-stderr call_hook < <(state)
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *"container $id: is not recorded: "* ]]
	[[ $stderr =~ $1 ]]
	run ! pgrep -x ebpfmm
	[ ! -e $recordings ]
	nothing_left
}

@test "podman and crun: a container is recorded for its whole life" {
	local id recorder
	start crun test '^ready' --stop-signal=KILL --annotation ebpfmm.record=web ebpfmm-test \
		$tests/planted -s 300
	started="test"
	id=$(podman inspect --format '{{.Id}}' test)
	recording web "$id"
	ebpfmm doctor | grep "recordings: *being made: ${files[0]}"
	[ "$(stat -c '%a %u' $recordings "${files[0]}")" = $'700 0\n600 0' ]
	# It has nothing of the engine's.
	recorder
	[ "$(ps -o sid= -p "$recorder" | tr -d ' ')" = "$recorder" ]
	[ "$(readlink /proc/"$recorder"/fd/{0,1,2} /proc/"$recorder"/cwd)" = \
		$'/dev/null\n/dev/null\n/dev/null\n/' ]
	if patched; then
		ebpfmm list | grep ^@recording
		[ "$(awk '/^AnonHugePages:/ { sum += $2 } END { print sum }' \
			"/proc/$(pid_of test)/smaps")" = 0 ]
	fi
	until [ "$(grep -c interval "${files[0]}")" -gt 3 ]; do
		kill -0 "$recorder"
	done
	stop test
	started=
	said "$id" "recorded .* into ${files[0]}"
	while pgrep -x ebpfmm >/dev/null; do :; done
	all_gone
	tail -n 1 "${files[0]}" | jq -e 'has("end")'
	ebpfmm report "${files[0]}"
	ebpfmm report --json "${files[0]}" |
		jq -e '.regions | any((.program | endswith("/planted")) and .kind == "heap")'
}

@test "podman: restarted, and recorded again" {
	local id
	start crun test '^# ready' --annotation ebpfmm.record=web ebpfmm-test $tests/fault
	started="test"
	id=$(podman inspect --format '{{.Id}}' test)
	recording web "$id"
	podman --cgroup-manager=cgroupfs --runtime=crun restart test >/dev/null
	recording web "$id" 2
	said "$id" "recorded .* into ${files[0]}"
	until [ "$(grep -c . $recorders/cgroup.procs)" = 1 ]; do
		pgrep -x ebpfmm
	done
	tail -n 1 "${files[0]}" | jq -e 'has("end")'
}

@test "two at once, one of whose recorders is killed" {
	local first first_cgroup first_pid recorder
	new_container
	annotate ebpfmm.record first
	call_hook < <(state)
	recording first "$id"
	recorder
	first=$id first_cgroup=$cgroup first_pid=$pid
	new_container
	annotate ebpfmm.record second
	call_hook < <(state)
	recording second "$id"
	kill -9 "$recorder"
	while [ -e "/proc/$recorder" ]; do :; done
	kill -0 "$first_pid"
	[[ $(ebpfmm gc) == *'recordings: 1,'* ]]
	# It is off for a moment when it is told other ranges.
	until [ "$(cat $damon/1/state)" = on ]; do kill -0 "$pid"; done
	finish "$first_pid"
	remove_cgroup "$first_cgroup"
	call_hook < <(id=$first pid=0 annotations={} state stopped)
	kill -0 "$pid"
	end_container
	pid=
	said "$id" "recorded .* into ${files[0]}"
	while pgrep -x ebpfmm >/dev/null; do :; done
	[ ! -e $recorders ]
	[ "$(cat $damon/nr_kdamonds)" = 0 ]
}

@test "a container that starts has all of the CPU; then its recorder has its share" {
	local recorder
	new_container
	annotate ebpfmm.record web
	# Nobody leaves it.
	mkdir $recorders-starting
	echo 1 >$recorders-starting/cgroup.freeze
	call_hook < <(state)
	recorder $recorders-starting
	[ "$(<$recorders-starting/cpu.idle)" = 1 ]
	[ ! -e $recorders ]
	echo 0 >$recorders-starting/cgroup.freeze
	recorder
	[ "$(cat $recorders/cpu.{idle,weight})" = $'0\n10' ]
	[ "$(ps -o cls=,ni= -p "$recorder" | tr -d ' ')" = TS10 ]
	# It removes that after it has left.
	while [ -e $recorders-starting ]; do
		kill -0 "$recorder"
	done
	recording web "$id"
	end_container
	pid=
	said "$id" "recorded .* into ${files[0]}"
}

@test "with a profile, it is recorded as it is" {
	patched || skip "this kernel has not got the hook"
	fault_profile large '{ "64K": 900, "2M": 60000 }'
	new_container
	annotate ebpfmm.record web ebpfmm.profile large ebpfmm.required true
	call_hook < <(state)
	ebpfmm list | grep "^large .*$cgroup"
	all_in 2M "$(pages "$cgroup")"
	recording web "$id"
	end_container
	pid=
	said "$id" "recorded .* into ${files[0]}"
}

@test "a profile that fails: recorded, unless the container is refused" {
	new_container
	annotate ebpfmm.record web ebpfmm.profile no-such ebpfmm.required true
	run -1 call_hook < <(state)
	run ! pgrep -x ebpfmm
	annotate ebpfmm.record web ebpfmm.profile no-such
	call_hook < <(state)
	recording web "$id"
}

@test "names that are no names" {
	local name
	new_container
	for name in ../x /etc/x a/b .x ' ' $'a\nb' $'\e[2J' "$(printf '%064d' 0)"; do
		annotate ebpfmm.record "$name"
		unrecorded 'is not a valid recording name'
	done
	annotations='{ "ebpfmm.record": 7 }'
	unrecorded 'is not a string'
	annotations='{ "ebpfmm.record/web": "x" }'
	unrecorded 'ebpfmm.record/web'
	annotate ebpfmm.record '' ebpfmm.required true
	run -0 --separate-stderr call_hook < <(state)
	[ -z "$output$stderr" ]
}

@test "what the operator forbids" {
	new_container
	annotate ebpfmm.record web ebpfmm.required true
	echo '{ "allowed": false }' >$config
	unrecorded 'recordings.json forbids'
	echo '{ "allow": false }' >$config
	unrecorded 'recordings.json: .*allow'
	rm $config
	echo '{ "version": 1, "rules": [ { "profiles": [], "required": true } ] }' >$permissions
	unrecorded '`ebpfmm.record` is not permitted by rules\[0\]'
	echo '{ "version": 1, "rules": [ { "profiles": [], "record": true } ] }' >$permissions
	echo '{ "max_count": 1, "max_size": 2000 }' >$config
	# Of a process that does nothing, such a file takes minutes.
	within "$cgroup" planted 300 >/dev/null 3>&- &
	call_hook < <(state)
	said "$id" 'which has its largest size'
	recording web "$id"
	[ "$(stat -c %s "${files[0]}")" -lt 200000 ]
	tail -n 1 "${files[0]}" | jq -e 'has("end")'
	# It has larger pages again.
	while pgrep -x ebpfmm >/dev/null; do :; done
	nothing_left
	kill -0 "$pid"
	call_hook < <(state)
	said "$id" 'has 1 recordings, and .* permits 1'
	while pgrep -x ebpfmm >/dev/null; do :; done
	nothing_left
}

@test "a disk that is full" {
	new_container
	mkdir -p $recordings
	mount -t tmpfs -o size=8k none $recordings
	head -c 4096 /dev/zero >$recordings/rest
	within "$cgroup" planted 300 >/dev/null 3>&- &
	annotate ebpfmm.record web
	call_hook < <(state)
	said "$id" 'its recording ends after .* No space left on device'
	while pgrep -x ebpfmm >/dev/null; do :; done
	kill -0 "$pid"
	nothing_left
}

@test "DAMON in use by somebody else" {
	new_container
	echo 1 >$damon/nr_kdamonds
	annotate ebpfmm.record web
	call_hook < <(state)
	said "$id" 'somebody else uses DAMON'
	while pgrep -x ebpfmm >/dev/null; do :; done
	[ "$(cat $damon/nr_kdamonds)" = 1 ]
	echo 0 >$damon/nr_kdamonds
	kill -0 "$pid"
	[ -z "$(ls $recordings)" ]
}

@test "where systemd runs the node, it is asked for a service" {
	local bin=$BATS_TEST_TMPDIR/bin
	new_container
	annotate ebpfmm.record web
	mkdir -p /run/systemd/system "$bin"
	mv /usr/bin/systemd-run "$bin/real"
	cat >/usr/bin/systemd-run <<-END
		#!/bin/bash
		echo "\$@" >"$bin/asked"
		while [ "\$1" != -- ]; do shift; done
		shift
		INVOCATION_ID=1 setsid "\$@" &
	END
	chmod 755 /usr/bin/systemd-run
	call_hook < <(state)
	recording web "$id"
	grep -e "--no-block --unit=ebpfmm-record-${id::12}-[0-9]* .* -- /usr/bin/ebpfmm record" \
		"$bin/asked"
	[ ! -e $recorders ]
	end_container
	pid=
	said "$id" "recorded .* into ${files[0]}"
	printf '#!/bin/sh\nexit 1\n' >/usr/bin/systemd-run
	new_container
	annotate ebpfmm.record web
	call_hook < <(state)
	said "$id" 'is not recorded: systemd-run failed with status'
}
