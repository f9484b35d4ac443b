# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the scripts of vm/ share: where to cache results, how to report progress, and how to
# run a command inside the reference root.
#
# Everything slow (the root, the kernels) is kept outside the checkout, under $EBPFMM_CACHE,
# in a directory whose name has the hash of its inputs: a changed input makes a new one, and
# two checkouts share one.

set -euo pipefail

# The absolute path of the checkout these scripts belong to.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export top
cache=${EBPFMM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ebpfmm}
mkdir -p "$cache"

# say MESSAGE…: a line of progress; on stderr, so that results stay clean.
say() { printf '==> %s\n' "$*" >&2; }

# die MESSAGE…: say why and end.
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# quietly LOG COMMAND…: run with the output in LOG, a dot on stderr for every
# hundred lines of it, and the end of LOG when the command fails.
quietly()
{
	local log=$1 status=0
	shift
	{ "$@" 2>&1 || echo "exit status: $?" >"$log.failed"; } |
		tee "$log" | awk 'NR % 100 == 0 { printf "." > "/dev/stderr" }
			END { if (NR >= 100) print "" > "/dev/stderr" }'
	if [ -e "$log.failed" ]; then
		rm -f "$log.failed"
		tail -n 30 "$log" >&2
		status=1
	fi
	return $status
}

# digest FILE|STRING…: a short hash of files' contents and of plain words.
digest()
{
	local word
	for word; do
		if [ -f "$word" ]; then
			cat "$word"
		else
			printf '%s\n' "$word"
		fi
	done | sha256sum | cut -c1-16
}

# locked NAME COMMAND…: run while nobody else runs under the same name, so
# that two callers do not build the same thing twice at once.
locked()
{
	local name=$1
	shift
	(
		flock --nonblock 9 || {
			say "waiting for somebody else's $name"
			flock 9
		}
		"$@"
	) 9>"$cache/$name.lock"
}

# as_root COMMAND…: as root, or as the root of a new user namespace that has
# the caller's subordinate ids, which is enough to own and enter a root.
as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		unshare --map-root-user --map-auto -- "$@"
	fi
}

# need COMMAND PACKAGE WHY: install a host package when its command is missing.
need()
{
	command -v "$1" >/dev/null 2>&1 && return
	[ "$(id -u)" = 0 ] ||
		die "$1 is missing ($3): as root, run 'apt-get install $2'"
	command -v apt-get >/dev/null ||
		die "$1 is missing ($3), and there is no apt-get to install $2"
	say "installing $2: $3"
	if [ -z "${apt_updated:-}" ]; then
		quietly "$cache/apt.log" apt-get update
		apt_updated=1
	fi
	quietly "$cache/apt.log" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "$2"
}

# inside ROOT [SOURCE=TARGET…] -- COMMAND…: run COMMAND chrooted into ROOT with
# /proc, /dev and the named directories mounted there, in a mount namespace of
# its own, so nothing stays mounted whatever happens. What COMMAND writes elsewhere
# is discarded: ROOT is the same for whoever comes next. It cannot add or remove
# device nodes either; they are the machine's own. Compilers are called by way of ccache(1),
# which has its own directory in the cache, so that a checkout does not compile again what
# another one has compiled.
inside()
{
	local root=$1 binds=("$cache/ccache=/ccache")
	mkdir -p "$cache/ccache"
	shift
	while [ "$1" != -- ]; do
		binds+=("$1")
		shift
	done
	shift
	# shellcheck disable=SC2016
	as_root unshare --mount --pid --fork --kill-child -- bash -euc '
		cd "$1"
		count=$2
		shift 2
		umask 022
		# An overlay needs other attributes for its own notes in a user namespace.
		read -r _ _ ids </proc/self/uid_map
		attributes=,userxattr
		[ "$ids" != 4294967295 ] || attributes=
		# Any place does that the directories to bind are not below. Paths are relative,
		# since they can have characters that mean something in options.
		mount -t tmpfs tmpfs mnt
		mkdir mnt/upper mnt/work mnt/root
		mount -t overlay -o "lowerdir=.,upperdir=mnt/upper,workdir=mnt/work$attributes" \
			overlay mnt/root || {
			echo "cannot mount an overlay on $PWD: EBPFMM_CACHE can name a" \
				"directory that is not on an overlay itself" >&2
			exit 1
		}
		root=$PWD/mnt/root
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		mount -o remount,bind,ro "$root/dev"
		for directory in /dev/shm /run /tmp; do
			[ ! -d "$root$directory" ] || mount -t tmpfs tmpfs "$root$directory"
		done
		while [ "$count" -gt 0 ]; do
			mkdir -p "$root${1#*=}"
			mount --rbind "${1%%=*}" "$root${1#*=}"
			shift
			count=$((count - 1))
		done
		path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
		exec chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 \
			PATH=/usr/lib/ccache:$path CCACHE_DIR=/ccache CCACHE_MAXSIZE=3G "$@"
	' inside "$root" "${#binds[@]}" "${binds[@]}" "$@"
}
