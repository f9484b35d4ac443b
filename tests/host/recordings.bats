#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# From recordings to a report and a profile. Those in recordings/ are of a program whose
# heat is known: of its heap all 64M are hot, of a mapping of 512M those 16M that begin at
# 100M, of the mapping `spot` of 1G those 2M that begin at 512M; `warm` is warm all over,
# `cold` is cold.

bats_require_minimum_version 1.5.0
load ../fails

PATH=/out:$PATH
planted=/src/tests/host/recordings/planted

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# regions FILTER: the answer about the profile on standard input's only program.
regions()
{
	jq -e ".programs | length == 1 and (.[0] | .exe == \"/usr/bin/planted\" and ($1))"
}

@test "report: which region has which share, and what of it is hot" {
	run -0 --separate-stderr ebpfmm report $planted-1.jsonl
	echo "$output"
	[ -z "$stderr" ]
	[[ $output == '1 recording, 6 s in all; '* ]]
	[[ $output == *$'\n/usr/bin/planted\n'* ]]
	grep -E '^  heap +64M +64M +58M +61\.1%  4K$' <<<"$output"
	grep -E '^  mapping 512M #1 +512M +512M +15M +15\.9%  4K$' <<<"$output"
	grep -E '^  mapping spot 1G #1 +1G +2M +2(\.[0-9])?M +[12]\.[0-9]%  4K$' <<<"$output"
	grep -E '^  4 others' <<<"$output"
}

@test "report: a picture shows what is hot, and when" {
	run -0 ebpfmm report $planted-1.jsonl
	echo "$output"
	# Memory goes down, time to the right: 8 bands of 64M, of which the second is hot.
	map=$(sed -n '/^  HEAT/,$p' <<<"$output")
	[ "$(grep -A 7 'mapping 512M #1' <<<"$map" | grep -c '|.*[^ |].*|')" -le 2 ]
	grep -A 1 'mapping 512M #1' <<<"$map" | tail -n 1 | grep -E '\+64M \|[#%]{60}\|$'
	grep -E '^  heap +\|[%@]{60}\|$' <<<"$map"
	# Nothing is wider than a terminal of 100 columns.
	! grep -E '.{101}' <<<"$output"
}

@test "report: as JSON" {
	run -0 --separate-stderr ebpfmm report --json $planted-1.jsonl $planted-2.jsonl
	jq -e '(.recordings | length == 2 and all(.us == 6000000 and .ended and .lost == 0
			and (.truncated | not) and .sampling_us == 5000))
		and .us == 12000000
		and (.regions | length == 8)
		and ([.regions[].share] | add > 0.999 and add < 1.001)
		and (.regions[0] | .kind == "heap" and .name == null and .size == 67108864
			and .resident == 67108864 and .seen == "4K" and .program == "/usr/bin/planted")
		and (.regions[] | select(.name == "spot") | .resident == 2097152
			and .size == 1073741824 and .rank == 1 and .hot < 4194304
			and (.map | length == 32 and all(length == 60))
			and (.map[16] | all(. > 0.05)) and (.map[3] | all(. == 0)))
		and (.regions[] | select(.name == "cold") | .share == 0 and has("map") == false)' \
		<<<"$output"
}

@test "report: what is cut off is read, and said" {
	head -c -10 $planted-1.jsonl >cut.jsonl
	run -0 --separate-stderr ebpfmm report cut.jsonl
	[[ $stderr == *'cut.jsonl: warning: the last line is incomplete'* ]]
	head -n -1 $planted-1.jsonl >ended.jsonl
	run -0 --separate-stderr ebpfmm report ended.jsonl
	[[ $stderr == *'ended.jsonl: warning: there is no end line'* ]]
}

@test "report: a recording in which nothing was accessed" {
	head -n 10 $planted-1.jsonl >idle.jsonl
	echo '{"end":{"us":100000,"intervals":0,"runs":0,"lost":0}}' >>idle.jsonl
	run -0 ebpfmm report idle.jsonl
	[[ $output == *'no access was seen'* ]]
	run -1 --separate-stderr ebpfmm profile idle.jsonl
	[ -z "$output" ]
	[[ $stderr == *'no region repays a large page'* ]]
}

@test "report, profile: what is wrong, with file and line" {
	local command
	sed '11s/20000/-1/;11s/100000/-1/' $planted-1.jsonl >wrong.jsonl
	for command in report profile; do
		fails 2 'too few arguments' ebpfmm $command
		fails 1 'missing.jsonl: No such file' ebpfmm $command missing.jsonl
		fails 1 'wrong.jsonl: line 11: ' ebpfmm $command $planted-1.jsonl wrong.jsonl
		fails 1 '\.: ' ebpfmm $command .
		run -1 --separate-stderr ebpfmm $command --json missing.jsonl
		jq -e '.error.code == "ENOENT"' <<<"$output"
	done
}

@test "profile: what is hot gets 2M pages, by as few names as tell it apart" {
	ebpfmm profile $planted-1.jsonl $planted-2.jsonl >planted.json
	cat planted.json
	ebpfmm check planted.json
	regions '.default.benefit_ns == {} and (.regions | length <= 5 and
		([.[] | select(.anchor.area == "heap")] | length == 1) and
		([.[] | select(.anchor.mapping.name == "spot")] | length == 1) and
		([.[] | select(.anchor.mapping.name == "cold")] | length == 0) and
		all(.benefit_ns | keys == ["2M"]))' <planted.json
	# The bounds of the hot parts: within a page of 2M.
	jq -e 'def bytes: if type == "number" then . else (capture("(?<n>[0-9]+)(?<u>[KMG])") |
			(.n | tonumber) * {K: 1024, M: 1048576, G: 1073741824}[.u]) end;
		[.programs[0].regions[] | select(.offset) | [.offset, .length | bytes / 1048576]] |
		any(.[0] >= 98 and .[0] <= 100 and .[0] + .[1] >= 116 and .[0] + .[1] <= 118) and
		any(.[0] >= 510 and .[0] <= 512 and .[0] + .[1] >= 514 and .[0] + .[1] <= 516)' \
		planted.json
}

@test "profile: the same recordings make the same profile, in whatever order" {
	ebpfmm profile $planted-1.jsonl $planted-2.jsonl >a.json
	ebpfmm profile $planted-2.jsonl $planted-1.jsonl >b.json
	diff a.json b.json
}

@test "profile: a budget keeps the best, and a horizon stretches" {
	run -0 ebpfmm profile --budget 32M --json $planted-1.jsonl
	jq -e '.large <= 33554432 and .large > 0 and .worth_ns < .possible_ns' <<<"$output"
	budget=$(jq .worth_ns <<<"$output")
	run -0 ebpfmm profile --json $planted-1.jsonl
	jq -e --argjson budget "$budget" '.worth_ns > $budget and .large > 33554432' <<<"$output"
	worth=$(jq .worth_ns <<<"$output")
	run -0 ebpfmm profile --horizon 20m --json $planted-1.jsonl
	jq -e --argjson worth "$worth" '.worth_ns > 1.9 * $worth and .worth_ns < 2.1 * $worth' \
		<<<"$output"
	# So short a life repays no page.
	run -1 --separate-stderr ebpfmm profile --horizon 1ms $planted-1.jsonl
	[[ $stderr == *'no region repays'* ]]
}

@test "profile: into a file, which has its name, and not in part" {
	run -0 --separate-stderr ebpfmm profile -o out.json $planted-1.jsonl
	[[ $output == 'out.json: profile out, '* ]]
	ebpfmm check out.json
	jq -e '.name == "out"' out.json
	run -0 ebpfmm profile --output other.json --name mine $planted-1.jsonl
	jq -e '.name == "mine"' other.json
	run -1 --separate-stderr ebpfmm profile -o 'a b.json' $planted-1.jsonl
	[[ $stderr == *'a b'* ]]
	mkfifo pipe
	run -1 --separate-stderr ebpfmm profile --name p -o pipe $planted-1.jsonl
	[[ $stderr == *'pipe: is not a regular file'* ]]
	[ -p pipe ]
	[ "$(echo *.json*)" = 'other.json out.json' ]
}

@test "profile: where its numbers come from" {
	run -0 --separate-stderr ebpfmm profile --explain $planted-1.jsonl $planted-2.jsonl
	echo "$output"
	[[ $output == 'programs[0].regions[0]: pages 0 to 16384 of heap of /usr/bin/planted'* ]]
	[[ $output == *"  from $planted-2.jsonl: 60 intervals with accesses, 0.1 s to 6 s"* ]]
	[[ $output == *'page walks saved as recorded'* ]]
	[[ $stderr == *'a page walk is taken to cost 20 ns'* ]]
	run -0 ebpfmm profile --explain --json $planted-1.jsonl
	jq -e '(.explanations | length) == (.profile.programs[0].regions | length)
		and (.explanations[0] | test("heap of /usr/bin/planted"))
		and (.notes | any(test("taken to cost 20 ns")))' <<<"$output"
}

@test "profile: options that make no sense" {
	fails 2 '--horizon: "10" is not a duration' ebpfmm profile --horizon 10 x
	fails 2 '--budget: "512m" is not a size, did you mean "512M"' \
		ebpfmm profile --budget 512m x
	run -1 --separate-stderr ebpfmm profile --name '../x' $planted-1.jsonl
	[[ $stderr == *'name'* ]]
}

@test "record: from what damo wrote" {
	local corpus=/src/tests/fuzz/corpus/damo
	# There, an empty line is between the mappings and what damo wrote.
	sed '/^$/,$d' $corpus/plain >maps
	sed '1,/^$/d' $corpus/plain >damo.json
	run -0 ebpfmm record --damo damo.json --maps maps -o damo.jsonl
	[ "$(stat -c %a damo.jsonl)" = 600 ]
	ebpfmm report --json damo.jsonl |
		jq -e '.recordings[0].ended and ([.regions[] | select(.share > 0)] | length == 1)
			and (.regions[0] | .kind == "mapping" and .size == 8192 and .seen == null)'
	run -2 ebpfmm record --damo damo.json
	[[ $output == *'--damo requires --maps'* ]]
	run -2 ebpfmm record --damo damo.json --maps maps -- true
	[[ $output == *'one of --cgroup, --pid, --damo and a command'* ]]
	run -2 ebpfmm record --damo damo.json --maps maps --time 1s
	fails 1 'missing: No such file' ebpfmm record --damo missing --maps maps
	echo '{}' >wrong.json
	fails 1 'wrong.json: ' ebpfmm record --damo wrong.json --maps maps -o x
	[ ! -e x ]
}

@test "profile: zeroed data has the names of symbols, if there is the file" {
	local exe=/usr/lib/ebpfmm/examples/regions address size first
	mkdir -p "root${exe%/*}"
	cp /out/examples/regions "root$exe"
	read -r address size < <(nm -S /out/examples/regions | awk '$4 == "lookup" { print $1, $2 }')
	first=$((16#$address / 4096))
	{
		head -n 1 $planted-1.jsonl
		echo "{\"program\":{\"id\":0,\"path\":\"$exe\",\"size\":$(stat -c %s "root$exe")}}"
		echo '{"space":{"id":0,"program":0,"kind":"image","seen":"4K"}}'
		for us in 100000 200000 300000; do
			# Code is hot, too.
			echo "{\"interval\":{\"us\":$us,\"space\":0,\"runs\":[0,4,20,$((first - 4)),$((16#$size / 4096)),20]}}"
		done
	} >regions.jsonl
	run -1 --separate-stderr ebpfmm profile regions.jsonl
	[[ $stderr == *"image of $exe is left out, with 100.0 % of the accesses: without its file"* ]]
	run -0 --separate-stderr ebpfmm profile --rootfs root -o regions.json regions.jsonl
	cat regions.json
	jq -e '.programs[0].regions | length == 1 and (.[0] | .anchor == { symbol: "lookup" }
		and (has("offset") or has("length") | not) and .benefit_ns["2M"] > 0)' regions.json
	ebpfmm check --rootfs root regions.json
	# Another file.
	echo >>"root$exe"
	run -1 --separate-stderr ebpfmm profile --rootfs root regions.jsonl
	[[ $stderr == *'when it was recorded'* ]]
	fails 1 'missing: No such file' ebpfmm profile --rootfs missing regions.jsonl
}
