# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of tests, several at once, and the sum of what they report in TAP:
#
#	step "unit tests" COMMAND…
#	step …
#	steps_end
#
# Each line that a step prints is passed on at once, after the step's name. If $steps_kept names
# a directory, what each printed is a file in it afterwards.

# How many run at once. An emulated machine keeps about one processor busy, and may use 4 GiB.
lanes_here()
{
	awk -v lanes="$(nproc)" '/^MemAvailable:/ {
		most = int($2 / 4194304)
		print most < 1 ? 1 : most < lanes ? most : lanes }' /proc/meminfo
}
lanes=${EBPFMM_LANES:-$(lanes_here)}
if [[ ! $lanes =~ ^[1-9][0-9]*$ ]]; then
	echo "EBPFMM_LANES: '$lanes' is not a number of steps" >&2
	exit 2
fi
steps_dir=$(mktemp -d)
declare -A step_of=() # which step a process is
step_names=()
# With job control, each step is a process group of its own.
set -m
trap steps_kill EXIT

# However this ends, no step goes on.
steps_kill()
{
	local pid
	for pid in "${!step_of[@]}"; do
		kill -TERM -- "-$pid" 2>/dev/null
	done
	rm -rf "$steps_dir"
}

# step NAME COMMAND…: begin COMMAND when fewer than $lanes steps run.
step()
{
	local number=${#step_names[@]}
	while [ ${#step_of[@]} -ge "$lanes" ]; do
		step_wait
	done
	step_names+=("$1")
	step_run "$number" "$@" &
	step_of[$!]=$number
}

# step_run NUMBER NAME COMMAND…
step_run()
{
	local number=$1 name=$2 begun=$SECONDS status
	shift 2
	"$@" </dev/null 2>&1 | tee "$steps_dir/$number" | sed -u "s%^%$name | %; \$a\\"
	status=${PIPESTATUS[0]}
	echo "$status $((SECONDS - begun))" >"$steps_dir/$number.end"
}

step_wait()
{
	local pid
	wait -n -p pid || [ -n "${pid-}" ] || return
	unset "step_of[$pid]"
}

# tap_lines PATTERN FILE: the lines of tests that match it, and not only of skipped ones.
tap_lines()
{
	grep -iE "$1" "$2" | grep -viE '^(not )?ok [0-9]+.*# *skip'
}

# step_sum NUMBER: count what it reported, in $passed, $failed and $skipped.
step_sum()
{
	local name=${step_names[$1]} log=$steps_dir/$1 status=1 seconds=0 ok bad skip
	if [ -e "$log.end" ]; then
		read -r status seconds <"$log.end"
	fi
	skip=$(grep -ciE '^(not )?ok [0-9]+.*# *skip' "$log")
	ok=$(tap_lines '^ok [0-9]+' "$log" | wc -l)
	bad=$(tap_lines '^not ok [0-9]+' "$log" | wc -l)
	if [ "$bad" = 0 ] && [ "$status" != 0 ]; then
		echo "not ok - $name ended with status $status"
		bad=1
	elif [ $((ok + bad + skip)) = 0 ]; then
		echo "not ok - $name ran no test"
		bad=1
	fi
	passed=$((passed + ok))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
	printf '%-28s %d passed, %d failed, %d skipped, %d seconds\n' \
		"$name" "$ok" "$bad" "$skip" "$seconds"
}

# step_last_words NUMBER: the end of what it printed, if it failed and no test of it did: it
# was cut off. Of a long run, often only the end is kept.
step_last_words()
{
	local log=$steps_dir/$1 status=1
	if [ -e "$log.end" ]; then
		read -r status _ <"$log.end"
	fi
	if [ "$status" != 0 ] && [ -z "$(tap_lines '^not ok [0-9]+' "$log")" ]; then
		echo "${step_names[$1]} | ended with status $status; the last it printed:"
		tail -n 60 "$log" | sed 's/^/# /'
	fi
}

# step_failed NUMBER: the tests that failed or were skipped, a line each.
step_failed()
{
	grep -iE '^not ok |^ok [0-9]+.*# *skip' "$steps_dir/$1" |
		sed "s%^%${step_names[$1]} | %"
}

# steps_keep DIR: put what each step printed into DIR, in place of what is there.
steps_keep()
{
	local number
	rm -rf "$1"
	mkdir -p "$1" || return
	for number in "${!step_names[@]}"; do
		cp "$steps_dir/$number" "$1/${step_names[number]//[^a-zA-Z0-9]/-}"
	done
}

# steps_end: wait for all steps; print what failed once more, a line for each step, the names
# of what failed, and the sum as the last line. Fails if a test failed or was skipped, or a step
# ran no test.
steps_end()
{
	local passed=0 failed=0 skipped=0 number
	while [ ${#step_of[@]} -gt 0 ]; do
		step_wait
	done
	[ -z "${steps_kept-}" ] || steps_keep "$steps_kept"
	for number in "${!step_names[@]}"; do
		step_last_words "$number"
		# Its diagnostics follow, as lines that begin with "#".
		awk -v name="${step_names[number]}" '
			/^#/ && show { print; next }
			{ show = 0 }
			/^not ok |^(not )?ok [0-9]+.*# *[Ss][Kk][Ii][Pp]/ {
				print name " | " $0
				show = 1
			}' "$steps_dir/$number"
	done
	echo
	for number in "${!step_names[@]}"; do
		step_sum "$number"
	done
	# Once more, as often only the end is kept.
	for number in "${!step_names[@]}"; do
		step_failed "$number"
	done
	printf '\n%d passed, %d failed, %d skipped\n' $passed $failed $skipped
	[ $failed = 0 ] && [ $skipped = 0 ]
}
