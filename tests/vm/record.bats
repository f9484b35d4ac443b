# SPDX-License-Identifier: GPL-2.0-only
#
# Recording what a program of known heat accesses, and the way from there to a profile. It
# needs no patched kernel but for the second test. Emulated, it takes four minutes. make stress
# also records processes of 2 GB, five times, and what else takes long.

load helpers
load ../fails

damon=/sys/kernel/mm/damon/admin/kdamonds

setup()
{
	# An eighth of everything, unless there is time.
	small=1 part=8
	[ -z "${EBPFMM_THOROUGH-}" ] || small='' part=1
	cd "$BATS_TEST_TMPDIR" || return
	new_cgroup
}

teardown()
{
	remove_cgroup "$cgroup"
	ebpfmm gc
	[ "$(cat $damon/nr_kdamonds)" = 0 ]
	nothing_left
}

# intervals FILE RECORDER [COUNT]: wait until it has written COUNT more, one if not told.
intervals()
{
	local end=$(($(written "$1") + ${3:-1}))
	until [ "$(written "$1")" -ge $end ]; do
		kill -0 "$2" || return
	done
}

# written FILE: how many intervals are in it; each has a line for each space.
written()
{
	grep -o '"us":[0-9]*' "$1" 2>/dev/null | sort -u | wc -l
}

# on KDAMOND RECORDER: wait until it is on. It is off for a moment when it is told other ranges.
on()
{
	until [ "$(cat $damon/"$1"/state 2>/dev/null)" = on ]; do
		kill -0 "$2" || return
	done
}

# space FILTER: the only region of the report on standard input that has these members.
space()
{
	jq -e "[.regions[] | select($1)] | if length == 1 then .[0] else error end"
}

# hot PROFILE: what it gives more than 4K, as lines of a name, a start and an end in bytes.
hot()
{
	jq -r '
	def bytes: if type == "number" then . else
		capture("^(?<n>[0-9]+)(?<unit>[KMG]?)$") | (.n | tonumber) *
			{ "": 1, "K": 1024, "M": 1048576, "G": 1073741824 }[.unit] end;
	.programs[].regions[] | select(.benefit_ns | del(."4K") | length > 0) |
	(.anchor.mapping.name // .anchor.area // .anchor.symbol //
		(.anchor.mapping | "mapping")) as $name |
	((.offset // 0) | bytes) as $start |
	"\($name) \($start) \(if .length then $start + (.length | bytes) else "end" end)"' "$1"
}

# is_hot NAME START END: in MiB; is that what the file "found" says is hot? It may
# miss by a tenth or by 2M, and is not in pieces that leave out more.
is_hot()
{
	awk -v name="$1" -v from="$2" -v to="$3" '
	$1 == name {
		end = $3 == "end" ? to * 1048576 : $3
		if (!n++ || $2 < first)
			first = $2
		if (end > last)
			last = end
		sum += end - $2
	}
	function far(a, b) { a -= b; return a > miss || a < -miss }
	END {
		miss = (to - from) * 104857.6
		if (miss < 2097152)
			miss = 2097152
		if (!n || far(first, from * 1048576) || far(last, to * 1048576) ||
		    sum < (to - from) * 943718.4) {
			printf "%s: %.2f to %.2f, not %d to %d\n", name, first / 1048576,
				last / 1048576, from, to
			exit 1
		}
	}' found
}

# found: does the recording until now lead to a profile of all that is hot, and nothing else?
# The C library has some of the heap as well, "forget" is hot, and "warm" is warm.
found()
{
	ebpfmm profile --rootfs / -o planted.json planted.jsonl 2>errors &&
		hot planted.json >found && cat found &&
		is_hot heap 0 $((64 / part)) && is_hot table 0 $((64 / part)) &&
		is_hot mapping $((100 / part)) $((116 / part)) &&
		is_hot spot $((512 / part)) $((512 / part + 2)) &&
		is_hot worker 0 $((8 / part)) &&
		! grep -vE '^(heap|table|mapping|spot|worker|forget|warm) ' found
}

# more: wait until the recording has twenty more lines.
more()
{
	tail -n "+$lines" -f --pid=$recorder planted.jsonl | head -n 20 >/dev/null
	lines=$((lines + 20))
}

@test "a command: what is hot is found each time, and its profile has no more" {
	local recorder lines tries times=1
	[ -z "${EBPFMM_THOROUGH-}" ] || times=5
	for ((i = 0; i < times; i++)); do
		rm -f planted.jsonl
		ebpfmm record --time 30m -o planted.jsonl -- planted ${small:+-s} 1800 3>&- &
		recorder=$!
		until [ -s planted.jsonl ]; do kill -0 $recorder; done
		lines=1 tries=60
		until found; do
			((tries-- > 0))
			more
		done
		[ "$(stat -c %a planted.jsonl)" = 600 ]
		pkill -x planted
		wait $recorder || true
		[ "$(cat $damon/nr_kdamonds)" = 0 ]
		ebpfmm report planted.jsonl
		found
		ebpfmm check --rootfs / planted.json
		jq -e '.programs | length == 1 and (.[0].exe | endswith("/planted"))' planted.json
	done
	ebpfmm report --json planted.jsonl >report.json
	space '.name == "cold"' <report.json |
		jq -e --argjson part $part '.share < 0.02 and .seen == "4K" and
			.resident == 268435456 / $part'
	space '.name == "spot"' <report.json |
		jq -e --argjson part $part '.size == 1073741824 / $part and .hot < 5e6'
	cp planted.json "$BATS_FILE_TMPDIR"
}

# huge PID PATTERN: MiB in 2M pages of the mappings whose first line in smaps matches.
huge()
{
	awk -v pattern="$2" '/^[0-9a-f]+-/ { ours = $0 ~ pattern }
		ours && /^AnonHugePages:/ { sum += $2 } END { print int(sum / 1024) }' \
		"/proc/$1/smaps"
}

@test "the profile puts 2M pages where it is hot, and nowhere else" {
	local planted large table
	[ -e /sys/kernel/btf/vmlinux ] && bpftool btf dump file /sys/kernel/btf/vmlinux |
		grep -q "STRUCT 'bpf_mm_ops'" || skip "this kernel has not got the hook"
	sysfs always
	echo 3 >/proc/sys/vm/drop_caches
	echo 1 >/proc/sys/vm/compact_memory
	ebpfmm attach --cgroup "$cgroup" "$BATS_FILE_TMPDIR/planted.json"
	within "$cgroup" planted ${small:+-s} 300 >out 3>&- &
	planted=$!
	until grep -q ready out; do :; done
	# The mapping of 512M has no name, and the data is the first of 64M.
	large=$(awk -v size=$((524288 / part)) '$1 == "Size:" && $2 == size { print line }
		/^[0-9a-f]+-/ { line = $1 }' /proc/$planted/smaps)
	table=$(awk '$1 == "Size:" && $2 > 65000 && $2 < 66000 && !n++ { print line }
		/^[0-9a-f]+-/ { line = $1 }' /proc/$planted/smaps)
	echo "heap $(huge $planted '\\[heap\\]') large $(huge $planted "^$large")" \
		"table $(huge $planted "^$table") spot $(huge $planted anon:spot)" \
		"warm $(huge $planted anon:warm) all $(huge $planted .)"
	ebpfmm stats "$cgroup"
	# 95 %, where the first and the last block are cut by where the memory begins.
	(($(huge $planted '\\[heap\\]') >= 64 / part - 4))
	(($(huge $planted "^$table") >= 64 / part - 4))
	(($(huge $planted "^$large") >= 16 / part && $(huge $planted "^$large") <= 16 / part + 2))
	(($(huge $planted anon:spot) == 2))
	(($(huge $planted .) == $(huge $planted '\\[heap\\]') + $(huge $planted "^$table") +
		$(huge $planted "^$large") + $(huge $planted anon:spot) +
		$(huge $planted anon:warm)))
	kill $planted
	wait $planted || true
	sysfs madvise madvise
}

@test "a cgroup: processes that come later, and children" {
	local recorder first second
	within "$cgroup" planted -s 1800 >first 3>&- &
	first=$!
	until grep -q ready first; do kill -0 $first; done
	ebpfmm record --cgroup "$cgroup" --time 30m -o cgroup.jsonl --json >result.json 3>&- &
	recorder=$!
	intervals cgroup.jsonl $recorder
	within "$cgroup" planted -fs 1800 >second 3>&- &
	second=$!
	until grep -q ready second; do kill -0 $second; done
	# It looks for processes now and then.
	intervals cgroup.jsonl $recorder 8
	kill $recorder
	wait $recorder
	cat result.json
	jq -e '.processes >= 5 and .intervals > 0' result.json
	ebpfmm report cgroup.jsonl
	ebpfmm report --json cgroup.jsonl |
		jq -e '[.regions[] | select(.kind == "heap" and .share > 0.1)] | length == 1'
}

# bats test_tags=long
@test "a shell that has many children, and becomes another program" {
	# shellcheck disable=SC2016
	ebpfmm record --json -o shell.jsonl -- sh -c '
		i=0
		while [ $i -lt 50 ]; do
			sh -c "exec true" &
			i=$((i + 1))
		done
		wait
		exec planted -s 2' >result.json
	tail -n 1 result.json | jq -e '.processes >= 1 and .us > 2000000'
	ebpfmm report --json shell.jsonl | jq -e '.regions | any(.program | endswith("/planted"))'
	# A command that fails is recorded as well.
	run -0 --separate-stderr ebpfmm record -o shell.jsonl -- sh -c 'planted -s 1; exit 3'
	[[ $stderr == *'sh ended with status 3'* ]]
}

@test "a recorder that is killed: gc and the next one clean up" {
	local recorder planted
	planted -s 1800 >/dev/null 3>&- &
	planted=$!
	ebpfmm record --pid $planted --time 30m -o killed.jsonl 3>&- &
	recorder=$!
	intervals killed.jsonl $recorder
	kill -9 $recorder
	wait $recorder || true
	[ "$(cat $damon/0/contexts/nr_contexts)" = 1 ]
	ebpfmm doctor | grep -E 'leftovers: .*recordings: 1'
	[[ $(ebpfmm gc) == *'recordings: 1'* ]]
	[ "$(cat $damon/nr_kdamonds)" = 0 ]
	run -0 --separate-stderr ebpfmm report killed.jsonl
	[[ $stderr == *warning* ]]
	ebpfmm record --pid $planted --time 30m -o killed.jsonl 3>&- &
	recorder=$!
	on 0 $recorder
	kill -9 $recorder
	wait $recorder || true
	ebpfmm record --pid $planted --time 1s -o next.jsonl
	[ "$(cat $damon/nr_kdamonds)" = 0 ]
	kill $planted
	wait $planted || true
}

@test "DAMON in use by somebody else is left alone" {
	local recorder planted
	echo 1 >$damon/nr_kdamonds
	echo 1 >$damon/0/contexts/nr_contexts
	run -1 --separate-stderr ebpfmm record -o x.jsonl -- true
	[[ $stderr == *'somebody else uses DAMON'* ]]
	[ "$(cat $damon/0/contexts/nr_contexts)" = 1 ]
	[ ! -e x.jsonl ]
	ebpfmm gc
	[ "$(cat $damon/0/contexts/nr_contexts)" = 1 ]
	echo 0 >$damon/nr_kdamonds
}

@test "two recordings at once, and more than there can be" {
	local first second planted slot
	planted -s 1800 >/dev/null 3>&- &
	planted=$!
	ebpfmm record --pid $planted --time 30m -o first.jsonl 3>&- &
	first=$!
	intervals first.jsonl $first
	ebpfmm record --pid $planted --time 30m -o second.jsonl 3>&- &
	second=$!
	intervals second.jsonl $second
	ebpfmm doctor | grep "recordings: being made: $PWD/first.jsonl"
	ebpfmm doctor | grep "recordings: being made: $PWD/second.jsonl"
	(
		for slot in {2..7}; do
			exec {fd}<>/run/ebpfmm/watch-$slot.lock
			flock "$fd"
		done
		fails 1 '8 recordings are being made already' ebpfmm record -o x.jsonl -- true
	)
	# The end of one is not the end of the other, killed or not.
	kill -9 $first
	wait $first || true
	[[ $(ebpfmm gc) == *'recordings: 1'* ]]
	on 1 $second
	kill $second
	wait $second
	[ "$(cat $damon/nr_kdamonds)" = 0 ]
	ebpfmm report second.jsonl
	kill $planted
	wait $planted || true
}

@test "a disk that is full" {
	local planted
	mkdir full
	mount -t tmpfs -o size=8k none full
	head -c 4096 /dev/zero >full/rest
	planted -s 1800 >/dev/null 3>&- &
	planted=$!
	run -1 --separate-stderr ebpfmm record --pid $planted --time 30m -o full/x.jsonl
	echo "$stderr"
	kill $planted
	wait $planted || true
	[[ $stderr == *'No space left on device'* ]]
	[ "$(cat $damon/nr_kdamonds)" = 0 ]
	# What was written is of use.
	ebpfmm report full/x.jsonl
	umount full
}

# ended RECORDING: is it complete, and of use?
ended()
{
	tail -n 1 "$1" | jq -e .end
	ebpfmm report "$1"
}

@test "a process that is killed, and one that ends at once" {
	local planted recorder
	planted -s 1800 >/dev/null 3>&- &
	planted=$!
	ebpfmm record --pid $planted --time 30m --json -o killed.jsonl >result.json 3>&- &
	recorder=$!
	intervals killed.jsonl $recorder
	kill -9 $planted
	wait $planted || true
	wait $recorder
	jq -e '.us < 1800000000' result.json
	ended killed.jsonl
	ebpfmm record -o true.jsonl -- true
	ended true.jsonl
	ebpfmm record --json -o gone.jsonl -- sh -c 'true & exit 0' >result.json
	ended gone.jsonl
}

# bats test_tags=long
@test "200 children" {
	# They wait until the last of those that have the other end is gone.
	# shellcheck disable=SC2016
	ebpfmm record --json -o children.jsonl -- bash -c '
		mkfifo end
		exec 4<>end
		for ((i = 0; i < 200; i++)); do
			(read -r <&4) &
		done
		planted -s 3
		for ((i = 0; i < 200; i++)); do
			echo >&4
		done
		wait' >result.json
	cat result.json
	tail -n 1 result.json | jq -e '.processes >= 203'
	ended children.jsonl
	grep -q '"path": *"[^"]*/planted"' children.jsonl
}

# bats test_tags=long
@test "mappings that come and go, and 5,000 of them" {
	cat >mappings.py <<-'EOF'
	import mmap, time
	private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
	def make(i):
	    # Neighbours that are alike become one.
	    prot = mmap.PROT_READ | mmap.PROT_WRITE | (mmap.PROT_EXEC if i % 2 else 0)
	    m = mmap.mmap(-1, 131072, flags=private, prot=prot)
	    m[0] = 1
	    return m
	kept = [make(i) for i in range(5000)]
	end = time.monotonic() + 5
	while time.monotonic() < end:
	    m = mmap.mmap(-1, 8388608, flags=private)
	    for i in range(0, 8388608, 4096):
	        m[i] = 1
	    m.close()
	    kept[0][0] = 1
	end = time.monotonic() + 3
	while time.monotonic() < end:
	    for i in range(0, 5000, 2):
	        kept[i].close()
	        kept[i] = make(i)
	EOF
	ebpfmm record --json -o mappings.jsonl -- python3 mappings.py >result.json
	cat result.json
	jq -e '.processes == 1 and .intervals > 0' result.json
	ended mappings.jsonl
	ebpfmm report --json mappings.jsonl >report.json
	jq '.regions | length' report.json
	ebpfmm profile -o x.json mappings.jsonl || true
}

@test "a cgroup that is removed" {
	local recorder
	within "$cgroup" planted -s 1800 >/dev/null 3>&- &
	until grep -q . "$cgroup/cgroup.procs"; do :; done
	ebpfmm record --cgroup "$cgroup" --time 30m --json -o removed.jsonl >result.json 3>&- &
	recorder=$!
	intervals removed.jsonl $recorder
	remove_cgroup "$cgroup"
	wait $recorder
	jq -e '.us < 1800000000' result.json
	ended removed.jsonl
}

# bats test_tags=long
@test "a recorder that is killed at ten points: gc leaves DAMON as it was" {
	local planted count n nth name killed=0
	local -a calls
	planted -s 3600 >out 3>&- &
	planted=$!
	until grep -q ready out; do :; done
	strace -qq -e signal=none -o trace ebpfmm record --pid $planted --time 2s -o x.jsonl
	mapfile -t calls < <(sed -nE 's/^([a-z_0-9]+)\(.*/\1/p' trace)
	count=${#calls[@]}
	[ "$count" -gt 100 ]
	for point in {1..10}; do
		n=$((count * point / 10 - count / 20))
		name=${calls[n]}
		nth=$(printf '%s\n' "${calls[@]:0:n+1}" | grep -cFx "$name")
		strace -qq -o trace -e trace="$name" -e inject="$name:signal=KILL:when=$nth" \
			ebpfmm record --pid $planted --time 2s -o x.jsonl || true
		! grep -q 'killed by SIGKILL' trace || killed=$((killed + 1))
		echo "at $name number $nth, call $n of $count: $killed," \
			"$(cat $damon/nr_kdamonds) of DAMON"
		ebpfmm gc
		[ "$(cat $damon/nr_kdamonds)" = 0 ]
		[ ! -e /run/ebpfmm/watch ]
	done
	# How many calls there are depends on how busy the machine is.
	((killed >= 7))
	ebpfmm record --pid $planted --time 1s -o x.jsonl
	kill $planted
	wait $planted || true
}

@test "a kernel that has no DAMON, or not for processes" {
	local slot here=$damon/0/contexts/0
	mount -t tmpfs none /sys/kernel/mm/damon
	fails 1 'this kernel has no DAMON .CONFIG_DAMON_SYSFS' ebpfmm record -o x.jsonl -- true
	mkdir -p $here/monitoring_attrs/{intervals,nr_regions} $here/targets
	echo 0 >$damon/nr_kdamonds
	for slot in {0..7}; do
		mkdir -p $damon/$slot/contexts
		echo 0 >$damon/$slot/contexts/nr_contexts
	done
	echo paddr >$here/avail_operations
	fails 1 'cannot watch processes .CONFIG_DAMON_VADDR' ebpfmm record -o x.jsonl -- true
	[ "$(cat $damon/nr_kdamonds)" = 0 ]
	umount /sys/kernel/mm/damon
	[ ! -e x.jsonl ]
}

@test "what cannot be recorded" {
	run -1 --separate-stderr ebpfmm record -o x.jsonl -- no-such-program
	echo "$stderr"
	[[ $stderr == *'run no-such-program: No such file'* ]]
	run -1 --separate-stderr ebpfmm record -o x.jsonl --pid 4194303
	[[ $stderr == *'there is no process'* ]]
	run -1 --separate-stderr ebpfmm record -o x.jsonl --cgroup "$cgroup"
	[[ $stderr == *'there is no process'* ]]
	[ ! -e x.jsonl ]
	run -1 --separate-stderr ebpfmm record -o missing/x.jsonl --pid $$
	[[ $stderr == *'missing/x.jsonl'* ]]
	fails 1 'dev/null: is not a regular file' ebpfmm record -o /dev/null --pid $$
	[ -c /dev/null ]
	run -2 ebpfmm record --pid 1 -- true
	[[ $output == *'one of --cgroup, --pid, --damo and a command'* ]]
	run -2 ebpfmm record
	run -1 setpriv --bounding-set -sys_admin --inh-caps -all ebpfmm record --pid $$
}
