# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The second half of the demonstration: from a recording to a profile. A container is recorded,
# a profile is derived from what DAMON saw, and the container starts again with it. Its program
# has areas whose heat is known: see tests/vm/planted.c.

# The caller has set this.
work=${work:?}
planted=/usr/lib/ebpfmm/tests/planted
recordings=/var/lib/ebpfmm/recordings
derived=/etc/ebpfmm/profiles/planted.json

# start_planted SECONDS ARGUMENT…: returns when the program has touched all of its memory.
start_planted()
{
	local seconds=$1
	shift
	start crun planted '^ready' --stop-signal=KILL "$@" ebpfmm-demo "$planted" -s "$seconds"
}

# areas: the mappings of the program with 2M or more, by name; one without a name by its size.
areas()
{
	local range inode path start end size image=data
	while read -r range _ _ _ inode path; do
		start=0x${range%-*} end=0x${range#*-}
		size=$(((end - start) >> 20))
		((inode == 0 && size > 1)) || continue
		path=${path#[} path=${path#anon:} path=${path%]}
		# The zeroed data are right before the heap.
		[ -n "$path" ] || path=${image:-${size}M}
		image=
		echo "$path $start $end -"
	done <"/proc/$(pid_of planted)/maps" >"$work/planted.regions"
	table planted
}

record_planted()
{
	say "A container is recorded: --annotation ebpfmm.record=planted"
	start_planted 15 --annotation ebpfmm.record=planted
	# Until it ends, and its recorder with it.
	wait "$(cat "$work/planted.podman")"
	podman --cgroup-manager=cgroupfs rm planted >/dev/null
	while pgrep -x ebpfmm >/dev/null; do :; done
	ls "$recordings"
}

derive_planted()
{
	say "What it accessed: ebpfmm report"
	ebpfmm report "$recordings"/planted-*.jsonl
	ebpfmm report --html "$recordings/planted.html" "$recordings"/planted-*.jsonl
	say "A profile of that: ebpfmm profile"
	ebpfmm profile --rootfs / -o "$derived" "$recordings"/planted-*.jsonl
	jq -c '.programs[].regions[]' "$derived"
}

loop()
{
	record_planted
	derive_planted
	say "Its page sizes without a profile"
	start_planted 300
	areas
	stop planted
	say "Its page sizes with this one: --annotation ebpfmm.profile=planted"
	start_planted 300 --annotation ebpfmm.profile=planted
	areas
	stop planted
	verdict "what is hot is in 2M pages" jq -e '
		def large(name): map(select(.name == name).bytes["2M"]) | add / 1048576;
		large("data") >= 6 and large("heap") >= 6 and large("spot") == 2' "$work/planted.json"
	verdict "what is cold is not" jq -e '
		map(select(.name == "cold").bytes["2M"]) | add == 0' "$work/planted.json"
	say "The picture of the recording, planted.html, is kept"
	cp "$recordings/planted.html" /run/vm/kept/
}
