# SPDX-License-Identifier: GPL-2.0-only
#
# Containers, under both runtimes, alone and under podman.

load helpers

permissions=/etc/ebpfmm/permissions.json

setup_file()
{
	work=$BATS_FILE_TMPDIR
	# shellcheck source=demo/containers.sh
	. /src/demo/containers.sh
	make_image ebpfmm-test $tests/fault
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
	work=$BATS_TEST_TMPDIR
	. /src/demo/containers.sh
	sysfs madvise madvise
	rm -rf $profiles
	fault_profile large '{ "64K": 900, "2M": 60000 }'
	ebpfmm load
}

teardown()
{
	for name in ${started-}; do
		stop "$name"
	done
	if [ -n "${runtime-}" ]; then
		"$runtime" delete --force restored
	fi
	rm -f $permissions
	remove_cgroup /sys/fs/cgroup/tenants
	ebpfmm gc
	nothing_left
}

# A container that podman runs, in the page size $1 expected.
podman_gets()
{
	local size=$1 runtime=$2
	shift 2
	start "$runtime" test '^# ready' "$@" ebpfmm-test $tests/fault
	started="test"
	all_in "$size" "$(pagesizes --json "$(pid_of test)" "$work/test.out")"
}

@test "podman and crun: an annotated container has its profile" {
	podman_gets 2M crun --annotation ebpfmm.profile=large.json
	[ -n "$(leftovers)" ]
	stop test
	started=
	nothing_left
}

@test "podman and runc: an annotated container has its profile" {
	podman_gets 2M runc --annotation ebpfmm.profile=large.json
	[ -n "$(leftovers)" ]
	stop test
	started=
	nothing_left
}

@test "podman and crun: a container without annotation has nothing" {
	podman_gets 4K crun
	nothing_left
}

@test "podman and runc: a container without annotation has nothing" {
	podman_gets 4K runc
	nothing_left
}

@test "podman: an annotation that only looks similar has nothing" {
	podman_gets 4K crun --annotation xebpfmm.profile=large.json \
		--annotation ebpfmmxprofile=large.json
	nothing_left
}

# logged NAME REASON: one line for that container, with the reason.
logged()
{
	local id line
	id=$(podman inspect --format '{{.Id}}' "$1")
	line=$(grep "$id" "$BATS_FILE_TMPDIR/syslog")
	echo "$line"
	[ "$(wc -l <<<"$line")" = 1 ]
	[[ $line =~ $2 ]]
}

@test "podman and crun: an unknown profile does not stop a container" {
	podman_gets 4K crun --annotation ebpfmm.profile=no-such-profile
	nothing_left
	logged test no-such-profile
}

@test "podman and runc: an unknown profile does not stop a container" {
	podman_gets 4K runc --annotation ebpfmm.profile=no-such-profile
	nothing_left
	logged test no-such-profile
}

@test "podman and crun: an unknown profile stops one that requires it" {
	run ! start crun refused '^# ready' \
		--annotation ebpfmm.profile=no-such-profile \
		--annotation ebpfmm.required=true ebpfmm-test $tests/fault
	podman --cgroup-manager=cgroupfs rm --force refused
	nothing_left
}

@test "podman and runc: an unknown profile stops one that requires it" {
	run ! start runc refused '^# ready' \
		--annotation ebpfmm.profile=no-such-profile \
		--annotation ebpfmm.required=true ebpfmm-test $tests/fault
	podman --cgroup-manager=cgroupfs rm --force refused
	nothing_left
}

# --- who may ask for what ----------------------------------------------------------

# What a rule is about is tried on the machine's own kernel, by tests/host/permissions.bats.
@test "podman: a rule permits a profile below one --cgroup-parent, and nowhere else" {
	echo '{ "version": 1, "rules": [
		{ "cgroups": ["/tenants"], "profiles": ["large"] } ] }' >$permissions
	podman_gets 2M crun --cgroup-parent=/tenants --annotation ebpfmm.profile=large.json
	stop test
	podman_gets 4K runc --annotation ebpfmm.profile=large.json
	logged test "profile .large\.json. is not permitted: no rule of $permissions"
}

@test "podman: required that is not permitted stops nobody" {
	echo '{ "version": 1, "rules": [ { "profiles": ["*"] } ] }' >$permissions
	podman_gets 4K crun --annotation ebpfmm.profile=no-such-profile \
		--annotation ebpfmm.required=true
	logged test 'no-such-profile.*; `ebpfmm.required` is not permitted by rules\[0\]'
}

@test "podman: a profile that is not permitted stops one that may require it" {
	echo '{ "version": 1, "rules": [ { "profiles": ["x"], "required": true } ] }' \
		>$permissions
	run ! start crun refused '^# ready' --annotation ebpfmm.profile=large.json \
		--annotation ebpfmm.required=true ebpfmm-test $tests/fault
	logged refused 'refused: profile `large.json` is not permitted by rules\[0\]'
	podman --cgroup-manager=cgroupfs rm --force refused
	nothing_left
}

@test "podman: while the file is broken, containers run without a policy" {
	echo '{ "version": 1, "rules": [ { "profile": ["*"] } ] }' >$permissions
	podman_gets 4K crun --annotation ebpfmm.profile=large.json \
		--annotation ebpfmm.required=true
	logged test 'nothing is permitted: .*rules\[0\]\.profile: unknown key'
}

# --- runtimes ----------------------------------------------------------------------

# With each runtime, without an engine, the hook at each stage it can be at.
stage()
{
	new_bundle "$BATS_TEST_TMPDIR/$1-$2" "$2 poststop" \
		'{ "ebpfmm.profile": "large.json" }' $tests/fault
	ready "$1" run --bundle "$BATS_TEST_TMPDIR/$1-$2" "$1-$2"
	first=$("$1" state "$1-$2" | jq .pid)
	all_in 2M "$(pagesizes --json "$first" "$BATS_TEST_TMPDIR/ready")"
	"$1" kill "$1-$2" TERM
	wait "$pid" || true
	nothing_left
}

@test "crun: the hook at createRuntime" { stage crun createRuntime; }
@test "crun: the hook at prestart" { stage crun prestart; }
@test "runc: the hook at createRuntime" { stage runc createRuntime; }
@test "runc: the hook at prestart" { stage runc prestart; }

# restored RUNTIME: a container with a profile is checkpointed before it touches its
# memory, and restored; its process is $first, its cgroup $cgroup.
restored()
{
	local dir=$BATS_TEST_TMPDIR/restored
	runtime=$1
	cgroup=/sys/fs/cgroup/restored
	new_bundle "$dir" "createRuntime poststop" \
		'{ "ebpfmm.profile": "large.json" }' $tests/fault --hold
	# For one of its own, CRIU needs iptables(8).
	jq '.linux.namespaces |= map(select(.type != "network"))' "$dir/config.json" \
		>"$dir/config"
	mv "$dir/config" "$dir/config.json"
	mkfifo "$dir/out"
	exec 8<>"$dir/out"
	# A pipe without a name, as an engine's, which a restore can replace.
	"$1" run --detach --bundle "$dir" restored </dev/null \
		> >(exec cat >"$dir/out" 3>&- 8>&-) 2>&1 3>&- 8>&-
	IFS= read -r range <&8
	IFS= read -r line <&8
	[ "$line" = '# ready' ]
	attached "$cgroup"
	if ! "$1" checkpoint --work-path "$dir" --image-path "$dir/images" restored 8>&-; then
		grep Error "$dir"/*.log
		return 1
	fi
	# It ended, as far as the hook can tell.
	nothing_left
	"$1" restore --detach --work-path "$dir" --image-path "$dir/images" \
		--bundle "$dir" restored </dev/null \
		> >(exec cat >"$dir/out" 3>&- 8>&-) 2>&1 3>&- 8>&-
	first=$("$1" state restored | jq .pid)
}

# touched: it touches its memory; bytes by page size, as JSON.
touched()
{
	local pages
	kill -USR1 "$first"
	until pages=$(pagesizes --json "$first" - <<<"$range") &&
		jq -e '.[0] | ([.bytes[]] | add) == .end - .start' <<<"$pages" >/dev/null
	do
		kill -0 "$first"
	done
	echo "$pages"
}

# CRIU tells a runtime of a network namespace only, which is where runc calls hooks.
without_policy()
{
	restored "$1"
	[ -z "$(leftovers)" ]
	ebpfmm attach --cgroup "$cgroup" --rootfs "/proc/$first/root" $profiles/large.json
	all_in 2M "$(touched)"
}

@test "crun: restored from a checkpoint without its policy, until it is attached by hand" {
	without_policy crun
}

@test "runc: the same, with the network of the host" {
	without_policy runc
}

@test "a runtime whose poststop never runs: gc clears" {
	new_bundle "$BATS_TEST_TMPDIR/never" createRuntime \
		'{ "ebpfmm.profile": "large.json" }' $tests/fault --quit
	crun run --bundle "$BATS_TEST_TMPDIR/never" never
	[ -e /run/ebpfmm/never.json ]
	ebpfmm gc
	nothing_left
}
