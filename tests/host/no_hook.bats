# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that has not got the hook: everything says so, and no container is
# stopped by it. Run in the reference root on whatever kernel there is.

bats_require_minimum_version 1.5.0

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	jq -n '{ ociVersion: "1.0.2", root: { path: "/" } }' >config.json
	mkdir -p /etc/ebpfmm/profiles
	jq -n '{ version: 1, name: "any", programs: [ { exe: "/usr/bin/env",
		regions: [], default: { benefit_ns: {} } } ] }' \
		>/etc/ebpfmm/profiles/any.json
}

teardown()
{
	rm -rf /etc/ebpfmm
}

state()
{
	jq -n --argjson annotations "$1" --argjson pid $$ --arg dir "$PWD" '{
		ociVersion: "1.0.2", id: "some-id", status: "creating",
		pid: $pid, bundle: $dir, annotations: $annotations }'
}

@test "doctor says what is missing" {
	run -1 /out/ebpfmm doctor
	[ -n "$output" ]
	run -1 --separate-stderr /out/ebpfmm doctor --json
	jq -e . <<<"$output"
}

@test "load and attach say so in one line" {
	run -1 --separate-stderr /out/ebpfmm load
	# shellcheck disable=SC2154
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	run -1 --separate-stderr /out/ebpfmm attach --cgroup /sys/fs/cgroup/x \
		/etc/ebpfmm/profiles/any.json
	[ "$(grep -c . <<<"$stderr")" = 1 ]
}

@test "the hook says so in one line, and the container runs" {
	run -0 --separate-stderr /out/ebpfmm-oci-hook \
		< <(state '{ "ebpfmm.profile": "any" }')
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *some-id* ]]
}

@test "the hook refuses a container that requires its profile" {
	run -1 --separate-stderr /out/ebpfmm-oci-hook < <(state \
		'{ "ebpfmm.profile": "any", "ebpfmm.required": "true" }')
	[ "$(grep -c . <<<"$stderr")" = 1 ]
}

@test "the hook is silent for a container without annotation" {
	run -0 /out/ebpfmm-oci-hook < <(state '{}')
	[ -z "$output" ]
}

@test "what needs no kernel works" {
	/out/ebpfmm check /src/examples/*.json
	/out/ebpfmm resolve --rootfs / /src/examples/redis.json
}
