#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Commands under a layout, on this machine's own kernel. tried(1) touches memory and prints
# how many kilobytes of it are in 2M pages.

bats_require_minimum_version 1.5.0
load ../fails

PATH=/out:/out/tests/host:$PATH
thp=/sys/kernel/mm/transparent_hugepage

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	! grep -qF '[never]' $thp/enabled || skip "this machine has no large pages"
}

# large KIND: kilobytes in 2M pages, by the output of the step `sizes`.
large()
{
	awk -v kind="$1" '$1 == kind { print $2 }' <<<"$output"
}

# most KIND MEGABYTES: all but the ends of it are in 2M pages.
most()
{
	echo "$1: $(large "$1")K of $2M"
	[ "$(large "$1")" -ge $((($2 - 4) * 1024)) ]
}

# none KIND
none()
{
	echo "$1: $(large "$1")K"
	[ "$(large "$1")" = 0 ]
}

@test "2M: everywhere, and 4K: nowhere" {
	run -0 --separate-stderr ebpfmm try 2M -- tried bss heap 16 map 32 thp sizes
	echo "$output$stderr"
	most bss 16
	most heap 16
	most map 32
	[[ $output == *'disabled 0'* ]]
	[[ $stderr == 'ebpfmm try: 2M by advice: exit status 0, '*' s (user '* ]]
	grep -E '^  heap +[0-9]+K +\. +1[46][0-9]+K$' <<<"$stderr"
	run -0 --separate-stderr ebpfmm try 4K -- tried bss heap 16 map 32 thp sizes
	none bss
	none heap
	none map
	[[ $output == *'disabled 1'* ]]
	run -0 tried bss heap 16 map 32 sizes
	none map
}

@test "2M: static programs, and such as are at a fixed address" {
	local program
	for program in tried-static tried-static-pie tried-fixed; do
		run -0 --separate-stderr ebpfmm try 2M -- $program bss heap 16 map 32 sizes
		echo "$program: $output$stderr"
		most bss 16
		most heap 16
		most map 32
	done
}

@test "2M: children, also by vfork and posix_spawn, and after exec" {
	local how
	for how in fork vfork spawn exec 'fork exec' 'exec fork vfork spawn'; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr ebpfmm try 2M -- tried $how heap 16 map 32 sizes
		echo "$how: $output$stderr"
		most heap 16
		most map 32
	done
	run -0 --separate-stderr ebpfmm try 2M -- sh -c 'tried map 32 sizes; tried map 32 | cat'
	most map 32
}

@test "2M: threads that map memory at once" {
	run -0 --separate-stderr ebpfmm try 2M -- tried thread 32 sizes
	most map 32
	run -0 --separate-stderr ebpfmm try 2M -- tried threads 16 map 32 sizes
	echo "$output$stderr"
	most map 32
}

@test "2M: memory that is filled, grows or moves" {
	run -0 --separate-stderr ebpfmm try 2M -- tried populate 32 sizes
	most map 32
	run -0 --separate-stderr ebpfmm try 2M -- tried grow 32 sizes
	most map 32
}

# profile REGIONS [DEFAULT]: of tried(1), as tried.json.
profile()
{
	jq -n --argjson regions "$1" --argjson default "${2:-null}" \
		'{ version: 1, name: "tried", programs: [
			{ exe: "/out/tests/host/tried", regions: $regions } +
			if $default then { default: $default } else {} end ] }' >tried.json
	ebpfmm check --rootfs / tried.json
}

# Advice splits a mapping, and mremap(2) grows one mapping only.
@test "memory that advice has split can grow and move, and keeps its contents" {
	local region='[ { "anchor": { "mapping": { "min_size": "3M" } }, "offset": "1M",
		"length": "5M", "benefit_ns": { "64K": 10000, "2M": 9000000 } } ]'
	profile "$region"
	for layout in 4K 64K 2M ./tried.json; do
		for ((size = 4; size < 48; size += 13)); do
			run -0 --separate-stderr ebpfmm try --traced "$layout" -- \
				tried enlarge $size shift $size sizes
			echo "$layout $size: $output$stderr"
			[[ $stderr != *refused* ]]
		done
	done
	# What the kernel refuses for another reason stays refused.
	run -1 --separate-stderr ebpfmm try --traced 64K -- \
		prlimit --data=30000000 tried enlarge 48
	[[ $stderr == *'mremap: Cannot allocate memory'* ]]
	run -0 --separate-stderr ebpfmm try --traced --json 2M -- tried enlarge 32
	jq -e '.regions | any(.region == "mappings" and .bytes["2M"] >= 8 * 1048576)' <<<"$output"
}

@test "a program that filters its system calls lives" {
	run -0 --separate-stderr ebpfmm try 2M -- tried map 32 strict map 32 fork map 32 sizes
	echo "$output$stderr"
	most map 32
	# The filter works all the same.
	run -0 --separate-stderr ebpfmm try 2M -- tried strict exit 0
}

@test "a process that is killed while it forks leaves children that run on" {
	local layout
	for layout in 4K 2M; do
		run -0 --separate-stderr timeout -s KILL 120 ebpfmm try $layout -- tried orphans 200
	done
}

@test "the kernel fills what it is asked to fill, and nothing else" {
	run -0 --separate-stderr ebpfmm try 2M -- tried nonblock 32
	[ "$output" = 'filled 0' ]
}

@test "64K: the stack stays in one piece, and reserved address space takes no mappings" {
	[ -w $thp/hugepages-64kB/enabled ] || skip "this kernel has no pages of 64K"
	run -0 --separate-stderr ebpfmm try 64K -- tried stack reserve 200 map 32 stack
	echo "$output$stderr"
	[ "$output" = $'stack whole\nstack whole' ]
	[[ $stderr != *refused* ]]
}

@test "signals are delivered, and status and death are passed on" {
	run -0 --separate-stderr ebpfmm try 2M -- tried alarms 500
	run -7 --separate-stderr ebpfmm try 2M -- tried exit 7
	[[ $stderr == *'exit status 7'* ]]
	run -7 --separate-stderr ebpfmm try 4K -- tried fork exit 7
	run -143 --separate-stderr ebpfmm try 2M -- tried signal 15
	[[ $stderr == *'ended by signal 15'* ]]
	run -137 --separate-stderr ebpfmm try 2M -- tried signal 9
	run -137 --separate-stderr ebpfmm try 4K -- tried signal 9
}

@test "input and output are the command's" {
	run -0 --separate-stderr ebpfmm try 2M -- cat <<<"in"
	[ "$output" = in ]
	run -0 --separate-stderr ebpfmm try 2M -- sh -c 'echo out; echo err >&2'
	[ "$output" = out ]
	[[ $stderr == err$'\n'* ]]
	# JSON is alone on standard output.
	run -0 --separate-stderr ebpfmm try --json 2M -- sh -c 'echo out; tried heap 16 map 32'
	jq -e '.layout == "2M" and .by == "advice" and .status == 0 and .ns > 0
		and .peak > 40000000 and .processes >= 1
		and ([.regions[] | select(.program | endswith("/tried"))] |
			any(.region == "heap" and .bytes["2M"] >= 12 * 1048576)
			and any(.region == "mappings" and .bytes["2M"] >= 30 * 1048576))' <<<"$output"
	[[ $stderr == out ]]
}

@test "memory that is given back before the end is reported" {
	run -0 --separate-stderr ebpfmm try --json 2M -- tried brief 16 brief 32 map 4
	jq -e '.regions | any(.region == "mappings" and .bytes["2M"] >= 30 * 1048576)' <<<"$output"
	run -0 --separate-stderr ebpfmm try --json 2M -- tried cut 32 map 4
	jq -e '.regions | any(.region == "mappings" and .bytes["2M"] >= 30 * 1048576)' <<<"$output"
	run -0 --separate-stderr ebpfmm try --json 2M -- tried heap 32 lower 32 map 4
	jq -e '.regions | any(.region == "heap" and .bytes["2M"] >= 28 * 1048576)' <<<"$output"
}

@test "what cannot be run" {
	fails 1 'run /no/such: No such file' ebpfmm try 2M -- /no/such
	fails 1 'run /etc/passwd: Permission denied' ebpfmm try 4K -- /etc/passwd
	fails 1 '3M' ebpfmm try 3M -- true
	fails 2 'too few' ebpfmm try 2M
}

@test "profile: regions by symbol, size and rank" {
	profile '[
		{ "anchor": { "symbol": "zeroed" }, "offset": "4M", "length": "8M",
		  "benefit_ns": { "2M": 100000 } },
		{ "anchor": { "mapping": { "min_size": "8M", "max_size": "16M" } },
		  "length": "8M", "benefit_ns": { "2M": 100000 } },
		{ "anchor": { "mapping": { "min_size": "40M", "max_size": "60M", "nth": 2 } },
		  "benefit_ns": { "2M": 100000 } } ]'
	run -0 --separate-stderr ebpfmm try --traced ./tried.json -- tried bss heap 16 map 16 sizes
	echo "$output$stderr"
	[ "$(large bss)" -ge 4096 ]
	[ "$(large bss)" -le 8192 ]
	none heap
	# All but one, if there was none free.
	[ "$(large map)" -ge 6144 ]
	[ "$(large map)" -le 8192 ]
	[[ $stderr == 'ebpfmm try: ./tried.json by advice: '* ]]
	# Of those of a rank, the highest one is the first.
	run -0 --separate-stderr ebpfmm try --json ./tried.json -- tried gap map 48 gap map 56 gap sizes
	echo "$output$stderr"
	jq -e '.regions | map(select(.bytes["2M"] > 0)) | length == 1 and
		(.[0].bytes["2M"] | . > 50 * 1048576 and . <= 56 * 1048576)' <<<"$output"
}

@test "profile: heap, stack and default; children get it, other programs do not" {
	profile '[ { "anchor": { "area": "heap" }, "benefit_ns": {} } ]' \
		'{ "benefit_ns": { "2M": 100000 } }'
	run -0 --separate-stderr ebpfmm try ./tried.json -- tried bss heap 16 map 32 fork map 32 sizes
	echo "$output$stderr"
	most bss 16
	none heap
	most map 64
	run -0 --separate-stderr ebpfmm try ./tried.json -- tried-static map 32 sizes
	none map
	run -0 --separate-stderr ebpfmm try --json ./tried.json -- tried map 32 heap 16
	jq -e '.regions | any(.region == "heap" and .bytes["2M"] == 0 and .bytes["4K"] >= 16777216)' \
		<<<"$output"
}

@test "the tracer's death ends the command" {
	local tracer pid
	mkfifo out
	ebpfmm try 2M -- tried wait >out 3>&- &
	tracer=$!
	read -r line <out
	[ "$line" = ready ]
	pid=$(pgrep -P $tracer)
	kill -KILL $tracer
	wait $tracer || true
	# It is a zombie at most.
	while [ -e /proc/"$pid" ] && ! grep -q '^State:.*[ZX]' /proc/"$pid"/status; do :; done
}

@test "a signal for the tracer is passed on" {
	local tracer
	mkfifo out
	ebpfmm try 2M -- tried wait >out 3>&- &
	tracer=$!
	read -r line <out
	kill -TERM $tracer
	ends 143 $tracer
}

# allowed: what sysfs says of 64K.
allowed()
{
	cat $thp/hugepages-64kB/enabled
}

@test "64K: where it is not allowed, it is for as long as that takes" {
	local before out tracer
	[ -w $thp/hugepages-64kB/enabled ] || skip "this kernel has no pages of 64K"
	before=$(allowed)
	run -0 --separate-stderr ebpfmm try --json 64K -- tried heap 16 map 32
	echo "$output$stderr"
	jq -e '([.regions[].bytes["2M"]] | add) == 0 and
		(.regions | any(.region == "mappings" and .bytes["64K"] >= 24 * 1048576)
			and any(.region == "heap" and .bytes["64K"] >= 12 * 1048576))' <<<"$output"
	[ "$(allowed)" = "$before" ]
	# Of two at once, the last one restores it.
	mkfifo out
	ebpfmm try 64K -- tried wait >out 3>&- &
	tracer=$!
	read -r line <out
	ebpfmm try 64K -- tried exit 0
	[[ $(allowed) == *'[madvise]'* || $before != *'[never]'* ]]
	kill -TERM $tracer
	ends 143 $tracer
	[ "$(allowed)" = "$before" ]
}

@test "gc restores what a trial has left that was killed" {
	local before tracer
	[ -w $thp/hugepages-64kB/enabled ] || skip "this kernel has no pages of 64K"
	before=$(allowed)
	[[ $before == *'[never]'* ]] || skip "64K is allowed anyway"
	mkfifo out
	ebpfmm try 64K -- tried wait >out 3>&- &
	tracer=$!
	read -r line <out
	kill -KILL $tracer
	wait $tracer || true
	[ "$(allowed)" != "$before" ]
	ebpfmm gc || true
	[ "$(allowed)" = "$before" ]
}

@test "without privileges: page sizes all the same, but no setuid programs" {
	local nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
	chmod 755 .
	run -0 --separate-stderr $nobody ebpfmm try 2M -- tried map 32 sizes
	echo "$output$stderr"
	most map 32
	[[ $stderr == *'note: without CAP_SYS_ADMIN'* ]]
	cp /bin/true setuid
	chmod 4755 setuid
	run -126 --separate-stderr $nobody ebpfmm try 2M -- sh -c ./setuid
	echo "$stderr"
	[[ $stderr == *'note: ./setuid was not run: it would have more privileges'* ]]
	# Root loses none.
	run -0 --separate-stderr ebpfmm try 2M -- ./setuid
	run -0 --separate-stderr $nobody ebpfmm try 4K -- tried map 4 sizes
}

@test "a Go program" {
	run -0 --separate-stderr ebpfmm try 2M -- podman --version
	echo "$output$stderr"
	[[ $output == 'podman version '* ]]
	[[ $stderr == *'/podman'* ]]
}

@test "the keys of a terminal stop and end the command, and the shell sees it" {
	local layout
	for layout in 2M 4K; do
		run -0 timeout 60 "$BATS_TEST_DIRNAME/jobs.py" ebpfmm try $layout -- tried wait
		echo "$output"
		[[ $output == *'SHELL stopped'*'SHELL continued'*'SHELL signal'* ]]
	done
}
