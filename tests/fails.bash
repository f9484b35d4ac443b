# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# How commands end, for tests in the virtual machine and on the host. Sourced with
# "load ../fails".

# fails STATUS REASON COMMAND…: with that status, nothing on standard output,
# and one line that has the reason.
fails()
{
	local want=$1 reason=$2
	shift 2
	run -"$want" --separate-stderr "$@"
	echo "$stderr"
	[ -z "$output" ]
	[[ $stderr =~ $reason ]]
	[ "$want" = 2 ] || [ "$(grep -c . <<<"$stderr")" = 1 ]
}

# ends STATUS PID: with that status. Not by "run", whose subshell cannot wait for its
# parent's child: it only sees the status of one that the parent has noticed to have ended.
ends()
{
	local status=0
	wait "$2" || status=$?
	echo "process $2 ended with status $status"
	[ "$status" = "$1" ]
}
