# SPDX-License-Identifier: GPL-2.0-only
#
# doctor: which engine would call the hook, by what each reads. Run in the reference
# root, which has podman, on whatever kernel there is.

bats_require_minimum_version 1.5.0

usr=/usr/share/containers/oci/hooks.d
etc=/etc/containers/oci/hooks.d
dropin=/etc/containers/containers.conf.d/50-hooks.conf
spec=/etc/containerd/ebpfmm-base-spec.json

setup()
{
	mkdir -p $usr $etc "${dropin%/*}"
}

teardown()
{
	rm -f $usr/ebpfmm.json $etc/ebpfmm.json $dropin $spec
}

# install_hook DIRECTORY
install_hook()
{
	jq '.hook.path = "/bin/true"' /src/oci/ebpfmm.json.in >"$1/ebpfmm.json"
}

# of_podman FINDING PART: is that what doctor finds of podman, with that in its text?
of_podman()
{
	run -1 --separate-stderr /out/ebpfmm doctor --json
	jq -c '.findings[] | select(.subject == "engine" or .subject == "hook")' <<<"$output"
	jq -e --arg finding "$1" --arg part "$2" '[.findings[] |
		select(.subject == "engine" and (.message | startswith("/usr/bin/podman")))] |
		length == 1 and .[0].finding == $finding and
		([.[0].message, .[0].remedy] | map(strings) | join(" ") | contains($part))' \
		<<<"$output"
}

@test "installed where podman looks: podman calls the hook" {
	install_hook $usr
	of_podman ok $usr/ebpfmm.json
}

@test "installed nowhere: no engine calls the hook" {
	of_podman problem "$usr"
}

@test "installed only where podman does not look: said, and that --hooks-dir is not enough" {
	install_hook $etc
	of_podman problem --hooks-dir
	of_podman problem "hooks_dir = [\"$usr\", \"$etc\"]"
}

@test "containers.conf names the directory: podman calls the hook" {
	install_hook $etc
	printf '[engine]\nhooks_dir = [ "%s", {append=true} ]\n' $etc >$dropin
	of_podman ok $etc/ebpfmm.json
	# Of two files of the same name, podman takes that of the last directory.
	install_hook $usr
	printf '[engine]\nhooks_dir = [ "%s", "%s" ]\n' $usr $etc >$dropin
	of_podman ok $etc/ebpfmm.json
	rm $usr/ebpfmm.json
	printf '[engine]\nhooks_dir = [ "/nowhere" ]\n' >$dropin
	of_podman problem $dropin
	printf '[engine]\nhooks_dir = [ "/nowhere"\n' >$dropin
	of_podman problem "$dropin: line 3"
}

@test "two files of the name: the one that podman takes is looked at" {
	install_hook $usr
	jq -n '{ version: "1.0.0" }' >$etc/ebpfmm.json
	of_podman ok $usr/ebpfmm.json
	! jq -e --arg file $etc '[.findings[] | select(.finding == "problem") |
		select(.message | startswith($file))] != []' <<<"$output"
}

@test "containerd: the command that sets it up is named, and then the one that checks it" {
	local word
	for word in install check; do
		run -1 --separate-stderr /out/ebpfmm doctor --json
		jq -e --arg word "$word" '[.findings[] | select(.message | startswith("containerd"))] |
			length == 1 and .[0].finding == "note" and
			.[0].remedy == "/usr/libexec/ebpfmm/ebpfmm-containerd \($word)"' <<<"$output"
		touch $spec
	done
}
