# SPDX-License-Identifier: GPL-2.0-only
#
# tests/while_progress, which ends what makes no progress and not what is slow.

bats_require_minimum_version 1.5.0

while_progress=/src/tests/while_progress

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	# Nobody writes to the one; the other is at its end when all who inherited
	# it are gone.
	mkfifo never alive
}

# all_gone: those who had the write end of "alive" open when this opened it. Reading
# does not time out, it ends.
all_gone()
{
	local status=0
	read -r -t 30 -u "$alive" _ || status=$?
	[ $status = 1 ]
}

@test "a command that prints for longer than the limit goes on to its end" {
	local begun=$SECONDS
	run -0 $while_progress 3 bash -c 'exec 3<>never
		for ((i = 1; i <= 40; i++)); do
			read -r -t 0.1 -u 3
			echo "line $i"
		done'
	[ $((SECONDS - begun)) -gt 3 ]
	[ "${#lines[@]}" = 40 ]
	[ "${lines[39]}" = "line 40" ]
}

@test "one that is silent is ended with its children, and it is said" {
	exec {alive}<>alive
	run -124 $while_progress 3 bash -c 'exec 3>alive
		echo begun
		tail -f /dev/null &
		wait'
	exec {ended}<alive {alive}>&-
	alive=$ended
	[ "${lines[0]}" = begun ]
	[[ ${lines[1]} == *"no new line for 3 seconds: bash -c"* ]]
	all_gone
}

@test "one that does not heed SIGTERM, and prints on, is killed" {
	exec {alive}<>alive
	run -124 $while_progress 1 bash -c 'exec 3>alive 4<>never
		trap "" TERM
		read -r -t 2 -u 4
		while :; do
			echo more
			read -r -t 0.1 -u 4
		done'
	exec {ended}<alive {alive}>&-
	alive=$ended
	[[ $output == *"no new line for 1 seconds"* ]]
	all_gone
}

@test "one whose half a line does not end is ended, and its half line shown" {
	run -124 $while_progress 3 bash -c 'printf half; tail -f /dev/null'
	[[ $output == half* ]]
}

@test "whoever ends it ends the command too" {
	exec {alive}<>alive
	$while_progress 60 bash -c 'exec 3>alive
		echo begun >&3
		tail -f /dev/null' {alive}>&- 3>&- &
	local pid=$! line
	read -r -t 30 -u "$alive" line
	[ "$line" = begun ]
	exec {ended}<alive {alive}>&-
	alive=$ended
	kill $pid
	wait $pid || true
	all_gone
}

@test "the status is the command's" {
	run -0 $while_progress 30 true
	run -7 $while_progress 30 bash -c 'exit 7'
	run -127 $while_progress 30 /no/such/command
	run -143 $while_progress 30 bash -c 'kill $$'
}

@test "both outputs are passed on, also where they go to a file" {
	$while_progress 30 bash -c 'echo out; echo err >&2; printf "no end"' \
		>report 2>&1
	[ "$(<report)" = $'out\nerr\nno end' ]
}

@test "what is no time is refused" {
	run -2 $while_progress 0 true
	run -2 $while_progress soon true
	run -2 $while_progress 5
}
