# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Real programs for the tests: in containers, and PostgreSQL in a cgroup; and
# claims about the memory that they have. Sourced with "load programs", after
# the helpers.

work=$BATS_FILE_TMPDIR
# shellcheck source=demo/containers.sh
. /src/demo/containers.sh

# --- containers --------------------------------------------------------------

# make_root: the machine's own root, without what is mounted in it, for
# containers to have with an overlay of their own: an image of all of these
# programs would take longer to make than the tests to run.
make_root()
{
	mkdir "$work/root"
	mount --bind / "$work/root"
}

# run_program PROFILE READY COMMAND…: COMMAND in a container called "program",
# with that profile, or with none if it is empty. /io is $io on both sides.
# Returns when it has printed a line that matches READY.
run_program()
{
	local profile=$1 ready=$2
	shift 2
	start crun program "$ready" --stop-signal=KILL --volume="$io:/io" \
		${profile:+--annotation "ebpfmm.profile=$profile"} \
		"${options[@]}" --rootfs "$work/root:O" "$@" || {
		cat "$work/program.out" >&2
		return 1
	}
	pid=$(pid_of program)
}

# end_program: end and remove it.
end_program()
{
	stop program
	pid=
}

# --- claims about memory -----------------------------------------------------

# What a claim can say, in jq. "mapped" are the unnamed mappings of at least so many
# bytes, and of less than so many; "ranges" those of the memory that have a
# name; "in_pages" and "present" are bytes.
claims='
	def M: 1048576;
	def mapped($least; $below): map(select(.name == "(unnamed)" and
		.end - .start >= $least and .end - .start < $below));
	def mapped($least): mapped($least; infinite);
	# From 0xc000000000, 4G: all Go programs on x86-64 have it there.
	def go_heap: map(select(.start >= 824633720832 and
		.end <= 828928688128));
	def ranges($name): map(select(.name == $name));
	def ranges($name; $other): ranges($name) + ranges($other);
	def in_pages($sizes): [.[].bytes[$sizes[]]] | add // 0;
	def present: [.[].bytes[]] | add // 0;
	def large: present - in_pages(["4K"]);
'

# measure [FILE]: note how the program's memory is backed now: its anonymous
# mappings, or the ranges in FILE.
measure()
{
	memory=$(pagesizes --json "$pid" "$@")
}

# it_has CLAIM: is that true of the memory, as it was measured?
it_has()
{
	jq -e "$claims $1" <<<"$memory" >/dev/null && return
	echo "not so: $1" >&2
	jq -r '.[] | select([.bytes[]] | add > 500000) |
		"\(.name) \(.end - .start): \(.bytes |
			with_entries(select(.value > 0)))"' <<<"$memory" >&2
	return 1
}

# bss_start NAME: where the anonymous part of .bss of a program called so begins:
# behind what is mapped of its file.
bss_start()
{
	local at
	at=$(awk -v name="$1" '$6 ~ name { file = 1; next }
		file { sub("-.*", "", $1); print $1; exit }' "/proc/$pid/maps")
	echo $((0x$at))
}

# --- PostgreSQL --------------------------------------------------------------

postgres_bin=/usr/lib/postgresql/17/bin

# as_postgres COMMAND…: as the user that PostgreSQL insists on.
as_postgres()
{
	setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
}

# make_database: an empty one, in $work/database.
make_database()
{
	chmod 755 "$work" "${work%/*}" "${BATS_RUN_TMPDIR:-$work}"
	install -d -o postgres -g postgres "$work/database" "$work/socket"
	as_postgres $postgres_bin/initdb --pgdata="$work/database" \
		--auth=trust --no-sync --no-locale >"$work/initdb.log"
}

# start_postgres CGROUP: a postmaster, $pid, in a cgroup; returns when it
# accepts connections.
start_postgres()
{
	local line
	rm -f "$work/postgres.pipe"
	mkfifo "$work/postgres.pipe"
	within "$1" setpriv --reuid=postgres --regid=postgres --clear-groups \
		$postgres_bin/postgres -D "$work/database" -k "$work/socket" \
		-c listen_addresses= -c fsync=off -c jit=off \
		2>"$work/postgres.pipe" 3>&- &
	pid=$!
	exec 9<"$work/postgres.pipe"
	until [[ ${line-} == *'ready to accept connections'* ]]; do
		IFS= read -r line <&9
	done
	# Whoever writes more must not find a closed pipe.
	cat <&9 >"$work/postgres.log" 3>&- &
	exec 9<&-
}

# stop_postgres: end it with all of its processes.
stop_postgres()
{
	kill -INT "$pid"
	wait "$pid"
	pid=
}

# start_session: a client of it, psql; its backend's pid is in $backend.
start_session()
{
	coproc session { exec psql --no-psqlrc --quiet --no-align --tuples-only \
		--host="$work/socket" --username=postgres postgres 3>&-; }
	ask 'select pg_backend_pid();'
	backend=$answer
}

# ask STATEMENT: what the session answers to it, in $answer.
ask()
{
	local line
	printf '%s\n\\echo # done\n' "$1" >&"${session[1]}"
	answer=
	while IFS= read -r line <&"${session[0]}"; do
		[ "$line" = '# done' ] && return
		answer+=$line
	done
	return 1
}

# end_session: let the client go.
end_session()
{
	local client=$session_PID
	exec {session[1]}>&-
	wait "$client"
}
