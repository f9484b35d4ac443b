# SPDX-License-Identifier: GPL-2.0-only
#
# ebpfmm calibrate: what pages cost is measured, kept, used and doubted; and
# nothing of the node is left other than it was.

load helpers

costs=/var/lib/ebpfmm/costs.json
own=/sys/fs/cgroup/ebpfmm-calibrate

setup()
{
	sysfs madvise
	rm -rf /var/lib/ebpfmm
}

teardown()
{
	local left=
	[ ! -e $own ] || left=$own
	remove_cgroup $own
	sysfs madvise
	ebpfmm gc
	ebpfmm unload
	rm -rf /var/lib/ebpfmm
	nothing_left
	[ -z "$left" ]
}

# settings: every setting of memory, and the cgroups there are. Some files do
# something when they are read, or change by themselves.
settings()
{
	find /sys/kernel/mm/transparent_hugepage /proc/sys/vm -type f \
		-perm /400 ! -path '*/stats/*' ! -path '*/khugepaged/full_scans' \
		! -path '*/khugepaged/pages_collapsed' ! -name stat_refresh \
		-exec grep -H . {} + | sort
	find /sys/fs/cgroup -mindepth 1 -type d | sort
	cat /sys/fs/cgroup/cgroup.subtree_control
}

# write_costs FILTER: a file as if it had been measured, changed by jq.
write_costs()
{
	mkdir -p /var/lib/ebpfmm
	jq -n --arg kernel "$(uname -r)" --arg date "$(date -u +%FT%TZ)" \
		--arg cpu "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo |
			head -n 1)" \
		--argjson memory "$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' \
			/proc/meminfo)" '{
		version: 1, measured: $date, kernel: $kernel,
		machine: { cpu: $cpu, memory: ($memory * 1024) },
		zero_ns: 123, fault_ns: 4567,
		compact_ns: { "16K": 11, "32K": 22, "64K": 33, "128K": 44,
			"256K": 55, "512K": 66, "1M": 77, "2M": 88 },
		methods: { zero: "large pages", compact: "moved" } }' |
		jq "$1" >$costs
}

# in_map: what the loaded policy has, as "zero fault compaction of 2M".
in_map()
{
	bpftool -j map dump pinned $pins/costs | jq -r '.[0].formatted.value
		[".data.costs"][0].ebpfmm_costs |
		"\(.zero_ns) \(.fault_ns) \(.compact_ns[9])"'
}

# doubted WORDS: load and doctor say that the costs are not as they should be.
doubted()
{
	run -0 --separate-stderr ebpfmm load
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr =~ $1 ]]
	run -0 ebpfmm doctor
	grep -E "(note|warning) +costs: .*$1" <<<"$output"
}

@test "what is measured is plausible, kept and used" {
	ebpfmm load
	ebpfmm calibrate --json >"$BATS_TEST_TMPDIR/costs"
	cat "$BATS_TEST_TMPDIR/costs"
	jq -e --arg kernel "$(uname -r)" '.zero_ns > 0 and .fault_ns > 0 and
		.methods.zero == "large pages" and .methods.compact == "moved" and
		.kernel == $kernel and .loaded and (.default | not) and
		.note == null and
		([.compact_ns[]] | . == sort and .[0] > 0 and .[7] > 100 * .[0]) and
		(.measured | fromdate | now - . | . >= 0 and . < 3600)' \
		"$BATS_TEST_TMPDIR/costs"
	[ "$(stat -c %a $costs)" = 644 ]
	[ "$(jq -S . $costs)" = \
		"$(jq -S 'del(.default, .loaded, .note)' "$BATS_TEST_TMPDIR/costs")" ]
	[ "$(in_map)" = "$(jq -r '"\(.zero_ns) \(.fault_ns) \(.compact_ns["2M"])"' \
		$costs)" ]
	run -0 ebpfmm doctor
	grep -E 'ok +costs: measured' <<<"$output"
	[[ $output != *"other costs"* ]]
	ebpfmm calibrate --show
	ebpfmm calibrate --show --json | jq -e '.kernel and .loaded'
}

@test "nothing of the node is other than before" {
	ebpfmm calibrate >/dev/null
	settings >"$BATS_TEST_TMPDIR/before"
	ebpfmm calibrate
	settings | diff "$BATS_TEST_TMPDIR/before" -
	[ -z "$(pgrep -x ebpfmm)" ]
}

# measuring PID: waits until the command with that pid is at it.
measuring()
{
	until grep -qs . $own/cgroup.procs; do kill -0 "$1"; done
}

# gone: the measuring process, too, ends soon, though it was stopped.
gone()
{
	local tries=100
	while pgrep -x ebpfmm && ((tries-- > 0)); do :; done
	[ -z "$(pgrep -x ebpfmm)" ]
}

# ended SIGNAL: measuring is ended in its middle, and nothing is left of it.
ended()
{
	local pid status=0
	settings >"$BATS_TEST_TMPDIR/before"
	# The shell has those that it does not wait for ignore some signals.
	env --default-signal ebpfmm calibrate 3>&- &
	pid=$!
	measuring $pid
	# So that it cannot have come to its end by itself.
	kill -STOP "$(head -n 1 $own/cgroup.procs)"
	kill -"$1" $pid
	wait $pid || status=$?
	[ $status = $((128 + $(kill -l "$1"))) ]
	[ ! -e $costs ]
}

@test "ended by a signal in the middle" {
	for signal in TERM INT HUP; do
		ended $signal
		settings | diff "$BATS_TEST_TMPDIR/before" -
		[ -z "$(pgrep -x ebpfmm)" ]
	done
}

@test "killed in the middle: its process dies with it, gc clears the cgroup" {
	ended KILL
	gone
	[ -d $own ]
	ebpfmm gc
	settings | diff "$BATS_TEST_TMPDIR/before" -
	# And the next one would not have minded.
	ended KILL
	gone
	ebpfmm calibrate
	[ ! -e $own ]
}

@test "two at a time" {
	ebpfmm calibrate >/dev/null 3>&- &
	local pid=$!
	measuring $pid
	run -1 ebpfmm calibrate
	[[ $output == *"somebody else"* ]]
	wait $pid
	[ -s $costs ]
}

@test "large pages forbidden by sysfs: zeroing is estimated, and says so" {
	sysfs never never never
	for size in $thp/hugepages-*kB/enabled; do
		[ "$(<"$size")" = "always inherit madvise [never]" ]
	done
	ebpfmm calibrate --json | jq -e '.methods.zero == "memset" and
		.zero_ns > 0 and .fault_ns > 0'
	[[ "$(ebpfmm calibrate --show)" == *"estimated in user space"* ]]
}

@test "too little memory" {
	local before
	write_costs .
	before=$(<$costs)
	mkdir "$BATS_TEST_TMPDIR/proc"
	sed 's/^MemAvailable:.*/MemAvailable: 300000 kB/' /proc/meminfo \
		>"$BATS_TEST_TMPDIR/meminfo"
	run -1 unshare --mount sh -c 'mount --bind "$1" /proc/meminfo &&
		exec ebpfmm calibrate' - "$BATS_TEST_TMPDIR/meminfo"
	[[ $output == *"too little memory"*"292 MiB"* ]]
	[ "$(<$costs)" = "$before" ]
}

@test "load reads the file" {
	write_costs .
	run -0 --separate-stderr ebpfmm load
	[ -z "$stderr" ]
	[ "$(in_map)" = "123 4567 88" ]
	ebpfmm calibrate --show --json | jq -e '.zero_ns == 123 and .loaded and
		.note == null and .methods.compact == "moved"'
	run -0 ebpfmm doctor
	grep -E 'ok +costs: measured' <<<"$output"
	# Changed behind its back, until it is told.
	write_costs '.zero_ns = 124'
	run -0 ebpfmm doctor
	grep -E 'note +costs: .*other costs' <<<"$output"
	ebpfmm calibrate --show --json |
		jq -e '.zero_ns == 123 and (.note | test("other costs"))'
	ebpfmm load
	[ "$(in_map)" = "124 4567 88" ]
}

@test "a profile that loads the policy has it reckon with the file, too" {
	write_costs .
	fault_profile large '{ "2M": 60000 }'
	new_cgroup
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	[ "$(in_map)" = "123 4567 88" ]
	remove_cgroup "$cgroup"
}

@test "never measured: defaults" {
	doubted "never measured; defaults"
	[ "$(in_map)" = "100 500 1024000" ]
	ebpfmm calibrate --show --json |
		jq -e '.default and .loaded and .measured == null'
	[[ "$(ebpfmm calibrate --show)" == *default* ]]
}

@test "of another machine: defaults" {
	write_costs '.machine.cpu = "Another CPU"'
	doubted "another machine.*; defaults"
	[ "$(in_map)" = "100 500 1024000" ]
	write_costs '.machine.memory *= 2'
	doubted "another machine.*; defaults"
	[ "$(in_map)" = "100 500 1024000" ]
}

@test "malformed: defaults" {
	for filter in '.zero_ns = 0' '.compact_ns["2M"] = 1' 'del(.kernel)'; do
		write_costs "$filter"
		doubted "$costs: .*; defaults"
		[ "$(in_map)" = "100 500 1024000" ]
	done
	echo '{' >$costs
	doubted "$costs: .*; defaults"
}

@test "under another kernel, or long ago: used, but stale" {
	write_costs '.kernel = "6.12.0-before"'
	doubted "another kernel .6\.12\.0-before.*; used"
	[ "$(in_map)" = "123 4567 88" ]
	write_costs '.measured = (now - 91 * 86400 | todate)'
	doubted "more than 90 days ago.*; used"
	[ "$(in_map)" = "123 4567 88" ]
	write_costs '.measured = (now + 10 * 86400 | todate)'
	doubted "in the future.*; used"
}

@test "--if-stale measures only what is stale, as the unit has it do" {
	local line
	line=$(sed -n 's/^ExecStartPre=-//p' /usr/lib/systemd/system/ebpfmm.service)
	[[ $line == */ebpfmm*calibrate*--if-stale ]]
	write_costs .
	$line
	[ "$(jq .zero_ns $costs)" = 123 ]
	[ "$(jq .fault_ns $costs)" = 4567 ]
	write_costs '.kernel = "6.12.0-before"'
	$line
	[ "$(jq -r .kernel $costs)" = "$(uname -r)" ]
	[ "$(jq .fault_ns $costs)" != 4567 ]
}
