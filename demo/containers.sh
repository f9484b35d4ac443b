# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the demonstration and the tests share, inside the virtual machine: an image made of
# the machine's own programs, and containers that print a line when they are ready.

# Where this keeps its files; the caller may say.
work=${work:-$(mktemp -d)}

# copy_programs ROOT PROGRAM…: copy programs and the libraries they need into
# ROOT, to the paths they have here. A symlink is copied as such, with what it
# points to.
copy_programs()
{
	local root=$1 file target
	shift
	mkdir -p "$root"/{proc,sys,dev,tmp,run,etc}
	for file; do
		while [ -L "$file" ]; do
			target=$(readlink "$file")
			mkdir -p "$root${file%/*}"
			cp -a "$file" "$root$file"
			case $target in
			/*) file=$target ;;
			*) file=$(realpath -s "${file%/*}/$target") ;;
			esac
		done
		mkdir -p "$root${file%/*}"
		cp "$file" "$root$file"
		# "libc.so.6 => /lib/… (0x…)" and "/lib64/ld-linux… (0x…)"
		ldd "$file" 2>/dev/null | grep -o '/[^ ]*' |
			while read -r target; do
				mkdir -p "$root${target%/*}"
				cp -L --update=none "$target" "$root$target"
			done
	done
}

# make_image NAME PROGRAM…: an image that has these programs and nothing else.
make_image()
{
	local name=$1
	shift
	copy_programs "$work/image-$name" "$@"
	tar -C "$work/image-$name" -c . |
		podman --cgroup-manager=cgroupfs import -q - "$name" >/dev/null
	rm -rf "$work/image-$name"
}

# start RUNTIME NAME READY ARGUMENT…: podman run with these arguments, in the
# background; returns when a line of its output matches READY, and fails when
# the output ends without. The output is in $work/NAME.out.
start()
{
	local runtime=$1 name=$2 ready=$3 line
	shift 3
	rm -f "$work/$name.pipe"
	mkfifo "$work/$name.pipe"
	podman --cgroup-manager=cgroupfs --runtime="$runtime" run \
		--name="$name" --network=none "$@" \
		>"$work/$name.pipe" 2>"$work/$name.err" </dev/null 3>&- &
	echo $! >"$work/$name.podman"
	exec 9<"$work/$name.pipe"
	: >"$work/$name.out"
	while IFS= read -r line <&9; do
		printf '%s\n' "$line" >>"$work/$name.out"
		if [[ $line =~ $ready ]]; then
			# Whoever writes more must not find a closed pipe.
			cat <&9 >>"$work/$name.out" 3>&- &
			exec 9<&-
			return 0
		fi
	done
	exec 9<&-
	cat "$work/$name.err" >&2
	return 1
}

# pid_of NAME: the first process of a container, as the machine sees it.
pid_of()
{
	podman inspect --format '{{.State.Pid}}' "$1"
}

# stop NAME: end and remove a container that start() started. When this
# returns, its hooks for poststop have run.
stop()
{
	podman --cgroup-manager=cgroupfs stop --time 20 "$1" >/dev/null
	# The podman that ran it reports how the container ended.
	wait "$(cat "$work/$1.podman")" || true
	podman --cgroup-manager=cgroupfs rm --force "$1" >/dev/null
}
