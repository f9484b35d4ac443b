# SPDX-License-Identifier: GPL-2.0-only
#
# What an operator sees of decisions: that it is true.

load helpers

setup()
{
	sysfs madvise madvise
	rm -rf $profiles
	new_cgroup
}

teardown()
{
	[ -z "${tracer-}" ] || finish "$tracer"
	echo 0 >/proc/sys/kernel/bpf_stats_enabled
	remove_cgroup "$cgroup"
	ebpfmm gc
	nothing_left
}

# Regions by name of the mapping, of each kind.
regions='[
	{ "anchor": { "mapping": { "name": "large" } },
	  "benefit_ns": { "64K": 900, "2M": 60000 } },
	{ "anchor": { "mapping": { "name": "medium" } },
	  "benefit_ns": { "64K": 900 }, "touched": 0.5 },
	{ "anchor": { "mapping": { "name": "single" } }, "benefit_ns": {} },
	{ "anchor": { "mapping": { "name": "short" } },
	  "length": "1M", "benefit_ns": { "64K": 900, "2M": 60000 } } ]'

# attach_regions [LIMITS]: those, and single pages elsewhere.
attach_regions()
{
	profile evidence $tests/fault "$regions" '{ "benefit_ns": {} }'
	jq --argjson limits "${1:-{\}}" '.limits = $limits' \
		$profiles/evidence.json >"$BATS_TEST_TMPDIR/limited.json"
	mv "$BATS_TEST_TMPDIR/limited.json" $profiles/evidence.json
	ebpfmm attach --cgroup "$cgroup" $profiles/evidence.json
}

stats()
{
	ebpfmm stats --json "$cgroup"
}

# touch_memory OPTION…: touch memory in the cgroup, with fault(1), and no more.
touch_memory()
{
	within "$cgroup" $tests/fault --quit "$@"
}

# trace_begin: trace the cgroup into $BATS_TEST_TMPDIR/trace.
trace_begin()
{
	ebpfmm trace --json "$cgroup" >"$BATS_TEST_TMPDIR/trace" \
		2>"$BATS_TEST_TMPDIR/trace.err" 3>&- &
	tracer=$!
	until grep -q ready "$BATS_TEST_TMPDIR/trace.err"; do
		[ -e /proc/$tracer ]
	done
}

# --- stats -------------------------------------------------------------------

@test "stats: decisions of each region are the faults that were made there" {
	attach_regions
	touch_memory --size 16M --name large
	touch_memory --size 4M --name medium
	touch_memory --size 2M --name single
	touch_memory --size 1M --name short
	run -0 stats
	jq -e '.[0].by_program[0] | .program == 0 and
		(.exe | endswith("/fault")) and
		([.regions[] | { key: "\(.region)", value: .decisions }] |
			from_entries |
			.["0"] == 8 and .["1"] == 64 and .["3"] == 16 and
			.["2"] > 512 - 34 and .["2"] <= 512)' <<<"$output"
	jq -e '.[0].by_program[0].regions[] | select(.region == 1) |
		.anchor == "mapping \"medium\"" and .space == "mapping"' \
		<<<"$output"
}

@test "stats: sizes, reasons, programs and regions add up" {
	attach_regions
	# Where each fault is traced, each is asked about.
	trace_begin
	touch_memory --size 16M --name large
	touch_memory --size 2M --name single
	touch_memory --size 8M
	within "$cgroup" true
	finish "$tracer"
	run -0 stats
	jq -e '.[0] | (.reasons | add) as $asked |
		([.by_program[] | .decisions] | add) as $ours |
		.reasons.kept == 0 and .reasons["other-program"] > 0 and
		$ours == $asked - .reasons["other-program"] and
		(.decisions | add) == $ours - .reasons.outside and
		.by_program[0].regions[2].decisions == 512 and
		all(.by_program[]; .decisions ==
			([.regions[].decisions] | add) + .outside + .default)' \
		<<<"$output"
	# Those that an earlier answer stood for have their place as well.
	touch_memory --size 2M --name single
	touch_memory --size 8M
	run -0 stats
	jq -e '.[0] | .reasons.kept > 0 and (.decisions | add) ==
		([.by_program[] | .default, .regions[].decisions] | add)' \
		<<<"$output"
}

@test "stats: decisions and reasons go on when the profile is replaced" {
	attach_regions
	touch_memory --size 16M --name large
	attach_regions
	touch_memory --size 2M --name large
	run -0 stats
	jq -e '.[0] | .decisions["2M"] == 9 and
		.by_program[0].regions[0].decisions == 1' <<<"$output"
}

@test "stats and explain: an anchor that was edited since is not named" {
	attach_regions
	ready within "$cgroup" $tests/fault --size 4M --name medium
	explained() { ebpfmm explain --json "$cgroup" "$pid" "$(start)"; }
	stats | jq -e '.[0] | .profile_changed == false and
		.by_program[0].regions[0].anchor == "mapping \"large\""'
	explained | jq -e '.profile_changed == false and .anchor == "mapping \"medium\""'
	sed -i 's/"medium"/"moved"/' $profiles/evidence.json
	stats | jq -e '.[0] | .profile_changed and
		.by_program[0].regions[0].anchor == null and
		.by_program[0].exe == null'
	explained | jq -e '.profile_changed and .place == "programs[0].regions[1]" and
		.anchor == null and .exe == null'
	sed -i 's/"moved"/"medium"/' $profiles/evidence.json
	stats | jq -e '.[0].profile_changed == false'
	explained | jq -e '.profile_changed == false'
}

@test "stats: bytes of each size are those that the kernel says elsewhere" {
	attach_regions
	ready within "$cgroup" $tests/fault --size 16M --name large
	large=$pid
	ready within "$cgroup" $tests/fault --size 4M --name medium
	run -0 stats
	anon=$(awk '$1 == "anon" { print $2 }' "$cgroup/memory.stat")
	huge=$(awk '$1 == "anon_thp" { print $2 }' "$cgroup/memory.stat")
	# Of each process, what the flags of its pages say.
	pages=$({ pagesizes --json "$large"; pagesizes --json "$pid"; } |
		jq -s '[.[][] | .bytes | to_entries[]] | group_by(.key) |
			map({ key: .[0].key, value: ([.[].value] | add) }) |
			from_entries')
	finish "$large"
	finish "$pid"
	echo "$output anon $anon pages $pages"
	[ "$huge" = $((16 << 20)) ]
	jq -e --argjson anon "$anon" --argjson pages "$pages" '.[0].bytes |
		.["2M"] == 16777216 and .["64K"] == 4194304 and
		(to_entries | all(.key == "4K" or
			.value == ($pages[.key] // 0))) and
		# Copies of pages of files are not in mappings that are anonymous.
		.["4K"] >= $pages["4K"] and .["4K"] < $pages["4K"] + 1048576 and
		((add - $anon) | fabs) < 1048576' <<<"$output"
	# And when they have ended there is none.
	run -0 stats
	jq -e '.[0].bytes | .["2M"] == 0 and .["64K"] == 0' <<<"$output"
}

@test "stats: a limit, how much of it is used, and what was lost by it" {
	attach_regions '{ "2M": "4M" }'
	ready within "$cgroup" $tests/fault --size 64M --name large
	run -0 stats
	text=$(ebpfmm stats "$cgroup")
	finish "$pid"
	jq -e '.[0] | .limits == { "2M": 4194304 } and
		.bytes["2M"] == 4194304 and .reasons.limit > 0 and
		.decisions["2M"] == 2' <<<"$output"
	grep -E '^ +2M +2 +4194304 +4194304 +100% ' <<<"$text"
	# Of 960 decisions against it at least one was sampled.
	net=$(jq '.[0].lost["2M"].mean_net_ns' <<<"$output")
	costs
	[ "$net" = "$((60000 + 511 * fault_ns))" ]
	# Another profile takes nothing of that away.
	attach_regions
	stats | jq -e '.[0] | .limits == {} and .lost["2M"].samples > 0 and
		.reasons.limit > 0'
}

# costs: what pages are taken to cost, in $fault_ns and $zero_ns.
costs()
{
	ready within "$cgroup" $tests/fault --hold --name large
	answer=$(ebpfmm explain --json "$cgroup" "$pid" "$(start)")
	finish "$pid"
	fault_ns=$(jq .costs.fault_ns <<<"$answer")
	zero_ns=$(jq .costs.zero_ns <<<"$answer")
}

@test "stats of a cgroup whose memory has no account of its own" {
	attach_regions
	mkdir "$cgroup/below"
	ebpfmm attach --cgroup "$cgroup/below" $profiles/evidence.json
	[ ! -e "$cgroup/below/memory.stat" ]
	run -0 ebpfmm stats --json "$cgroup/below"
	jq -e '.[0].bytes == null' <<<"$output"
	ebpfmm stats "$cgroup/below"
	ebpfmm metrics | openmetrics
}

# --- kept answers ------------------------------------------------------------

# runs: how often policies were asked so far.
runs()
{
	bpftool -j prog show | jq '[.[] | select(.type == "struct_ops") | .run_cnt // 0] |
		add'
}

# seldom_asked FAULT: of the 2,048 faults that it takes, few are asked about.
seldom_asked()
{
	local before
	before=$(runs)
	within "$cgroup" "$1" --quit --size 8M
	echo "asked: $(($(runs) - before))"
	(($(runs) - before < 512))
}

@test "an answer stands for further faults outside of regions, too" {
	echo 1 >/proc/sys/kernel/bpf_stats_enabled
	cp $tests/fault "$BATS_TEST_TMPDIR/other"
	attach_regions
	seldom_asked "$BATS_TEST_TMPDIR/other"
	seldom_asked $tests/fault
	profile evidence $tests/fault "$regions"
	ebpfmm attach --cgroup "$cgroup" $profiles/evidence.json
	seldom_asked $tests/fault
}

# --- explain -----------------------------------------------------------------

# start: where the memory of the program in the background starts.
start()
{
	awk '{ print $2 }' "$BATS_TEST_TMPDIR/ready"
}

# What both tell of a decision.
told='{ program, region, address, start, end, admissible, orders, size, reason,
	asked, compact, touched, refused, candidates: [.candidates[]? |
		{ size, net_ns, ruled_out }] }'

# as_traced SIZE REASON FAULT-OPTION…: is what is explained of the first page of
# a program's memory, with that result, what is decided when it is touched?
# What was explained is in $answer.
as_traced()
{
	local size=$1 reason=$2 decided
	shift 2
	ready within "$cgroup" "${FAULT:-$tests/fault}" --hold "$@"
	before=$(stats | jq '.[0] | { decisions, reasons, by_program }')
	answer=$(ebpfmm explain --json "$cgroup" "$pid" "$(start)")
	[ "$(stats | jq '.[0] | { decisions, reasons, by_program }')" = "$before" ]
	ebpfmm explain "$cgroup" "$pid" "$(start)"
	trace_begin
	kill -USR1 "$pid"
	until grep -qF "\"address\":\"$(start)\"" "$BATS_TEST_TMPDIR/trace"; do
		[ -e "/proc/$pid" ]
	done
	finish "$tracer"
	finish "$pid"
	decided=$(grep -m 1 -F "\"address\":\"$(start)\"" "$BATS_TEST_TMPDIR/trace")
	diff <(jq "$told" <<<"$answer") <(jq "$told" <<<"$decided")
	jq -e --arg size "$size" --arg reason "$reason" \
		'.size == $size and .reason == $reason' <<<"$answer"
}

@test "explain: the largest size, as decided afterwards" {
	attach_regions
	as_traced 2M best --name large
	jq -e '.place == "programs[0].regions[0]" and
		.anchor == "mapping \"large\"" and .profile == "evidence" and
		all(.candidates[]; .net_ns == .benefit_ns + .faults_ns -
			.zeroing_ns - .block_ns) and
		([.candidates[] | select(.size == "2M")][0] |
			.benefit_ns == 60000 and .ruled_out == [])' <<<"$answer"
}

@test "explain: half of it touched, and single pages only" {
	attach_regions
	as_traced 64K best --name medium
	jq -e '.touched == 0.5 and ([.candidates[].size] == ["4K", "64K"])' \
		<<<"$answer"
	as_traced 4K best --name single
	jq -e '[.candidates[].size] == ["4K"]' <<<"$answer"
}

@test "explain: at the edge of a region" {
	attach_regions
	as_traced 64K edge --name short
	jq -e '.edge == ["2M"] and .region == 3' <<<"$answer"
}

@test "explain: a size that the kernel forbids" {
	attach_regions
	sysfs madvise madvise never
	as_traced 64K forbidden --name large
	jq -e '([.candidates[] | select(.size == "2M")][0].ruled_out ==
		["forbidden"]) and .forbidden == { sysfs: ["2M"] }' <<<"$answer"
}

@test "explain: the program's default, and outside of everything" {
	attach_regions
	as_traced 4K default
	jq -e '.place == "programs[0].default" and .region == null' <<<"$answer"
	profile evidence $tests/fault "$regions"
	ebpfmm attach --cgroup "$cgroup" $profiles/evidence.json
	as_traced 4K outside
	jq -e '.place == "programs[0]" and (has("candidates") | not)' <<<"$answer"
}

@test "explain: a program that the profile does not name" {
	attach_regions
	cp $tests/fault "$BATS_TEST_TMPDIR/other"
	FAULT=$BATS_TEST_TMPDIR/other
	as_traced 4K other-program
	jq -e '.place == null and .exe == null' <<<"$answer"
}

@test "explain: a limit that is reached" {
	attach_regions '{ "2M": "4M" }'
	ready within "$cgroup" $tests/fault --size 16M --name large
	full=$pid
	as_traced 64K limit --name large
	finish "$full"
	jq -e '[.candidates[] | select(.size == "2M")][0].ruled_out ==
		["limit"]' <<<"$answer"
}

@test "explain: too little memory left" {
	attach_regions
	echo 9M >"$cgroup/memory.high"
	as_traced 64K pressure --size 2M --name large
	jq -e '.headroom.limit == 9437184 and .headroom.bytes < 9437184 and
		([.candidates[] | select(.size == "2M")][0].ruled_out ==
			["pressure"])' <<<"$answer"
}

@test "explain: the kernel decides, but not past a limit" {
	profile evidence $tests/fault "$regions"
	jq '.limits = { "2M": "4M" }' $profiles/evidence.json \
		>"$BATS_TEST_TMPDIR/limited.json"
	ebpfmm attach --cgroup "$cgroup" "$BATS_TEST_TMPDIR/limited.json"
	ready within "$cgroup" $tests/fault --size 16M --name large
	full=$pid
	as_traced 4K outside
	finish "$full"
	jq -e '.refused == ["2M"] and .edge == []' <<<"$answer"
}

@test "explain: the kernel decides, but not into a region" {
	profile evidence $tests/fault '[ { "anchor": { "mapping": { "name": "large" } },
		"offset": "1M", "benefit_ns": { "64K": 900 } } ]'
	ebpfmm attach --cgroup "$cgroup" $profiles/evidence.json
	as_traced 4K outside --name large
	jq -e '.refused == ["2M"] and .edge == ["2M"]' <<<"$answer"
}

@test "explain: why it cannot" {
	attach_regions
	ready within "$cgroup" $tests/fault --name large
	image=$(awk -F- '/fault$/ { print $1; exit }' "/proc/$pid/maps")
	mkdir "$cgroup.other"
	for case in "is not in@$cgroup 1 $(start)" \
			"no process 4194304@$cgroup 4194304 $(start)" \
			"nothing is mapped@$cgroup $pid 1000" \
			"nothing is mapped@$cgroup $pid ffffffffffffffff" \
			"not anonymous memory@$cgroup $pid $image" \
			"no policy@$cgroup.other $pid $(start)" \
			"is not in@$cgroup 2 $(start)" \
			"nonexistent@$cgroup/nonexistent $pid $(start)" \
			"not a process id@$cgroup 0 $(start)" "not a process id@$cgroup 1x $(start)" \
			"not a process id@$cgroup -1 $(start)" "not a process id@$cgroup 4294967297 0" \
			"not a hexadecimal address@$cgroup $pid x" \
			"not a hexadecimal address@$cgroup $pid +1" \
			"not a hexadecimal address@$cgroup $pid 10000000000000000"; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr ebpfmm explain -- ${case#*@}
		[[ $stderr == *"${case%%@*}"* ]]
		[ "$(grep -c . <<<"$stderr")" = 1 ]
		[ -z "$output" ]
	done
	run -2 ebpfmm explain "$cgroup" "$pid"
	run -1 setpriv --reuid=65534 --regid=65534 --clear-groups \
		--bounding-set=-all ebpfmm explain "$cgroup" "$pid" "$(start)"
	# A kernel thread has no memory, wherever it is.
	run -1 --separate-stderr ebpfmm explain --json "$cgroup" 2 0
	jq -e .error.message <<<"$output"
	finish "$pid"
	rmdir "$cgroup.other"
}

# --- trace -------------------------------------------------------------------

# traced: is some cgroup traced, as the policy's own variable says?
traced()
{
	bpftool -j map lookup pinned $pins/tracing key hex 00 00 00 00 |
		jq -e '[.value[:8][] | select(. != "0x00")] != []' >/dev/null
}

# listen OUTPUT: trace the cgroup, with that as standard output; its process is
# $tracer. It begins with no signal ignored, as from a terminal.
listen()
{
	env --default-signal ebpfmm trace "$cgroup" >"$1" \
		2>"$BATS_TEST_TMPDIR/trace.err" 3>&- &
	tracer=$!
}

@test "trace: whatever ends it turns it off" {
	local signal
	attach_regions
	for signal in INT TERM HUP QUIT; do
		listen /dev/null
		until traced; do [ -e /proc/$tracer ]; done
		kill -"$signal" "$tracer"
		wait "$tracer"
		run ! traced
	done
	tracer=
}

@test "trace: a reader that has had enough ends it, with decisions or without" {
	local pipe=$BATS_TEST_TMPDIR/pipe line touch
	attach_regions
	mkfifo "$pipe"
	for touch in "touch_memory --size 16M --name large" true; do
		listen "$pipe"
		IFS= read -r line <"$pipe"
		$touch
		wait "$tracer"
		run ! traced
		[ "$(cat "$BATS_TEST_TMPDIR/trace.err")" = ready ]
	done
	tracer=
}

@test "trace: of a listener that was killed it ends by itself" {
	local tries=0
	attach_regions
	listen /dev/null
	until traced; do [ -e /proc/$tracer ]; done
	touch_memory --size 16M --name single
	stats | jq -e '.[0].reasons.kept == 0'
	kill -KILL "$tracer"
	wait "$tracer" || true
	tracer=
	# Of a cgroup that is traced no answer is kept.
	until stats | jq -e '.[0].reasons.kept > 0'; do
		((++tries < 200))
		touch_memory --size 16M --name single
	done
	traced
}

@test "trace: doctor and gc see one that nobody listens to" {
	attach_regions
	listen /dev/null
	until traced; do [ -e /proc/$tracer ]; done
	run -0 ebpfmm doctor
	[[ $output != *traces* ]]
	ebpfmm gc --json | jq -e '.traces == 0'
	traced
	kill -KILL "$tracer"
	wait "$tracer" || true
	tracer=
	traced
	run -0 ebpfmm doctor
	[[ $output == *'traces: 1'*'ebpfmm gc'* ]]
	ebpfmm gc --json | jq -e '.traces == 1'
	run ! traced
	run -0 ebpfmm doctor
	[[ $output != *traces* ]]
}

# --- metrics -----------------------------------------------------------------

@test "metrics: a valid page with the numbers of stats" {
	attach_regions '{ "2M": "1G" }'
	touch_memory --size 16M --name large
	ebpfmm metrics --regions >"$BATS_TEST_TMPDIR/page"
	openmetrics <"$BATS_TEST_TMPDIR/page"
	labels="cgroup=\"$cgroup\",profile=\"evidence\""
	for line in "ebpfmm_decisions_total{$labels,size=\"2M\"} 8" \
			"ebpfmm_region_decisions_total{$labels,program=\"0\",region=\"0\"} 8" \
			"ebpfmm_limit_bytes{$labels,size=\"2M\"} 1073741824" \
			"ebpfmm_memory_bytes{$labels,size=\"2M\"} 0"; do
		grep -qxF "$line" "$BATS_TEST_TMPDIR/page"
	done
	ebpfmm metrics >"$BATS_TEST_TMPDIR/page"
	openmetrics <"$BATS_TEST_TMPDIR/page"
	run ! grep region= "$BATS_TEST_TMPDIR/page"
}

@test "metrics: names that tenants chose break nothing" {
	attach_regions
	for name in $'"} 1' $'\\' $'a\xff' $'a\xfe' $'\xef\xbf\xbdff' $'\x1b[31m' \
			$'\xc3\xa9' '{x="y"}' '# EOF'; do
		mkdir "$cgroup/$name"
		ebpfmm attach --cgroup "$cgroup/$name" $profiles/evidence.json
	done
	ebpfmm metrics --regions >"$BATS_TEST_TMPDIR/page"
	openmetrics <"$BATS_TEST_TMPDIR/page"
	grep -qx 'ebpfmm_policies 10' "$BATS_TEST_TMPDIR/page"
	# No two became one.
	[ "$(grep -c '^ebpfmm_decisions_total.*size="2M"' \
		"$BATS_TEST_TMPDIR/page")" = 10 ]
	# Python is strict about what is text.
	for command in stats list; do
		ebpfmm $command --json | python3 -c '
import json, sys
cgroups = {one["cgroup"] for one in json.loads(sys.stdin.buffer.read())}
assert len(cgroups) == 10, cgroups'
	done
	ebpfmm stats >"$BATS_TEST_TMPDIR/text"
	run ! grep -q $'\x1b' "$BATS_TEST_TMPDIR/text"
}

@test "metrics: without a policy" {
	ebpfmm unload
	ebpfmm metrics >"$BATS_TEST_TMPDIR/page"
	openmetrics <"$BATS_TEST_TMPDIR/page"
	grep -qx 'ebpfmm_policies 0' "$BATS_TEST_TMPDIR/page"
}

@test "metrics: a file is replaced whole, or left as it was" {
	local dir=$BATS_TEST_TMPDIR/collector
	attach_regions
	mkdir "$dir"
	echo precious >"$BATS_TEST_TMPDIR/elsewhere"
	ln -s ../elsewhere "$dir/ebpfmm.prom"
	(umask 077 && ebpfmm metrics --output "$dir/ebpfmm.prom")
	openmetrics <"$dir/ebpfmm.prom"
	# For others to read, and not written through a link.
	[ "$(stat -c '%a %F' "$dir/ebpfmm.prom")" = '644 regular file' ]
	[ "$(cat "$BATS_TEST_TMPDIR/elsewhere")" = precious ]
	[ "$(ls -A "$dir")" = ebpfmm.prom ]
	inode=$(stat -c %i "$dir/ebpfmm.prom")
	exec {old}<"$dir/ebpfmm.prom"
	(cd "$dir" && ebpfmm metrics --output ebpfmm.prom)
	[ "$(stat -c %i "$dir/ebpfmm.prom")" != "$inode" ]
	openmetrics <&$old
	exec {old}<&-
	run -1 ebpfmm metrics --output "$dir/no/ebpfmm.prom"
	[[ $output == *"$dir/no/ebpfmm.prom"* ]]
	mkdir "$dir/taken.prom"
	run -1 ebpfmm metrics --output "$dir/taken.prom"
	[ "$(ls -A "$dir")" = $'ebpfmm.prom\ntaken.prom' ]
}

@test "metrics: the service writes them for node_exporter" {
	local dir=/var/lib/prometheus/node-exporter
	attach_regions
	systemd-analyze verify --man=no ebpfmm-metrics.timer ebpfmm-metrics.service
	mkdir -p $dir
	command=$(sed -n 's/^ExecStart=//p' \
		/usr/lib/systemd/system/ebpfmm-metrics.service)
	$command
	openmetrics <$dir/ebpfmm.prom
	grep -q "cgroup=\"$cgroup\"" $dir/ebpfmm.prom
}
