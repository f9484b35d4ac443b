# SPDX-License-Identifier: GPL-2.0-only
#
# Who may ask for what: the hook and doctor with /etc/ebpfmm/permissions.json. What is
# permitted fails here because the kernel lacks bpf_mm_ops, and the hook says so. Run in the
# reference root, on whatever kernel there is.

load hook

file=/etc/ebpfmm/permissions.json

setup_file()
{
	prepare_node
	privileged || skip "whoever has no privilege over the node needs no permission"
}

setup()
{
	new_container
	new_cgroup
}

teardown()
{
	end_container
}

# rules RULE…
rules()
{
	jq -n --indent 1 '{ version: 1, rules: $ARGS.positional }' --jsonargs -- "$@" >$file
}

# hook STATUS ANNOTATIONS: the hook is called, ends with STATUS and says one line.
hook()
{
	run "-$1" --separate-stderr on_v2 /out/ebpfmm-oci-hook < <(state "$2")
	echo "$stderr"
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *some-id* ]]
}

# permitted ANNOTATIONS: it fails for want of the kernel only.
permitted()
{
	hook 0 "$1"
	[[ $stderr == *"runs without a policy: "*"$no_hook"* ]]
	[[ $stderr != *permissions.json* ]]
}

# denied WHAT BY ANNOTATIONS: that is what is not permitted, by this; the container runs.
denied()
{
	hook 0 "$3"
	[[ $stderr == *"runs without a policy: $1 is not permitted"*"$2"*"$file"* ]]
}

crio='"io.kubernetes.pod.namespace"'
containerd='"io.kubernetes.cri.sandbox-namespace"'
any='"ebpfmm.profile": "any.json"'
required='"ebpfmm.required": "true"'

@test "no file: every container may ask for everything" {
	permitted "{ $any }"
	hook 1 "{ $any, $required }"
	[[ $stderr == *"refused: "*"$no_hook"* ]]
}

@test "by namespace: the line says who asked for what, and which rule decided" {
	rules '{ "namespaces": ["kube-*"], "profiles": [] }' \
		'{ "namespaces": ["shop"], "profiles": ["an?", "redis"] }'
	permitted "{ $any, $crio: \"shop\" }"
	permitted "{ $any, $containerd: \"shop\" }"
	denied 'profile `other`' 'by rules[1] of' \
		"{ \"ebpfmm.profile\": \"other\", $crio: \"shop\" }"
	[[ $stderr == *"(namespace shop)"* ]]
	denied 'profile `any.json`' 'by rules[0] of' "{ $any, $containerd: \"kube-system\" }"
	denied 'profile `any.json`' 'no rule of' "{ $any, $crio: \"bank\" }"
	denied 'profile `any.json`' 'no rule of' "{ $any }"
}

@test "by image" {
	rules '{ "images": ["reg.example/shop/*"], "profiles": ["*"] }'
	permitted "{ $any, \"io.kubernetes.cri.image-name\": \"reg.example/shop/a:1\" }"
	permitted "{ $any, \"io.kubernetes.cri-o.ImageName\": \"reg.example/shop/a:1\" }"
	denied 'profile `any.json`' 'no rule of' \
		"{ $any, \"io.kubernetes.cri-o.ImageName\": \"reg.example/bank/a:1\" }"
	[[ $stderr == *"(image reg.example/bank/a:1)"* ]]
}

@test "by cgroup: it, and what is below" {
	rules '{ "cgroups": ["/no-hook.*"], "profiles": ["*"] }'
	permitted "{ $any }"
	mkdir "$cgroup/below"
	echo "$pid" >"$cgroup/below/cgroup.procs"
	permitted "{ $any }"
	rules '{ "cgroups": ["/no-hook.*/other"], "profiles": ["*"] }'
	denied 'profile `any.json`' 'no rule of' "{ $any }"
	[[ $stderr == *"(cgroup /${cgroup##*/}/below)"* ]]
}

@test "by cgroup, and the container's is not known: nothing is permitted" {
	rules '{ "cgroups": ["/elsewhere"], "profiles": [] }' \
		'{ "profiles": ["*"], "required": true }'
	permitted "{ $any }"
	run -0 --separate-stderr on_v2 /out/ebpfmm-oci-hook \
		< <(state "{ $any, $required }" | jq '.pid = 0')
	says 'runs without a policy: nothing is permitted: get the cgroup of process 0'
}

@test "what a pod sets in the name of another engine: nothing is permitted" {
	rules '{ "namespaces": ["shop"], "profiles": ["*"], "required": true }'
	hook 0 "{ $any, $required, $crio: \"bank\", $containerd: \"shop\" }"
	[[ $stderr == *'nothing is permitted: annotation `io.kubernetes.pod.namespace` is `bank`'* ]]
	permitted "{ $any, $crio: \"shop\", $containerd: \"shop\" }"
}

@test "required: a rule permits it, or the container runs and the line says so" {
	rules '{ "namespaces": ["shop"], "profiles": ["*"], "required": true }' \
		'{ "profiles": ["any"] }'
	hook 1 "{ $any, $required, $crio: \"shop\" }"
	[[ $stderr == *"refused: "*"$no_hook"* ]]
	[[ $stderr != *permitted* ]]
	hook 0 "{ $any, $required }"
	[[ $stderr == *"runs without a policy: "*"$no_hook"*'; `ebpfmm.required` is not permitted by rules[1] of'* ]]
	# With the profile refused as well, by the same rule.
	hook 0 "{ \"ebpfmm.profile\": \"x\", $required }"
	[[ $stderr == *'profile `x` is not permitted by rules[1] of '*'; nor is `ebpfmm.required`' ]]
}

@test "a profile that is not permitted, and required is: the container is refused" {
	rules '{ "profiles": ["redis"], "required": true }'
	hook 1 "{ $any, $required }"
	[[ $stderr == *'refused: profile `any.json` is not permitted by rules[0] of'* ]]
}

@test "required counts in a failure before the profile only where it is permitted" {
	rules '{ "profiles": ["*"] }'
	hook 0 "{ \"ebpfmm.profile\": 7, $required }"
	[[ $stderr == *'is not a string; `ebpfmm.required` is not permitted by rules[0]'* ]]
	state "{ $any, $required }" >whole
	run -0 --separate-stderr /out/ebpfmm-oci-hook < <(jq 'del(.id)' whole)
	says '`id` is missing; `ebpfmm.required` is not permitted by rules[0]'
	run -0 --separate-stderr /out/ebpfmm-oci-hook < <(jq -n --argjson pid "$pid" \
		'{ pid: $pid, annotations: { "ebpfmm.required": "true" } }')
	says '`id` is missing; `ebpfmm.required` is not permitted by rules[0]'
	rules '{ "profiles": ["*"], "required": true }'
	run -1 --separate-stderr /out/ebpfmm-oci-hook < <(jq 'del(.id)' whole)
	says 'refused: state: `id` is missing'
}

@test "a state with the root, for which config.json is not read" {
	rules '{ "namespaces": ["shop"], "profiles": ["*"] }'
	rm config.json
	run -0 --separate-stderr on_v2 /out/ebpfmm-oci-hook \
		< <(state "{ $any, $required }" | jq '.root = "/"')
	says 'profile `any.json` is not permitted: no rule'
	run -0 --separate-stderr on_v2 /out/ebpfmm-oci-hook \
		< <(state "{ $any, $crio: \"shop\" }" | jq '.root = "/"')
	says "$no_hook"
}

@test "a recording that is not permitted" {
	rules '{ "namespaces": ["shop"], "profiles": ["*"], "required": true, "record": true }' \
		'{ "profiles": ["*"], "required": true }'
	hook 0 "{ \"ebpfmm.record\": \"r\", $required, $crio: \"bank\" }"
	[[ $stderr == *'is not recorded: `ebpfmm.record` is not permitted by rules[1] of'* ]]
	# The rest of what is asked of a recording stays as it is.
	hook 0 "{ \"ebpfmm.record\": \"../r\", $crio: \"shop\" }"
	[[ $stderr == *'is not a valid recording name'* ]]
	echo '{ "allowed": false }' >/etc/ebpfmm/recordings.json
	hook 0 "{ \"ebpfmm.record\": \"r\", $crio: \"shop\" }"
	[[ $stderr == *'recordings.json forbids recordings'* ]]
}

# broken REASON: nothing is permitted, for that reason, and doctor tells of a problem.
broken()
{
	hook 0 "{ $any, $required }"
	[[ $stderr == *"runs without a policy: nothing is permitted: $file: $1"* ]]
	hook 0 "{ \"ebpfmm.record\": \"r\" }"
	[[ $stderr == *"is not recorded: nothing is permitted: $file: $1"* ]]
	doctor_finds problem "$file: $1"
}

# doctor_finds FINDING PART: is that the only thing that doctor says of permissions?
doctor_finds()
{
	run -1 --separate-stderr /out/ebpfmm doctor --json
	jq -e --arg finding "$1" --arg part "$2" '[.findings[] |
		select(.subject == "permissions")] | length == 1 and
		.[0].finding == $finding and (.[0].message | contains($part))' <<<"$output"
}

@test "a file that is broken: nothing is permitted, and containers run" {
	rules '{ "profiles": ["*"], "required": true, "record": true }'
	permitted "{ $any }"
	sed -i 's/"profiles"/"profile"/' $file
	broken 'rules[0].profile: unknown key, did you mean `profiles`?'
	printf '{\n "version": 1,\n "rules": [ }\n' >$file
	broken 'line 3, column 13: '
	: >$file
	broken 'line 1, column 1: '
}

@test "a file that others can write, or of somebody else, or no file at all: the same" {
	rules '{ "profiles": ["*"], "required": true, "record": true }'
	chmod 664 $file
	broken 'others than root may write to it: `chmod go-w` it'
	chmod 602 $file
	broken 'others than root may write to it'
	chmod 644 $file
	chown 7 $file
	broken 'belongs to user 7: `chown root` it'
	chown 0:7 $file
	permitted "{ $any }"
	rm $file
	mkdir $file
	broken 'not a regular file'
	rmdir $file
	ln -s $file $file
	broken 'Too many levels of symbolic links'
}

@test "a container that asks for nothing does not notice" {
	: >$file
	run -0 /out/ebpfmm-oci-hook < <(state "{ $required }")
	[ -z "$output" ]
	run -0 /out/ebpfmm-oci-hook < <(state '{ "ebpfmm.profile": "" }')
	[ -z "$output" ]
}

@test "without privilege over the node, nobody's permission is needed" {
	local mode
	rules '{ "profiles": [] }'
	for mode in 644 666; do
		chmod $mode $file
		run -1 --separate-stderr setpriv --bounding-set=-sys_admin \
			/out/ebpfmm-oci-hook < <(state "{ $any, $required }")
		says 'refused: no privilege over this node'
	done
}

@test "doctor: no file, a valid one, and rules that are never used" {
	doctor_finds ok "there is no $file"
	rules '{ "cgroups": ["/machine.slice"], "profiles": ["*"] }' '{ "profiles": [] }'
	doctor_finds ok "$file has 2 rules"
	rules '{ "cgroups": ["/a"], "profiles": ["*"] }' '{ "profiles": [] }' \
		'{ "images": ["x"], "profiles": ["*"] }'
	run -1 --separate-stderr /out/ebpfmm doctor --json
	jq -e '[.findings[] | select(.subject == "permissions")] | length == 2 and
		.[1].finding == "warning" and
		(.[1].message | contains("rules[1] has no condition"))' <<<"$output"
}

@test "the example in the manual is valid" {
	sed -n '/^{ "version": 1, "rules"/,/^\.Ed/p' /src/docs/ebpfmm-oci-hook.8 |
		grep -v '^\.Ed' >$file
	doctor_finds ok "$file has 3 rules"
	hook 0 "{ \"ebpfmm.profile\": \"shop-1\", $crio: \"shop\",
		\"io.kubernetes.cri-o.ImageName\": \"registry.example/shop/a:1\" }"
	[[ $stderr == *'shop-1.json is neither in'* ]]
	denied 'profile `any.json`' 'by rules[0] of' "{ $any, $crio: \"kube-system\" }"
	denied 'profile `any.json`' 'no rule of' "{ $any, $crio: \"bank\" }"
}
