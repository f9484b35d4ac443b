# SPDX-License-Identifier: GPL-2.0-only
#
# From a profile to the table: against a root, with debug files, and from what is
# known of files already.

load helpers

setup()
{
	sysfs madvise madvise
	rm -rf $profiles /run/ebpfmm/cache
	# On a disk, which /tmp is not.
	dir=$(mktemp -d /var/lib/resolve.XXXXXX)
	new_cgroup
}

teardown()
{
	local mounted
	remove_cgroup "$cgroup"
	for mounted in "$dir"/root*; do
		umount "$mounted" 2>/dev/null || true
	done
	rm -rf "$dir"
	ebpfmm gc
	nothing_left
}

# settled FILE…: wait until files are old enough to be remembered.
settled()
{
	local file
	for file; do
		while (($(date +%s) <= $(stat -c %Z "$file") + 3)); do :; done
	done
}

# reads WHAT COMMAND…: run it; how often does it read a file whose path has WHAT?
reads()
{
	local what=$1
	shift
	strace -f -y -e trace=pread64 -o "$BATS_TEST_TMPDIR/trace" "$@" >&2
	grep -c "$what" "$BATS_TEST_TMPDIR/trace" || true
}

# stacked N LOWER: an overlay with that lower layer, as a container has it, in
# $dir/rootN.
stacked()
{
	mkdir "$dir/upper$1" "$dir/work$1" "$dir/root$1"
	mount -t overlay overlay -o \
		"lowerdir=$2,upperdir=$dir/upper$1,workdir=$dir/work$1" "$dir/root$1"
}

# symbol_profile EXE: in $BATS_TEST_TMPDIR/symbol.json.
symbol_profile()
{
	jq -n --arg exe "$1" '{ version: 1, name: "symbol", programs: [ { exe: $exe,
		regions: [ { anchor: { symbol: "lookup" },
			benefit_ns: { "64K": 900 } } ] } ] }' \
		>"$BATS_TEST_TMPDIR/symbol.json"
}

@test "what becomes of each region" {
	run -0 ebpfmm resolve --rootfs / $examples/regions.json
	[[ $output == *"$examples/regions: "* ]]
	[[ $output == *'symbol lookup '*'+0x'* ]]
	[ "$(awk 'length > 100' <<<"$output")" = '' ]
	ebpfmm resolve --json --rootfs / $examples/regions.json |
		jq -e '[.programs[].regions[] | select(.space == "image") |
			.object, .section, .fits["2M"]] | length > 0 and all'
}

@test "regions in a shared object" {
	jq -n '{ version: 1, name: "object", programs: [ { exe: "/usr/bin/bash",
		regions: [ { anchor: { section: ".bss",
			object: "/lib/x86_64-linux-gnu/libc.so.6" },
			benefit_ns: { "16K": 5 } } ] } ] }' >"$dir/object.json"
	ebpfmm resolve --json --rootfs / "$dir/object.json" >"$dir/object"
	jq -e '.programs[0].regions[0] | .space == "object" and
		.object == "/lib/x86_64-linux-gnu/libc.so.6" and
		.section == ".bss"' "$dir/object"
	ebpfmm attach --cgroup "$cgroup" --rootfs / "$dir/object.json"
	stored "$cgroup"
	sed -i 's/libc\.so\.6/absent.so/' "$dir/object.json"
	run -1 --separate-stderr ebpfmm resolve --rootfs / "$dir/object.json"
	[[ $stderr == *'programs[0].regions[0].anchor.object: '*absent.so:* ]]
}

@test "check against a root" {
	ebpfmm check --rootfs / $examples/regions.json
	symbol_profile /usr/bin/bash
	ebpfmm check "$BATS_TEST_TMPDIR/symbol.json"
	run -1 --separate-stderr ebpfmm check --rootfs / \
		"$BATS_TEST_TMPDIR/symbol.json"
	[[ $stderr == *'programs[0].regions[0].anchor.symbol: /usr/bin/bash: '* ]]
	run -1 ebpfmm check --json --rootfs / "$BATS_TEST_TMPDIR/symbol.json"
	jq -e '.[0] | .valid == false and (.error.message | test("lookup"))' \
		<<<"${lines[-1]}"
	jq '.programs[0].exe = "'$examples/regions'" |
		.programs[0].regions[0].length = "8K" |
		.programs[0].regions[0].benefit_ns["2M"] = 1' \
		"$BATS_TEST_TMPDIR/symbol.json" >"$dir/short.json"
	run -0 --separate-stderr ebpfmm check --json --rootfs / "$dir/short.json"
	jq -e '.[0] | .valid and any(.warnings[];
		test("programs.0..regions.0.: 64K, 2M: the region is too short"))' \
		<<<"$output"
}

@test "a stripped program and its debug file" {
	local id
	mkdir -p "$dir/root/bin" "$dir/debug"
	objcopy --strip-all $examples/regions "$dir/root/bin/regions"
	symbol_profile /bin/regions
	id=$(readelf -n $examples/regions | awk '/Build ID/ { print $3 }')
	run -1 --separate-stderr ebpfmm resolve --rootfs "$dir/root" \
		--debug-dir "$dir/debug" "$BATS_TEST_TMPDIR/symbol.json"
	[[ $stderr == *"stripped"*".build-id/${id:0:2}/${id:2}.debug"* ]]
	mkdir -p "$dir/debug/.build-id/${id:0:2}"
	objcopy --only-keep-debug $examples/regions \
		"$dir/debug/.build-id/${id:0:2}/${id:2}.debug"
	ebpfmm resolve --rootfs "$dir/root" --debug-dir "$dir/debug" \
		"$BATS_TEST_TMPDIR/symbol.json"
	ebpfmm attach --cgroup "$cgroup" --rootfs "$dir/root" \
		--debug-dir "$dir/debug" "$BATS_TEST_TMPDIR/symbol.json"
	[ -z "$(ls /run/ebpfmm/cache)" ]
	mkdir -p "$dir/root/usr/lib"
	mv "$dir/debug" "$dir/root/usr/lib/debug"
	ebpfmm check --rootfs "$dir/root" "$BATS_TEST_TMPDIR/symbol.json"
	run -1 --separate-stderr ebpfmm check --rootfs "$dir/root" \
		--debug-dir "$dir/debug" "$BATS_TEST_TMPDIR/symbol.json"
	[[ $stderr == *"$dir/debug: No such file"* ]]
}

@test "containers of one image share what is known of its programs" {
	local file
	mkdir -p "$dir/lower/bin"
	cp $examples/regions "$dir/lower/bin/server"
	symbol_profile /bin/server
	settled "$dir/lower/bin/server"
	stacked 1 "$dir/lower"
	stacked 2 "$dir/lower"
	[ "$(reads /bin/server ebpfmm attach --cgroup "$cgroup" \
		--rootfs "$dir/root1" "$BATS_TEST_TMPDIR/symbol.json")" -gt 0 ]
	[ "$(ls /run/ebpfmm/cache | wc -l)" = 1 ]
	[ "$(reads /bin/server ebpfmm attach --cgroup "$cgroup" \
		--rootfs "$dir/root2" "$BATS_TEST_TMPDIR/symbol.json")" = 0 ]

	# A container that writes to its program has another one.
	cp $examples/regions "$dir/root2/bin/server"
	[ "$(reads /bin/server ebpfmm attach --cgroup "$cgroup" \
		--rootfs "$dir/root2" "$BATS_TEST_TMPDIR/symbol.json")" -gt 0 ]
	# Damage costs time, nothing else.
	for file in /run/ebpfmm/cache/*; do
		printf 'nothing' >"$file"
	done
	[ "$(reads /bin/server ebpfmm attach --cgroup "$cgroup" \
		--rootfs "$dir/root1" "$BATS_TEST_TMPDIR/symbol.json")" -gt 0 ]
	[ "$(reads /bin/server ebpfmm attach --cgroup "$cgroup" \
		--rootfs "$dir/root1" "$BATS_TEST_TMPDIR/symbol.json")" = 0 ]
}

@test "what was read of a container's copy is not remembered for the image" {
	local attach
	mkdir -p "$dir/lower/bin"
	cp $examples/regions "$dir/lower/bin/server"
	symbol_profile /bin/server
	settled "$dir/lower/bin/server"
	stacked 1 "$dir/lower"
	# It stops when it has begun to read.
	strace -f -o "$BATS_TEST_TMPDIR/trace" -P "$dir/root1/bin/server" \
		-e trace=pread64 -e inject=pread64:signal=STOP:when=1 \
		ebpfmm attach --cgroup "$cgroup" --rootfs "$dir/root1" \
		"$BATS_TEST_TMPDIR/symbol.json" 3>&- &
	attach=$!
	until grep -qs 'stopped by SIGSTOP' "$BATS_TEST_TMPDIR/trace"; do
		kill -0 $attach
	done
	chmod u+s "$dir/root1/bin/server"
	[ -e "$dir/upper1/bin/server" ]
	kill -CONT "$(awk '/stopped by SIGSTOP/ { print $1; exit }' \
		"$BATS_TEST_TMPDIR/trace")"
	wait $attach
	[ -z "$(ls /run/ebpfmm/cache)" ]
	# It was the change that was in the way.
	ebpfmm attach --cgroup "$cgroup" --rootfs "$dir/lower" \
		"$BATS_TEST_TMPDIR/symbol.json"
	[ "$(ls /run/ebpfmm/cache | wc -l)" = 1 ]
}

@test "a program that was changed just now is not remembered" {
	mkdir -p "$dir/root/bin"
	cp $examples/regions "$dir/root/bin/server"
	symbol_profile /bin/server
	settled "$dir/root/bin/server"
	touch -d '2001-01-01' "$dir/root/bin/server"
	# However slow the machine is, it is "just now" for an hour.
	date -s "@$(($(date +%s) - 3600))"
	ebpfmm attach --cgroup "$cgroup" --rootfs "$dir/root" \
		"$BATS_TEST_TMPDIR/symbol.json"
	date -s "@$(($(date +%s) + 3600))"
	[ -z "$(ls /run/ebpfmm/cache)" ]
	settled "$dir/root/bin/server"
	ebpfmm attach --cgroup "$cgroup" --rootfs "$dir/root" \
		"$BATS_TEST_TMPDIR/symbol.json"
	[ -n "$(ls /run/ebpfmm/cache)" ]
}

@test "gc clears what was half-written" {
	ebpfmm attach --cgroup "$cgroup" --rootfs / $examples/regions.json
	echo half >/run/ebpfmm/cache/1-2-3.4.tmp
	ebpfmm doctor | grep -F 'unfinished files: 1'
	ebpfmm gc
	ebpfmm doctor | grep -F 'leftovers: none'
	[ ! -e /run/ebpfmm/cache/1-2-3.4.tmp ]
}
