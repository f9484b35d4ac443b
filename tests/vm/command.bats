# SPDX-License-Identifier: GPL-2.0-only
#
# The command `ebpfmm`: exit codes, one line that says why, and JSON. What it does with
# files alone is in tests/host/command.bats.

load helpers

# Of the system calls that fail in turn every so manieth does. For make stress: each.
step=3
[ -z "${EBPFMM_THOROUGH-}" ] || step=1
load ../fails

setup()
{
	sysfs madvise madvise
	rm -rf $profiles
	fault_profile large '{ "64K": 900, "2M": 60000 }'
	new_cgroup
}

teardown()
{
	remove_cgroup "$cgroup"
	ebpfmm gc
	nothing_left
}

@test "load and unload, twice each" {
	ebpfmm load
	ebpfmm load
	[ "$(stat -c %a $pins)" = 700 ]
	ebpfmm unload
	ebpfmm unload
	unloaded
}

@test "unload is refused while something is attached" {
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	fails 1 'attached to 1 cgroup' ebpfmm unload
	all_in 2M "$(pages "$cgroup")"
	ebpfmm detach --cgroup "$cgroup"
	ebpfmm unload
	unloaded
}

@test "attach to what is no cgroup" {
	fails 1 /nonexistent ebpfmm attach --cgroup /nonexistent \
		$profiles/large.json
	fails 1 /etc ebpfmm attach --cgroup /etc $profiles/large.json
	nothing_left
}

@test "a failed attach leaves the first profile as it was" {
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	jq '.programs[0].exe = "/no/such"' $profiles/large.json \
		>"$BATS_TEST_TMPDIR/x.json"
	fails 1 'programs\[0\]\.exe.*/no/such' ebpfmm attach --cgroup "$cgroup" \
		"$BATS_TEST_TMPDIR/x.json"
	all_in 2M "$(pages "$cgroup")"
}

# without_memory_at N COMMAND…: run it, and let the system call fail that was the N-th
# of $calls when it was run before. If it fails for that it says so in one line.
without_memory_at()
{
	local name=${calls[$1]} nth
	nth=$(printf '%s\n' "${calls[@]:0:$1+1}" | grep -cFx "$name")
	shift
	run --separate-stderr strace -qq -e trace="$name" \
		-e inject="$name:error=ENOMEM:when=$nth" \
		-o "$BATS_TEST_TMPDIR/trace" "$@"
	echo "$name number $nth of ${#calls[@]} calls: $status, $stderr"
	if [ "$status" != 0 ]; then
		[ "$status" = 1 ]
		[ "$(grep -c . <<<"$stderr")" = 1 ]
	fi
}

@test "without memory, whatever call fails, nothing is left and others keep theirs" {
	local bystander=$cgroup calls names=bpf,openat,open_by_handle_at n
	ebpfmm attach --cgroup "$bystander" $profiles/large.json
	new_cgroup
	strace -qq -e signal=none -e trace=$names -o "$BATS_TEST_TMPDIR/trace" \
		ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	ebpfmm detach --cgroup "$cgroup"
	mapfile -t calls < <(sed 's/(.*//' "$BATS_TEST_TMPDIR/trace")
	# Before the first call of bpf(2) it has not looked at anything of others.
	for ((n = 0; n < ${#calls[@]}; n += step)); do
		[[ " ${calls[*]:0:n+1} " == *" bpf "* ]] || continue
		without_memory_at $n ebpfmm attach --cgroup "$cgroup" $profiles/large.json
		attached "$bystander"
		stored "$bystander"
		[ "$status" != 0 ] || ebpfmm detach --cgroup "$cgroup"
		run ! attached "$cgroup"
		run ! stored "$cgroup"
	done
	remove_cgroup "$cgroup"
	cgroup=$bystander
}

# regions_profile COUNT: a profile "many.json" of so many.
regions_profile()
{
	profile many $tests/fault "$(jq -nc --argjson count "$1" '[ range(1; $count + 1) |
		{ anchor: { mapping: { min_size: "4M", nth: . } }, benefit_ns: {} } ]')"
}

@test "without memory, whatever call of a replacement fails, the old policy stays" {
	local calls names=bpf,openat,renameat count n before
	# Of the new one's layout and of the other.
	for count in 2 30; do
		regions_profile $count
		ebpfmm attach --cgroup "$cgroup" $profiles/many.json
		before=$(ebpfmm list)
		strace -qq -e signal=none -e trace=$names -o "$BATS_TEST_TMPDIR/trace" \
			ebpfmm attach --cgroup "$cgroup" $profiles/large.json
		ebpfmm attach --cgroup "$cgroup" $profiles/many.json
		mapfile -t calls < <(sed 's/(.*//' "$BATS_TEST_TMPDIR/trace")
		for ((n = 0; n < ${#calls[@]}; n += step)); do
			# Before its record is renamed nothing is changed.
			[[ " ${calls[*]:0:n+1} " == *" renameat "* ]] || continue
			without_memory_at $n \
				ebpfmm attach --cgroup "$cgroup" $profiles/large.json
			attached "$cgroup"
			if [ "$status" = 0 ]; then
				ebpfmm list | grep -F "$cgroup" | grep ^large
				ebpfmm attach --cgroup "$cgroup" $profiles/many.json
			fi
			# Its name is that of the record, its regions are those stored.
			[ "$(ebpfmm list)" = "$before" ]
		done
	done
}

@test "list, stats and doctor as JSON" {
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	ebpfmm list --json | jq -e .
	ebpfmm stats --json | jq -e .
	ebpfmm doctor --json | jq -e .
	ebpfmm list | grep -F "$cgroup"
	ebpfmm stats "$cgroup"
	fails 1 /sys/fs/cgroup ebpfmm stats /sys/fs/cgroup/nonexistent
}

@test "names that tenants chose, in what is printed as text" {
	local name
	# An escape sequence, its beginning as one character, and what is none.
	for name in $'a\x1b[31m' $'b\xc2\x9b31m' $'c\xff'; do
		mkdir "$cgroup/$name"
		ebpfmm attach --cgroup "$cgroup/$name" $profiles/large.json
	done >"$BATS_TEST_TMPDIR/attach"
	ebpfmm list >"$BATS_TEST_TMPDIR/list"
	ebpfmm stats >"$BATS_TEST_TMPDIR/stats"
	for name in attach list stats; do
		echo "$name"
		[ "$(tr -d '\n\040-\176' <"$BATS_TEST_TMPDIR/$name" | wc -c)" = 0 ]
		grep -F '/b??31m' "$BATS_TEST_TMPDIR/$name"
	done
}

@test "doctor: all is well" {
	run -0 ebpfmm doctor
	[[ $output != *warning* ]]
}

@test "doctor names a size that a profile asks for and sysfs forbids" {
	sysfs madvise never madvise
	run -0 ebpfmm doctor
	grep -E 'warning.*64K.*\blarge\b' <<<"$output"
	# The line that it gives does allow it.
	bash -c "$(grep -oE "echo [a-z]+ *> *$thp/hugepages-64kB/enabled" \
		<<<"$output")"
	run -0 ebpfmm doctor
	[[ $output != *warning* ]]
}

@test "doctor: memory that is read first" {
	echo 1 >$thp/use_zero_page
	run -0 ebpfmm doctor
	grep -E 'note.*zero page' <<<"$output"
	bash -c "$(grep -oE "echo 0 > $thp/use_zero_page" <<<"$output")"
	run -0 ebpfmm doctor
	echo 1 >$thp/use_zero_page
	[[ $output != *'zero page'* ]]
}

@test "doctor: bpffs not mounted" {
	run -1 unshare --mount sh -c 'umount -l /sys/fs/bpf && exec ebpfmm doctor'
	[[ $output == */sys/fs/bpf* ]]
}

@test "doctor: no cgroup v2" {
	run -1 unshare --mount sh -c \
		'umount -l /sys/fs/cgroup && exec ebpfmm doctor'
	[[ $output == *cgroup* ]]
}

@test "without privilege every command says so" {
	for command in load unload "attach --cgroup $cgroup $profiles/large.json" \
			"detach --cgroup $cgroup" list stats gc; do
		# shellcheck disable=SC2086
		fails 1 'no privilege over this node' setpriv --reuid=65534 --regid=65534 --clear-groups \
			--bounding-set=-all ebpfmm $command
	done
}

@test "who watches is told what the command waits for" {
	local command
	exec 9>>/run/ebpfmm/lock
	flock 9
	script -qefc "ebpfmm gc" "$BATS_TEST_TMPDIR/terminal" 3>&- 9>&- &
	command=$!
	until grep -qsF 'waiting for another' "$BATS_TEST_TMPDIR/terminal"; do
		kill -0 $command
	done
	flock -u 9
	wait $command
	# A hook's line would be one for each container that starts at the same time.
	flock 9
	ebpfmm gc 2>"$BATS_TEST_TMPDIR/quiet" 3>&- 9>&- &
	command=$!
	until [[ $(<"/proc/$command/syscall") == '73 '* ]]; do kill -0 $command; done
	flock -u 9
	wait $command
	[ ! -s "$BATS_TEST_TMPDIR/quiet" ]
}

@test "who is stuck with the lock keeps nobody from looking" {
	local command
	ebpfmm attach --cgroup "$cgroup" "$profiles/large.json"
	exec 9>>/run/ebpfmm/lock
	flock 9
	for command in list stats metrics "stats $cgroup"; do
		# shellcheck disable=SC2086
		timeout 30 ebpfmm $command 3>&- 9>&-
	done
	run timeout 60 ebpfmm doctor 3>&- 9>&-
	[[ $output == *"leftovers: waited"*"/run/ebpfmm/lock"*"process "* ]]
	exec 9>&-
	ebpfmm detach --cgroup "$cgroup"
}

@test "gc when there is nothing to do" {
	ebpfmm gc
	ebpfmm unload
	ebpfmm gc
	unloaded
}

@test "gc clears half-written records and foreign pins of ours" {
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	echo '{ "id": "ha' >/run/ebpfmm/half.json.tmp
	echo '{ "id": "ha' >/run/ebpfmm/half.json
	remove_cgroup "$cgroup"
	ebpfmm gc
	nothing_left
}
