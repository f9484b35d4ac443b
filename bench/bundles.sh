# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the measurements of container starts share, inside the virtual machine: containers
# of redis-server and of `true`, with hooks or without, and how long a run takes.

readonly runs=7
hook=/usr/libexec/ebpfmm/ebpfmm-oci-hook
# On the disk: of what is in memory only, nothing is cached.
rootfs=/srv/rootfs
run=/var/tmp/run
mkdir -p "$rootfs"/{usr/bin,usr/lib64,proc,dev,sys,run} "$run" /etc/ebpfmm/profiles
ln -s usr/bin usr/lib64 "$rootfs"
ln -s usr/lib64 "$rootfs/lib"
cp /usr/bin/redis-server /usr/bin/true "$rootfs/usr/bin/"
ldd /usr/bin/true /usr/bin/redis-server | grep -oE '/[^ :]+\.so[^ :]*' | sort -u |
	xargs -I{} cp -L {} "$rootfs/usr/lib64/"
cp /usr/lib/ebpfmm/examples/redis.json /etc/ebpfmm/profiles/redis-bench.json
# shellcheck disable=SC2034 # Whoever sources this uses them.
declare -A args=(
	[true]='["/usr/bin/true"]'
	[redis]='["/usr/bin/redis-server", "--port", "0",
		"--unixsocket", "/run/redis", "--save", ""]'
)

# shellcheck disable=SC2034
with_profile='{ "ebpfmm.profile": "redis-bench.json", "ebpfmm.required": "true" }'

# bundle NAME ARGS ANNOTATIONS [HOOK]: a container, with hooks if it has annotations.
bundle()
{
	local dir=/var/tmp/$1 hook=${4:-$hook}
	mkdir "$dir"
	(cd "$dir" && crun spec)
	jq --argjson args "$2" --arg root "$rootfs" --arg run "$run" \
		--argjson annotations "$3" --arg hook "$hook" '
		.process.args = $args | .process.terminal = false |
		.root = { path: $root, readonly: true } |
		.mounts += [ { destination: "/run", type: "bind", source: $run,
			       options: [ "bind", "rw" ] } ] |
		if $annotations == {} then . else
			.annotations = $annotations |
			.hooks = { createRuntime: [ { path: $hook } ],
				   poststop: [ { path: $hook } ] }
		end' "$dir/config.json" >"$dir/new"
	mv "$dir/new" "$dir/config.json"
}

# start BUNDLE: microseconds of one run.
start()
{
	local begun=${EPOCHREALTIME/./}
	crun run --bundle "/var/tmp/$1" "$1" </dev/null >/dev/null
	echo $((${EPOCHREALTIME/./} - begun))
}

# serve_once BUNDLE: of one of redis-server, which is asked and told to end: microseconds
# until it has answered, and until the run has ended.
serve_once()
{
	bench/serve_once.py "/var/tmp/$1" "$run/redis"
}

# serve BUNDLE: microseconds of the whole run.
serve()
{
	serve_once "$1" | cut -d' ' -f2
}

# median HOW BUNDLE
median()
{
	for ((i = 0; i < runs; i++)); do "$@" || exit; done | sort -n |
		sed -n "$((runs / 2 + 1))p"
}
