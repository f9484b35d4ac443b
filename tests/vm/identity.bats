# SPDX-License-Identifier: GPL-2.0-only
#
# Which program is a process? The one whose file it runs, in the state in which
# that file was translated: whatever it is called, wherever it was reached, and
# whatever happened to the file afterwards. Copies of identity.c say when they
# touched memory, and a trace of the decisions tells for which program the policy
# took them.

load helpers

setup()
{
	sysfs madvise madvise
	new_cgroup
	rm -rf $profiles
	# As at boot: in the hook it might take longer than the hook may.
	ebpfmm load
	dir=$BATS_TEST_TMPDIR/bin
	said=$BATS_TEST_TMPDIR/said
	mkdir "$dir"
	: >"$said"
	place "$dir/one" "$dir/two"
}

teardown()
{
	finish "$tracer"
	remove_cgroup "$cgroup"
	ebpfmm gc
	nothing_left
}

# place FILE…: copy the program there. Each is a file of its own.
place()
{
	local file
	for file; do
		cp $tests/identity "$file"
	done
}

# lists EXE…: install a profile of these programs, named "identity".
lists()
{
	mkdir -p $profiles
	jq -n '{ version: 1, name: "identity", programs: [ $ARGS.positional[] |
		{ exe: ., default: { benefit_ns: {} } } ] }' --args "$@" \
		>$profiles/identity.json
}

# attach EXE…: attach a profile of these programs.
attach()
{
	lists "$@"
	ebpfmm attach --cgroup "$cgroup" $profiles/identity.json
}

# start_one COMMAND…: run a program in $cgroup; what it says is kept.
start_one()
{
	within "$cgroup" "$@" >>"$said"
}

# start_two COMMAND…: the same with --again: returns when it has touched memory
# once, and again() lets it do it once more and waits for its end.
start_two()
{
	local line
	coproc second { exec within "$cgroup" "$@" 3>&- 7<&-; }
	second_pid=$!
	exec {second_in}>&"${second[1]}" {second_out}<&"${second[0]}"
	IFS= read -r line <&"$second_out"
	echo "$line" >>"$said"
}

again()
{
	echo >&"$second_in"
	exec {second_in}>&-
	cat <&"$second_out" >>"$said"
	exec {second_out}<&-
	wait "$second_pid"
}

# taken_for JSON: for which programs the policy took those who said something, by
# index in the profile; null is none.
taken_for()
{
	watched
	run -0 jq -n -c --slurpfile trace "$trace" \
		--rawfile said "$said" '
		[ $said | splits("\n") | select(. != "") | split(" ") |
			. as [ $label, $pid, $begin, $end ] |
			{ key: $label, value: ([ $trace[] | select(
				.pid == ($pid | tonumber) and
				.time >= ($begin | tonumber) and
				.time <= ($end | tonumber)) | .program ] |
				unique | if length == 1 then .[0] else . end) } ] |
		group_by(.key) | map({ key: .[0].key, value: (map(.value) |
			unique | if length == 1 then .[0] else . end) }) |
		from_entries'
	echo "# $output" >&3
	jq -e --argjson wanted "$1" '. == $wanted' <<<"$output"
}

@test "in a container, a shell starts a server that has workers and helpers" {
	work=$BATS_TEST_TMPDIR
	# shellcheck source=demo/containers.sh
	. /src/demo/containers.sh
	new_bundle "$BATS_TEST_TMPDIR/server" "createRuntime poststop" \
		'{ "ebpfmm.profile": "identity.json",
		   "ebpfmm.required": "true" }' \
		/bin/sh -c 'read -r go </go
			/server server /helper helper
			/server server2 /bin/sh -c "/stranger stranger; /helper helper"'
	# So that processes have the numbers that the trace tells.
	jq '.linux.namespaces |= map(select(.type != "pid"))' \
		"$BATS_TEST_TMPDIR/server/config.json" >"$BATS_TEST_TMPDIR/config"
	mv "$BATS_TEST_TMPDIR/config" "$BATS_TEST_TMPDIR/server/config.json"
	root=$BATS_TEST_TMPDIR/server/rootfs
	copy_programs "$root" /bin/sh $tests/identity
	place "$root/server" "$root/helper" "$root/stranger"
	lists /server /helper
	mkfifo "$root/go"

	crun run --bundle "$BATS_TEST_TMPDIR/server" server >"$said" 3>&- 7<&- &
	container=$!
	rmdir "$cgroup"
	cgroup=/sys/fs/cgroup/server
	until attached "$cgroup" 2>/dev/null; do
		kill -0 $container
	done
	exec 8<>"$root/go"
	watch "$cgroup"
	echo go >&8
	exec 8>&-
	wait $container
	taken_for '{ "server": 0, "server-child": 0, "helper": 1,
		"server2": 0, "server2-child": 0, "stranger": null }'
}

@test "names and the title of a process make no difference" {
	attach "$dir/one" "$dir/two"
	watch "$cgroup"
	start_one "$dir/one" plain
	start_one "$dir/one" --comm two comm
	start_one bash -c "exec -a $dir/two $dir/one title"
	start_one bash -c "exec -a $dir/one $dir/two other"
	taken_for '{ "plain": 0, "comm": 0, "title": 0, "other": 1 }'
}

@test "a file of several names is one program by each of them" {
	ln "$dir/one" "$dir/hard"
	ln -s one "$dir/soft"
	attach "$dir/hard"
	watch "$cgroup"
	start_one "$dir/one" one
	start_one "$dir/hard" hard
	start_one "$dir/soft" soft
	start_one "$dir/two" two
	taken_for '{ "one": 0, "hard": 0, "soft": 0, "two": null }'
}

@test "the program of a script is its interpreter" {
	echo "#!$dir/one --script" >"$dir/script"
	chmod +x "$dir/script"
	run -1 attach "$dir/script"
	attach "$dir/one"
	watch "$cgroup"
	start_one "$dir/script"
	taken_for '{ "script": 0 }'
}

@test "a program goes on being what it is when its file is deleted" {
	attach "$dir/one"
	watch "$cgroup"
	start_two "$dir/one" --again one
	rm "$dir/one"
	again
	taken_for '{ "one": 0, "one-again": 0 }'
}

@test "a file that replaces a program's is none until it is attached" {
	attach "$dir/one"
	watch "$cgroup"
	start_two "$dir/one" --again old
	mv "$dir/two" "$dir/one"
	start_one "$dir/one" new
	again
	start_two "$dir/one" --again next
	attach "$dir/one"
	again
	start_one "$dir/one" attached
	taken_for '{ "old": 0, "old-again": 0, "new": null,
		"next": null, "next-again": 0, "attached": 0 }'
}

# On ext4, which gives the number of a deleted file to a next one: without a
# journal some minutes later. (On tmpfs numbers do not come again.)
@test "a file that has the inode number of a deleted program is none" {
	disk=$(mktemp -d /var/lib/identity.XXXXXX)
	place "$disk/one"
	number=$(stat -c %i "$disk/one")
	attach "$disk/one"
	watch "$cgroup"
	start_one "$disk/one" before
	rm "$disk/one"
	# Those of other deleted files may come before it.
	date -s "1 hour" >/dev/null
	for ((i = 0; i < 20; i++)); do
		touch "$disk/$i."{1..500}
		next=$(find "$disk" -inum "$number")
		[ -z "$next" ] || break
	done
	date -s "1 hour ago" >/dev/null
	place "$next"
	chmod 755 "$next"
	[ "$(stat -c %i "$next")" = "$number" ]
	start_one "$next" after
	rm -r "$disk"
	taken_for '{ "before": 0, "after": null }'
}

@test "a file that was written to is none until it is attached" {
	attach "$dir/one" "$dir/two"
	watch "$cgroup"
	start_one "$dir/one" before
	echo >>"$dir/one"
	start_one "$dir/one" written
	start_one "$dir/two" beside
	attach "$dir/one" "$dir/two"
	start_one "$dir/one" attached
	taken_for '{ "before": 0, "written": null, "beside": 1, "attached": 0 }'
}

# overlay OPTION: an overlay of two layers, in which two files have one inode
# number; they are $overlay/first and $overlay/second.
overlay()
{
	local layer
	overlay=$BATS_TEST_TMPDIR/overlay
	mkdir "$overlay"
	for layer in first second; do
		mkdir "$BATS_TEST_TMPDIR/$layer"
		mount -t tmpfs layer "$BATS_TEST_TMPDIR/$layer"
		place "$BATS_TEST_TMPDIR/$layer/$layer"
	done
	[ "$(stat -c %i "$BATS_TEST_TMPDIR/first/first")" = \
		"$(stat -c %i "$BATS_TEST_TMPDIR/second/second")" ]
	mount -t overlay -o "$1,lowerdir=$BATS_TEST_TMPDIR/first:$BATS_TEST_TMPDIR/second" \
		overlay "$overlay"
}

end_overlay()
{
	umount "$overlay" "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
}

on_overlay()
{
	overlay "$1"
	attach "$overlay/first" "$overlay/second"
	watch "$cgroup"
	start_one "$overlay/first" first
	start_one "$overlay/second" second
	# What lies below is another file of another file system.
	start_one "$BATS_TEST_TMPDIR/first/first" below
	attach "$overlay/second"
	start_one "$overlay/first" unlisted
	start_one "$overlay/second" listed
	end_overlay
	taken_for '{ "first": 0, "second": 1, "below": null,
		"unlisted": null, "listed": 0 }'
}

@test "overlayfs with xino=on tells two files of one number apart" {
	on_overlay xino=on
}

@test "overlayfs with xino=off tells two files of one number apart" {
	on_overlay xino=off
}

@test "on overlayfs a bind mount and a link lead to the same program" {
	overlay xino=auto
	attach "$overlay/first"
	watch "$cgroup"
	touch "$dir/bound"
	mount --bind "$overlay/first" "$dir/bound"
	ln -s "$overlay/first" "$dir/soft"
	start_one "$dir/bound" bound
	start_one "$dir/soft" soft
	umount "$dir/bound"
	end_overlay
	taken_for '{ "bound": 0, "soft": 0 }'
}

# A snapshot has the numbers and times of what it was made of, and BTRFS gives both the
# same superblock: what was not written to since is one program in both. In subvolumes
# of their own, files of one number are two.
@test "on BTRFS a file and its snapshot are one program until one is written to" {
	disk=$(mktemp -d /run/identity.XXXXXX)
	mkfs.btrfs --quiet --force /dev/vdb
	mount /dev/vdb "$disk"
	btrfs --quiet subvolume create "$disk/a"
	btrfs --quiet subvolume create "$disk/b"
	place "$disk/a/one" "$disk/b/other"
	[ "$(stat -c %i "$disk/a/one")" = "$(stat -c %i "$disk/b/other")" ]
	btrfs --quiet subvolume snapshot "$disk/a" "$disk/snapshot"
	attach "$disk/a/one"
	watch "$cgroup"
	start_one "$disk/a/one" one
	start_one "$disk/snapshot/one" snapshot
	start_one "$disk/b/other" other
	echo >>"$disk/snapshot/one"
	start_one "$disk/snapshot/one" written
	start_one "$disk/a/one" still
	umount "$disk"
	rmdir "$disk"
	taken_for '{ "one": 0, "snapshot": 0, "other": null, "written": null,
		"still": 0 }'
}

# As rootless engines have it: what stat(2) says comes from a process.
@test "on FUSE, in fuse-overlayfs, a program is known, and after a change no more" {
	work=$BATS_TEST_TMPDIR
	mkdir "$work/lower" "$work/upper" "$work/work" "$work/merged"
	place "$work/lower/one" "$work/lower/two"
	fuse-overlayfs -o "lowerdir=$work/lower,upperdir=$work/upper,workdir=$work/work" \
		"$work/merged" 3>&-
	attach "$work/merged/one" "$work/merged/two"
	watch "$cgroup"
	start_one "$work/merged/one" one
	start_one "$work/merged/two" two
	# What lies below is another file of another file system.
	start_one "$work/lower/one" below
	echo >>"$work/merged/one"
	start_one "$work/merged/one" written
	attach "$work/merged/one" "$work/merged/two"
	start_one "$work/merged/one" attached
	umount "$work/merged"
	taken_for '{ "one": 0, "two": 1, "below": null, "written": null,
		"attached": 0 }'
}

# An oops or a report of KASAN makes the run of the machine fail. Ten seconds show that
# it works; make stress takes minutes, on the kernel that checks itself as well.
@test "the file that a process runs may change, and be freed and reused, in a fault" {
	mkdir -p $profiles
	jq -n '{ version: 1, name: "race", programs: [ $ARGS.positional[] | { exe: .,
		default: { benefit_ns: { "64K": 1000000 } } } ] }' \
		--args "$dir/one" "$dir/two" >$profiles/race.json
	ebpfmm attach --cgroup "$cgroup" $profiles/race.json
	run within "$cgroup" exe_race "${EBPFMM_STRESS_SECONDS:-10}" "$dir/one" "$dir/two"
	echo "# $output" >&3
	[ "$status" = 0 ]
	[[ $output =~ ^[1-9][0-9]*\ changes,\ [1-9][0-9]*\ walks,\ [1-9][0-9]*\ faults$ ]]
	# In some faults it was the one, in some the other.
	ebpfmm stats --json "$cgroup" |
		jq -e '.[0].by_program | length == 2 and all(.decisions > 0)'
}
