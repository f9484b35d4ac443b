# SPDX-License-Identifier: GPL-2.0-only
#
# Mappings that change, as the section of that name in ebpfmm-profile(5) has it:
# which region a page is in that is touched afterwards, as the kernel is told.

load helpers

# By index. With no size named, each page is a fault and a decision of its own.
regions='[
	{ "anchor": { "mapping": { "name": "part" } }, "length": "64K" },
	{ "anchor": { "mapping": { "name": "part" } },
	  "offset": "64K", "length": "64K" },
	{ "anchor": { "mapping": { "name": "part" } },
	  "offset": "1M", "length": "64K" },
	{ "anchor": { "mapping": { "name": "size", "max_size": "1M" } } },
	{ "anchor": { "mapping": { "name": "size", "min_size": "2M" } } },
	{ "anchor": { "mapping": { "name": "rank", "nth": 1 } } },
	{ "anchor": { "mapping": { "name": "rank", "nth": 2 } } },
	{ "anchor": { "mapping": { "name": "other" } } },
	{ "anchor": { "mapping": { "min_size": "64M", "max_size": "64M" } } },
	{ "anchor": { "mapping": { "min_size": "128M", "max_size": "128M" } },
	  "length": "64M" },
	{ "anchor": { "mapping": { "min_size": "128M", "max_size": "128M" } },
	  "offset": "64M" }
]'

setup()
{
	sysfs madvise madvise
	rm -rf $profiles
	new_cgroup
	profile mappings $tests/mappings \
		"$(jq 'map(. + { benefit_ns: {} })' <<<"$regions")" \
		'{ "benefit_ns": {} }'
	ebpfmm attach --cgroup "$cgroup" $profiles/mappings.json
}

teardown()
{
	[ -z "${tracer-}" ] || finish "$tracer"
	remove_cgroup "$cgroup"
	ebpfmm gc
	nothing_left
}

# in_regions CHANGE WHAT=REGION…: after that change of mappings(1), is each page that
# it touches in that region, - for none, and was each decided once?
in_regions()
{
	local change=$1 what address want
	shift
	watch "$cgroup"
	within "$cgroup" $tests/mappings "$change" >"$BATS_TEST_TMPDIR/touched"
	watched
	tracer=
	while read -r what address; do
		echo "$what=$(jq -r --arg address "$address" \
			'select(.address == $address) | .region // "-"' "$trace" |
			paste -sd,)"
	done <"$BATS_TEST_TMPDIR/touched" >"$BATS_TEST_TMPDIR/found"
	want=$(printf '%s\n' "$@")
	diff <(echo "$want") "$BATS_TEST_TMPDIR/found"
}

@test "growing: offsets count from the same start, and another size may fit" {
	in_regions grow first=0 first-after=0 second-after=1 new-after=2 \
		small=3 large=4 small-again=3
}

@test "moving: the regions move along" {
	in_regions move first=0 second=1 first-after=0 second-after=1 rest-after=-
}

@test "moving: the rank is that of the new address" {
	in_regions rank high=5 low=6 high-after=6 low-after=5
}

@test "splitting: the upper part's regions count from its own start" {
	for how in munmap mprotect mlock madvise rename; do
		echo "$how"
		in_regions $how first=0 lower-first=0 lower-second=1 lower-third=2 \
			upper-first=0 upper-second=1 upper-rest=- upper-third=2
	done
}

@test "splitting: an anchor no longer fits, or another one does" {
	in_regions sizes whole=4 lower=4 upper=- upper-of-upper=3
}

@test "merging: one start and one size" {
	in_regions merge alone=8 lower-half=9 upper-half=10
}

@test "merging: one rank" {
	in_regions merge-rank upper=5 lower=5 low=6
}

@test "merging: also with what malloc has mapped" {
	$tests/mappings merge-arena
}

@test "different names are never merged" {
	in_regions apart upper-first=0 upper-second=1 lower=7
}

@test "naming counts from then on" {
	in_regions name without=- with=0
}
