# SPDX-License-Identifier: GPL-2.0-only
#
# An upgrade: what an old version attached goes on beside what the new one does, until
# it ends; and the way back. The old version is this one, built a second time with
# another number of format. Needs links and page sizes of the kernel, so the VM. Took
# five minutes there on a busy machine, most of which the verifier needs: nearly each
# test loads an old policy, which ends with the last container of it.

load helpers

old=/usr/lib/ebpfmm/old/ebpfmm
new=ebpfmm
old_hook=/usr/lib/ebpfmm/old/ebpfmm-oci-hook
new_hook=$hook
old_pins=$pin_top/4

# A file that ran before may have left the policy loaded.
setup_file()
{
	ebpfmm unload
	unloaded
}

setup()
{
	sysfs madvise madvise
	rm -rf $profiles
	fault_profile large '{ "64K": 900, "2M": 60000 }'
	fault_profile medium '{ "64K": 900 }'
	running=()
}

teardown()
{
	local one
	for one in ${running+"${running[@]}"}; do
		finish "${one%% *}"
		remove_cgroup "${one#* }"
	done
	ebpfmm gc
	nothing_left
	# Nothing of an old format; ours stays for the next test, as loading takes long.
	[ ! -e $pin_top/4 ]
	[ -z "$(find $pin_top -maxdepth 1 ! -type d)" ]
}

teardown_file()
{
	ebpfmm unload
	unloaded
	[ ! -e $pin_top ]
}

# start VERSION [PROFILE]: a container that is started under the version old or new:
# $cgroup, $id and $pid.
start()
{
	local hook=${1}_hook
	hook=${!hook}
	new_container "${2-large.json}"
	running+=("$pid $cgroup")
	# Emulated, on a busy machine, the hook may not have the time.
	"${!1}" load
	run -0 --separate-stderr call_hook < <(state)
	# shellcheck disable=SC2154
	echo "$stderr"
	[[ $stderr == *"is attached"* ]]
	has_link "$1"
}

# has_link VERSION [CGROUP]: is the cgroup's link where that version pins?
has_link()
{
	local where=$pins
	[ "$1" = new ] || where=$old_pins
	[ -e "$where/cgroup-$(stat -c %i "${2-$cgroup}")" ]
}

# link_id: the number that the kernel has for the link of the cgroup.
link_id()
{
	bpftool -j link show pinned "$(find $pin_top -name "cgroup-$(stat -c %i "$cgroup")")" |
		jq .id
}

# unnumber: have the old version's pins where they were before formats had directories.
unnumber()
{
	mv $old_pins/* $pin_top
	rmdir $old_pins
	old_pins=$pin_top
}

# format_of CGROUP: as list and stats say.
format_of()
{
	ebpfmm list --json | jq --arg cgroup "$1" \
		'.[] | select(.cgroup == $cgroup) | .format'
}

# says REASON COMMAND…: it fails with that in its one line.
says()
{
	local reason=$1
	shift
	run -1 --separate-stderr "$@"
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *"$reason"* ]]
}

# unknown_above CGROUP PID: explain of a cgroup below that one, whose policy it cannot ask, says so.
unknown_above()
{
	local below=$1/below
	mkdir "$below"
	ebpfmm attach --cgroup "$below" $profiles/large.json
	ready within "$below" $tests/fault
	ebpfmm explain "$below" "$pid" "$(awk '{ print $2 }' "$BATS_TEST_TMPDIR/ready")" |
		grep -x "unknown what the policy of $1 forbids: it has format 4"
	finish "$pid"
	ebpfmm detach --cgroup "$below"
	rmdir "$below"
}

# both_work: an old container and, started after the upgrade, a new one; each is
# decided by its own policy and is told of by the new command.
both_work()
{
	local first=$cgroup first_pid=$pid first_id=$id
	start new medium.json
	all_in 2M "$(pages "$first")"
	all_in 64K "$(pages "$cgroup")"
	ebpfmm list
	[ "$(format_of "$first")" = 4 ]
	[ "$(format_of "$cgroup")" = "$format" ]
	ebpfmm list | grep -F "$first (format 4)" | grep "^large .*${first_id:0:12}"
	ebpfmm stats | grep -F "$first: profile large (format 4"
	ebpfmm stats --json "$first" | jq -e '.[0] | .format == 4 and
		.profile == "large" and has("decisions") == false'
	ebpfmm stats --json "$cgroup" | jq -e '.[0].decisions["64K"] > 0'
	ebpfmm metrics >"$BATS_TEST_TMPDIR/metrics"
	openmetrics <"$BATS_TEST_TMPDIR/metrics"
	grep -x 'ebpfmm_policies 2' "$BATS_TEST_TMPDIR/metrics"
	grep -x 'ebpfmm_other_format_policies 1' "$BATS_TEST_TMPDIR/metrics"
	says 'is of format 4' ebpfmm explain "$first" "$first_pid" 1000
	says 'is of format 4' ebpfmm trace "$first"
	unknown_above "$first" "$first_pid"
	run -0 ebpfmm doctor
	grep '^note *policy: .*of format 4, .*is attached to 1 cgroup' <<<"$output"
	[[ $output == *'leftovers: none'* ]]
	# It has nothing to clear, and does not take the old one for anything such.
	ebpfmm gc | grep -x 'cleared.*links: 0, records: 0.*formats: 0'
	has_link old "$first"
	has_link new
	[ -e "/run/ebpfmm/$first_id.json" ]
	cgroup=$first pid=$first_pid id=$first_id
}

@test "both kinds of containers work; poststop of the last old one ends the old format" {
	local other
	start old
	# Who attaches loads what is not there, as the hook does.
	[ ! -e $pins ]
	other=$(mktemp -d /sys/fs/cgroup/test.XXXXXX)
	ebpfmm attach --cgroup "$other" $profiles/medium.json
	all_in 64K "$(pages "$other")"
	ebpfmm detach --cgroup "$other"
	remove_cgroup "$other"
	both_work
	finish "$pid"
	remove_cgroup "$cgroup"
	hook=$new_hook
	run -0 --separate-stderr call_hook < <(pid=0 state stopped)
	[[ $stderr == *'its policy was removed'* ]]
	[ ! -e "/run/ebpfmm/$id.json" ]
	[ ! -e $old_pins ]
	# The new one does not notice.
	ebpfmm list --json | jq -e 'length == 1'
}

@test "both kinds work, the old one's pins without a directory of its own; gc ends it" {
	start old
	unnumber
	both_work
	finish "$pid"
	remove_cgroup "$cgroup"
	run -0 ebpfmm doctor
	grep '^warning *leftovers: links: 1, records: 1.*formats: 1' <<<"$output"
	ebpfmm gc | grep -x 'cleared.*links: 1, records: 1.*formats: 1'
	[ "$(ls $pin_top)" = "$format" ]
	run ! ls "/run/ebpfmm/$id.json"
	ebpfmm list --json | jq -e 'length == 1'
}

@test "gc leaves an old format as long as one container of it is there" {
	start old
	first=$cgroup
	start old medium.json
	$old list --json | jq -e 'length == 2'
	finish "$pid"
	remove_cgroup "$cgroup"
	ebpfmm gc | grep -x 'cleared.*links: 1, records: 1.*formats: 0'
	all_in 2M "$(pages "$first")"
	[ "$(format_of "$first")" = 4 ]
	cgroup=$first
	ebpfmm detach --cgroup "$cgroup"
	[ ! -e $old_pins ]
	[ ! -e /run/ebpfmm/"@$(stat -c %i "$cgroup").json" ]
	all_in 4K "$(pages "$cgroup")"
}

@test "a profile of the new format replaces one of the old in one step" {
	local link place
	start old
	for place in numbered unnumbered; do
		[ $place = numbered ] || unnumber
		ebpfmm load
		link=$(link_id)
		ebpfmm attach --cgroup "$cgroup" $profiles/medium.json
		# Without a moment without a policy: it is the same link.
		[ "$(link_id)" = "$link" ]
		has_link new
		[ "$(format_of "$cgroup")" = "$format" ]
		all_in 64K "$(pages "$cgroup")"
		# It stays that container's.
		ebpfmm list --json | jq -e --arg id "$id" '.[0].container == $id'
		# That was the only one of the old format.
		[ "$(ls $pin_top)" = "$format" ]
		[ $place = numbered ] || break
		ebpfmm detach --cgroup "$cgroup"
		start old
	done
	ebpfmm detach --cgroup "$cgroup"
	all_in 4K "$(pages "$cgroup")"
}

@test "a replacement across formats that fails or is killed leaves one that works" {
	local trace=$BATS_TEST_TMPDIR/trace nth=0
	start old
	ebpfmm load
	: >"$trace"
	# What is renamed last is the link's pin.
	until grep -q 'cgroup-.*INJECTED' "$trace"; do
		nth=$((nth + 1))
		run -1 strace -qq -o "$trace" -e trace=renameat \
			-e "inject=renameat:error=ENOMEM:when=$nth" \
			ebpfmm attach --cgroup "$cgroup" $profiles/medium.json
		echo "$output"
		has_link old
		[ "$(format_of "$cgroup")" = 4 ]
		ebpfmm list --json | jq -e '.[0].profile == "large"'
	done
	all_in 2M "$(pages "$cgroup")"
	# Killed before that, it is as it was to be, but for the pin.
	run strace -qq -o "$trace" -e trace=renameat \
		-e "inject=renameat:signal=KILL:when=$nth" \
		ebpfmm attach --cgroup "$cgroup" $profiles/medium.json
	grep 'killed by SIGKILL' "$trace"
	has_link old
	all_in 64K "$(pages "$cgroup")"
	# That is what gc makes good.
	ebpfmm gc
	has_link new
	[ ! -e $old_pins ]
	[ "$(format_of "$cgroup")" = "$format" ]
	all_in 64K "$(pages "$cgroup")"
}

@test "the way back: the old version with what the new one has attached" {
	start new medium.json
	first=$cgroup
	start old
	all_in 64K "$(pages "$first")"
	all_in 2M "$(pages "$cgroup")"
	$old list | grep -F "$first (format $format)"
	run -0 $old doctor
	grep "^note *policy: .*of format $format, .*is attached to 1 cgroup" <<<"$output"
	$old gc
	has_link new "$first"
	# It has the same rights over ours as we have over its.
	$old attach --cgroup "$first" $profiles/large.json
	has_link old "$first"
	[ ! -e $pins ]
	all_in 2M "$(pages "$first")"
}

@test "unload: ours goes, and an old one only when it is on no cgroup" {
	start old
	ebpfmm load
	run -0 --separate-stderr ebpfmm unload
	[[ $stderr == *'format 4'*'attached to 1 cgroup'* ]]
	[ ! -e $pins ]
	all_in 2M "$(pages "$cgroup")"
	# Loaded, but on no cgroup.
	finish "$pid"
	remove_cgroup "$cgroup"
	run -0 --separate-stderr ebpfmm unload
	[ -z "$stderr" ]
	[ ! -e $pin_top ]
	unloaded
}

@test "the unload of a version that knows of no formats is made good" {
	start new
	# It takes away all that is below its directory, and fails to remove ours.
	mv $pin_top ${pin_top}-old
	ebpfmm gc
	has_link new
	all_in 2M "$(pages "$cgroup")"
	ebpfmm list --json | jq -e 'length == 1'
}
