# SPDX-License-Identifier: GPL-2.0-only
#
# Policies at several levels: who decides, and what becomes of that when
# policies, cgroups and processes come, go and move.

load helpers
load programs

setup_file()
{
	make_root
}

teardown_file()
{
	umount "$work/root"
}

setup()
{
	sysfs madvise madvise
	new_cgroup
	mkdir -p "$cgroup/a/b"
	rm -rf $profiles
	fault_profile large '{ "2M": 4000000000 }'
	fault_profile medium '{ "64K": 100000 }'
	fault_profile both '{ "64K": 100000, "2M": 4000000000 }'
	fault_profile small '{}'
}

teardown()
{
	podman rm --force --time 0 --ignore program >/dev/null
	remove_cgroup "$cgroup"
	ebpfmm gc
	nothing_left
}

# attach CGROUP PROFILE: below the test's own.
attach()
{
	ebpfmm attach --cgroup "$cgroup/$1" "$profiles/$2.json"
}

# detach CGROUP: likewise.
detach()
{
	ebpfmm detach --cgroup "$cgroup/$1"
}

# is SIZE CGROUP [OPTION…]: does memory that is touched there get that size?
is()
{
	local size=$1 at=$cgroup/$2
	shift 2
	all_in "$size" "$(pages "$at" "$@")"
}

@test "what is allowed is what all policies above one another allow" {
	while read -r parent child size; do
		echo "$child below $parent"
		attach . "$parent"
		attach a "$child"
		is "$size" a/b
	done <<-END
		medium large 4K
		medium both 64K
		both medium 64K
		large both 2M
		both large 2M
		small both 4K
		both small 4K
	END
}

@test "three levels: each can take away, whoever is nearest" {
	attach . both
	attach a both
	attach a/b both
	is 2M a/b
	attach . medium
	is 64K a/b
	attach a large
	is 4K a/b
	attach . both
	is 2M a/b
	attach a/b medium
	is 4K a/b
}

@test "a cgroup that is made later has the policies above it" {
	attach . both
	mkdir "$cgroup/c"
	is 2M c
	attach c medium
	mkdir -p "$cgroup/c/d/e"
	is 64K c/d/e
	# And it loses them with the others.
	detach c
	is 2M c/d/e
	detach .
	is 4K c/d/e
	mkdir "$cgroup/c/f"
	is 4K c/f
}

@test "detaching one level leaves the others as they are" {
	attach . medium
	attach a small
	attach a/b both
	is 4K a/b
	detach a
	attached "$cgroup"
	attached "$cgroup/a/b"
	is 64K a/b
	is 64K a
	attach a small
	is 4K a/b
	detach .
	is 4K a/b
	detach a
	is 2M a/b
	is 4K a
	attach . medium
	is 64K a/b
	detach a/b
	is 64K a/b
	detach .
	is 4K a/b
}

@test "a cgroup that is removed takes its policy from nobody else" {
	mkdir "$cgroup/a/c"
	attach . both
	attach a medium
	attach a/c small
	is 4K a/c
	rmdir "$cgroup/a/c"
	is 64K a/b
	mkdir "$cgroup/a/c"
	is 64K a/c
}

# halves FIRST SECOND CGROUP TO: a process touches half of its memory there,
# then moves and touches the rest: which sizes have the halves?
halves()
{
	local first=$1 second=$2 from=$cgroup/$3 to=$cgroup/$4
	memory=$(pages "$from" --meanwhile "echo \$FAULT_PID >$to/cgroup.procs")
	halves_are "$first" "$second"
}

# halves_are FIRST SECOND: have the halves of the 8M in $memory these sizes?
halves_are()
{
	jq -e --arg first "$1" --arg second "$2" '.[0].bytes |
		.[$first] == 4 * 1048576 and .[$second] == 4 * 1048576
		' <<<"$memory" >/dev/null && return
	echo "not $1 and $2: $memory" >&2
	return 1
}

@test "a process that moves has the policies of where it is" {
	mkdir "$cgroup/c"
	attach a large
	attach c medium
	halves 2M 64K a c
	halves 64K 2M c a/b
	halves 2M 4K a .
	halves 4K 64K . c
	attach c small
	halves 4K 2M c a
	halves 2M 4K a c
	# Those above both of them go along.
	attach . medium
	attach a both
	halves 64K 4K a c
	halves 4K 64K c a/b
}

@test "memory that is touched after a change obeys it, what is there remains" {
	attach a large
	memory=$(pages "$cgroup/a" --meanwhile \
		"ebpfmm attach --cgroup $cgroup $profiles/small.json >&2")
	halves_are 2M 4K
	memory=$(pages "$cgroup/a" --meanwhile \
		"ebpfmm detach --cgroup $cgroup >&2")
	halves_are 4K 2M
}

# --- under load --------------------------------------------------------------

# allocated: how many pages of each size faults got since the machine started,
# as "SIZE COUNT" a line; those of 4K are not counted.
allocated()
{
	local file
	for file in $thp/hugepages-*/stats/anon_fault_alloc; do
		file=${file#"$thp/hugepages-"}
		echo "${file%%/*} $(<"$thp/hugepages-$file")"
	done
}

# more_of: of which sizes are there more than in $before?
more_of()
{
	comm -13 <(sort <<<"$before") <(allocated | sort) | cut -d' ' -f1 |
		sort | paste -s -d' '
}

# fault_in CGROUP: touch memory there again and again, in the background.
fault_in()
{
	local rounds=$BATS_TEST_TMPDIR/rounds.${#faulting[@]}
	: >"$rounds"
	within "$cgroup/$1" $tests/fault --repeat --size 4M >>"$rounds" 3>&- &
	faulting+=($!)
}

# rounds N: how often has the N-th of these touched its memory?
rounds()
{
	stat -c %s "$BATS_TEST_TMPDIR/rounds.$1"
}

# progress N…: wait until each of them has touched all of it again.
progress()
{
	local n first now
	for n; do
		first=$(rounds "$n")
		# The first one may have begun already.
		until now=$(rounds "$n") && ((now >= first + 2)); do
			kill -0 "${faulting[n]}" || return
		done
	done
}

# change CGROUP ROUNDS: attach, replace and detach there.
change()
{
	local round
	for ((round = 0; round < $2; round++)); do
		attach "$1" large
		attach "$1" both
		attach "$1" medium
		detach "$1"
		attach "$1" both
		detach "$1"
	done
}

# come_and_go CGROUP ROUNDS: make and remove a cgroup below it, with a policy.
come_and_go()
{
	local round
	for ((round = 0; round < $2; round++)); do
		mkdir "$cgroup/$1/guest"
		attach "$1/guest" large
		within "$cgroup/$1/guest" $tests/fault --quit --size 4M
		rmdir "$cgroup/$1/guest"
	done
}

# travel N ROUNDS: move the N-th of those who touch memory to each level.
travel()
{
	local round to
	for ((round = 0; round < $2; round++)); do
		for to in a a/b .; do
			echo "${faulting[$1]}" >"$cgroup/$to/cgroup.procs"
			progress "$1"
		done
	done
}

# change_all ROUNDS: all of that at once.
change_all()
{
	local jobs=() job
	change a "$1" 3>&- &
	jobs+=($!)
	change a/b "$1" 3>&- &
	jobs+=($!)
	come_and_go a/b "$1" 3>&- &
	jobs+=($!)
	travel 2 "$1"
	for job in "${jobs[@]}"; do
		wait "$job"
	done
}

@test "policies come and go at every level while programs touch memory" {
	faulting=()
	fault_in a
	fault_in a/b
	fault_in .
	before=$(allocated)
	progress 0 1 2
	[ -z "$(more_of)" ]

	# One that stays above all others has the last word all the time.
	attach . medium
	before=$(allocated)
	change_all 3
	progress 0 1 2
	[ "$(more_of)" = 64kB ]

	# As far as that one lets them, the others get what they name.
	attach . both
	change_all 2
	progress 0 1 2
	[ "$(more_of)" = '2048kB 64kB' ]

	detach .
	run ! attached "$cgroup/a"
	run ! attached "$cgroup/a/b"
	progress 0 1 2
	before=$(allocated)
	progress 0 1 2
	[ -z "$(more_of)" ]
	is 4K a/b
}

# --- containers in containers ------------------------------------------------

# nested OUTER INNER: fault(1) in a container that crun runs inside of one that
# podman runs; each with a profile, or none if it is empty. The outer one has
# what an operator who nests containers gives it: privileges and the policy's
# directories.
nested()
{
	local outer=$1 inner=$2
	io=$(mktemp -d "$BATS_TEST_TMPDIR/io.XXXXXX")
	new_bundle "$io/inner" createRuntime \
		"$(jq -n --arg name "$inner" '{ "ebpfmm.profile": $name }')" \
		$tests/fault
	mkdir -p /run/ebpfmm
	options=(--privileged --volume=/sys/fs/bpf:/sys/fs/bpf
		--volume=/run/ebpfmm:/run/ebpfmm)
	# A cgroup with processes cannot have controllers for those below.
	run_program "$outer" '^# ready' /bin/sh -c '
		mkdir /sys/fs/cgroup/init &&
		echo 0 >/sys/fs/cgroup/init/cgroup.procs &&
		exec crun --root=/io/state run --bundle=/io/inner inner'
	container=/sys/fs/cgroup$(cut -d: -f3 "/proc/$pid/cgroup")
	container=${container%/init}
	memory=$(pagesizes --json "$(<"$container/inner/cgroup.procs")" \
		"$work/program.out")
}

# end_nested: end both; nobody is left who would run the inner one's poststop.
end_nested()
{
	end_program
	ebpfmm gc
	nothing_left
}

@test "a container in a container has the policies of both" {
	# Where the outer container has the inner one's program.
	profile outer /io/inner/rootfs$tests/fault '[ {
		"anchor": { "mapping": { "min_size": "4M" } },
		"benefit_ns": { "64K": 100000 } } ]'
	while read -r outer inner size; do
		echo "$inner in $outer"
		nested "${outer#none}" "${inner#none}"
		all_in "$size" "$memory"
		end_nested
	done <<-END
		none both.json 2M
		outer.json none 64K
		outer.json both.json 64K
	END
}
