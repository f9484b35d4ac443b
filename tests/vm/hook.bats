# SPDX-License-Identifier: GPL-2.0-only
#
# The hook, called as a runtime calls it. A failure never stops a container,
# unless it is annotated so, and is told in one line.

load helpers

setup()
{
	sysfs madvise madvise
	rm -rf $profiles
	fault_profile large '{ "64K": 900, "2M": 60000 }'
	fault_profile medium '{ "64K": 900 }'
	ebpfmm load
}

teardown()
{
	[ -z "${pid-}" ] || end_container
	[ -z "${log-}" ] || end_log
	[ -z "${printk-}" ] || dmesg --console-level "$printk"
	rm -f /etc/ebpfmm/permissions.json
	ebpfmm gc
	nothing_left
}

# begin_log [FILE]: the system's log, of syslog.py(1), in $log.
begin_log()
{
	ready syslog.py "$@"
	log=$pid
	pid=
}

end_log()
{
	finish "$log"
	rm -f /dev/log
	log=
}

# annotate KEY VALUE…: the container's annotations.
annotate()
{
	annotations=$(jq -n '$ARGS.positional | [ range(0; length; 2) as $i |
		{ key: .[$i], value: .[$i + 1] } ] | from_entries' --args "$@")
}

# refuses REASON: the container runs, without a policy and with one line that
# has its id and the reason; where it is required, it does not run.
refuses()
{
	local reason=$1
	run -0 --separate-stderr call_hook < <(state)
	# shellcheck disable=SC2154
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *"$id"* ]]
	[[ $stderr =~ $reason ]]
	nothing_left
	annotations=$(jq '. + { "ebpfmm.required": "true" }' <<<"$annotations")
	run -1 call_hook < <(state)
	nothing_left
}

# stopped [MESSAGE]: poststop of container $id is told in one line that
# has its id and the message; without one it is silent. It always succeeds, so the
# status alone says nothing.
stopped()
{
	run -0 --separate-stderr call_hook < <(pid=0 state stopped)
	echo "$stderr"
	[ -z "$output" ]
	if [ $# = 0 ]; then
		[ -z "$stderr" ]
	else
		[ "$(grep -c . <<<"$stderr")" = 1 ]
		[[ $stderr == *"container $id"*"$1"* ]]
	fi
}

# passes: the hook does nothing at all and says nothing.
passes()
{
	run -0 --separate-stderr call_hook < <(state)
	[ -z "$output$stderr" ]
	nothing_left
}

@test "a profile is attached, recorded, and taken away at poststop" {
	new_container large.json
	run -0 --separate-stderr call_hook < <(state)
	attached "$cgroup"
	[ -e "/run/ebpfmm/$id.json" ]
	all_in 2M "$(pages "$cgroup")"
	ebpfmm list --json | jq -e --arg id "$(stat -c %i "$cgroup")" \
		'[.. | scalars | tostring] | any(. == $id)'
	end_container
	annotations={} stopped 'its policy was removed'
	nothing_left
	pid=
}

@test "a profile has one name, with .json in the annotation or without" {
	local name
	for name in large large.json; do
		new_container $name
		run -0 --separate-stderr call_hook < <(state)
		[[ $stderr == *"$id: profile large is attached"* ]]
		ebpfmm list | grep -F "$cgroup" | grep '^large '
		ebpfmm list --json | jq -e --arg cgroup "$cgroup" '.[] |
			select(.cgroup == $cgroup) | .profile == "large" and
			has("name") == false'
		end_container
		annotations={} stopped 'its policy was removed'
		nothing_left
		pid=
	done
}

@test "crun says 'created' where runc says 'creating'" {
	new_container large.json
	run -0 call_hook < <(state created)
	attached "$cgroup"
}

@test "poststop twice" {
	new_container large.json
	call_hook < <(state)
	end_container
	stopped 'its policy was removed'
	stopped
	nothing_left
	pid=
}

@test "poststop of a container that never had a policy" {
	new_container large.json
	stopped
}

@test "poststop that fails: told of a container that has ended, required or not" {
	new_container large.json
	call_hook < <(state)
	end_container
	annotate ebpfmm.profile large.json ebpfmm.required true
	mv /run/ebpfmm /run/ebpfmm.aside
	touch /run/ebpfmm
	run -0 --separate-stderr call_hook < <(pid=0 state stopped)
	rm /run/ebpfmm
	mv /run/ebpfmm.aside /run/ebpfmm
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *"$id has ended"*/run/ebpfmm* ]]
	stopped 'its policy was removed'
	nothing_left
	pid=
}

@test "poststop that never ran: gc clears" {
	new_container large.json
	call_hook < <(state)
	end_container
	pid=
	ebpfmm gc
	nothing_left
}

@test "poststop that never ran: the next container's hook clears" {
	new_container large.json
	call_hook < <(state)
	old=$id
	end_container
	new_container large.json
	call_hook < <(state)
	[ ! -e "/run/ebpfmm/$old.json" ]
	[ "$(leftovers | grep -c struct_ops)" = 1 ]
}

@test "two containers in one cgroup: the last one's policy stays until its own end" {
	new_container large.json
	call_hook < <(state)
	first=$id
	id=second-$pid annotations=$(annotation medium.json)
	call_hook < <(state)
	second=$id
	id=$first stopped 'its policy was removed'
	attached "$cgroup"
	all_in 64K "$(pages "$cgroup")"
	[ ! -e "/run/ebpfmm/$first.json" ]
	[ -e "/run/ebpfmm/$second.json" ]
	ebpfmm list | grep -F "$cgroup" | grep ^medium
	id=$second stopped 'its policy was removed'
	run ! attached "$cgroup"
	nothing_left
}

@test "a container that leaves a cgroup it shared leaves the other's policy there" {
	new_container large.json
	shared=$cgroup shared_pid=$pid first=$id
	call_hook < <(state)
	id=second-$pid annotations=$(annotation medium.json)
	second=$id
	call_hook < <(state)
	# The first one again, elsewhere.
	new_container large.json
	id=$first
	call_hook < <(state)
	attached "$cgroup"
	all_in 64K "$(pages "$shared")"
	[ -e "/run/ebpfmm/$second.json" ]
	finish "$shared_pid"
	remove_cgroup "$shared"
	id=$second stopped 'its policy was removed'
}

@test "no annotation" {
	new_container
	annotate org.example.other x
	passes
}

@test "an empty value opts out" {
	new_container ''
	passes
}

@test "an annotation for one container of a pod goes before the pod's" {
	new_container
	annotate ebpfmm.profile large.json ebpfmm.profile/web medium.json \
		io.kubernetes.container.name web
	call_hook < <(state)
	all_in 64K "$(pages "$cgroup")"
}

@test "an annotation for another container of the pod does not count" {
	new_container
	annotate ebpfmm.profile large.json ebpfmm.profile/web medium.json \
		io.kubernetes.container.name db
	call_hook < <(state)
	all_in 2M "$(pages "$cgroup")"
}

@test "an annotation for one container of a pod, and nothing tells which this is" {
	new_container
	annotate ebpfmm.profile/web large.json
	refuses 'runs without a policy: .*`ebpfmm.profile/web`.*which one this is'
}

@test "one container of a pod opts out" {
	new_container
	annotate ebpfmm.profile large.json ebpfmm.profile/web '' \
		io.kubernetes.container.name web
	passes
}

@test "a rule permits a profile to a namespace, and not to another one" {
	new_container
	echo '{ "version": 1, "rules": [ { "namespaces": ["shop"], "profiles": ["large"],
		"required": true } ] }' >/etc/ebpfmm/permissions.json
	annotate ebpfmm.profile large ebpfmm.required true io.kubernetes.pod.namespace shop
	run -0 call_hook < <(state)
	attached "$cgroup"
	stopped 'its policy was removed'
	annotate ebpfmm.profile large ebpfmm.required true io.kubernetes.pod.namespace bank
	run -0 --separate-stderr call_hook < <(state)
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *"runs without a policy: "*"no rule of"*"(namespace bank)"* ]]
	nothing_left
}

@test "required, and all is well" {
	new_container
	annotate ebpfmm.profile large.json ebpfmm.required true
	run -0 call_hook < <(state)
	attached "$cgroup"
}

@test "unknown profile name" {
	new_container no-such-profile
	refuses no-such-profile
}

@test "profile name with a slash" {
	new_container ../profiles/large
	refuses '\.\./profiles/large'
}

@test "profile name that is all dots" {
	new_container ..
	refuses '\.\.'
}

@test "profile name with control characters" {
	new_container $'large\n\033[31m'
	refuses large
	[[ $stderr != *$'\033'* ]]
}

@test "profile name of a megabyte" {
	new_container
	annotations=$(head -c 1M /dev/zero | tr '\0' a | jq -R '{ "ebpfmm.profile": . }')
	run -0 call_hook < <(state)
	nothing_left
}

@test "profile that is no JSON" {
	new_container broken.json
	echo '{ "version": 1, ' >$profiles/broken.json
	refuses 'broken'
}

@test "profile with a semantic error: the place is named" {
	new_container wrong.json
	profile wrong $tests/fault '[ { "anchor": { "area": "heap" },
		"benefit_ns": { "3K": 1 } } ]'
	refuses 'programs\[0\]\.regions\[0\]\.benefit_ns'
}

@test "profile for a program that is not in the image" {
	new_container absent.json
	profile absent /usr/bin/no-such-program '[]' '{ "benefit_ns": {} }'
	refuses '/usr/bin/no-such-program'
}

@test "profile with a symbol that is not there" {
	new_container symbol.json
	profile symbol $tests/fault '[ {
		"anchor": { "symbol": "no_such_table" }, "benefit_ns": {} } ]'
	refuses 'no_such_table'
}

@test "profile whose program is a FIFO in the image" {
	new_container fifo.json
	mkfifo "$BATS_TEST_TMPDIR/program"
	profile fifo "$BATS_TEST_TMPDIR/program" '[]' '{ "benefit_ns": {} }'
	refuses program
}

@test "config.json missing" {
	new_container large.json
	rm "$bundle/config.json"
	refuses 'config\.json'
}

@test "config.json is in the working directory, the bundle in the state wrong" {
	new_container large.json
	run -0 call_hook < <(state | jq '.bundle = "/nonexistent"')
	attached "$cgroup"
}

@test "config.json is not read when the state tells the root, as crun's does" {
	new_container large.json
	told=$(jq .root.path "$bundle/config.json")
	rm "$bundle/config.json"
	run -0 call_hook < <(state | jq --argjson told "$told" '.root = $told')
	attached "$cgroup"
}

@test "the state's root is relative: config.json is read" {
	new_container large.json
	run -0 call_hook < <(state | jq '.root = "elsewhere"')
	attached "$cgroup"
}

@test "the state's root is not there" {
	new_container large.json
	run -0 --separate-stderr call_hook < <(state | jq '.root = "/nonexistent"')
	[[ $stderr == *"$id"*/nonexistent* ]]
	nothing_left
}

@test "the process that loads the policy is killed: the hook says so" {
	new_container large.json
	ebpfmm unload
	# The hook itself makes no such call before it has a child.
	call_hook() { (cd "$bundle" && strace -f -qqq -o trace -e trace=prctl \
		-e inject=prctl:signal=KILL:when=1 "$hook"); }
	refuses 'killed by signal 9'
	grep -q "killed by SIGKILL" "$bundle/trace"
}

@test "the hook crashes: it says so, and nothing else is decided" {
	new_container large.json
	call_hook() { (cd "$bundle" && strace -f -qqq -o trace -e trace=bpf \
		-e inject=bpf:signal=SEGV:when=1 "$hook"); }
	refuses 'crashed with signal 11'
	grep -q -- "--- SIGSEGV" "$bundle/trace"
}

@test "a file system that never answers: the hook ends in time" {
	mkdir "$BATS_TEST_TMPDIR"/{lower,upper,work,merged}
	merged=$BATS_TEST_TMPDIR/merged
	cp $tests/fault "$BATS_TEST_TMPDIR/lower"
	fuse-overlayfs -f -o "lowerdir=$BATS_TEST_TMPDIR/lower" \
		-o "upperdir=$BATS_TEST_TMPDIR/upper,workdir=$BATS_TEST_TMPDIR/work" \
		"$merged" 3>&- &
	server=$!
	until mountpoint -q "$merged"; do kill -0 "$server"; done
	profile silent "$merged/fault" '[]' '{ "benefit_ns": {} }'
	new_container silent.json
	kill -STOP "$server"
	run -0 --separate-stderr call_hook < <(state)
	kill -CONT "$server"
	umount "$merged"
	wait "$server"
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *"$id: runs without a policy: the hook timed out"* ]]
}

# forks: how many processes were made in $bundle/trace? A thread is none.
forks()
{
	grep -E '(clone3?|v?fork)\(' "$bundle/trace" | grep -vc CLONE_THREAD || true
}

@test "what is known of an image is not read again, and nothing is forked" {
	rm -rf /run/ebpfmm/cache
	# On a disk, and old enough to be remembered.
	image=$(mktemp -d /var/lib/hook.XXXXXX)
	cp $tests/fault "$image"
	while (($(date +%s) <= $(stat -c %Z "$image/fault") + 3)); do :; done
	profile remembered "$image/fault" '[]' '{ "benefit_ns": { "64K": 900 } }'
	new_container remembered.json
	call_hook() { (cd "$bundle" && strace -f -y -qqq -o trace \
		-e trace=clone,clone3,fork,vfork,pread64 "$hook"); }
	call_hook < <(state)
	attached "$cgroup"
	[ "$(forks)" = 1 ]
	grep "pread64(.*$image/fault" "$bundle/trace"
	stopped 'its policy was removed'
	run ! attached "$cgroup"
	call_hook < <(state)
	rm -r "$image"
	attached "$cgroup"
	[ "$(forks)" = 0 ]
	run ! grep "pread64(.*$image/fault" "$bundle/trace"
	grep -q CLONE_THREAD "$bundle/trace"
}

# breaks HOW: a container whose program is read by a process that is made to HOW at its
# first read. The hook itself makes none.
breaks()
{
	rm -rf /run/ebpfmm/cache
	new_container large.json
	call_hook() { (cd "$bundle" && strace -f -qqq -o trace -e trace=pread64 \
		-e inject="pread64:$how:when=1" "$hook"); }
	local how=$1
	refuses "$tests/fault: its reader was killed by signal $2 "
}

@test "a reader that makes a system call it needs not is ended, and the hook says so" {
	# To return an error, strace turns the call into one that does not exist.
	breaks error=ENOSYS 31
	grep -q "killed by SIGSYS" "$bundle/trace"
}

@test "a reader that crashes: the hook says so" {
	breaks signal=SEGV 11
}

@test "memory runs out while a program is read: the hook says so" {
	/usr/lib/ebpfmm/bench/big_program "$BATS_TEST_TMPDIR/big" 1000000 100
	profile big "$BATS_TEST_TMPDIR/big" '[ {
		"anchor": { "symbol": "object_500000" }, "benefit_ns": {} } ]'
	new_container big.json
	# What a runtime was given, and the hook with it.
	narrow=$(mktemp -d /sys/fs/cgroup/narrow.XXXXXX)
	echo 16M >"$narrow/memory.max"
	echo 0 >"$narrow/memory.swap.max" || true
	call_hook() { (cd "$bundle" && echo $BASHPID >"$narrow/cgroup.procs" &&
		exec "$hook"); }
	# The kernel reports what it kills with a call trace, which vm/run takes for
	# a complaint: not to the console, meanwhile.
	printk=$(cut -f 1 /proc/sys/kernel/printk)
	dmesg --console-level 4
	refuses "$BATS_TEST_TMPDIR/big: its reader was killed by signal 9"
	grep -q '^oom_kill [1-9]' "$narrow/memory.events"
	remove_cgroup "$narrow"
}

@test "a log that takes no line is not waited for" {
	call_hook() { (cd "$bundle" && exec timeout 15 "$hook"); }
	begin_log
	new_container large.json
	run -0 --separate-stderr call_hook < <(state)
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *"$id"*"is attached"* ]]
	attached "$cgroup"
	stopped 'its policy was removed'
	nothing_left
	annotations=$(annotation no-such-profile)
	refuses no-such-profile
}

@test "nobody listens on stderr: the log is told, and the container runs" {
	begin_log "$BATS_TEST_TMPDIR/log"
	new_container no-such-profile
	exec {closed}> >(:)
	wait $!
	call_hook < <(state) 2>&"$closed"
	exec {closed}>&-
	grep "$id.*no-such-profile" "$BATS_TEST_TMPDIR/log"
}

@test "config.json malformed" {
	new_container large.json
	echo '{' >"$bundle/config.json"
	refuses 'config\.json'
}

@test "state truncated at every tenth byte" {
	new_container large.json
	state >"$BATS_TEST_TMPDIR/state"
	size=$(stat -c %s "$BATS_TEST_TMPDIR/state")
	for ((cut = 0; cut < size - 2; cut += size / 10)); do
		run -0 --separate-stderr call_hook \
			< <(head -c $cut "$BATS_TEST_TMPDIR/state")
		[ "$(grep -c . <<<"$stderr")" = 1 ]
		[[ $stderr == *"runs without a policy: state: "* ]]
		nothing_left
	done
}

@test "state huge" {
	new_container large.json
	run -0 --separate-stderr timeout 60 bash -c 'cd "$0" && exec "$@"' \
		"$bundle" "$hook" < <(head -c 256M /dev/zero | tr '\0' ' '; state)
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *"state: longer than"* ]]
	nothing_left
}

@test "state with unknown keys" {
	new_container large.json
	run -0 call_hook < <(state |
		jq '. + { owner: "root", created: { deep: [[[[1]]]] } }')
	attached "$cgroup"
}

@test "state with an id that is a path" {
	new_container large.json
	run -0 --separate-stderr call_hook < <(state | jq '.id = "../../etc/x"')
	[[ $stderr == *"id"*"is not valid"* ]]
	nothing_left
	[ ! -e /etc/x.json ]
}

@test "a pid that died" {
	new_container large.json
	state >"$BATS_TEST_TMPDIR/state"
	finish "$pid"
	run -0 --separate-stderr call_hook <"$BATS_TEST_TMPDIR/state"
	[[ $stderr == *"$id: runs without a policy: "*"process $pid"* ]]
	nothing_left
}

@test "a pid in the root cgroup: that would reach further than a container" {
	new_container large.json
	echo "$pid" >/sys/fs/cgroup/cgroup.procs
	refuses 'has no cgroup of its own'
}

@test "no cgroup v2" {
	new_container large.json
	run -0 --separate-stderr unshare --mount bash -c '
		umount -l /sys/fs/cgroup && cd "$0" && exec "$@"' \
		"$bundle" "$hook" < <(state)
	echo "$stderr"
	[[ $stderr == *"$id"* ]]
	[[ $stderr == *cgroup* ]]
	nothing_left
}

@test "no privilege" {
	new_container large.json
	run -0 --separate-stderr setpriv --reuid=65534 --regid=65534 \
		--clear-groups --bounding-set=-all \
		bash -c 'exec "$@"' sh "$hook" < <(state)
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *"no privilege over this node"* ]]
	nothing_left
}

@test "a hierarchy of cgroup v1 beside v2 is no hindrance" {
	v1=$BATS_TEST_TMPDIR/v1
	mkdir "$v1"
	mount -t cgroup -o none,name=beside beside "$v1"
	new_container large.json
	grep -q 'name=beside' "/proc/$pid/cgroup"
	run -0 --separate-stderr call_hook < <(state)
	doctor=$(ebpfmm doctor --json) || true
	umount "$v1"
	echo "$stderr" "$doctor"
	attached "$cgroup"
	jq -e 'any(.findings[]; .subject == "cgroup" and .finding == "ok")' <<<"$doctor"
}

@test "cgroup v2 at an unusual place" {
	new_container large.json
	# As systemd has it where v1 and v2 are used together.
	run -0 --separate-stderr unshare --mount bash -c '
		umount -l /sys/fs/cgroup && mount -t tmpfs tmpfs /sys/fs/cgroup &&
		mkdir /sys/fs/cgroup/unified &&
		mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified &&
		cd "$0" && exec "$@"' "$bundle" "$hook" < <(state)
	echo "$stderr"
	attached "$cgroup"
}

@test "a node where cgroup v1 accounts for memory" {
	new_container large.json
	printf '%s\n' "5:cpuset:/memory" "4:cpu,memory:/" "0::${cgroup#/sys/fs/cgroup}" \
		>"$BATS_TEST_TMPDIR/lines"
	run -0 --separate-stderr unshare --mount bash -c '
		mount --bind "$1" "/proc/$2/cgroup" && cd "$3" && exec "$0"' \
		"$hook" "$BATS_TEST_TMPDIR/lines" "$pid" "$bundle" < <(state)
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *"$id"*"memory controller is on cgroup v1"* ]]
	nothing_left
	# Of other controllers it does not matter.
	sed -i 's/cpu,memory/cpu,pids/' "$BATS_TEST_TMPDIR/lines"
	run -0 unshare --mount bash -c '
		mount --bind "$1" "/proc/$2/cgroup" && cd "$3" && exec "$0"' \
		"$hook" "$BATS_TEST_TMPDIR/lines" "$pid" "$bundle" < <(state)
	attached "$cgroup"
}

@test "bpffs not mounted" {
	new_container large.json
	ebpfmm unload
	run -0 --separate-stderr unshare --mount bash -c '
		umount -l /sys/fs/bpf && cd "$0" && exec "$@"' \
		"$bundle" "$hook" < <(state)
	echo "$stderr"
	[[ $stderr == *"$id"* ]]
	[[ $stderr == */sys/fs/bpf* ]]
	nothing_left
}

@test "the cgroup is removed by force while attached" {
	new_container large.json
	call_hook < <(state)
	finish "$pid"
	remove_cgroup "$cgroup"
	# The kernel has let go of the policy already; a pin may be left.
	[ -z "$(bpftool -j link show | jq '.[] |
		select(.type == "struct_ops" and (.cgroup_id // 0) != 0)')" ]
	stopped 'its policy was removed'
	nothing_left
	pid=
}

@test "ten hooks at once" {
	new_container large.json
	first_cgroup=$cgroup first_pid=$pid
	for n in 0 1 2 3 4 5 6 7 8 9; do
		mkdir "$first_cgroup.$n"
		ready within "$first_cgroup.$n" $tests/fault --size 4K
		pids[n]=$pid id=many-$n
		state >"$BATS_TEST_TMPDIR/state.$n"
	done
	for n in 0 1 2 3 4 5 6 7 8 9; do
		call_hook <"$BATS_TEST_TMPDIR/state.$n" 3>&- &
		hooks[n]=$!
	done
	for n in 0 1 2 3 4 5 6 7 8 9; do
		wait "${hooks[n]}"
		attached "$first_cgroup.$n"
	done
	for n in 0 1 2 3 4 5 6 7 8 9; do
		finish "${pids[n]}"
		remove_cgroup "$first_cgroup.$n"
	done
	pid=$first_pid cgroup=$first_cgroup
}
