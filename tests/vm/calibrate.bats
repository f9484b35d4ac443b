# SPDX-License-Identifier: GPL-2.0-only
#
# ebpfmm calibrate: what pages cost is measured, kept, used and doubted; and
# nothing of the node is left other than it was. It is measured in a cgroup that
# systemd, the operator or, with neither, the caller's own cgroup gives the room for.

load helpers
load systemd

costs=/var/lib/ebpfmm/costs.json
# What runs here is in the root cgroup.
own=/sys/fs/cgroup/ebpfmm-calibrate

setup()
{
	sysfs madvise
	rm -rf /var/lib/ebpfmm
}

teardown()
{
	local left
	end_systemd
	remove_cgroup "${cgroup-}"
	left=$(find /sys/fs/cgroup -name '*ebpfmm-calibrate*')
	remove_cgroup "$left"
	rm -df /run/systemd/system
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
		methods: { zero: "large pages", compact: "moved" },
		walk: { "64K": { why: "forbidden" },
			"2M": { saves_ns: 40, spread_ns: 3 } } }' |
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
		(.walk["2M"] | .saves_ns >= 0 or .why == "busy") and
		(.walk | length >= 1 and all(.saves_ns >= 0 or .why)) and
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
	until grep -qs . "$own/cgroup.procs"; do kill -0 "$1"; done
}

# gone: the measuring process, too, ends soon, though it was stopped.
gone()
{
	local tries=100
	while pgrep -x ebpfmm && ((tries-- > 0)); do :; done
	[ -z "$(pgrep -x ebpfmm)" ]
}

# begin COMMAND…: start it, which measures in $own; its pid is $pid.
begin()
{
	settings >"$BATS_TEST_TMPDIR/before"
	# The shell has those that it does not wait for ignore some signals.
	env --default-signal "$@" 3>&- &
	pid=$!
	measuring $pid
	# So that it cannot have come to its end by itself.
	kill -STOP "$(head -n 1 "$own/cgroup.procs")"
}

# ended SIGNAL [COMMAND…]: measuring is ended in its middle, and nothing is left of it.
ended()
{
	local pid status=0 signal=$1
	shift
	[ $# -gt 0 ] || set -- ebpfmm calibrate
	begin "$@"
	kill -"$signal" $pid
	wait $pid || status=$?
	[ $status = $((128 + $(kill -l "$signal"))) ]
	[ ! -e $costs ]
}

# nothing_of_it: all is as it was before begin().
nothing_of_it()
{
	settings | diff "$BATS_TEST_TMPDIR/before" -
	[ -z "$(pgrep -x ebpfmm)" ]
}

@test "ended by a signal in the middle" {
	for signal in TERM INT HUP; do
		ended $signal
		nothing_of_it
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

@test "without systemd: measured below the caller's own cgroup" {
	new_cgroup
	own=$cgroup/ebpfmm-calibrate
	ended TERM within "$cgroup" ebpfmm calibrate
	nothing_of_it
	ended KILL within "$cgroup" ebpfmm calibrate
	gone
	[ -d "$own" ]
	ebpfmm gc
	nothing_of_it
}

@test "where a policy governs the caller's own cgroup: below the root" {
	fault_profile large '{ "2M": 60000 }'
	new_cgroup
	mkdir "$cgroup/below"
	ebpfmm attach --cgroup "$cgroup" $profiles/large.json
	ended TERM within "$cgroup/below" ebpfmm calibrate
	nothing_of_it
	run -1 ebpfmm calibrate --cgroup "$cgroup/below"
	[[ $output == *"$cgroup/below: a policy decides here"* ]]
	nothing_of_it
}

@test "--cgroup: measured below the one that is named" {
	new_cgroup
	own=$cgroup/ebpfmm-calibrate
	ended INT ebpfmm calibrate --cgroup "$cgroup"
	nothing_of_it
	ended KILL ebpfmm calibrate --cgroup "${cgroup#/sys/fs/cgroup/}"
	gone
	run -0 ebpfmm doctor
	grep -E 'leftovers: .*unfinished files: 1,' <<<"$output"
	# Wherever the next one is, the last one's is cleared.
	run -0 ebpfmm calibrate
	nothing_of_it
	run -1 ebpfmm calibrate --cgroup "$cgroup/none"
	[[ $output == *"$cgroup/none: No such file"* ]]
	run -1 ebpfmm calibrate --cgroup /tmp
	[[ $output == *"/tmp: not a cgroup v2 directory"* ]]
	nothing_of_it
}

@test "systemd that cannot be asked: no cgroup is made, but where one is named" {
	settings >"$BATS_TEST_TMPDIR/before"
	mkdir -p /run/systemd/system
	run -1 ebpfmm calibrate
	[[ $output == *"systemd did not create a scope"*bus*"--cgroup"* ]]
	[ "${#lines[@]}" = 1 ]
	nothing_of_it
	new_cgroup
	own=$cgroup/ebpfmm-calibrate
	ended TERM ebpfmm calibrate --cgroup "$cgroup"
	nothing_of_it
}

# in_scope: waits for the scope, and sets $own to what is measured in there.
in_scope()
{
	until own=$(find "$cgroup" -path '*/ebpfmm-calibrate-*.scope/ebpfmm-calibrate') &&
			[ -n "$own" ]; do
		kill -0 "$pid"
	done
}

@test "under systemd: measured in a scope, which it removes" {
	local signal
	start_systemd
	settings >"$BATS_TEST_TMPDIR/before"
	for signal in TERM KILL; do
		on_systemd env --default-signal ebpfmm calibrate 3>&- &
		pid=$!
		in_scope
		# Right below the root, and given away.
		[ "$(realpath "$own/../..")" = "$cgroup" ]
		measuring $pid
		on_systemd systemctl show -p Delegate "$(basename "${own%/*}")" |
			grep -x Delegate=yes
		kill -STOP "$(head -n 1 "$own/cgroup.procs")"
		pkill -"$signal" -o -x ebpfmm
		wait $pid || true
		while [ -e "$own/.." ]; do kill -0 "$systemd"; done
		nothing_of_it
		[ ! -e $costs ]
	done
	on_systemd ebpfmm calibrate
	nothing_of_it
	[ -s $costs ]
	[ -z "$(on_systemd systemctl list-units --all --no-legend '*ebpfmm*')" ]
}

@test "two at a time" {
	ebpfmm calibrate >/dev/null 3>&- &
	local pid=$!
	measuring $pid
	run -1 ebpfmm calibrate
	[[ $output == *"another measurement"* ]]
	wait $pid
	[ -s $costs ]
}

@test "large pages forbidden by sysfs: zeroing is estimated, and says so" {
	sysfs never never never
	for size in $thp/hugepages-*kB/enabled; do
		[ "$(<"$size")" = "always inherit madvise [never]" ]
	done
	ebpfmm calibrate --json | jq -e '.methods.zero == "memset" and
		.zero_ns > 0 and .fault_ns > 0 and
		(.walk | length == 8 and all(. == { why: "forbidden" }))'
	[[ "$(ebpfmm calibrate --show)" == *"walk 2M "*"not measured: forbidden by sysfs"* ]]
	# That no size is allowed is a problem of its own.
	run -1 ebpfmm doctor
	grep -E 'note +costs: .*not measured \(forbidden by sysfs\).*assumes 20 ns' <<<"$output"
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
	[[ $output == *"not enough memory"*"292 MiB"* ]]
	[ "$(<$costs)" = "$before" ]
}

@test "a cgroup with little memory: less is used, or nothing is measured" {
	new_cgroup
	echo 500M >"$cgroup/memory.max"
	ebpfmm calibrate --cgroup "$cgroup" | grep '^walk 2M '
	echo 100M >"$cgroup/memory.max"
	run -1 ebpfmm calibrate --cgroup "$cgroup"
	[[ $output == *"$cgroup/ebpfmm-calibrate: not enough memory"*"128 MiB are needed"* ]]
	[ ! -e "$cgroup/ebpfmm-calibrate" ]
}

@test "where large pages are forbidden to whoever starts it, they are measured all the same" {
	ebpfmm_without() { perl -e 'syscall(157, 41, 1, 0, 0, 0); exec @ARGV' ebpfmm "$@"; }
	ebpfmm_without calibrate --json | jq -e '.methods.zero == "large pages" and
		(.walk["2M"] | .saves_ns >= 0 or .why == "busy")'
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
	# A version that did not measure page walks measured it.
	write_costs 'del(.walk)'
	$line
	jq -e '.walk["2M"] and .fault_ns != 4567' $costs
	write_costs '.kernel = "6.12.0-before"'
	$line
	[ "$(jq -r .kernel $costs)" = "$(uname -r)" ]
	[ "$(jq .fault_ns $costs)" != 4567 ]
}
