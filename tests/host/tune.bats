#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# A profile that is derived, pruned and proved, on this machine's own kernel. No recording is
# made here: not every kernel has what that takes.

bats_require_minimum_version 1.5.0
load ../fails

PATH=/out:/out/tests/host:$PATH
thp=/sys/kernel/mm/transparent_hugepage

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	! grep -qF '[never]' $thp/enabled || skip "this machine has no large pages"
}

# tunes FILTER ARGUMENT…: tune with a recording and these arguments, until jq says of its report
# what FILTER does, and it has said $said, five times at most. Where other work makes the runs
# differ by more than 2M pages save, tune is right to find nothing, or to keep more.
tunes()
{
	local filter=$1 try
	shift
	for try in 1 2 3 4 5; do
		rm -f runs
		run --separate-stderr ebpfmm tune --json --cpu -o hot.json \
			--recording recording.jsonl "$@"
		echo "$try: $status $output$stderr"
		if [ "$status" = 0 ] && [[ $stderr == *"${said-}"* ]] &&
				jq -e "$filter" <<<"$output"; then
			return
		fi
	done
	return 1
}

# recording: of tried(1) with the steps `map 32 gap worth 192 192`. That the smaller mapping is
# warm is a lie.
recording()
{
	local i
	jq -cn --argjson size "$(stat -c %s /out/tests/host/tried)" '
		{ recording: { version: 1, minor: 0, tool: "0.1.0", page_size: 4096,
			sampling_us: 5000, aggregation_us: 100000 } },
		{ program: { id: 0, path: "/out/tests/host/tried", size: $size } },
		{ space: { id: 0, program: 0, kind: "mapping", size: 201326592, rank: 1, seen: "4K" } },
		{ space: { id: 1, program: 0, kind: "mapping", size: 33554432, rank: 1, seen: "4K" } },
		{ space: { id: 2, program: 0, kind: "heap", seen: "4K" } },
		{ space: { id: 3, program: 0, kind: "stack", seen: "4K" } },
		(range(1; 21) | (. * 100000) as $us |
			{ interval: { us: $us, space: 0, runs: [0, 49152, 20] } },
			{ interval: { us: $us, space: 1, runs: [0, 8192, 5] } }),
		{ end: { us: 2000000, intervals: 40, runs: 40, lost: 0 } }'
}

@test "what pays is found, proved, and what does not is left out" {
	recording >recording.jsonl
	# Other work of the machine may keep the second region in it.
	tunes '.gain_ns > 0 and .regions == 2 and (.kept == 1 or .kept == 2)
		and .layouts["4K"].share == 0 and .layouts["2M"].share == 1
		and (.layouts.all | .share > 0.6 and .bytes_2M[0] > 200 * 1048576)
		and (.layouts.all.ns | length == 3)
		and (.kept == 2 or (.layouts.profile.bytes_2M[0] |
			. > 0 and . < 200 * 1048576))
		and (.profile.programs[0].regions | length) == .kept' \
		--runs 3 -- tried map 32 gap worth 192 192
	ebpfmm check --rootfs / hot.json
	jq -e '.programs[0].regions[0].anchor.mapping.min_size == "180M"' hot.json
	jq -e --slurpfile file hot.json '.profile == $file[0]' <<<"$output"
}

# halves: of tried(1) with the step `worth 16 8`. That the second half is warm is a lie.
halves()
{
	recording | jq -c 'select(.space.id != 1 and .interval.space != 1) |
		if .space.id == 0 then .space.size = 16777216
		elif .space then .space.id -= 1
		elif .interval then .interval.runs = [0, 2048, 20, 0, 2048, 10]
		elif .end then .end.intervals = 20
		else . end'
}

# So small that the faults of the other half are little beside what tune lets go.
@test "of a region of which a part brings the gain, that part is kept" {
	halves >recording.jsonl
	tunes '.regions == 1 and .kept == 1 and (.layouts.all.bytes_2M | max) == 16777216 and
		(.layouts.profile.bytes_2M | max) == 8388608 and .layouts.profile.share > 0.9 and
		(.profile.programs[0].regions[0] | .length == "8M" and (has("offset") | not))' \
		--runs 3 -- tried worth 16 8
	ebpfmm check --rootfs / hot.json
}

# change RUNS FIRST THEN: make ./change, which is FIRST in so many runs, and then THEN.
change()
{
	printf '#!/bin/sh\necho >>runs\n[ "$(wc -l <runs)" -gt %s ] || %s\n%s\n' "$@" >change
	chmod +x change
}

# After the runs that narrow it, the command is another one.
@test "if what is left does not keep the gain in the end, nothing is left out" {
	halves >recording.jsonl
	local said='needed after all'
	change 22 'exec tried worth 16 8' 'exec tried worth 16 16'
	tunes '.regions == 1 and .kept == 1 and (.layouts | has("all") and (has("profile") | not))
		and (.profile.programs[0].regions[0] | has("length") | not)' --runs 3 -- ./change
}

# The first run, which has 4K pages, is the fastest of all.
@test "where half of the runs cannot tell, all do" {
	halves >recording.jsonl
	change 1 'exit 0' 'exec tried worth 16 8'
	tunes '.gain_ns > 0 and (.before | .["4K"].ns[0] == (.["4K"].ns | min) and
		(map(.ns | length) | unique == [6]))' --runs 6 -- ./change
}

# Large pages cost it 512 times the memory, so no other work makes them look worth it.
@test "nothing to gain: no profile, and the runs are shown" {
	run -1 --separate-stderr ebpfmm tune --runs 3 --cpu -o none.json -- tried sparse 256
	echo "$output$stderr"
	[[ $stderr == *'nothing to gain'* ]]
	[ ! -e none.json ]
	[[ $output == 'layout '* ]]
	grep -E '^4K +[0-9.]+ s \([0-9.]+-[0-9.]+\) +- +0 +[0-9]+M$' <<<"$output"
	grep -E '^2M everywhere ' <<<"$output"
	grep -E '^4K( +[0-9.]+){2}$' <<<"$output"
	run -1 --separate-stderr ebpfmm tune --json --runs 1 --cpu -- tried sparse 256
	jq -e '.profile == null and .gain_ns == 0 and (.layouts["4K"].ns | length == 1)' <<<"$output"
}

@test "a command that fails, or cannot be run, and wrong usage" {
	fails 1 'ended with status 3, with 4K pages' ebpfmm tune -- sh -c 'exit 3'
	fails 1 'was ended by signal 9' ebpfmm tune -- sh -c 'kill -9 $$'
	fails 1 'run /no/such: No such file' ebpfmm tune -- /no/such
	fails 2 'too few' ebpfmm tune
	fails 2 'not a number from 1 to' ebpfmm tune --runs 0 -- true
	fails 2 'not a number from 1 to' ebpfmm tune --runs x -- true
	fails 1 'not a regular file|/dev/null' ebpfmm tune -o /dev/null -- true
}

@test "the command's input and output stay apart" {
	run -1 --separate-stderr ebpfmm tune --runs 1 --cpu -- \
		sh -c 'cat; echo written; exec tried sparse 256' <<<"given"
	[[ $output != *written* && $output != *given* ]]
	run -1 --separate-stderr ebpfmm tune --runs 1 --cpu -- \
		sh -c 'echo said >&2; exec tried sparse 256'
	[ "$(grep -c said <<<"$stderr")" = 2 ]
}

@test "a signal ends it, and the command" {
	local tuner pid
	mkfifo begun
	ebpfmm tune -o profile.json -- sh -c 'echo $$ >begun; exec tried wait' 3>&- &
	tuner=$!
	read -r pid <begun
	kill -TERM $tuner
	ends 143 $tuner
	[ ! -e /proc/"$pid" ]
	[ ! -e profile.json ]
}
