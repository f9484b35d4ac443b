# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests in the virtual machine share: cgroups, profiles, the page
# sizes that a process got, state as a runtime gives it to the hook, and
# bundles for a runtime. Sourced with "load helpers".

bats_require_minimum_version 1.5.0

tests=/usr/lib/ebpfmm/tests
examples=/usr/lib/ebpfmm/examples
PATH=$tests:$examples:$PATH:$BATS_TEST_DIRNAME

thp=/sys/kernel/mm/transparent_hugepage
profiles=/etc/ebpfmm/profiles
pin_top=/sys/fs/bpf/ebpfmm
format=$(awk '/^#define EBPFMM_FORMAT/ { print $3 }' /src/bpf/ebpfmm.h)
pins=$pin_top/$format
hook_json=$(echo /usr/share/containers/oci/hooks.d/*ebpfmm*.json)
# Not there while the tests of packages have none installed.
hook=$([ ! -e "$hook_json" ] || jq -r .hook.path "$hook_json")
# shellcheck source=demo/leftovers.sh
. /src/demo/leftovers.sh

# --- page sizes --------------------------------------------------------------

# sysfs WHOLE [64K [2M]]: what the operator allows. As the kernel begins, but
# for 64K, is "sysfs madvise".
sysfs()
{
	echo "$1" >$thp/enabled
	echo "${2:-inherit}" >$thp/hugepages-64kB/enabled
	echo "${3:-inherit}" >$thp/hugepages-2048kB/enabled
}

# pages CGROUP [OPTION…]: touch memory with fault(1)'s options in a cgroup;
# prints bytes by page size, as JSON.
pages()
{
	local cgroup=$1
	shift
	# shellcheck disable=SC2016
	within "$cgroup" "${FAULT:-$tests/fault}" "$@" \
		sh -c 'pagesizes --json "$FAULT_PID" -'
}

# all_in SIZE PAGES: is all of it in pages of one size?
all_in()
{
	jq -e --arg size "$1" \
		'length == 1 and (.[0] | .bytes[$size] == .end - .start)' \
		<<<"$2" >/dev/null && return
	echo "not all in $1: $2" >&2
	return 1
}

# mostly_in SIZE PAGES: are 90 % in one size, and no byte in a larger one?
mostly_in()
{
	jq -e --arg size "$1" 'length == 1 and (.[0] |
		.bytes[$size] >= 0.9 * (.end - .start) and
		([.bytes | to_entries[] | select(.value > 0) | .key |
			{ K: 1, M: 1024 }[.[-1:]] * (.[:-1] | tonumber)] | max)
		== ({ K: 1, M: 1024 }[$size[-1:]] * ($size[:-1] | tonumber)))' \
		<<<"$2" >/dev/null && return
	echo "not mostly in $1, or in larger ones: $2" >&2
	return 1
}

# --- effort --------------------------------------------------------------------

tracing=/sys/kernel/tracing
allocations=$tracing/events/kmem/mm_page_alloc

# count_efforts ORDER COMM: from now on, see with what flags pages of an order are
# allocated by a program.
count_efforts()
{
	[ -d $allocations ] || mount -t tracefs tracefs $tracing
	echo "order == $1 && comm == \"$2\"" >$allocations/filter
	: >$tracing/trace
	echo 1 >$allocations/enable
}

# counted_efforts: until now; how often in $light without waiting for a page, and
# in $hard with.
counted_efforts()
{
	echo 0 >$allocations/enable
	light=$(grep -c 'gfp_flags=GFP_TRANSHUGE_LIGHT' $tracing/trace) || true
	hard=$(grep -c 'gfp_flags=GFP_TRANSHUGE\b' $tracing/trace) || true
	echo "light: $light, hard: $hard"
}

# no_efforts: for teardown().
no_efforts()
{
	[ ! -d $allocations ] || echo 0 >$allocations/enable
}

# --- profiles ----------------------------------------------------------------

# profile NAME EXE REGIONS [DEFAULT]: install a profile of one program; REGIONS
# is a JSON array.
profile()
{
	mkdir -p $profiles
	jq -n --arg name "$1" --arg exe "$2" --argjson regions "$3" \
		--argjson default "${4:-null}" \
		'{ version: 1, name: $name, programs: [
			{ exe: $exe, regions: $regions } +
			if $default then { default: $default } else {} end ] }' \
		>"$profiles/$1.json"
}

# fault_profile NAME BENEFIT: every mapping of fault(1) of 4M and more.
fault_profile()
{
	profile "$1" $tests/fault '[ {
		"anchor": { "mapping": { "min_size": "4M" } },
		"benefit_ns": '"$2"' } ]'
}

# --- cgroups -----------------------------------------------------------------

# new_cgroup: an empty cgroup for one test, in $cgroup.
new_cgroup()
{
	cgroup=$(mktemp -d /sys/fs/cgroup/test.XXXXXX)
}

# remove_cgroup CGROUP: kill what is in it and below, and remove it.
remove_cgroup()
{
	local below
	[ -d "$1" ] || return 0
	echo 1 >"$1/cgroup.kill"
	find "$1" -depth -type d | while read -r below; do
		# Those who were killed leave when they are reaped.
		until rmdir "$below" 2>/dev/null; do :; done
	done
}

# attached CGROUP: has it a policy of its own, as the kernel says?
attached()
{
	local id
	id=$(stat -c %i "$1")
	[ -e "$pins/cgroup-$id" ]
}

# Links and programs are freed some time after their last use has ended.
nothing_left()
{
	local tries=50 left
	while left=$(leftovers) && [ -n "$left" ] && ((tries-- > 0)); do :; done
	[ -z "$left" ] && return
	echo "left: $left" >&2
	return 1
}

# objects: list the policy's own objects in the kernel.
objects()
{
	find $pin_top -mindepth 1 2>/dev/null
	bpftool -j map show | jq -r '.[] | select(.name // "" |
		startswith("ebpfmm")) | "map \(.id) \(.name)"'
	bpftool -j prog show | jq -r '.[] | select(.name // "" |
		startswith("ebpfmm")) | "program \(.id) \(.name)"'
}

# unloaded: is nothing at all left of the policy in the kernel?
unloaded()
{
	local tries=50 left
	while left=$(objects) && [ -n "$left" ] && ((tries-- > 0)); do :; done
	[ -z "$left" ] && return
	echo "left: $left" >&2
	return 1
}

# stored CGROUP: has it a value in one of the policy's storages?
stored()
{
	local map fd status=1
	exec {fd}<"$1"
	for map in small large; do
		[ ! -e $pins/$map ] || ! bpftool map lookup pinned $pins/$map \
			key hex "$(printf %x "$fd")" 00 00 00 >/dev/null 2>&1 ||
			status=0
	done
	exec {fd}<&-
	return $status
}

# --- programs in the background ----------------------------------------------

# ready COMMAND…: run a program (no function: that would have a shell around it)
# in the background until it says "# ready"; its pid is in $pid. What it prints until then is in $BATS_TEST_TMPDIR/ready.
ready()
{
	local pipe=$BATS_TEST_TMPDIR/pipe line
	rm -f "$pipe"
	mkfifo "$pipe"
	"$@" >"$pipe" 3>&- &
	pid=$!
	: >"$BATS_TEST_TMPDIR/ready"
	while IFS= read -r line; do
		[ "$line" = '# ready' ] && return
		echo "$line" >>"$BATS_TEST_TMPDIR/ready"
	done <"$pipe"
	echo "ended before it was ready: $*" >&2
	return 1
}

# finish PID: end what ready() started.
finish()
{
	kill "$1" 2>/dev/null || true
	wait "$1" || true
}

# --- decisions ---------------------------------------------------------------

# watch CGROUP: trace its decisions from now on; its process is $tracer.
watch()
{
	local line
	trace=$BATS_TEST_TMPDIR/trace
	rm -f "$trace.said"
	mkfifo "$trace.said"
	ebpfmm trace --json "$1" >"$trace" 2>"$trace.said" 3>&- &
	tracer=$!
	exec 7<"$trace.said"
	IFS= read -r line <&7
	[ "$line" = ready ]
}

# watched: no longer. All decisions since are in the file $trace, one JSON object
# a line.
watched()
{
	local said
	# It has ended by itself if the cgroup has.
	kill -TERM "$tracer" 2>/dev/null || true
	wait "$tracer"
	said=$(cat <&7)
	exec 7<&-
	[ -z "$said" ] && return
	echo "$said" >&2
	return 1
}

# --- the hook, without a runtime ---------------------------------------------

# new_container [PROFILE]: what a runtime has when it calls the hook: a bundle
# in $bundle, whose root is the machine's own, and a process, $pid, in $cgroup.
new_container()
{
	new_cgroup
	bundle=$(mktemp -d "$BATS_TEST_TMPDIR/bundle.XXXXXX")
	echo '{ "ociVersion": "1.0.2", "root": { "path": "/" } }' \
		>"$bundle/config.json"
	ready within "$cgroup" $tests/fault --size 4K
	id=test-$pid
	annotations=$(annotation "${1-}")
}

# annotation NAME: annotations with that profile, as JSON.
annotation()
{
	local name=$1
	# What is not plain has to be quoted.
	case $name in
	*[!A-Za-z0-9./_-]*) name=$(jq -Rs . <<<"$name") ;;
	*) name="\"$name\"" ;;
	esac
	echo "{ \"ebpfmm.profile\": $name }"
}

# state [STATUS]: the state of that container, as JSON.
state()
{
	printf '{ "ociVersion": "1.0.2", "id": "%s", "status": "%s",
		"pid": %d, "bundle": "%s", "annotations": %s }\n' \
		"$id" "${1:-creating}" "$pid" "$bundle" "$annotations"
}

# call_hook [STAGE]: call the hook with the state on its standard input.
call_hook()
{
	(cd "$bundle" && exec "$hook" "$@")
}

# end_container: what a runtime does at the end, but for poststop.
end_container()
{
	finish "$pid"
	remove_cgroup "$cgroup"
}

# --- a runtime, without an engine --------------------------------------------

# new_bundle DIR STAGES ANNOTATIONS ARGUMENT…: a bundle that runs fault(1), with
# the installed hook at each of the space-separated stages.
new_bundle()
{
	local dir=$1 stages=$2 annotations=$3
	shift 3
	mkdir -p "$dir/rootfs"
	copy_programs "$dir/rootfs" $tests/fault $examples/regions
	jq -n --arg stages "$stages" --argjson annotations "$annotations" \
		--slurpfile file "$hook_json" --arg name "${dir##*/}" '
	{
		ociVersion: "1.0.2",
		root: { path: "rootfs" },
		process: { cwd: "/", args: $ARGS.positional,
			user: { uid: 0, gid: 0 }, env: ["PATH=/usr/bin"] },
		mounts: [ { destination: "/proc", type: "proc", source: "proc" } ],
		linux: { cgroupsPath: "/\($name)", namespaces: [
			{ type: "pid" }, { type: "mount" }, { type: "ipc" },
			{ type: "network" } ] },
		annotations: $annotations,
		hooks: ($stages | split(" ") |
			map({ key: ., value: [ $file[0].hook ] }) | from_entries)
	}' --args -- "$@" >"$dir/config.json"
}
