# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that has not got the hook: everything says so, and no container is
# stopped by it. Run in the reference root on whatever kernel there is, as root or as
# the root of a user namespace, of whom that is said first.

load hook

setup_file()
{
	prepare_node
}

setup()
{
	new_container
}

teardown()
{
	end_container
}

@test "doctor says that the hook is missing" {
	run -1 /out/ebpfmm doctor
	[[ $output == *"$no_hook"* ]]
	run -1 --separate-stderr /out/ebpfmm doctor --json
	jq -e --arg reason "$no_hook" \
		'[.. | strings | select(contains($reason))] != []' <<<"$output"
}

@test "load says so in one line, if it may load at all" {
	run -1 --separate-stderr /out/ebpfmm load
	if privileged; then says "$no_hook"; else says 'no privilege'; fi
}

@test "attach says so in one line, if it may attach at all" {
	run -1 --separate-stderr /out/ebpfmm attach --cgroup $cgroups \
		/etc/ebpfmm/profiles/any.json
	if privileged; then says "$no_hook"; else says 'no privilege'; fi
}

@test "the hook says in one line what is missing, and the container runs" {
	expect_of_hook
	run -0 --separate-stderr on_v2 /out/ebpfmm-oci-hook \
		< <(state '{ "ebpfmm.profile": "any.json" }')
	says "$reason"
	[[ $stderr == *some-id* ]]
}

@test "the hook finds the profile by its name, with .json or without" {
	local name
	expect_of_hook
	for name in any any.json; do
		run -0 --separate-stderr on_v2 /out/ebpfmm-oci-hook \
			< <(state "{ \"ebpfmm.profile\": \"$name\" }")
		says "$reason"
	done
	for name in any any.json; do
		run -0 /out/ebpfmm check --json $name
		jq -e '.[0].name == "any"' <<<"$output"
	done
	cp /etc/ebpfmm/profiles/{any.json,no-suffix}
	run -1 --separate-stderr /out/ebpfmm check no-suffix
	says 'profile no-suffix: no-suffix.json is neither in'
	privileged || return 0
	for name in ../any any.json/ .json any.json.json; do
		run -0 --separate-stderr /out/ebpfmm-oci-hook \
			< <(state "{ \"ebpfmm.profile\": \"$name\" }")
		says 'is not a valid profile name'
	done
	run -0 --separate-stderr /out/ebpfmm-oci-hook \
		< <(state '{ "ebpfmm.profile": "absent" }')
	says 'profile absent: absent.json is neither in'
}

@test "only a regular file hides an installed profile of its name" {
	mkdir any
	mkfifo any.json
	for name in any any.json; do
		run -0 /out/ebpfmm check --json $name
		jq -e '.[0].name == "any"' <<<"$output"
	done
	# With a slash it is no name.
	run -1 --separate-stderr /out/ebpfmm check ./any
	says './any'
	rmdir any
	rm any.json
	for name in any any.json; do
		echo '{}' >$name
		run -1 --separate-stderr /out/ebpfmm check $name
		says "$name: "
		rm $name
		ln -s /etc/ebpfmm/profiles/any.json ./$name
		run -0 --separate-stderr /out/ebpfmm check $name
		[[ $output == "$name: valid: profile any, "* ]]
		rm $name
	done
}

@test "the hook says the same where its caller ignored the end of children" {
	expect_of_hook
	run -0 --separate-stderr on_v2 env --ignore-signal=SIGCHLD \
		/out/ebpfmm-oci-hook < <(state '{ "ebpfmm.profile": "any.json" }')
	says "$reason"
}

@test "the hook refuses a container that requires its profile" {
	expect_of_hook
	run -1 --separate-stderr on_v2 /out/ebpfmm-oci-hook < <(state \
		'{ "ebpfmm.profile": "any.json", "ebpfmm.required": "true" }')
	says "$reason"
}

@test "a broken state does not undo what config.json requires" {
	local required='{ "ebpfmm.profile": "any.json", "ebpfmm.required": "true" }'
	jq --argjson annotations "$required" '.annotations = $annotations' \
		config.json >new
	mv new config.json
	mkdir below
	cd below
	state "$required" >state
	run -1 --separate-stderr /out/ebpfmm-oci-hook < <(head -c 40 state)
	says 'ends unexpectedly'
	run -1 --separate-stderr /out/ebpfmm-oci-hook \
		< <(head -c 2M /dev/zero | tr '\0' ' '; cat state)
	says 'longer than'
	run -1 --separate-stderr bash -c 'exec /out/ebpfmm-oci-hook <&-'
	says 'ends unexpectedly'
	# It cannot be read.
	run -1 --separate-stderr /out/ebpfmm-oci-hook </
	says 'Is a directory'
	run -1 --separate-stderr /out/ebpfmm-oci-hook < <(jq 'del(.annotations) |
		.id = "../x" | .bundle = "/nonexistent"' state)
	says 'not valid'
	# Nobody can tell.
	echo '{' >../config.json
	run -0 --separate-stderr /out/ebpfmm-oci-hook < <(head -c 40 state)
	says 'runs without a policy'
}

@test "a config.json without a root requires a policy all the same" {
	jq -n '{ annotations: { "ebpfmm.profile": "any.json",
		"ebpfmm.required": "true" } }' >config.json
	run -1 --separate-stderr /out/ebpfmm-oci-hook < <(state null)
	says 'root'
}

@test "the hook is silent for a container without annotation" {
	run -0 /out/ebpfmm-oci-hook < <(state '{}')
	[ -z "$output" ]
}

# stopped: the state of a container that has ended and needed its profile.
stopped()
{
	state '{ "ebpfmm.profile": "any.json", "ebpfmm.required": "true" }' |
		jq '.status = "stopped" | .pid = 0'
}

# tells_of_end REASON: is that told of a container that has ended, which nothing can
# refuse any more?
tells_of_end()
{
	says "$1"
	[[ $stderr == *some-id*"has ended"* ]]
	[[ $stderr != *"without a policy"* ]]
	[[ $stderr != *refused* ]]
}

@test "poststop of a container that had no policy is silent" {
	run -0 /out/ebpfmm-oci-hook < <(stopped)
	[ -z "$output" ]
}

@test "poststop with a state that is wrong tells of a container that has ended" {
	run -0 --separate-stderr /out/ebpfmm-oci-hook < <(stopped | jq '.pid = "none"')
	tells_of_end 'pid` is not an integer'
	run -0 --separate-stderr /out/ebpfmm-oci-hook poststop \
		< <(stopped | jq 'del(.status) | .pid = "none"')
	tells_of_end 'pid` is not an integer'
}

@test "poststop that cannot look for the policy tells of a container that has ended" {
	privileged || skip "whoever has no privilege has nothing to look for"
	rm -rf /run/ebpfmm
	touch /run/ebpfmm
	run -0 --separate-stderr /out/ebpfmm-oci-hook < <(stopped)
	rm /run/ebpfmm
	tells_of_end /run/ebpfmm
}

@test "who holds the lock for ever is named; doctor does not wait for it" {
	local timed_out=124
	privileged || skip "not privileged"
	/out/ebpfmm gc || [ -d /run/ebpfmm ]
	coproc holder { exec flock /run/ebpfmm/lock sh -c 'echo held; exec cat' 3>&-; }
	read -r -u "${holder[0]}"
	run timeout 20 /out/ebpfmm doctor
	# shellcheck disable=SC2154
	kill "$holder_PID"
	[ "$status" != $timed_out ]
	[[ $output == *"leftovers: "*"/run/ebpfmm/lock"*" (flock)"* ]]
}

@test "each unit has a time limit: systemd sets none for those that do one thing" {
	local unit
	for unit in /src/oci/*.service.in; do
		grep -q '^TimeoutStartSec=[1-9]' "$unit"
	done
}
