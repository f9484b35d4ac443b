# SPDX-License-Identifier: GPL-2.0-only
#
# Recording what a program of known heat accesses, and the way from there to a profile. It
# needs no patched kernel.

load helpers
load ../fails

damon=/sys/kernel/mm/damon/admin/kdamonds

setup()
{
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

# space FILTER: the only region of the report on standard input that has these members.
space()
{
	jq -e "[.regions[] | select($1)] | if length == 1 then .[0] else error end"
}

@test "a command: what is hot is found, and its profile has no more" {
	ebpfmm record -o planted.jsonl -- planted 20
	[ "$(stat -c %a planted.jsonl)" = 600 ]
	[ "$(cat $damon/nr_kdamonds)" = 0 ]
	tail -n 1 planted.jsonl | jq -e '.end.processes == 1'
	ebpfmm report planted.jsonl
	ebpfmm report --json planted.jsonl >report.json
	space '.kind == "heap"' <report.json
	# The C library has some of the heap as well.
	space '.kind == "heap"' <report.json |
		jq -e '.seen == "4K" and .hot > 14e6 and .hot < 20e6 and .resident >= 16777216'
	space '.kind == "mapping" and .name == null and .size == 134217728' <report.json |
		jq -e '.hot > 14e6 and .hot < 24e6 and .resident == 134217728'
	space '.name == "spot"' <report.json |
		jq -e '.size == 1073741824 and .hot < 8e6 and .resident == 2097152'
	space '.name == "cold"' <report.json | jq -e '.share < 0.02 and .resident == 33554432'
	ebpfmm profile --rootfs / -o planted.json planted.jsonl
	cat planted.json
	ebpfmm check --rootfs / planted.json
	jq -e '.programs | length == 1 and (.[0] | .exe | endswith("/planted"))' planted.json
	jq -e '.programs[0].regions | any(.anchor.area == "heap")
		and any(.anchor.mapping.name == "spot") and any(.anchor.symbol == "table")
		and all(.anchor.mapping.name != "cold")' planted.json
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
	local planted large
	[ -e /sys/kernel/btf/vmlinux ] && bpftool btf dump file /sys/kernel/btf/vmlinux |
		grep -q "STRUCT 'bpf_mm_ops'" || skip "this kernel has not got the hook"
	sysfs always
	echo 3 >/proc/sys/vm/drop_caches
	echo 1 >/proc/sys/vm/compact_memory
	ebpfmm attach --cgroup "$cgroup" "$BATS_FILE_TMPDIR/planted.json"
	within "$cgroup" planted 300 >out 3>&- &
	planted=$!
	until grep -q ready out; do :; done
	# The mapping of 128M has no name.
	large=$(awk '$1 == "Size:" && $2 == 131072 { print line } /^[0-9a-f]+-/ { line = $1 }' \
		/proc/$planted/smaps)
	echo "heap $(huge $planted '\\[heap\\]') large $(huge $planted "^$large")" \
		"spot $(huge $planted anon:spot) cold $(huge $planted anon:cold)"
	jq -c '.programs[0].regions[]' "$BATS_FILE_TMPDIR/planted.json"
	ebpfmm stats "$cgroup"
	# The first and the last block may be cut by where the heap begins.
	(($(huge $planted '\\[heap\\]') >= 12))
	(($(huge $planted "^$large") >= 14 && $(huge $planted "^$large") <= 24))
	[ "$(huge $planted anon:cold)" = 0 ]
	kill $planted
	wait $planted || true
	sysfs madvise madvise
}

@test "a cgroup: processes that come later, and children" {
	local recorder first second
	within "$cgroup" planted 10 >first 3>&- &
	first=$!
	until grep -q ready first; do :; done
	ebpfmm record --cgroup "$cgroup" --time 16s -o cgroup.jsonl --json >result.json 3>&- &
	recorder=$!
	until [ "$(cat $damon/0/state 2>/dev/null)" = on ]; do :; done
	within "$cgroup" planted -f 20 >/dev/null 3>&- &
	second=$!
	wait $recorder
	cat result.json
	jq -e '.processes >= 3 and .intervals > 0' result.json
	ebpfmm report cgroup.jsonl
	ebpfmm report --json cgroup.jsonl |
		jq -e '[.regions[] | select(.kind == "heap" and .share > 0.1)] | length == 1'
	wait $first $second
}

@test "a shell that has many children, and becomes another program" {
	# shellcheck disable=SC2016
	ebpfmm record --json -o shell.jsonl -- sh -c '
		i=0
		while [ $i -lt 50 ]; do
			sh -c "exec true" &
			i=$((i + 1))
		done
		wait
		exec planted 2' >result.json
	tail -n 1 result.json | jq -e '.processes >= 1 and .us > 2000000'
	ebpfmm report --json shell.jsonl | jq -e '.regions | any(.program | endswith("/planted"))'
	# A command that fails is recorded as well.
	run -0 --separate-stderr ebpfmm record -o shell.jsonl -- sh -c 'planted 1; exit 3'
	[[ $stderr == *'sh ended with status 3'* ]]
}

@test "a recorder that is killed: gc and the next one clean up" {
	local recorder planted
	planted 300 >/dev/null 3>&- &
	planted=$!
	ebpfmm record --pid $planted -o killed.jsonl 3>&- &
	recorder=$!
	until grep -q interval killed.jsonl 2>/dev/null; do :; done
	kill -9 $recorder
	wait $recorder || true
	[ "$(cat $damon/0/contexts/nr_contexts)" = 1 ]
	ebpfmm doctor | grep -E 'leftovers: .*recordings: 1'
	[[ $(ebpfmm gc) == *'recordings: 1'* ]]
	[ "$(cat $damon/nr_kdamonds)" = 0 ]
	run -0 --separate-stderr ebpfmm report killed.jsonl
	[[ $stderr == *warning* ]]
	ebpfmm record --pid $planted -o killed.jsonl 3>&- &
	recorder=$!
	until [ "$(cat $damon/0/state 2>/dev/null)" = on ]; do :; done
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
	planted 300 >/dev/null 3>&- &
	planted=$!
	ebpfmm record --pid $planted -o first.jsonl 3>&- &
	first=$!
	until grep -q interval first.jsonl 2>/dev/null; do :; done
	ebpfmm record --pid $planted -o second.jsonl 3>&- &
	second=$!
	until grep -q interval second.jsonl 2>/dev/null; do :; done
	ebpfmm doctor | grep "recordings: .*$PWD/first.jsonl, $PWD/second.jsonl"
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
	[ "$(cat $damon/1/state)" = on ]
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
	planted 300 >/dev/null 3>&- &
	planted=$!
	run -1 --separate-stderr ebpfmm record --pid $planted --time 20s -o full/x.jsonl
	echo "$stderr"
	kill $planted
	wait $planted || true
	[[ $stderr == *'No space left on device'* ]]
	[ "$(cat $damon/nr_kdamonds)" = 0 ]
	# What was written is of use.
	ebpfmm report full/x.jsonl
	umount full
}

@test "what cannot be recorded" {
	run -1 --separate-stderr ebpfmm record -o x.jsonl -- no-such-program
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
