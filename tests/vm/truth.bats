# SPDX-License-Identifier: GPL-2.0-only
#
# Does the policy find the region that an address is really in? Programs of
# every kind say where their memory is and touch all of it (truth.c); the
# policy's decisions are traced meanwhile, and truth_check.c compares, page by
# page. Each case is twenty starts (fifty in make stress) in a container, with address
# space layout randomisation, on overlayfs and on vfs.

load helpers

starts=${EBPFMM_THOROUGH:+50}
starts=${starts:-20}
# So many at a time that the buffer holds all of their decisions, whoever gets the
# processor.
batch=5

# The regions that all programs have, in the order of enum truth_region. With
# no size named, each page is a fault and a decision of its own.
common='[
	{ "anchor": { "symbol": "first" } },
	{ "anchor": { "symbol": "second" } },
	{ "anchor": { "section": "zone" } },
	{ "anchor": { "area": "heap" }, "offset": "8K", "length": "20K" },
	{ "anchor": { "area": "heap" }, "offset": "60K", "length": 18000 },
	{ "anchor": { "area": "stack" }, "offset": "20K", "length": "40K" },
	{ "anchor": { "area": "stack" }, "offset": "88K", "length": "24K" },
	{ "anchor": { "mapping": { "name": "truth" } },
	  "offset": "8K", "length": "24K" },
	{ "anchor": { "mapping": { "min_size": "116K", "max_size": "116K" } } },
	{ "anchor": { "mapping": { "min_size": "72K", "max_size": "72K",
		"nth": 2 } } },
	{ "anchor": { "mapping": { "min_size": "76K", "max_size": "76K" } } },
	{ "anchor": { "mapping": { "min_size": "108K", "max_size": "108K" } } }
]'

# program NAME [EDIT]: an entry of a profile for truth-NAME; EDIT is a filter of
# jq for its regions.
program()
{
	jq --arg exe "$tests/truth-$1" "${2:-.}"' | map(. + { benefit_ns: {} }) |
		{ exe: $exe, regions: . }' <<<"$common"
}

# make_profile NAME: install a profile of the programs on standard input.
make_profile()
{
	mkdir -p $profiles
	jq -s --arg name "$1" '{ version: 1, name: $name, programs: . }' \
		>"$profiles/$1.json"
}

# In the container: runs a command as often as it is told to.
# shellcheck disable=SC2016
loop='exec 3<>/truth/commands
while read -r count command <&3; do
	n=0 status=0
	while [ $n -lt $count ]; do
		$command || status=$?
		n=$((n + 1))
	done >>/truth/output 2>>/truth/errors
	echo $status >/truth/ended
done'

# The profile of each case.
cases()
{
	program pie | make_profile pie
	program fixed | make_profile fixed
	# So many regions that the table is a large one; no page is in the last.
	program static '. + [ range(40) | { anchor: { area: "heap" },
		offset: (1048576 + . * 8192), length: "4K" } ]' |
		make_profile static
	program static-pie | make_profile static-pie
	# The numbers of the other regions stay what they are.
	program bss '.[0].anchor = { section: ".bss" } |
		.[1].anchor = { mapping: { name: "none" } } |
		.[2].anchor = { mapping: { name: "nor this" } }' |
		make_profile bss
	program names '. + [ "truth::table", "truth::cache<int>::slots",
			"truth::(anonymous namespace)::hidden" |
		{ anchor: { symbol: . } } ]' | make_profile names
	program linked "$(object libtruth.so)" | make_profile linked
	program loader "$(object truth_plugin.so)" | make_profile loader
	{ program pie; program other; } | make_profile exec
}

# object FILE: a filter of jq that adds the regions of a shared object.
object()
{
	echo '. + [ { symbol: "object_table" }, { section: "object_zone" } |
		{ anchor: (. + { object: "'"$tests/$1"'" }) } ]'
}

# engine DRIVER: let podman keep its images with DRIVER from now on. That has to
# be on a disk, as removing directories fails on an overlay of tmpfs.
engine()
{
	store=/var/lib/truth/$1
	eval "podman()
	{
		command podman --root '$store/images' --runroot '$store/run' \
			--storage-driver $1 \"\$@\"
	}"
	work=$store
	mkdir -p "$work"
	# shellcheck source=demo/containers.sh
	. /src/demo/containers.sh
}

setup_file()
{
	sysfs madvise
	# Else the kernel would not ask for what only a small page can back.
	for size in $thp/hugepages-*kB/enabled; do
		echo madvise >"$size"
	done
	cp $tests/truth-pie $tests/truth-other
	cp $tests/truth-pie $tests/truth-unlisted
	cases
	ebpfmm load
	for driver in overlay vfs; do
		engine $driver
		make_image truth /bin/sh $tests/truth-* $tests/truth_plugin.so
		mkfifo "$store/commands" "$store/ended"
		start crun truth '^# ready' --pid=host \
			--annotation ebpfmm.profile=pie.json \
			--annotation ebpfmm.required=true \
			--volume "$store:/truth" \
			truth /bin/sh -c "echo '# ready'; $loop"
	done
}

teardown_file()
{
	for driver in overlay vfs; do
		engine $driver
		stop truth
		podman rmi --force truth >/dev/null
	done
	for size in $thp/hugepages-*kB/enabled; do
		echo never >"$size"
	done
	sysfs madvise
	ebpfmm gc
	nothing_left
	rm -rf /var/lib/truth
}

# trace CGROUP FILE: trace into FILE from now on; the tracer's pid is in $tracer.
trace()
{
	rm -f "$2.err"
	mkfifo "$2.err"
	ebpfmm trace --json "$1" >"$2" 2>"$2.err" 3>&- &
	tracer=$!
	exec 7<"$2.err"
	IFS= read -r line <&7
	[ "$line" = ready ]
}

# end_trace: end it; fails if a decision was lost.
end_trace()
{
	kill -TERM "$tracer"
	wait "$tracer"
	run -0 cat <&7
	exec 7<&-
	[ -z "$output" ]
}

# truth DRIVER CASE COMMAND…: run COMMAND in the container fifty times and
# compare. The profile is CASE's, which replaces the one before it.
truth()
{
	local case=$2 cgroup status=0 n
	engine "$1"
	shift 2
	cgroup=/sys/fs/cgroup$(sed 's/^0:://' "/proc/$(pid_of truth)/cgroup")
	ebpfmm attach --cgroup "$cgroup" "$profiles/$case.json"
	rm -f "$store/output" "$store/errors"
	# Opened for both, so that nobody waits for a container that has ended.
	exec 8>"$store/commands" 9<>"$store/ended"
	for ((n = 0; n < starts; n += batch)); do
		trace "$cgroup" "$BATS_TEST_TMPDIR/trace.$n"
		echo "$batch $*" >&8
		read -r -t 300 ended <&9
		end_trace
		cat "$BATS_TEST_TMPDIR/trace.$n" >>"$BATS_TEST_TMPDIR/trace"
		[ "$ended" = 0 ] || cat "$store/errors"
		[ "$ended" = 0 ]
	done
	exec 8<&- 9<&-
	cat "$store/errors"
	mapfile -t exes < <(jq -r '.programs[].exe' "$profiles/$case.json")
	truth_check $starts "$store/output" "$BATS_TEST_TMPDIR/trace" \
		"${exes[@]}" >"$BATS_TEST_TMPDIR/counts" || status=1
	echo "# $(<"$BATS_TEST_TMPDIR/counts")" >&3
	[ "$status" = 0 ]
}

@test "position-independent, on overlayfs" {
	truth overlay pie $tests/truth-pie
}

@test "at a fixed address, on overlayfs" {
	truth overlay fixed $tests/truth-fixed
}

@test "static, on overlayfs" {
	truth overlay static $tests/truth-static
}

@test "static and position-independent, on overlayfs" {
	truth overlay static-pie $tests/truth-static-pie
}

@test "a section, on overlayfs" {
	truth overlay bss $tests/truth-bss
}

@test "names of C++, on overlayfs" {
	truth overlay names $tests/truth-names
}

@test "a shared library, on overlayfs" {
	truth overlay linked $tests/truth-linked
}

@test "a plugin that is loaded later, on overlayfs" {
	truth overlay loader $tests/truth-loader
}

@test "threads, on overlayfs" {
	truth overlay pie $tests/truth-pie --threads
}

@test "a child that has not called exec, on overlayfs" {
	truth overlay pie $tests/truth-pie --fork
}

@test "exec of another program of the profile, and of one of none, on overlayfs" {
	truth overlay exec $tests/truth-pie --exec $tests/truth-other \
		--exec $tests/truth-unlisted
}

@test "position-independent, on vfs" {
	truth vfs pie $tests/truth-pie
}

@test "at a fixed address, on vfs" {
	truth vfs fixed $tests/truth-fixed
}

@test "static, on vfs" {
	truth vfs static $tests/truth-static
}

@test "static and position-independent, on vfs" {
	truth vfs static-pie $tests/truth-static-pie
}

@test "a section, on vfs" {
	truth vfs bss $tests/truth-bss
}

@test "names of C++, on vfs" {
	truth vfs names $tests/truth-names
}

@test "a shared library, on vfs" {
	truth vfs linked $tests/truth-linked
}

@test "a plugin that is loaded later, on vfs" {
	truth vfs loader $tests/truth-loader
}

@test "threads, on vfs" {
	truth vfs pie $tests/truth-pie --threads
}

@test "a child that has not called exec, on vfs" {
	truth vfs pie $tests/truth-pie --fork
}

@test "exec of another program of the profile, and of one of none, on vfs" {
	truth vfs exec $tests/truth-pie --exec $tests/truth-other \
		--exec $tests/truth-unlisted
}
